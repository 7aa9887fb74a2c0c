"""The words of statutes: a rule with its source, a day, a due date, what is announced."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar

from lingnan.base.errors import Refused
from lingnan.base.events import Event
from lingnan.base.ids import subject, uuid_of

REGIONS = ("cn", "hk", "mo")
SUBJECT = subject("statutes", "library", uuid_of("statutes", "library"))

Value = (
    Any  # int, Decimal, bool, str, or lists and mappings of them: what JSON can say, without floats
)


class Unit(StrEnum):
    """How a time limit is counted."""

    WORKING_DAYS = "working_days"
    DAYS = "days"
    MONTHS = "months"
    YEARS = "years"


class DayKind(StrEnum):
    HOLIDAY = "holiday"
    WORKDAY = "workday"  # a weekend day worked in exchange
    HALF = "half"  # worked in the morning only; counts as a working day


class NoRuleInForce(Refused):
    code = "statutes.no_rule_in_force"
    tell = "{on} 没有现行有效的规定：{key}"


class UnknownRegion(Refused):
    code = "statutes.unknown_region"
    tell = "没有 {region} 的工作日历。"


@dataclass(frozen=True)
class Parameter:
    """One rule as it stood: the value, and the words it rests on. `id` names the version a decision
    used.
    """

    id: int
    key: str
    title: str
    value: Value = field(hash=False)
    unit: str
    document: str
    number: str
    article: str
    text: str
    source: str
    verified: bool
    valid_from: date
    valid_to: date | None

    @property
    def integer(self) -> int:
        """ValueError when the rule is no whole number."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | Decimal):
            raise ValueError(f"{self.key} is no number")
        if int(self.value) != self.value:
            raise ValueError(f"{self.key} is no whole number")
        return int(self.value)

    @property
    def cite(self) -> str:
        """`《中华人民共和国行政许可法》第四十二条第一款`, marked when nobody has read it at its
        source.
        """
        named = f"《{self.document}》" if self.document else ""
        return f"{named}{self.article}{'' if self.verified else '（未核实）'}"

    @property
    def term(self) -> "Term":
        return Term(self.integer, Unit(self.unit), self.cite)


@dataclass(frozen=True)
class Term:
    """A time limit, with the article behind it."""

    length: int
    unit: Unit
    basis: str = ""


@dataclass(frozen=True)
class Day:
    """`half`: an afternoon off, still a working day. `provisional`: a year not announced."""

    day: date
    working: bool
    provisional: bool
    name: str = ""
    half: bool = False


@dataclass(frozen=True)
class Due:
    """A last day. `provisional`: it passes through a year whose holidays are not announced."""

    day: date
    provisional: bool
    basis: tuple[str, ...] = ()


@dataclass(frozen=True)
class CalendarYear:
    region: str
    year: int
    days: int
    notice: str
    verified: bool
    published_at: datetime


@dataclass(frozen=True)
class DayEntry:
    """One line of a notice: a day that is not what its weekday says, or a half day."""

    day: date
    kind: DayKind
    name: str


@dataclass(frozen=True)
class Entry:
    """One rule of the content, as declared: `set` is the file it came from."""

    set: str
    key: str
    title: str
    value: Value = field(hash=False)
    unit: str
    document: str
    number: str
    article: str
    text: str
    source: str
    verified: bool
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True)
class Loaded:
    added: int
    replaced: int
    withdrawn: int
    unchanged: int
    years: Mapping[str, tuple[int, ...]] = field(default_factory=dict, hash=False)

    @property
    def changed(self) -> bool:
        return bool(self.added or self.replaced or self.withdrawn or self.years)

    def words(self) -> str:
        counts = {n: getattr(self, n) for n in ("added", "replaced", "withdrawn", "unchanged")}
        calendars = [f"{name} {years[0]}–{years[-1]}" for name, years in self.years.items()]
        return ", ".join([*(f"{name} {n}" for name, n in counts.items()), *calendars])


@dataclass(frozen=True, kw_only=True)
class ContentLoaded(Event):
    kind: ClassVar[str] = "statutes.content_loaded"
    label: str = "public"
    digest: str
    added: int
    replaced: int
    withdrawn: int
    keys: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class CalendarPublished(Event):
    """Due dates that pass through these years may move: whoever keeps some counts them again."""

    kind: ClassVar[str] = "statutes.calendar_published"
    label: str = "public"
    region: str
    years: tuple[int, ...]
    notice: str
    digest: str


@dataclass(frozen=True, kw_only=True)
class RegionsLoaded(Event):
    """Which weekdays are not worked in these regions, and on what ground, changed."""

    kind: ClassVar[str] = "statutes.regions_loaded"
    label: str = "public"
    regions: tuple[str, ...]
