"""What of a form's figures a reader outside may see. All outputs pass `guarded`, and nothing else.

The same figures are kept back whatever table is asked for: they are chosen once for the county (a city
without counties: the city) with all its sums, and with what earlier workbooks kept back.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from lingnan.base.actors import Actor, system_actor
from lingnan.base.periods import Period
from lingnan.kernel.observations import queries as observations
from lingnan.kernel.observations.terms import Told
from lingnan.kernel.places import queries as places

from .. import content
from ..models import Field, Release
from ..rules.checking import in_force
from ..rules.filing import NUMERIC, Figure
from ..rules.masking import personal_field
from ..rules.suppression import Cell, Sum, hidden, is_dominated, is_small, whole_columns
from ..terms.filings import FieldInfo, FormInfo
from ..terms.forms import FieldType
from ..terms.masking import Seen
from ..terms.suppression import Suppression
from .checks import check_plan
from .filings import in_ranges
from .forms import fields_of_elements, forms_by_id
from .gate import EXACT, departments_of, is_of_circle, sees_exact
from .proposals import accepted_for

COUNTY, TOWN, VILLAGE = 3, 4, 5
MANY = 1_000
"""Figures of a county; of more, whole columns are kept back: choosing the fewest would take minutes."""
Figures = Mapping[str, Figure]
Known = frozenset[Cell]


def guarded(
    form: FormInfo,
    found: Mapping[int, Figures],
    period: int,
    *,
    as_of: datetime | int | None,
    to: Actor,
    on: date,
    seen: Seen | None = None,
) -> dict[int, dict[str, Figure]]:
    """By place as given; a figure kept back has no value and is `hidden`. The department that asks gets
    what it lawfully asked for. `seen`: counts what only the duty's word shows."""
    outside = [place for place in found if not sees_exact(to, place, on)]
    if seen is not None and to.may(EXACT):
        seen.exact += _told_by_word(form, found, period, to, on)
    if outside and form.department and form.department in departments_of(to, on):
        outside = []
    back = kept_back(form, period, outside, as_of=as_of) if outside else frozenset()
    rates = _rates(form) if back else {}
    shown = {}
    for place, figures in found.items():
        codes = {code for where, code in back if where == place}
        codes |= {code for code, uses in rates.items() if codes & uses}
        shown[place] = {
            code: replace(one, value=None, text=None, hidden=True) if code in codes else one
            for code, one in figures.items()
        }
    return shown


def guard(cells: Mapping[tuple[int, int, int], Decimal | None], *, to: Actor, on: date) -> Told:
    """The same, for whoever else shows figures of (place, element, period), as known now. What tells
    of a person is not told there at all: only reporting masks."""
    ids, found = {place for place, _, _ in cells}, {(e, p) for _, e, p in cells}
    back = kept_back_of(ids, found, as_of=None, to=to, on=on)
    rule = in_force(content.masking(), on)
    persons = {
        field.element
        for field in fields_of_elements({element for element, _ in found})
        if personal_field(field, rule, of_person=False)
    }
    hidden = {cell for cell in cells if cell in back or cell[1] in persons}
    return Told(frozenset(hidden), told_by_word(cells, to=to, on=on))


def told_by_word(
    cells: Mapping[tuple[int, int, int], Decimal | None], *, to: Actor, on: date
) -> int:
    """How many of these (place, element, period) would alone tell of somebody and are seen by the
    duty's word alone. One query, none for anybody without it."""
    mine = {c: value for c, value in cells.items() if value and _is_by_word(to, c[0], on)}
    if not mine:
        return 0
    levels = places.levels({place for place, _, _ in mine}, on=on)
    fields: dict[int, list[FieldInfo]] = {}
    for field in fields_of_elements({element for _, element, _ in mine}):
        fields.setdefault(field.element or 0, []).append(field)
    return sum(
        any(_may_tell(f, value, levels.get(place, 0), period) for f in fields.get(element, ()))
        for (place, element, period), value in mine.items()
    )


def _told_by_word(
    form: FormInfo, found: Mapping[int, Figures], period: int, to: Actor, on: date
) -> int:
    levels = places.levels([p for p in found if _is_by_word(to, p, on)], on=on)
    fields = form.at(period).asked
    return sum(
        _may_tell(field, found[place][field.code].value, level, period)
        for place, level in levels.items()
        for field in fields
        if field.code in found[place]
    )


def _is_by_word(to: Actor, place: int, on: date) -> bool:
    return to.may(EXACT) and not is_of_circle(to, place, on)


def _may_tell(field: FieldInfo, value: Decimal | None, level: int, period: int) -> bool:
    """Without looking at what an amount is made of: a showing too many is written down, none too few."""
    rule = in_force(content.suppression(), Period.from_code(period).end)
    if _is_sensitive(field, rule):
        return level in rule.levels and is_small(value, rule.below)
    return bool(value) and level in rule.enterprise.levels and _is_enterprise(field, rule)


def kept_back(
    form: FormInfo, period: int, wanted: Iterable[int], *, as_of: datetime | int | None
) -> frozenset[tuple[int, str]]:
    """(place, field code) of the wanted places that are not told outside."""
    form, end = form.at(period), Period.from_code(period).end
    rule = in_force(content.suppression(), end)
    if not any(_is_sensitive(f, rule) or _is_enterprise(f, rule) for f in form.asked):
        return frozenset()
    chosen = set(wanted)
    codes: dict[int, list[str]] = {}
    for field in form.asked:
        codes.setdefault(field.element or 0, []).append(field.code)
    found: set[tuple[int, str]] = set()
    for scope in _scopes(chosen, end):
        for place, element in _of_scope(form, period, scope, as_of):
            if place in chosen:
                found |= {(place, code) for code in codes.get(element, ())}
    return frozenset(found)


def kept_back_of(
    ids: Iterable[int],
    found: Iterable[tuple[int, int]],
    *,
    as_of: datetime | int | None,
    to: Actor,
    on: date,
) -> frozenset[tuple[int, int, int]]:
    """(place, element, period), of these places and (element, period), that are not told outside, by
    the forms that ask them."""
    outside = [place for place in ids if not sees_exact(to, place, on)]
    periods: dict[int, set[int]] = {}
    for element, period in found:
        periods.setdefault(period, set()).add(element)
    if not periods or not outside:
        return frozenset()
    asking = Field.objects.filter(element__in=set().union(*periods.values()))
    forms = forms_by_id(set(asking.order_by().values_list("form", flat=True).distinct()))
    back: set[tuple[int, int, int]] = set()
    for form in forms.values():
        for period, elements in periods.items():
            codes = {f.code: f.element for f in form.at(period).asked if f.element in elements}
            hit = kept_back(form, period, outside, as_of=as_of) if codes else ()
            back |= {(at, number, period) for at, code in hit if (number := codes.get(code))}
    return frozenset(back)


def _scopes(chosen: Collection[int], end: date) -> list[int]:
    """Counties of towns and villages; figures of counties and above are told."""
    tree = places.hierarchy(on=end)
    rows = tree.filter(pc.is_in(tree["place"], pa.array(sorted(chosen), pa.int64())))
    return sorted(
        {
            row["county"] or row["city"]
            for row in rows.to_pylist()
            if row["level"] in {TOWN, VILLAGE} and (row["county"] or row["city"])
        }
    )


def _of_scope(form: FormInfo, period: int, scope: int, as_of: datetime | int | None) -> Known:
    """With what was kept back in the workbooks given out before; a workbook made again meets those
    that were before it then."""
    end = Period.from_code(period).end
    inside = in_ranges(places.ranges(scope, on=end, tree="code"))
    given = Release.objects.filter(inside, form=form.id, period=period).order_by("pk")
    seqs: list[int] = []
    for seq in given.values_list("seq", flat=True):
        if seq == as_of:
            break
        if seq not in seqs:
            seqs.append(seq)
    before = _chain(_Form(form.uuid, form), period, scope, tuple(seqs))
    return _hidden(form, period, scope, as_of, before)


@dataclass(frozen=True)
class _Form:
    """Known by its uuid, so that what was worked out once is found again."""

    uuid: str
    form: Any

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Form) and other.uuid == self.uuid

    def __hash__(self) -> int:
        return hash(self.uuid)


@lru_cache(maxsize=1024)
def _chain(form: _Form, period: int, scope: int, seqs: tuple[int, ...]) -> Known:
    """What is past does not change: each release in turn, with those before it."""
    if not seqs:
        return frozenset()
    before = _chain(form, period, scope, seqs[:-1])
    return before | _hidden(form.form, period, scope, seqs[-1], before)


def _hidden(
    form: FormInfo, period: int, scope: int, as_of: datetime | int | None, before: Known
) -> Known:
    end = Period.from_code(period).end
    rule = in_force(content.suppression(), end)
    fields = {f.element: f for f in form.asked if f.type in NUMERIC and f.element}
    known = observations.element_map({f.element_code for f in fields.values() if f.element_code})
    table = observations.rollup(
        list(known.values()), period, level=(2, COUNTY, TOWN, VILLAGE), under=scope, as_of=as_of,
        to=system_actor(),
    )  # fmt: skip
    rows = [row for row in table.to_pylist() if row["value"] is not None]
    values = {(row["place"], row["element"]): row["value"] for row in rows}
    levels = {row["place"]: row["level"] for row in rows}
    public = {one.id for one in known.values() if one.label == "public"}  # the dictionary says
    below = _below(scope, end)
    primary = {
        cell
        for cell, value in values.items()
        if cell[1] not in public
        and _is_told_by(cell, value, levels[cell[0]], fields[cell[1]], rule, values, below)
    }
    if not primary and not before:
        return frozenset()
    sums = [*_tree(values, below), *_identities(form, values, levels, end)]
    kept = {cell for cell in values if levels[cell[0]] < TOWN}
    if len(values) > MANY:
        return whole_columns(values, sums, primary | before & values.keys(), kept=kept)
    return hidden(values, sums, primary, kept=kept, earlier=before & values.keys())


def _is_told_by(
    cell: Cell,
    value: Decimal,
    level: int,
    field: FieldInfo,
    rule: Suppression,
    values: Mapping[Cell, Decimal],
    below: Mapping[int, Sequence[int]],
) -> bool:
    """Whether the figure alone would tell of somebody."""
    if _is_sensitive(field, rule):
        return level in rule.levels and is_small(value, rule.below)
    if not _is_enterprise(field, rule) or level not in rule.enterprise.levels or not value:
        return False
    parts = [values[one, cell[1]] for one in below.get(cell[0], ()) if (one, cell[1]) in values]
    giants = rule.enterprise
    return level == VILLAGE or is_dominated(
        parts, giants=giants.giants, share=giants.share, percent=giants.percent
    )


def _is_sensitive(field: FieldInfo, rule: Suppression) -> bool:
    words = " ".join((*field.path, field.label))
    return field.dimension in rule.dimensions and not any(one in words for one in rule.besides)


def _is_enterprise(field: FieldInfo, rule: Suppression) -> bool:
    words = " ".join((*field.path, field.label))
    return field.type is FieldType.MONEY and any(one in words for one in rule.enterprise.words)


def _below(scope: int, end: date) -> dict[int, list[int]]:
    """The next places below each place of a scope."""
    found: dict[int, list[int]] = {}
    for row in places.hierarchy(on=end, under=scope).to_pylist():
        ladder = [row["city"], row["county"], row["town"]]
        above = next((one for one in reversed(ladder) if one and one != row["place"]), None)
        if above is not None and row["place"] != scope:
            found.setdefault(above, []).append(row["place"])
    return found


def _tree(values: Mapping[Cell, Decimal], below: Mapping[int, Sequence[int]]) -> list[Sum]:
    elements = sorted({element for _, element in values})
    return [
        ((place, element), parts)
        for place, children in sorted(below.items())
        for element in elements
        if (place, element) in values
        and (parts := tuple((c, element) for c in children if (c, element) in values))
    ]


def _identities(
    form: FormInfo, values: Mapping[Cell, Decimal], levels: Mapping[int, int], end: date
) -> list[Sum]:
    """Sums within the form at each place."""
    element = {f.code: f.element for f in form.asked}
    sums = []
    for one in check_plan(form, end).identities:
        for place in levels:
            total = (place, element[one.total])
            parts = tuple((place, element[code]) for code in one.parts)
            if all(cell in values for cell in (total, *parts)):
                sums.append((total, parts))
    return sums


def _rates(form: FormInfo) -> dict[str, set[str]]:
    """Field → the fields it is worked out from: with one of them hidden it would tell it."""
    return {rule.field.code: set(rule.uses) for rule in accepted_for([form.id]).values()
            if rule.household_form is None}  # fmt: skip
