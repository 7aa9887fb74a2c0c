"""Filled forms of earlier years: take in, see what was understood, confirm, decide."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import File, Router, Schema, Status
from ninja.files import UploadedFile
from pydantic import Field

from lingnan.base import clock
from lingnan.base.canonical import decimal_text
from lingnan.base.periods import Period
from lingnan.kernel.places import queries as places
from lingnan.web.access import permission
from lingnan.web.actors import actor_of
from lingnan.web.api import PROBLEMS

from .. import queries, services
from ..terms.histories import HistoryFileInfo, HistorySheetInfo, HistoryValueInfo, Rival
from .shapes import Code, DecisionIn, PeriodText, ReasonIn, codes_of, period_code

router = Router(tags=["reporting"])


class HistorySheetOut(Schema):
    """`names`: words that name no single place → how many values wait for it."""

    uuid: UUID
    sheet: str
    title: str
    form: str
    state: str
    periods: list[str]
    period_doubt: str
    values: dict[str, int]
    open: int
    names: dict[str, int]
    doubts: list[dict[str, str]]


class HistoryOut(Schema):
    uuid: UUID
    sha256: str
    name: str
    place: str
    problem: str
    taken_at: datetime
    repeated: bool
    sheets: list[HistorySheetOut]


class HistoryValueOut(Schema):
    id: int
    cell: str
    code: str
    label: str
    place: str
    place_text: str
    candidates: list[str]
    period: str
    text: str
    value: str | None
    quality: str
    doubt: str
    state: str


class AmendIn(Schema):
    names: Annotated[dict[str, Code], Field(max_length=500)] = {}
    period: PeriodText | None = None
    household: Annotated[str, Field(max_length=64)] = ""


class HistoryConfirmedOut(Schema):
    recorded: int
    left: int
    disputed: int
    contenders: int


class RivalOut(Schema):
    kind: str
    id: int
    element: str
    label: str
    place: str
    period: str
    held: str
    held_source: str
    held_at: datetime | None
    said: str
    said_source: str
    said_at: datetime


@router.post(
    "/history", response={201: list[HistoryOut], **PROBLEMS}, summary="Take in filled forms"
)
@permission("reporting.history")
def take_in(
    request: HttpRequest, files: File[list[UploadedFile]], place: str = ""
) -> Status[list[HistoryOut]]:
    """Workbooks filled in earlier; nothing counts before it is confirmed. `place`: a division
    code below which names are looked up; that of the hat worn when left out."""
    by, on = actor_of(request), clock.today()
    top = places.by_code(place, on=on).id if place else None
    opened = ((one.name or "", one.read()) for one in files)
    taken = services.take_in_workbooks(opened, place=top, by=by, at=clock.now())
    return Status(201, [_file(one) for one in taken])


@router.get("/history", response={200: list[HistoryOut], **PROBLEMS}, summary="Files taken in")
@permission("reporting.history")
def list_history(request: HttpRequest) -> list[HistoryOut]:
    return [_file(one) for one in queries.history_files(to=actor_of(request), on=clock.today())]


@router.get("/history/{uuid}", response={200: HistoryOut, **PROBLEMS}, summary="One file")
@permission("reporting.history")
def get_history(request: HttpRequest, uuid: UUID) -> HistoryOut:
    return _file(queries.history_file(str(uuid), to=actor_of(request), on=clock.today()))


@router.get(
    "/history/sheets/{uuid}/values",
    response={200: list[HistoryValueOut], **PROBLEMS},
    summary="Values of a table",
)
@permission("reporting.history")
def list_values(
    request: HttpRequest, uuid: UUID, only_open: bool = False, after: int = 0
) -> list[HistoryValueOut]:
    """At most 200 after the id `after`; `only_open`: those that wait for a person."""
    to, on = actor_of(request), clock.today()
    return _values(
        queries.history_values(str(uuid), to=to, on=on, only_open=only_open, after=after)
    )


@router.post(
    "/history/sheets/{uuid}/values/unmask",
    response={200: list[HistoryValueOut], **PROBLEMS},
    summary="Values of a table with persons in full, for a reason",
)
@permission("reporting.history")
def show_values(
    request: HttpRequest, uuid: UUID, body: ReasonIn, only_open: bool = False, after: int = 0
) -> list[HistoryValueOut]:
    by, at = actor_of(request), clock.now()
    return _values(
        services.show_history_values(
            str(uuid), reason=body.reason, only_open=only_open, after=after, by=by, at=at
        )
    )


def _values(found: Sequence[HistoryValueInfo]) -> list[HistoryValueOut]:
    codes = codes_of({one.place for one in found if one.place})
    return [
        HistoryValueOut(
            id=one.id,
            cell=one.cell,
            code=one.code,
            label=one.label,
            place=codes.get(one.place or 0, ""),
            place_text=one.place_text,
            candidates=list(one.spots),
            period=str(Period.from_code(one.period)) if one.period else "",
            text=one.text,
            value=decimal_text(one.value) if one.value is not None else one.said,
            quality=one.mark,
            doubt=one.doubt,
            state=one.state,
        )
        for one in found
    ]


@router.post("/history/sheets/{uuid}/amend", response={200: int, **PROBLEMS}, summary="Name places")
@permission("reporting.history")
def amend(request: HttpRequest, uuid: UUID, body: AmendIn) -> int:
    """How many values changed."""
    on = clock.today()
    return services.amend_history(
        str(uuid),
        named={text: places.by_code(code, on=on).id for text, code in body.names.items()},
        period=period_code(body.period) if body.period else None,
        household=body.household,
        by=actor_of(request),
        at=clock.now(),
    )


@router.post(
    "/history/sheets/{uuid}/confirm",
    response={200: HistoryConfirmedOut, **PROBLEMS},
    summary="Confirm",
)
@permission("reporting.history")
def confirm(request: HttpRequest, uuid: UUID) -> Any:
    return services.confirm_history(str(uuid), by=actor_of(request), at=clock.now())


@router.post("/history/sheets/{uuid}/withdraw", response={200: int, **PROBLEMS}, summary="Withdraw")
@permission("reporting.history")
def withdraw(request: HttpRequest, uuid: UUID) -> int:
    """How many values were taken back."""
    return services.withdraw_history(str(uuid), by=actor_of(request), at=clock.now())


@router.get("/rivals", response={200: list[RivalOut], **PROBLEMS}, summary="Disagreements")
@permission("reporting.history")
def list_rivals(request: HttpRequest, after: int = 0) -> list[RivalOut]:
    return _rivals(queries.rivals(to=actor_of(request), on=clock.today(), after=after))


@router.post(
    "/rivals/unmask",
    response={200: list[RivalOut], **PROBLEMS},
    summary="Disagreements with persons in full, for a reason",
)
@permission("reporting.history")
def show_rivals(request: HttpRequest, body: ReasonIn, after: int = 0) -> list[RivalOut]:
    by, at = actor_of(request), clock.now()
    return _rivals(services.show_rivals(reason=body.reason, after=after, by=by, at=at))


def _rivals(found: Sequence[Rival]) -> list[RivalOut]:
    codes = codes_of({one.place for one in found})
    return [
        RivalOut(
            kind=one.kind,
            id=one.id,
            element=one.element,
            label=one.label,
            place=codes.get(one.place, ""),
            period=str(Period.from_code(one.period)),
            held=one.held,
            held_source=one.held_source,
            held_at=one.held_at,
            said=one.said,
            said_source=one.said_source,
            said_at=one.said_at,
        )
        for one in found
    ]


@router.post("/rivals/{kind}/{number}", response={204: None, **PROBLEMS}, summary="Decide one")
@permission("reporting.history")
def settle(
    request: HttpRequest, kind: Literal["file", "source"], number: int, body: DecisionIn
) -> Status[None]:
    """`accept`: the value that disagreed is kept instead."""
    services.settle_rival(kind, number, take=body.accept, by=actor_of(request), at=clock.now())
    return Status(204, None)


def _file(one: HistoryFileInfo) -> HistoryOut:
    return HistoryOut(
        uuid=UUID(one.uuid),
        sha256=one.sha256,
        name=one.name,
        place=codes_of({one.place}).get(one.place, ""),
        problem=one.why,
        taken_at=one.taken_at,
        repeated=one.repeated,
        sheets=[_sheet(sheet) for sheet in one.sheets],
    )


def _sheet(one: HistorySheetInfo) -> HistorySheetOut:
    return HistorySheetOut(
        uuid=UUID(one.uuid),
        sheet=one.sheet,
        title=one.title,
        form=one.form,
        state=one.state,
        periods=[str(Period.from_code(code)) for code in one.periods],
        period_doubt=one.period_why if one.unknown_period else "",
        values=dict(one.counts),
        open=one.open,
        names=dict(one.names),
        doubts=[{"cell": cell, "text": text, "why": why} for cell, text, why in one.doubts],
    )
