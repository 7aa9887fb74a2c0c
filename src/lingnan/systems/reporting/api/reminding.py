"""Who is late, reminding them, one's own inbox; an upload given back with its faults marked."""

from base64 import b64encode
from datetime import date, datetime
from uuid import UUID

from django.http import HttpRequest
from ninja import File, Form, Router, Schema
from ninja.files import UploadedFile

from lingnan.base import clock
from lingnan.kernel.places import queries as places
from lingnan.web.access import permission
from lingnan.web.actors import actor_of
from lingnan.web.api import PROBLEMS

from .. import queries, services
from ..terms.messaging import Late
from .shapes import Code, codes_of, period_code
from .upload_shapes import UploadedOut, uploaded_out

router = Router(tags=["reporting"])


class LateOut(Schema):
    """`working_days` left until the last day; negative when it is over."""

    place: str
    forms: list[str]
    due_on: date
    working_days: int


class RemindIn(Schema):
    place: Code | None = None


class RemindedOut(Schema):
    """`already`: reminded of the same thing today."""

    sent: int
    already: int
    unreachable: list[str]


class MessageOut(Schema):
    uuid: UUID
    title: str
    words: str
    link: str
    sent_at: datetime
    read_at: datetime | None


class ReturnedOut(Schema):
    """`file`: the uploaded file with its faults marked, base64; empty when there were none."""

    uploaded: UploadedOut
    received_at: datetime
    name: str
    file: str


@router.get("/rounds/{uuid}/late", response={200: list[LateOut], **PROBLEMS}, summary="Late")
@permission("reporting.approve")
def late(request: HttpRequest, uuid: UUID, place: Code | None = None) -> list[LateOut]:
    to, on = actor_of(request), clock.today()
    under = places.by_code(place, on=on).id if place else None
    found = queries.late(queries.round_of(str(uuid), to=to, on=on), under, to=to, on=on)
    codes = codes_of(one.place for one in found)
    return [_late(one, codes[one.place]) for one in found]


@router.post("/rounds/{uuid}/remind", response={200: RemindedOut, **PROBLEMS}, summary="Remind")
@permission("reporting.approve")
def remind(request: HttpRequest, uuid: UUID, body: RemindIn) -> RemindedOut:
    by, on = actor_of(request), clock.today()
    under = places.by_code(body.place, on=on).id if body.place else None
    done = services.remind(str(uuid), under, by=by, at=clock.now())
    codes = codes_of(done.unreachable)
    return RemindedOut(
        sent=done.sent,
        already=done.already,
        unreachable=[codes[one] for one in done.unreachable],
    )


@router.get("/messages", response={200: list[MessageOut], **PROBLEMS}, summary="Own inbox")
@permission("reporting.read")
def messages(request: HttpRequest, unread: bool = False) -> list[MessageOut]:
    found = queries.inbox(to=actor_of(request), unread=unread)
    return [
        MessageOut(
            uuid=UUID(one.uuid),
            title=one.title,
            words=one.words,
            link=one.link,
            sent_at=one.sent_at,
            read_at=one.read_at,
        )
        for one in found
    ]


@router.post("/messages/{uuid}/read", response={204: None, **PROBLEMS}, summary="Mark as read")
@permission("reporting.read")
def read(request: HttpRequest, uuid: UUID) -> tuple[int, None]:
    services.read_message(str(uuid), by=actor_of(request), at=clock.now())
    return 204, None


@router.post(
    "/uploads/checked", response={200: ReturnedOut, **PROBLEMS}, summary="Faults in the file"
)
@permission("reporting.fill")
def upload_checked(
    request: HttpRequest,
    file: File[UploadedFile],
    form: Form[str],
    period: Form[str],
    place: Form[str] = "",
    household: Form[str] = "",
) -> ReturnedOut:
    """One place, one sheet a village, or one row a village or household; .xls, .xlsx or .csv."""
    by, on, at = actor_of(request), clock.today(), clock.now()
    where, code = places.by_code(place, on=on).id if place else None, period_code(period)
    asked = queries.form_asked(form, where, code, to=by, on=on)
    done = services.upload_file(
        asked.id,
        file.read(),
        file.name or "",
        code,
        place=where,
        household=household,
        by=by,
        at=at,
    )
    return ReturnedOut(
        uploaded=uploaded_out(done.uploaded, asked),
        received_at=done.received_at,
        name=done.name,
        file=b64encode(done.data).decode(),
    )


def _late(one: Late, code: str) -> LateOut:
    return LateOut(
        place=code, forms=list(one.forms), due_on=one.due_on, working_days=one.working_days
    )
