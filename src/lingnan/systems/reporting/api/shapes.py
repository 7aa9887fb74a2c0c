"""What goes in and out of the API, and how our values become it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from ninja import Query, Schema
from pydantic import Field, PlainSerializer

from lingnan.base import clock
from lingnan.base.actors import Actor
from lingnan.base.canonical import decimal_text
from lingnan.base.errors import Invalid, Problem
from lingnan.base.periods import Period
from lingnan.kernel.places import queries as places
from lingnan.web.errors import in_words

from .. import queries, services
from ..terms.filings import (
    Answer,
    Ask,
    FieldInfo,
    FilingInfo,
    FormInfo,
    ProposalInfo,
    RepeatInfo,
    RoundInfo,
)
from ..terms.forms import Relation
from ..terms.masking import Seen

Code = Annotated[str, Field(max_length=24, pattern=r"^\d{6,12}$", description="区划代码")]
PeriodText = Annotated[str, Field(max_length=8, description="2026, 2026-Q3, 2026-10 …")]
AsOf = Annotated[
    datetime | None, Query(description="reproduce as of this instant; now when absent")
]


Amount = Annotated[Decimal, PlainSerializer(decimal_text, return_type=str)]


class FieldOut(Schema):
    code: str
    label: str
    path: list[str]
    sheet: str
    cell: str
    type: str
    role: str
    unit: str
    multiplier: Amount
    options: list[dict[str, str]]
    element: str


class FormOut(Schema):
    code: str
    uuid: UUID
    version: int
    title: str
    subject: str
    layout: str
    period_kind: int
    file: str
    fields: list[FieldOut] = []


class RepeatOut(Schema):
    id: int
    source: str
    target: str
    labels: list[str]
    relation: str
    score: Amount
    reasons: list[str]
    state: str


class ProposalOut(Schema):
    id: int
    field: str
    label: str
    formula: str
    quality: str
    reasons: list[str]
    state: str


class DecisionIn(Schema):
    """`relation` (same, broader, narrower, derived, alike) says more than `accept`."""

    accept: bool
    relation: Relation | None = None


class RoundIn(Schema):
    title: Annotated[str, Field(min_length=1, max_length=200)]
    forms: Annotated[list[str], Field(min_length=1, max_length=200)]
    place: Code
    period: PeriodText
    opened_on: date
    due_on: date


class RoundOut(Schema):
    uuid: UUID
    title: str
    place: str
    period: str
    forms: list[str]
    opened_on: date
    due_on: date
    state: str


class AskOut(Schema):
    """`fields`: `FORM:field`, wherever it is asked."""

    element: str
    title: str
    fields: list[str]
    held: bool
    value: Amount | None
    text: str | None
    quality: str
    source: str
    as_of: datetime | None
    confirm: bool
    waiting: bool
    follows: bool
    why: str


class AnswerOut(Schema):
    text: str
    quality: str
    source: str
    reason: str = ""


class FilingOut(Schema):
    uuid: UUID
    form: str
    place: str
    subject: int
    period: str
    state: str
    version: int
    revision: int
    answers: dict[str, AnswerOut]
    reason: str
    remarks: dict[str, str]
    submitted_at: datetime | None
    approved_at: datetime | None


class ApprovedOut(FilingOut):
    """`problems`: what blocks it, where it was left out."""

    problems: list[dict[str, str]]


class ReasonIn(Schema):
    """Why persons are needed in full; it is evidence."""

    reason: Annotated[str, Field(max_length=500)]


class FilingIn(Schema):
    """Answers by field code, as typed in the form's own unit; `不适用` and `缺` are answers too;
    `无变化` confirms the value that is offered."""

    form: Annotated[str, Field(max_length=64)]
    place: Code
    period: PeriodText
    household: Annotated[str, Field(max_length=64)] = ""
    answers: Annotated[dict[str, Any], Field(max_length=2000)]
    version: int | None = None


class ActIn(Schema):
    version: int | None = None
    reason: Annotated[str, Field(max_length=2000)] = ""
    remarks: Annotated[dict[str, str], Field(max_length=500)] = {}
    answers: Annotated[dict[str, Any], Field(max_length=2000)] = {}


class ManyIn(Schema):
    filings: Annotated[list[UUID], Field(min_length=1, max_length=2000)]


class RowsIn(Schema):
    form: Annotated[str, Field(max_length=64)]
    period: PeriodText
    rows: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=20_000)]


class FigureOut(Schema):
    place: str
    name: str
    values: dict[str, Amount | None]
    reported: dict[str, int]
    estimated: dict[str, int]
    expected: dict[str, int]
    hidden: list[str] = []


class ReleaseOut(Schema):
    uuid: UUID
    form: str
    place: str
    period: str
    seq: int
    as_of: datetime
    sha256: str
    produced_at: datetime


def period_code(text: str) -> int:
    """Invalid names the field."""
    try:
        return Period.parse(text).code
    except ValueError:
        raise Invalid(
            problems=[Problem("period", "没有这个报告期：{text}", (("text", text),))]
        ) from None


def codes_of(ids: Iterable[int]) -> dict[int, str]:
    """Division codes by place id, as of today."""
    found = places.infos(sorted(set(ids)), on=clock.today())
    return {place.id: place.code for place in found}


def form_out(form: FormInfo) -> FormOut:
    return FormOut(
        code=form.code,
        uuid=UUID(form.uuid),
        version=form.version,
        title=form.title,
        subject=form.subject,
        layout=form.layout,
        period_kind=form.period_kind,
        file=form.file_sha256,
        fields=[_field(field) for field in form.fields],
    )


def _field(field: FieldInfo) -> FieldOut:
    return FieldOut(
        code=field.code,
        label=field.label,
        path=list(field.path),
        sheet=field.sheet,
        cell=field.cell,
        type=field.type,
        role=field.role,
        unit=field.unit,
        multiplier=field.multiplier,
        options=[{"code": o.code, "label": o.label} for o in field.options],
        element=field.element_code,
    )


def repeat_out(one: RepeatInfo) -> RepeatOut:
    return RepeatOut(
        id=one.id,
        source=f"{one.source_form}:{one.source.code}",
        target=f"{one.target_form}:{one.target.code}",
        labels=[one.source.label, one.target.label],
        relation=one.relation,
        score=one.score,
        reasons=list(one.reasons),
        state=one.state,
    )


def proposal_out(one: ProposalInfo) -> ProposalOut:
    return ProposalOut(
        id=one.id,
        field=one.field.code,
        label=one.field.label,
        formula=one.formula,
        quality=one.quality,
        reasons=list(one.reasons),
        state=one.state,
    )


def rounds_out(found: Sequence[RoundInfo]) -> list[RoundOut]:
    codes = codes_of(one.place for one in found)
    forms = queries.forms_by_id({form for one in found for form in one.forms})
    return [
        RoundOut(
            uuid=UUID(one.uuid),
            title=one.title,
            place=codes.get(one.place, ""),
            period=str(Period.from_code(one.period)),
            forms=[forms[form].code for form in one.forms],
            opened_on=one.opened_on,
            due_on=one.due_on,
            state=one.state,
        )
        for one in found
    ]


def asks_out(found: Iterable[Ask], forms: Mapping[int, FormInfo]) -> list[AskOut]:
    codes = {number: form.code for number, form in forms.items()}
    return [_ask(one, codes) for one in found]


def _ask(one: Ask, forms: Mapping[int, str]) -> AskOut:
    return AskOut(
        element=one.element_code,
        title=one.title,
        fields=[f"{forms[field.form]}:{field.code}" for field in one.fields],
        held=one.held,
        value=one.value,
        text=one.text,
        quality=one.mark,
        source=one.source,
        as_of=one.as_of,
        confirm=one.confirm,
        waiting=one.waiting,
        follows=one.follows,
        why=in_words(one.why),
    )


def filings_out(
    found: Sequence[FilingInfo], to: Actor, *, is_clear: bool = False
) -> list[FilingOut]:
    """As the reader may see them; `is_clear`: a service has shown them in full."""
    if not is_clear:
        seen = Seen()
        found = queries.shown_filings(found, to=to, on=clock.today(), seen=seen)
        for one in found[:1]:
            services.tell_seen("filings", one.place, seen, by=to, at=clock.now())
    codes = codes_of(one.place for one in found)
    forms = queries.forms_by_id({one.form for one in found})
    return [
        FilingOut(
            uuid=UUID(one.uuid),
            form=forms[one.form].code,
            place=codes.get(one.place, ""),
            subject=one.subject,
            period=str(Period.from_code(one.period)),
            state=one.state,
            version=one.version,
            revision=one.revision,
            answers={code: _answer(answer) for code, answer in one.answers.items()},
            reason=one.reason,
            remarks=dict(one.remarks),
            submitted_at=one.submitted_at,
            approved_at=one.approved_at,
        )
        for one in found
    ]


def _answer(answer: Answer) -> AnswerOut:
    return AnswerOut(
        text=answer.text, quality=answer.mark, source=answer.source, reason=answer.reason
    )
