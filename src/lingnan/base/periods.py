"""Periods, each with an integer code.

`2026`, `2026-H1`, `2026-Q3`, `2026-10`, `2026-W44`, `2026-SY` (school year).
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum
from functools import total_ordering

PATTERN = re.compile(
    r"^(?P<year>[1-9]\d{3})(?:-(?:(?P<month>\d{2})|Q(?P<quarter>[1-4])"
    r"|W(?P<week>\d{2})|H(?P<half>[12])|(?P<school>SY)))?$"
)


class Kind(IntEnum):
    YEAR = 0
    HALF = 1
    QUARTER = 2
    MONTH = 3
    WEEK = 4
    SCHOOL_YEAR = 5


@total_ordering
@dataclass(frozen=True)
class Period:
    """`code` is year * 1000 + kind * 100 + number: fits an int32 and sorts by year."""

    year: int
    kind: Kind
    number: int = 0

    @property
    def code(self) -> int:
        return self.year * 1000 + self.kind * 100 + self.number

    @classmethod
    def from_code(cls, code: int) -> "Period":
        year, rest = divmod(code, 1000)
        kind, number = divmod(rest, 100)
        return cls(year, Kind(kind), number)

    @classmethod
    def parse(cls, text: str) -> "Period":
        """ValueError when the text is no period."""
        found = PATTERN.match(text.strip().upper())
        if not found:
            raise ValueError(f"not a period: {text!r}")
        year = int(found["year"])
        for group, kind, top in (
            ("month", Kind.MONTH, 12),
            ("quarter", Kind.QUARTER, 4),
            ("week", Kind.WEEK, _weeks(year)),
            ("half", Kind.HALF, 2),
        ):
            if found[group]:
                number = int(found[group])
                if not 1 <= number <= top:
                    raise ValueError(f"not a period: {text!r}")
                return cls(year, kind, number)
        return cls(year, Kind.SCHOOL_YEAR if found["school"] else Kind.YEAR)

    def __str__(self) -> str:
        match self.kind:
            case Kind.YEAR:
                return f"{self.year}"
            case Kind.HALF:
                return f"{self.year}-H{self.number}"
            case Kind.QUARTER:
                return f"{self.year}-Q{self.number}"
            case Kind.MONTH:
                return f"{self.year}-{self.number:02}"
            case Kind.WEEK:
                return f"{self.year}-W{self.number:02}"
            case _:
                return f"{self.year}-SY"

    def __lt__(self, other: "Period") -> bool:
        return (self.start, self.end, self.code) < (other.start, other.end, other.code)

    @property
    def start(self) -> date:
        match self.kind:
            case Kind.YEAR:
                return date(self.year, 1, 1)
            case Kind.HALF:
                return date(self.year, 6 * self.number - 5, 1)
            case Kind.QUARTER:
                return date(self.year, 3 * self.number - 2, 1)
            case Kind.MONTH:
                return date(self.year, self.number, 1)
            case Kind.WEEK:
                return date.fromisocalendar(self.year, self.number, 1)
            case _:
                return date(self.year, 9, 1)

    @property
    def end(self) -> date:
        """Its last day."""
        return self.next().start - timedelta(days=1)

    def shift(self, steps: int) -> "Period":
        match self.kind:
            case Kind.YEAR | Kind.SCHOOL_YEAR:
                return Period(self.year + steps, self.kind)
            case Kind.WEEK:
                iso = (self.start + timedelta(weeks=steps)).isocalendar()
                return Period(iso.year, self.kind, iso.week)
        top = {Kind.HALF: 2, Kind.QUARTER: 4, Kind.MONTH: 12}[self.kind]
        years, number = divmod(self.number - 1 + steps, top)
        return Period(self.year + years, self.kind, number + 1)

    def next(self) -> "Period":
        return self.shift(1)

    def previous(self) -> "Period":
        return self.shift(-1)

    def year_ago(self) -> "Period":
        if self.kind is Kind.WEEK:
            return Period(self.year - 1, self.kind, min(self.number, _weeks(self.year - 1)))
        return Period(self.year - 1, self.kind, self.number)

    def contains(self, day: date) -> bool:
        return self.start <= day <= self.end


def period_of(day: date, kind: Kind) -> Period:
    """The period of that kind in which the day lies."""
    match kind:
        case Kind.WEEK:
            iso = day.isocalendar()
            return Period(iso.year, kind, iso.week)
        case Kind.SCHOOL_YEAR:
            return Period(day.year if day.month >= 9 else day.year - 1, kind)
        case Kind.YEAR:
            return Period(day.year, kind)
    size = {Kind.HALF: 6, Kind.QUARTER: 3, Kind.MONTH: 1}[kind]
    return Period(day.year, kind, (day.month - 1) // size + 1)


def _weeks(year: int) -> int:
    return date(year, 12, 28).isocalendar().week
