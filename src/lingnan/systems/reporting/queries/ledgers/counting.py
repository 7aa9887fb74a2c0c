"""Facts counted over the ledgers of many villages: one read a ledger, one pass a fact."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from lingnan.base.actors import Actor, system_actor
from lingnan.base.words import say
from lingnan.kernel.observations import queries as observations
from lingnan.kernel.observations.terms import LedgerVersion

from ...content import ledgers
from ...models import Field, LedgerItem
from ...rules.expressions import codes_of
from ...rules.ledgers import Columns, columns_of, counted, unknown_of, usable
from ...terms.ledgers import ItemRule
from ..counts import accepted_items, covered_places
from ..gate import need


def item_rules(*, to: Actor, on: date, state: str = "") -> list[ItemRule]:
    need(to, "reporting.read", on=on)
    rows = LedgerItem.objects.order_by("kind", "element")
    if state:
        rows = rows.filter(state=state)
    found = list(rows)
    known = observations.element_map([row.element for row in found])
    named = {code: say(one.titles, to.lang).split(" · ")[-1] for code, one in known.items()}
    asked = Field.objects.filter(element__in=[one.id for one in known.values()]).order_by("-pk")
    named |= dict(asked.values_list("element__code", "label"))
    return [
        ItemRule(
            element=row.element,
            title=named.get(row.element, ""),
            kind=row.kind,
            formula=row.formula,
            state=row.state,
        )
        for row in found
    ]


Counted = dict[tuple[int, str], Decimal | None]


def count_items(
    items: Sequence[LedgerItem], below: int, places: Sequence[int] | None, day: date
) -> Counted:
    """(place, element) → its count; None where somebody is not known well enough.

    `below`: a place whose ledgers are read; `places`: only these of it."""
    found: Counted = {}
    for kind in sorted({one.kind for one in items}):
        mine = [one for one in items if one.kind == kind]
        here = covered_places(kind, places, day)
        if not here:
            continue
        held = _columns(kind, [one.formula for one in mine], below, here, day)
        for one in mine:
            totals = counted(usable(ledgers()[kind], one.formula), held)
            found |= {(place, one.element): totals.get(place) for place in here}
    return found


def _columns(
    kind: str, formulas: Iterable[str], below: int, places: Sequence[int], day: date
) -> Columns:
    told = ledgers()[kind]
    keys = sorted({code for f in formulas for code in codes_of(usable(told, f))})
    read: list[LedgerVersion] = observations.ledger(kind, below, to=system_actor(), on=day)
    needed = {told.element(key): key for key in {*keys, "birth"} if key in told.attributes}
    entries = [(v.place, _named(v.data, needed)) for v in read]
    return columns_of(told, keys, entries, places, day)


def _named(data: Mapping[str, str | None], needed: Mapping[str, str]) -> dict[str, str]:
    return {key: data.get(element) or "" for element, key in needed.items()}


def count_ledger(
    kind: str, formula: str, place: int, day: date, *, to: Actor, on: date
) -> dict[int, Decimal | None]:
    """Any declared expression over a ledger: by village below a place, as of a day. Counts are no
    personal data, but which places are within reach is asked. BadFormula for no formula."""
    need(to, "reporting.read", [place], on=on)
    one = LedgerItem(element="", kind=kind, formula=formula)
    usable(ledgers()[kind], formula)
    found = count_items([one], place, None, day)
    held = {p: v for (p, _), v in found.items()}
    inside = _inside(place, held, day)
    return {p: v for p, v in held.items() if p in inside and to.reaches(p, on)}


def _inside(place: int, held: Mapping[int, object], day: date) -> set[int]:
    from lingnan.kernel.places import queries as places

    ranges = places.ranges(place, on=day, tree="code")
    return {p for p in held if any(low <= p <= high for low, high in ranges)}


def unknown_items(place: int, day: date, *, to: Actor, on: date) -> dict[str, dict[int, int]]:
    """Element → village → how many entries leave it without its count."""
    need(to, "reporting.read", [place], on=on)
    found = {}
    for one in accepted_items():
        here = [p for p in covered_places(one.kind, None, day) if to.reaches(p, on)]
        held = _columns(one.kind, [one.formula], place, here, day)
        doubts = unknown_of(usable(ledgers()[one.kind], one.formula), held)
        if doubts:
            found[one.element] = doubts
    return found
