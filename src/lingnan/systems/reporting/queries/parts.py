"""The shortest lists of a round, worked out and not yet kept: of its places, and of its households."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from ..content import costs
from ..rules.planning import own_ways, plan_shapes
from ..rules.planning.shapes import Shapes
from ..rules.planning.sheets import Choices, distinct_rows, loads, numbered, tally
from ..terms.filings import FormInfo, RoundInfo
from ..terms.planning import Costs, Fact, Identity, Way
from ..terms.plans import Knowing, Load, PlanKind, Sheet
from ..terms.refusals import NothingToPlan
from .forms import forms_by_id
from .knowledge import Ids, Known, known_of
from .setting import ties_of

Ties = tuple[Sequence[Identity], Sequence[Way]]


@dataclass(frozen=True)
class Part:
    """The plan of one kind of subject. `shapes`: the different rows; `which`: each unit's."""

    kind: PlanKind
    places: Ids
    sheet: Sheet
    shapes: Choices
    which: Ids
    bound: Ids
    load: Load
    worked_out: int


def parts_of(
    found: RoundInfo,
    villages: Ids,
    households: tuple[Ids, Ids],
    on: date,
    told: Callable[[int], None] = lambda facts: None,
) -> list[Part]:
    """NothingToPlan when the round's forms ask nothing. `told` hears how many facts more are settled."""
    forms = list(forms_by_id(found.forms).values())
    of_places = [form for form in forms if form.subject != PlanKind.HOUSEHOLD]
    of_households = [form for form in forms if form.subject == PlanKind.HOUSEHOLD]
    units = [
        (of_places, (PlanKind.PLACE, villages, np.zeros(len(villages), np.int64))),
        (of_households, (PlanKind.HOUSEHOLD, *households)),
    ]
    price = costs(on)
    parts = []
    for asked, unit in units:
        if any(form.asked for form in asked):
            may_ask = [form.admitted() for form in asked]
            known = known_of(may_ask, found, unit, costs=price, on=on)
            parts.append(_part(asked, known, ties_of(may_ask), price, told))
    if not parts:
        raise NothingToPlan
    return parts


def shapes_of(
    known: Known, ties: Ties, price: Costs, told: Callable[[int], None] = lambda facts: None
) -> Shapes:
    """The choice for every unit, once for all of which the same is known."""

    def own(fact: Fact, held: int) -> list[Way]:
        return own_ways(fact, Knowing(held), price)

    identities, rates = ties
    return plan_shapes(
        known.facts, known.matrix, own, rates, wanted=known.facts, sums=identities, told=told
    )


def _part(
    forms: Sequence[FormInfo],
    known: Known,
    ties: Ties,
    price: Costs,
    told: Callable[[int], None],
) -> Part:
    shapes = shapes_of(known, ties, price, told)
    sheet, matrix = numbered(known.facts, shapes, ties[0])
    different = distinct_rows(matrix)
    weights = np.bincount(different.which, minlength=len(different.choices)).astype(np.int64)
    load = Load()
    for one in loads(forms, sheet, tally(sheet, different.choices, weights), price):
        load += one.load
    bound = np.zeros(len(different.choices), np.int64)
    bound[different.which] = shapes.bound()
    return Part(
        known.kind,
        known.places,
        sheet,
        different.choices,
        different.which,
        bound,
        load,
        shapes.plans(),
    )
