"""Who burdens whom: what the forms of a round cost the villages below a place, before and after."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np

from lingnan.base.actors import Actor
from lingnan.kernel.places import queries as places

from ..content import costs
from ..models import PlacePlan, PlanShape, Round
from ..rules.planning.sheets import loads, tally
from ..terms.filings import FormInfo, RoundInfo
from ..terms.planning import Means
from ..terms.plans import Burden, FormLoad, Load, PlanKind
from ..terms.refusals import NotPlanned
from .filings import asked_forms, in_ranges
from .forms import forms_by_id
from .gate import need
from .plans import choices_of, sheet_of

VILLAGE = 5
RUNGS = ("city", "county", "town", "village")


def burden(found: RoundInfo, place: int, *, to: Actor, on: date) -> Burden:
    """Below a place, by form, by department and by the places directly below. NotPlanned.

    Estimated minutes: `before`, every form filled by itself; `after`, what the plan asks.
    """
    need(to, "reporting.read", [place], on=on)
    forms = sorted(forms_by_id(found.forms).values(), key=lambda form: form.id)
    rows = _rows(found, place, on)
    if not rows:
        raise NotPlanned
    of_forms = _by_form(forms, rows, on)
    whole = Load()
    departments: dict[int | None, Load] = defaultdict(Load)
    for one in of_forms:
        whole += one.load
        departments[one.department] += one.load
    return Burden(whole, tuple(of_forms), dict(departments), _by_place(forms, rows, place, on))


def burden_of_form(form: FormInfo, *, to: Actor, on: date) -> FormLoad | None:
    """In the newest planned round that asks it: shown to the department that causes it."""
    need(to, "reporting.read", on=on)
    row = (
        Round.objects.filter(forms=form.id, plans__isnull=False)
        .prefetch_related(asked_forms())
        .order_by("-pk")
        .first()
    )
    if row is None:
        return None
    forms = sorted(forms_by_id(f.pk for f in row.forms.all()).values(), key=lambda one: one.id)
    held = PlacePlan.objects.filter(round=row)
    rows = list(held.values_list(*COLUMNS))
    return next((one for one in _by_form(forms, rows, on) if one.form == form.code), None)


Row = tuple[int, str, int, int, int, int, int]
COLUMNS = (
    "place", "kind", "shape", "units", "shape__asks", "shape__confirms", "shape__seconds",
)  # fmt: skip


def _rows(found: RoundInfo, place: int, on: date) -> list[Row]:
    held = PlacePlan.objects.filter(
        in_ranges(places.ranges(place, on=on, tree="code")), round__uuid=found.uuid
    )
    return list(held.values_list(*COLUMNS))


def _by_form(forms: Sequence[FormInfo], rows: Sequence[Row], on: date) -> list[FormLoad]:
    """In the order of the forms; plans made again for a few places are counted with the rest."""
    weights: dict[int, int] = defaultdict(int)
    for _, _, shape, units, *_ in rows:
        weights[shape] += units
    found: dict[str, FormLoad] = {}
    for kind, sheets in _shapes(weights).items():
        asked = [f for f in forms if (f.subject == PlanKind.HOUSEHOLD) is (kind == "household")]
        for (plan, sha256), of_plan in sheets.items():
            packed, counts = zip(*((c, weights[pk]) for pk, c in of_plan), strict=True)
            sheet = sheet_of(plan, sha256, kind)
            told = tally(sheet, choices_of(packed), np.array(counts, np.int64))
            for one in loads(asked, sheet, told, costs(on)):
                before = found.get(one.form)
                load = one.load.beside(before.load) if before else one.load
                found[one.form] = FormLoad(one.form, one.title, one.department, load)
    return [found[form.code] for form in forms if form.code in found]


def _shapes(
    wanted: Mapping[int, int],
) -> dict[str, dict[tuple[int, str], list[tuple[int, bytes]]]]:
    """kind → plan → (shape, choice). One query a thousand shapes."""
    found: dict[str, dict[tuple[int, str], list[tuple[int, bytes]]]] = {}
    ids = sorted(wanted)
    names = ("pk", "kind", "plan", "plan__sha256", "choice")
    for start in range(0, len(ids), 1000):
        part = PlanShape.objects.filter(pk__in=ids[start : start + 1000]).order_by("pk")
        for pk, kind, plan, sha256, choice in part.values_list(*names):
            of_kind = found.setdefault(kind, {}).setdefault((plan, sha256), [])
            of_kind.append((pk, bytes(choice)))
    return found


def _by_place(
    forms: Sequence[FormInfo], rows: Sequence[Row], place: int, on: date
) -> dict[int, Load]:
    """Directly below; of a village itself nothing."""
    above = _above(place, on)
    price = costs(on).seconds[Means.ASK]
    fields = {kind.value: _fields(forms, kind) for kind in PlanKind}
    facts = {kind.value: _facts(forms, kind) for kind in PlanKind}
    found: dict[int, Load] = {}
    for one, kind, _, units, asks, confirms, seconds in rows:
        if one in above:
            load = Load(
                units if kind == PlanKind.PLACE else 0,
                fields[kind] * units,
                facts[kind] * units,
                asks * units,
                confirms * units,
                fields[kind] * units * price,
                seconds * units,
            )
            found[above[one]] = found.get(above[one], Load()).beside(load)
    return found


def _above(place: int, on: date) -> dict[int, int]:
    """Village → the place directly below `place` in which it lies."""
    children = {child.id for child in places.children(place, on=on)}
    found = {}
    for row in places.hierarchy(on=on, under=place).to_pylist():
        if row["level"] == VILLAGE:
            way = (row[rung] for rung in RUNGS)
            below = next((one for one in way if one in children), None)
            if below is not None:
                found[row["place"]] = below
    return found


def _fields(forms: Sequence[FormInfo], kind: PlanKind) -> int:
    return sum(len(f.asked) for f in _of_kind(forms, kind))


def _facts(forms: Sequence[FormInfo], kind: PlanKind) -> int:
    return len({one.element_code for f in _of_kind(forms, kind) for one in f.asked})


def _of_kind(forms: Sequence[FormInfo], kind: PlanKind) -> list[FormInfo]:
    return [f for f in forms if (f.subject == PlanKind.HOUSEHOLD) is (kind is PlanKind.HOUSEHOLD)]
