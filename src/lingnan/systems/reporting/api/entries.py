"""What goes in and out of the dictionary's API, and how our values become it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import Field

from ..terms.dictionary import (
    Asker,
    ChangeInfo,
    ClusterInfo,
    DecidedPair,
    EntryInfo,
    Grid,
)
from ..terms.forms import FieldRef
from .shapes import Amount

Titles = Annotated[dict[str, str], Field(max_length=4, description="zh-hans, zh-hant, en, pt")]
Token = Annotated[str, Field(max_length=120)]


class EntryOut(Schema):
    code: str
    uuid: UUID
    titles: dict[str, str]
    converted: list[str]
    type: str
    unit: str
    period_kind: int
    subject: str
    label: str
    owner: str
    standing: str
    truth: list[str]
    precedence: list[str]
    options: list[dict[str, str]]
    asked: int
    forms: int


class EntriesOut(Schema):
    items: list[EntryOut]
    next: str


class AskerOut(Schema):
    form: str
    title: str
    department: str
    field: str
    label: str
    cell: str
    per_year: int


class MoveOut(Schema):
    field: str
    left: str
    to: str
    since: date | None


class ChangeOut(Schema):
    act: UUID
    kind: str
    before: list[str]
    after: list[str]
    moves: list[MoveOut]
    words: dict[str, str]
    role: str
    at: datetime
    undone_at: datetime | None


class ElementDetailOut(Schema):
    element: EntryOut
    askers: list[AskerOut]
    changes: list[ChangeOut]


class ClusterOut(Schema):
    key: str
    titles: dict[str, str]
    converted: list[str]
    unit: str
    type: str
    period_kind: int
    truth: str
    least_score: Amount
    saved: int
    elements: list[str]
    fields: list[str]


class SideOut(Schema):
    form: str
    code: str
    label: str
    path: list[str]
    unit: str
    options: list[str]


class DecidedOut(Schema):
    source: SideOut
    target: SideOut
    relation: str
    at: datetime


class GridFormOut(Schema):
    code: str
    title: str
    department: str


class GridOut(Schema):
    elements: list[EntryOut]
    forms: list[GridFormOut]
    asks: list[list[int]]
    of_elements: int
    of_forms: int


class JoinIn(Schema):
    codes: Annotated[list[Token], Field(min_length=2, max_length=500)]
    titles: Titles = {}
    truth: Annotated[list[Token], Field(max_length=50)] = []


class SplitIn(Schema):
    fields: Annotated[list[Token], Field(min_length=1, max_length=500)]
    titles: Titles
    code: Annotated[str, Field(max_length=96)] = ""


class DescribeIn(Schema):
    titles: Titles | None = None
    owner: Annotated[str, Field(max_length=36)] | None = None
    truth: Annotated[list[Token], Field(max_length=50)] | None = None
    label: Annotated[str, Field(max_length=12)] | None = None


class ConfirmIn(Schema):
    score: Annotated[Amount, Field(ge=0.5, le=1)]


class ActOut(Schema):
    act: UUID


class ConfirmedOut(Schema):
    act: UUID
    confirmed: int
    left: int


class UndoneOut(Schema):
    undone: int


def element_out(one: EntryInfo) -> EntryOut:
    return EntryOut(
        code=one.code,
        uuid=UUID(one.uuid),
        titles=dict(one.titles),
        converted=list(one.converted),
        type=one.type,
        unit=one.unit,
        period_kind=one.period_kind,
        subject=one.subject_kind,
        label=one.label,
        owner=one.owner,
        standing=one.standing.value,
        truth=list(one.truth),
        precedence=list(one.precedence),
        options=[{"code": code, "label": label} for code, label in one.options],
        asked=one.asked,
        forms=one.forms,
    )


def detail_out(
    one: EntryInfo, asking: Sequence[Asker], done: Sequence[ChangeInfo]
) -> ElementDetailOut:
    return ElementDetailOut(
        element=element_out(one),
        askers=[
            AskerOut(
                form=ask.form,
                title=ask.title,
                department=ask.department,
                field=ask.field.code,
                label=ask.field.label,
                cell=ask.field.where,
                per_year=ask.per_year,
            )
            for ask in asking
        ],
        changes=[_change(change) for change in done],
    )


def _change(one: ChangeInfo) -> ChangeOut:
    return ChangeOut(
        act=UUID(one.uuid),
        kind=one.kind.value,
        before=list(one.before),
        after=list(one.after),
        moves=[MoveOut(field=f, left=a, to=b, since=day) for f, a, b, day in one.moves],
        words=dict(one.words),
        role=one.role,
        at=one.at,
        undone_at=one.undone_at,
    )


def cluster_out(one: ClusterInfo) -> ClusterOut:
    return ClusterOut(
        key=one.key,
        titles=dict(one.titles),
        converted=list(one.converted),
        unit=one.unit,
        type=one.type,
        period_kind=one.period_kind,
        truth=one.truth,
        least_score=one.sure,
        saved=one.saved,
        elements=list(dict.fromkeys(field.element_code for field in one.fields)),
        fields=[f"{one.forms[field.form]}:{field.code}" for field in one.fields],
    )


def decided_out(one: DecidedPair) -> DecidedOut:
    return DecidedOut(
        source=_side(one.source), target=_side(one.target), relation=one.relation.value, at=one.at
    )


def _side(ref: FieldRef) -> SideOut:
    found = ref.field
    return SideOut(
        form=ref.form,
        code=found.code,
        label=found.label,
        path=list(found.path),
        unit=found.unit.written if found.unit else "",
        options=[option.label for option in found.options],
    )


def grid_out(found: Grid) -> GridOut:
    return GridOut(
        elements=[element_out(one) for one in found.elements],
        forms=[GridFormOut(code=c, title=t, department=d) for c, t, d in found.forms],
        asks=[
            sorted(column for row, column in found.marks if row == number)
            for number in range(len(found.elements))
        ],
        of_elements=found.of_elements,
        of_forms=found.of_forms,
    )
