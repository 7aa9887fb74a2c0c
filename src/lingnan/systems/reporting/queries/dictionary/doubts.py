"""The queue of doubtful matches, and what stands around each question in its workbook."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.db.models import Count, Q, QuerySet

from lingnan.base.actors import Actor

from ...models import Field, Filing, Form, Repeat
from ...rules.filing import answers_of
from ...rules.masking import masked, personal_field
from ...terms.dictionary import DoubtInfo, Side
from ...terms.filings import FieldInfo, FormState, State, Verdict
from ...terms.forms import Relation
from ..forms import field_info
from ..gate import need
from ..masking import masking_on
from .effects import per_year

AROUND = 2
SAMPLES = 3
LEVELS = (Decimal("0.95"), Decimal("0.9"), Decimal("0.85"), Decimal("0.8"))


def doubts(
    *, to: Actor, on: date, state: Verdict = Verdict.PROPOSED, limit: int | None = None
) -> list[DoubtInfo]:
    """Pairs between current forms: proposed ones by effect, then score; decided ones newest first.

    Two queries, one more for what was decided.
    """
    need(to, "reporting.read", on=on)
    rows = list(_rows().filter(state=state).select_related("decision"))
    asked = _asked(rows)
    found = [_info(row, asked) for row in rows]
    if state is Verdict.PROPOSED:
        found.sort(key=lambda one: (-one.effect, -one.score, one.id))
    else:
        found.sort(key=lambda one: (-(one.at.timestamp() if one.at else 0.0), -one.id))
    return found[:limit]


def doubt_counts(*, to: Actor, on: date) -> tuple[dict[Verdict, int], dict[Decimal, int]]:
    """How many there are by state; how many sure ones lie at or above each confidence. One query."""
    need(to, "reporting.read", on=on)
    sure = Q(state=Verdict.PROPOSED, relation=Relation.SAME, is_disputed=False)
    wanted = {str(v): Count("pk", filter=Q(state=v)) for v in Verdict}
    wanted |= {f"at_{i}": Count("pk", filter=sure & Q(score__gte=v)) for i, v in enumerate(LEVELS)}
    found = _current().aggregate(**wanted)
    by_level = {level: found[f"at_{i}"] for i, level in enumerate(LEVELS)}
    return {v: found[str(v)] for v in Verdict}, by_level


def sides(doubt: DoubtInfo, *, to: Actor, on: date) -> tuple[Side, Side]:
    """Both questions with their neighbours and values typed before. Three queries."""
    need(to, "reporting.read", on=on)
    both = (doubt.source, doubt.target)
    forms = {
        form.pk: form
        for form in Form.objects.filter(pk__in=[f.form for f in both])
        .select_related("department")
        .defer("profile")
    }
    near = _near(both)
    samples = _samples(both, to, on)
    return _side(both[0], forms, near, samples), _side(both[1], forms, near, samples)


def _side(
    field: FieldInfo,
    forms: Mapping[int, Form],
    near: Sequence[FieldInfo],
    samples: Mapping[int, tuple[str, ...]],
) -> Side:
    form = forms[field.form]
    return Side(
        form=form.code,
        title=" ".join(form.title.split()),
        department=form.department.name if form.department else "",
        field=field,
        around=tuple(
            one
            for one in near
            if one.form == field.form and abs(one.position - field.position) <= AROUND
        ),
        samples=samples.get(field.id, ()),
    )


def _near(both: Iterable[FieldInfo]) -> list[FieldInfo]:
    wanted = Q()
    for one in both:
        span = (one.position - AROUND, one.position + AROUND)
        wanted |= Q(form=one.form, position__range=span)
    rows = Field.objects.filter(wanted).select_related("element").order_by("form", "position")
    return [field_info(row) for row in rows]


def _samples(both: Sequence[FieldInfo], to: Actor, on: date) -> dict[int, tuple[str, ...]]:
    """Answers of approved reports within reach, newest first; what is personal needs its label,
    and is masked."""
    reach = Q()
    for low, high in to.ranges_on(on):
        reach |= Q(place__range=(low, high))
    visible = [one for one in both if one.element]
    if not reach or not visible:
        return {}
    rows = Filing.objects.filter(
        reach, form__in={one.form for one in visible}, state=State.APPROVED
    ).order_by("-period", "pk")
    if "personal" not in to.labels:
        rows = rows.filter(subject=0)
    rule = masking_on(on)
    found: dict[int, list[str]] = defaultdict(list)
    for form, raw in rows.values_list("form", "answers")[: 8 * SAMPLES]:
        answers = answers_of(raw)
        for one in visible:
            answer = answers.get(one.code)
            if one.form == form and answer and answer.text and len(found[one.id]) < SAMPLES:
                kind = personal_field(one, rule, of_person=True)
                found[one.id].append(masked(kind, answer.text) if kind else answer.text)
    return {number: tuple(texts) for number, texts in found.items()}


def _current() -> QuerySet[Repeat]:
    return Repeat.objects.filter(
        source__form__state=FormState.CURRENT, target__form__state=FormState.CURRENT
    )


def _rows() -> QuerySet[Repeat]:
    return (
        _current()
        .select_related("source__element", "target__element", "source__form", "target__form")
        .defer("source__form__profile", "target__form__profile")
    )


def _asked(rows: Sequence[Repeat]) -> dict[int, int]:
    """Answers a year by element, over all current forms that ask it."""
    elements = {n for row in rows for n in (row.source.element_id, row.target.element_id) if n}
    found: dict[int, int] = defaultdict(int)
    asked = Field.objects.filter(element__in=elements, form__state=FormState.CURRENT)
    for element, kind in asked.values_list("element", "form__period_kind"):
        found[element or 0] += per_year(kind)
    return found


def _info(row: Repeat, asked: Mapping[int, int]) -> DoubtInfo:
    pair = (row.source.element_id or 0, row.target.element_id or 0)
    spared = min(asked.get(pair[0], 1), asked.get(pair[1], 1)) if pair[0] != pair[1] else 0
    return DoubtInfo(
        id=row.pk,
        source=field_info(row.source),
        target=field_info(row.target),
        source_form=row.source.form.code,
        target_form=row.target.form.code,
        relation=Relation(row.relation),
        score=row.score,
        reasons=tuple(row.reasons),
        state=Verdict(row.state),
        said=row.said,
        effect=spared if row.relation == Relation.SAME else 0,
        role=row.decision.role if row.decision else "",
        at=row.decided_at,
        remembered=bool(row.decision and row.decision.act != row.act),
        conflict=row.is_disputed,
    )
