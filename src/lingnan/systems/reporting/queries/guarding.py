"""What of a form's figures a reader outside may see. All outputs pass `guarded`, and nothing else.

The same figures are kept back whatever form, table or moment is asked for: `kept` decides once for the
county (a city without counties: the city).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from lingnan.base.actors import Actor
from lingnan.base.periods import Period
from lingnan.kernel.observations.terms import Told
from lingnan.kernel.places import queries as places

from .. import content
from ..rules.checking import in_force
from ..rules.filing import Figure
from ..rules.masking import personal_field
from ..rules.suppression import is_of_enterprises, is_sensitive, is_small
from ..terms.filings import FieldInfo, FormInfo
from ..terms.masking import Seen
from .forms import fields_of_elements
from .gate import EXACT, departments_of, is_of_circle, sees_exact
from .kept import back_of

COUNTY = 3
Figures = Mapping[str, Figure]


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
    shown = {}
    for place, figures in found.items():
        codes = {code for where, code in back if where == place}
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
    if is_sensitive(field, rule):
        return level in rule.levels and is_small(value, rule.below)
    return bool(value) and level in rule.enterprise.levels and is_of_enterprises(field, rule)


def kept_back(
    form: FormInfo, period: int, wanted: Iterable[int], *, as_of: datetime | int | None
) -> frozenset[tuple[int, str]]:
    """(place, field code) of the wanted places that are not told outside."""
    codes: dict[int, list[str]] = {}
    for field in form.at(period).asked:
        codes.setdefault(field.element or 0, []).append(field.code)
    back = _back({period: set(codes)}, set(wanted), as_of)
    return frozenset((at, code) for at, element, _ in back for code in codes[element])


def kept_back_of(
    ids: Iterable[int],
    found: Iterable[tuple[int, int]],
    *,
    as_of: datetime | int | None,
    to: Actor,
    on: date,
) -> frozenset[tuple[int, int, int]]:
    """(place, element, period), of these places and (element, period), that are not told outside."""
    outside = [place for place in ids if not sees_exact(to, place, on)]
    periods: dict[int, set[int]] = {}
    for element, period in found:
        periods.setdefault(period, set()).add(element)
    return _back(periods, set(outside), as_of)


def _back(
    periods: Mapping[int, Collection[int]], wanted: Collection[int], as_of: datetime | int | None
) -> frozenset[tuple[int, int, int]]:
    """(place, element, period), whatever form or door asks."""
    days: dict[tuple[int, ...], dict[int, Collection[int]]] = {}
    for period, elements in periods.items():
        scopes = _scopes(wanted, Period.from_code(period).end) if wanted else ()
        days.setdefault(tuple(scopes), {})[period] = elements
    return frozenset(
        cell
        for scopes, held in days.items()
        for cell in back_of(scopes, held, as_of)
        if cell[0] in wanted
    )


def _scopes(chosen: Collection[int], end: date) -> list[int]:
    """Their counties; figures of what stands above counties are told."""
    tree = places.hierarchy(on=end)
    rows = tree.filter(pc.is_in(tree["place"], pa.array(sorted(chosen), pa.int64())))
    return sorted(
        {
            row["county"] or row["city"]
            for row in rows.to_pylist()
            if row["level"] >= COUNTY and (row["county"] or row["city"])
        }
    )
