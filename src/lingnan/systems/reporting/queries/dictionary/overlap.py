"""Which forms ask the same: pairs of forms with what they share and what they seem to share."""

from collections import Counter, defaultdict
from datetime import date
from itertools import combinations

from django.db.models import F, QuerySet

from lingnan.base.actors import Actor
from lingnan.kernel.observations import queries as observations

from ...models import Field, Form, Repeat
from ...terms.dictionary import FormMark, Overlap, Shared
from ...terms.filings import FormState, Verdict
from ...terms.forms import Role
from ..gate import need
from .effects import per_year

READ = "reporting.read"


def overlap(*, to: Actor, on: date) -> Overlap:
    """Every current form with its questions; pairs by number. Elements whose label the actor does
    not hold are counted nowhere. Four queries, however many.
    """
    need(to, READ, on=on)
    hidden = observations.hidden(to.labels)
    rows = (
        Form.objects.filter(state=FormState.CURRENT)
        .select_related("department")
        .defer("profile")
        .order_by("department__name", "code")
    )
    asked: defaultdict[int, set[int]] = defaultdict(set)
    for element, form in _asked().values_list("element", "form"):
        if element not in hidden:
            asked[form].add(element)
    forms = tuple(
        FormMark(
            row.code,
            " ".join(row.title.split()),
            row.department.name if row.department else "",
            len(asked[row.pk]),
            per_year(row.period_kind),
        )
        for row in rows
    )
    place = {row.pk: n for n, row in enumerate(rows)}
    shared: Counter[tuple[int, int]] = Counter()
    who: defaultdict[int, list[int]] = defaultdict(list)
    for form, elements in asked.items():
        for element in elements:
            who[element].append(place[form])
    for asking in who.values():
        shared.update(combinations(sorted(asking), 2))
    return Overlap(forms, dict(shared), _seeming(place), dict(who))


def shared_by(first: str, second: str, *, to: Actor, on: date) -> list[Shared]:
    """What both forms ask, or seem to ask, with the reasons: decided ones first. Three queries."""
    need(to, READ, on=on)
    hidden = observations.hidden(to.labels)
    fields = _asked().filter(form__code__in=[first, second]).select_related("element", "form")
    sides: defaultdict[int, dict[str, Field]] = defaultdict(dict)
    for field in fields.order_by("position"):
        if field.element_id not in hidden:
            sides[field.element_id or 0].setdefault(field.form.code, field)
    pairs = _between(first, second)
    found = []
    for known in sides.values():
        if len(known) == 2:
            a, b = known[first], known[second]
            row = pairs.pop(frozenset({a.pk, b.pk}), None)
            found.append(_shared(a, b, row, a.element.code if a.element else ""))
    for row in pairs.values():
        a, b = (
            (row.source, row.target) if row.source.form.code == first else (row.target, row.source)
        )
        if row.state == Verdict.PROPOSED and not {a.element_id, b.element_id} & hidden:
            found.append(_shared(a, b, row, ""))
    return sorted(found, key=lambda one: (not one.element, -one.score, one.first))


def _between(first: str, second: str) -> dict[frozenset[int], Repeat]:
    """Pairs of questions from one form to the other, but those refused."""
    codes = [first, second]
    rows = Repeat.objects.filter(source__form__code__in=codes, target__form__code__in=codes)
    held = rows.exclude(state=Verdict.REFUSED).exclude(source__form__code=F("target__form__code"))
    known = held.select_related("source__form", "target__form", "source__element")
    return {frozenset({row.source_id, row.target_id}): row for row in known}


def _shared(a: Field, b: Field, row: Repeat | None, element: str) -> Shared:
    return Shared(
        first=a.label.strip(),
        first_cell=a.cell,
        second=b.label.strip(),
        second_cell=b.cell,
        element=element,
        doubt=row.pk if row and row.state == Verdict.PROPOSED and not element else 0,
        score=float(row.score) if row else 0.0,
        reasons=tuple(row.reasons) if row else (),
        decided_at=row.decided_at if row else None,
    )


def _asked() -> QuerySet[Field]:
    return Field.objects.filter(element__isnull=False, form__state=FormState.CURRENT).exclude(
        role=Role.PLACE
    )


def _seeming(place: dict[int, int]) -> dict[tuple[int, int], int]:
    counted: Counter[tuple[int, int]] = Counter()
    rows = Repeat.objects.filter(state=Verdict.PROPOSED)
    for source, target in rows.values_list("source__form", "target__form"):
        if source in place and target in place and source != target:
            counted[_pair(place[source], place[target])] += 1
    return dict(counted)


def _pair(a: int, b: int) -> tuple[int, int]:
    return (a, b) if a < b else (b, a)
