"""Data that comes back down, by API: sent, waiting, answered."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import File, Router, Schema, Status
from ninja.files import UploadedFile
from pydantic import Field

from lingnan.base import clock
from lingnan.kernel.places import queries as places
from lingnan.web.access import permission
from lingnan.web.actors import actor_of
from lingnan.web.api import PROBLEMS

from ..queries import ledgers as seen
from ..services import ledgers as acts
from ..terms.ledgers import Reply, ReturnedRow, ReturnInfo
from .shapes import codes_of

router = Router(tags=["reporting"])
Text = Annotated[str, Field(max_length=200)]


class ReturnBatchOut(Schema):
    """`counts`: waiting, doubt, accepted, refused, not_ours, same, faults."""

    uuid: UUID
    code: str
    title: str
    kind: str
    day: date
    rows: int
    counts: dict[str, int]
    sent_at: datetime
    repeated: bool


class ReturnRowOut(Schema):
    """`changes`: old and new by attribute; `days` it has waited."""

    id: int
    batch: UUID
    source: str
    title: str
    row: int
    kind: str
    proposed: str
    reply: str
    place: str
    entry: str
    name: str
    number: str
    changes: dict[str, tuple[str, str]]
    doubt: str
    reason: str
    days: int


class ReturnStatusOut(ReturnBatchOut):
    left: list[ReturnRowOut]


class ReturnReplyIn(Schema):
    """`more`: what the row does not say, such as the `household` of a new person."""

    reply: Reply
    reason: Text = ""
    more: Annotated[dict[str, Text], Field(max_length=20)] = {}


@router.post("/returns", response={201: ReturnBatchOut, **PROBLEMS}, summary="Send data down")
@permission("reporting.send_back")
def send_return(
    request: HttpRequest,
    kind: str,
    place: str,
    code: str,
    title: str,
    file: File[UploadedFile],
    day: date | None = None,
) -> Status[ReturnBatchOut]:
    """`kind`: household, person, home, enterprise, or `value` for facts of villages."""
    by, at, on = actor_of(request), clock.now(), clock.today()
    where, sent = places.by_code(place, on=on).id, acts.Sent(code, title, day or on)
    data, name = file.read(), file.name or ""
    told = (
        acts.send_values(data, name, where, sent, by=by, at=at)
        if kind == "value"
        else acts.send_return(kind, data, name, where, sent, by=by, at=at)
    )
    return Status(201, ReturnBatchOut(**_batch(told)))


@router.get("/returns", response={200: list[ReturnBatchOut], **PROBLEMS}, summary="What was sent")
@permission("reporting.send_back")
def list_returns(request: HttpRequest) -> list[ReturnBatchOut]:
    found = seen.returns(to=actor_of(request), on=clock.today())
    return [ReturnBatchOut(**_batch(one)) for one in found]


@router.get("/returns/rows", response={200: list[ReturnRowOut], **PROBLEMS}, summary="What waits")
@permission("reporting.read")
def list_rows(
    request: HttpRequest,
    place: str = "",
    reply: Reply = Reply.WAITING,
    after: int = 0,
    limit: int = 50,
) -> list[ReturnRowOut]:
    """Within reach, oldest first; `after`: the last id."""
    to, on = actor_of(request), clock.today()
    where = places.by_code(place, on=on).id if place else None
    found = seen.returned_rows(
        to=to, on=on, place=where, reply=reply, after=after, limit=max(1, min(limit, 500))
    )
    return _rows(found)


@router.get(
    "/returns/{uuid}", response={200: ReturnStatusOut, **PROBLEMS}, summary="What came of it"
)
@permission("reporting.send_back")
def show_return(request: HttpRequest, uuid: UUID) -> ReturnStatusOut:
    info, left = seen.returned(str(uuid), to=actor_of(request), on=clock.today())
    return ReturnStatusOut(**_batch(info), left=_rows(left))


@router.post("/returns/rows/{row}", response={204: None, **PROBLEMS}, summary="The village's word")
@permission("reporting.keep")
def answer_return(request: HttpRequest, row: int, body: ReturnReplyIn) -> Status[None]:
    by = actor_of(request)
    acts.answer_return(row, body.reply, reason=body.reason, more=body.more, by=by, at=clock.now())
    return Status(204, None)


def _batch(one: ReturnInfo) -> dict[str, Any]:
    return {
        "uuid": UUID(one.uuid), "code": one.code, "title": one.title, "kind": one.kind,
        "day": one.day, "rows": one.rows, "counts": dict(one.counts), "sent_at": one.sent_at,
        "repeated": one.repeated,
    }  # fmt: skip


def _rows(found: list[ReturnedRow]) -> list[ReturnRowOut]:
    codes = codes_of({one.place for one in found if one.place})
    return [
        ReturnRowOut(
            id=one.id, batch=UUID(one.batch), source=one.source, title=one.title, row=one.row,
            kind=one.kind, proposed=one.proposed, reply=one.reply,
            place=codes.get(one.place or 0, ""), entry=one.entry, name=one.name,
            number=one.masked, changes=dict(one.changes), doubt=one.doubt, reason=one.reason,
            days=one.days,
        )
        for one in found
    ]  # fmt: skip
