"""What periods of another kind say about this one: months make a quarter, and its end is theirs.

A stock is of a day: what stood at the end of December stands at the end of the year. A flow is of its
days: twelve months add up to the year. Neither has to be asked a second time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from lingnan.base.periods import Kind, Period, period_of

KINDS = (Kind.MONTH, Kind.QUARTER, Kind.HALF, Kind.YEAR)


@dataclass(frozen=True, slots=True)
class Spans:
    """Period codes. `ends`: that end on the same day; `before`: of other kinds, that end on the day
    before this one begins; `parts`: each a row of periods that together are this one."""

    ends: tuple[int, ...] = ()
    before: tuple[int, ...] = ()
    parts: tuple[tuple[int, ...], ...] = ()

    @property
    def codes(self) -> tuple[int, ...]:
        flat = (code for row in self.parts for code in row)
        return tuple(dict.fromkeys((*self.ends, *self.before, *flat)))

    def whole(self, held: Sequence[int] | set[int]) -> tuple[int, ...]:
        """The first row of which every part is held; empty when there is none."""
        return next((row for row in self.parts if set(row) <= set(held)), ())


@lru_cache(maxsize=64)
def spans_of(code: int) -> Spans:
    """Weeks and school years have none: they end on no month's last day."""
    whole = Period.from_code(code)
    if whole.kind not in KINDS:
        return Spans()
    others = [kind for kind in KINDS if kind is not whole.kind]
    eve = whole.start - timedelta(days=1)
    last = [period_of(whole.end, kind) for kind in others]
    first = [period_of(eve, kind) for kind in others]
    rows = [_row(whole, kind) for kind in reversed(KINDS) if kind > whole.kind]
    return Spans(
        tuple(one.code for one in last if one.end == whole.end),
        tuple(one.code for one in first if one.end == eve),
        tuple(rows),
    )


def _row(whole: Period, kind: Kind) -> tuple[int, ...]:
    one, found = period_of(whole.start, kind), []
    while one.start <= whole.end:
        found.append(one.code)
        one = one.next()
    return tuple(found)


def finer_than(kind: int) -> tuple[Kind, ...]:
    """The kinds of period of which several make one of this kind."""
    return tuple(one for one in KINDS if one > kind) if kind in KINDS else ()


def within(code: int, kind: int, begins: date, expires: date) -> frozenset[int]:
    """The periods of a finer kind that say something of this one, of what is asked in those days."""
    spans = spans_of(code)
    told = [
        Period.from_code(one) for one in (*spans.ends, *(c for row in spans.parts for c in row))
    ]
    return frozenset(
        one.code for one in told if one.kind == kind and one.end >= begins and one.start <= expires
    )
