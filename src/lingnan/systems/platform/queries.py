"""Values as these pages and the API show them: what a guard keeps back is not in them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Generic, TypeVar

from lingnan.base.actors import Actor
from lingnan.base.periods import Period
from lingnan.kernel.observations import queries as observations
from lingnan.kernel.observations.queries import Version
from lingnan.kernel.observations.terms import ElementInfo, ValueInfo

Key = tuple[int, int]
T = TypeVar("T")
KEPT_BACK = "…"


@dataclass(frozen=True)
class Shown(Generic[T]):
    """`exact`: how many small figures only the word of the reader's duty lets it see."""

    found: T
    hidden: frozenset[tuple[int, int, int]]
    exact: int


def values_of(
    place: int, known: Iterable[int], *, to: Actor, on: date
) -> Shown[dict[Key, ValueInfo]]:
    """(element, period) → the newest at hand, of the elements `known`."""
    wanted = set(known)
    held = {
        key: one
        for key, one in observations.current(place, to=to, on=on).items()
        if key[0] in wanted
    }
    told = observations.told({(place, *key): one.value for key, one in held.items()}, to=to, on=on)
    shown = {
        key: replace(one, value=None, text=None) if (place, *key) in told.hidden else one
        for key, one in held.items()
    }
    return Shown(shown, told.hidden, told.exact)


def history_of(place: int, element: int, period: int, *, to: Actor) -> Shown[list[Version]]:
    """Everything ever said. Kept back, all of it is: an older word tells of the same people."""
    held = observations.history(place, element, period, to=to)
    key = (place, element, period)
    least = min((one.value for one in held if one.value is not None), default=None)
    end = Period.from_code(period).end
    told = observations.told({key: least} if held else {}, to=to, on=end)
    if key in told.hidden:
        held = [replace(one, value=None, text=None) for one in held]
    return Shown(held, told.hidden, told.exact)


def trend_of(
    place: int, element: ElementInfo, periods: Sequence[int], *, to: Actor, on: date
) -> Shown[dict[int, Decimal | None]]:
    """Period → value; one that is kept back is none."""
    rows = observations.trend([element.id], place, list(periods), to=to).to_pylist()
    cells = {(place, element.id, row["period"]): row["value"] for row in rows}
    told = observations.told(cells, to=to, on=on)
    shown = {c[2]: None if c in told.hidden else value for c, value in cells.items()}
    return Shown(shown, told.hidden, told.exact)


def rolled(
    element: ElementInfo, period: int, *, level: int, under: int | None, to: Actor
) -> list[dict[str, Any]]:
    """A row a place, by place, as yet with everything: `guarded` before a page of them is shown."""
    table = observations.rollup([element.id], period, level=level, under=under, to=to)
    return sorted(table.to_pylist(), key=lambda row: int(row["place"]))


def guarded(
    rows: Sequence[Mapping[str, Any]], period: int, *, to: Actor
) -> Shown[list[dict[str, Any]]]:
    """One page of `rolled`: a county's figures are weighed together, so a page costs a few."""
    cells = {(row["place"], row["element"], period): row["value"] for row in rows}
    told = observations.told(cells, to=to, on=Period.from_code(period).end)
    shown = [
        {**row, "value": None, "text": None}
        if (row["place"], row["element"], period) in told.hidden
        else dict(row)
        for row in rows
    ]
    return Shown(shown, told.hidden, told.exact)
