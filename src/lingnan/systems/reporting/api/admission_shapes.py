"""What the API of admission takes and gives."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from ninja import Field, Schema

from ..terms.admission import Ruling
from .shapes import Amount, Code, PeriodText

Said = Annotated[str, Field(max_length=2000)]


class OfferIn(Schema):
    """`only`: codes of the fields it is cut to; `once`: the only period of a one-off form."""

    form: Annotated[str, Field(max_length=64)]
    place: Code
    purpose: Said
    legal_basis: Said = ""
    only: Annotated[list[str], Field(max_length=2000)] = []
    once: PeriodText = ""


class ConditionsOut(Schema):
    begins_on: date
    expires_on: date
    notice_days: int
    only: list[str]
    once: str


class ApprovalIn(Schema):
    """What is left out stays as it is, or as usual. `new_only`: just the fields that are new; `seen`:
    the version of the conditions that was read."""

    begins_on: date | None = None
    expires_on: date | None = None
    notice_days: int | None = Field(None, ge=0, le=366)
    only: Annotated[list[str], Field(max_length=2000)] | None = None
    new_only: bool = False
    seen: int | None = None


class ReasonIn(Schema):
    reason: Said


class FieldVerdictOut(Schema):
    """`kind`: held, derivable or new; `known`, `asked`: of so many places or households."""

    field: str
    label: str
    cell: str
    kind: str
    why: str
    element: str
    askers: list[str]
    known: int
    asked: int
    last_period: str
    last_day: str
    likely: str


class VerdictOut(Schema):
    """Seconds of all places together: the form alone, the others without it, and with it."""

    fields: int
    held: int
    derivable: int
    new: int
    likely_new: int | None
    units: int
    forms: int
    asks: int
    confirms: int
    seconds_alone: int
    seconds_without: int
    seconds_with: int
    minutes_each: Amount
    rows: list[FieldVerdictOut]


class AdmissionOut(Schema):
    """`standing`: offered, refused, waiting, in_force, expired or withdrawn."""

    uuid: UUID
    form: str
    form_version: int
    title: str
    department: str
    place: str
    basis: str
    purpose: str
    legal_basis: str
    standing: str
    version: int
    approvals: int
    conditions: ConditionsOut | None
    number: str
    offered_at: datetime
    decide_by: date | None
    decided_at: datetime | None
    withdrawn_on: date | None
    reason: str
    verdict: VerdictOut | None


class StockOut(Schema):
    offered: int
    admitted: int
    skipped: list[str]


class CatalogueLineOut(Schema):
    """`minutes`: a year, of one place or household."""

    admission: AdmissionOut
    frequency: int
    fields: int
    minutes_alone: Amount
    minutes: Amount | None


class LikenessOut(Schema):
    field: str
    label: str
    form: str
    other: str
    score: str
    why: str


class ObjectionOut(Schema):
    uuid: UUID
    kind: str
    form: str
    title: str
    file_name: str
    sender: str
    fields: int
    likenesses: list[LikenessOut]
    words: str
    place: str
    made_at: datetime
    due_on: date
    ruling: str
    answer: str
    answered_at: datetime | None


class ObjectionIn(Schema):
    form: Annotated[str, Field(max_length=64)]
    place: Code
    words: Said


class RulingIn(Schema):
    """`ruling`: upheld, partly or refused."""

    ruling: Ruling
    answer: Said
