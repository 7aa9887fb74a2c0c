"""What a reader outside may not be told, whoever shows it. A system that asks figures of people knows
which would tell of one of them; it says so here, and every other one asks here before it shows.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Protocol

from lingnan.base.actors import Actor

from ..models import Element
from ..terms import Told
from .assembly import readable
from .elements import element_map, info

Cell = tuple[int, int, int]
"""(place, element, period)"""


class Guard(Protocol):
    def __call__(self, cells: Mapping[Cell, Decimal | None], *, to: Actor, on: date) -> Told: ...


_guards: dict[str, Guard] = {}


def add_guard(name: str, guard: Guard) -> None:
    """Once a name; the wiring calls it."""
    _guards[name] = guard


def remove_guard(name: str) -> None:
    _guards.pop(name, None)


def told(cells: Mapping[Cell, Decimal | None], *, to: Actor, on: date) -> Told:
    """What all guards together say. A derived figure goes with any of those it is worked out from."""
    if not cells or not _guards:
        return Told()
    uses = _uses({element for _, element, _ in cells})
    asked: dict[Cell, Decimal | None] = dict(cells)
    for place, element, period in cells:
        asked |= {(place, one, period): None for one in uses.get(element, ())
                  if (place, one, period) not in cells}  # fmt: skip
    found = [guard(asked, to=to, on=on) for guard in _guards.values()]
    back = frozenset().union(*(one.hidden for one in found))
    hidden = {
        (place, element, period)
        for place, element, period in cells
        if (place, element, period) in back
        or any((place, one, period) in back for one in uses.get(element, ()))
    }
    return Told(frozenset(hidden), sum(one.exact for one in found))


def _uses(ids: set[int]) -> dict[int, set[int]]:
    """Element → those its expression names, and theirs. A query a step of derivation."""
    rows = Element.objects.filter(id__in=ids).exclude(expression="")
    named = {row.id: readable(info(row)).columns for row in rows}
    known = element_map(set().union(*named.values())) if named else {}
    found = {number: {known[c].id for c in codes if c in known} for number, codes in named.items()}
    further = _uses(set().union(*found.values()) - ids) if found else {}
    return {
        number: uses.union(*(further.get(one, ()) for one in uses))
        for number, uses in found.items()
    }
