"""Ledgers by API: entries and their lives, acts, registers in and out, who turns an age."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import File, Router, Schema, Status
from ninja.files import UploadedFile
from pydantic import Field

from lingnan.base import clock
from lingnan.base.errors import Invalid, Problem
from lingnan.kernel.places import queries as places
from lingnan.web.access import permission
from lingnan.web.actors import actor_of
from lingnan.web.api import PROBLEMS

from ..queries import ledgers as seen
from ..services import ledgers as acts
from ..terms.ledgers import EntryOf, Turning
from ..terms.masking import Seen
from .shapes import codes_of

router = Router(tags=["reporting"])
Text = Annotated[str, Field(max_length=200)]


class LedgerEntryOut(Schema):
    """`data` by attribute key; `number` is masked. `valid_to` is the first day it is gone."""

    uuid: UUID
    kind: str
    place: str
    valid_from: date
    valid_to: date | None
    data: dict[str, str]
    number: str


class LedgerStepOut(Schema):
    act: UUID
    name: str
    day: date
    source: str
    reason: str
    at: datetime
    changes: dict[str, tuple[str, str]]


class LedgerKeepIn(Schema):
    kind: Text
    place: Text
    data: Annotated[dict[str, Text], Field(max_length=60)]
    day: date | None = None
    reason: Text = ""


class LedgerActIn(Schema):
    """`act`: change, move, split, merge, born, die, close. `to`: a division code or a household."""

    act: Text
    day: date | None = None
    reason: Text = ""
    data: Annotated[dict[str, Text], Field(max_length=60)] = {}
    to: Text = ""
    number: Text = ""
    people: Annotated[list[UUID], Field(max_length=200)] = []


class LedgerReasonIn(Schema):
    reason: Text


class LedgerDoneOut(Schema):
    uuid: str


class LedgerPageIn(Schema):
    """As the list takes it, and why its persons are needed in full."""

    place: Text
    reason: Text
    on: date | None = None
    q: Text = ""
    after: int = 0
    limit: Annotated[int, Field(ge=1, le=500)] = 50


class LedgerTurningIn(Schema):
    place: Text
    reason: Text
    age: int
    month: Text


class LedgerNumberOut(Schema):
    """`data`: the entry with its names, telephone and address in full."""

    number: str
    data: dict[str, str] = {}


class LedgerTakenOut(Schema):
    """`problems`: cell and words of every row that was sent back."""

    rows: int
    new: int
    changed: int
    same: int
    repeated: bool
    problems: list[tuple[str, str]]


class TurningOut(Schema):
    """Masked: the year of `birth`, the month of `day`."""

    uuid: UUID
    place: str
    name: str
    number: str
    birth: str
    day: str


@router.get(
    "/ledgers/{kind}",
    response={200: list[LedgerEntryOut], **PROBLEMS},
    summary="Entries of a ledger",
)
@permission("reporting.read")
def list_entries(
    request: HttpRequest,
    kind: str,
    place: str,
    on: date | None = None,
    q: str = "",
    after: int = 0,
    limit: int = 50,
) -> list[LedgerEntryOut]:
    """Today's in pages (`after`: the last `entry`), or, with `on`, all of that day."""
    to, today = actor_of(request), clock.today()
    where = places.by_code(place, on=today).id
    if on is not None and on != today:
        return _entries(seen.ledger_of(kind, where, on, to=to, on=today))
    found = seen.find_entries(
        kind, where, to=to, on=today, text=q, after=after, limit=max(1, min(limit, 500))
    )
    return _entries(found)


@router.post(
    "/ledgers/{kind}/unmask",
    response={200: list[LedgerEntryOut], **PROBLEMS},
    summary="Entries with names in full, for a reason",
)
@permission("reporting.unmask")
def list_in_full(request: HttpRequest, kind: str, body: LedgerPageIn) -> list[LedgerEntryOut]:
    """Numbers stay masked: they are shown one by one."""
    by, today = actor_of(request), clock.today()
    found = acts.show_entries(
        kind, places.by_code(body.place, on=today).id, body.on or today, reason=body.reason,
        text=body.q, after=body.after, limit=body.limit, by=by, at=clock.now(),
    )  # fmt: skip
    return _entries(found)


@router.post("/ledgers", response={201: LedgerDoneOut, **PROBLEMS}, summary="Register an entry")
@permission("reporting.keep")
def register_entry(request: HttpRequest, body: LedgerKeepIn) -> Status[LedgerDoneOut]:
    by, on = actor_of(request), clock.today()
    place = places.by_code(body.place, on=on).id
    why = acts.Why(body.day or on, reason=body.reason)
    uuid = acts.register_entry(body.kind, place, body.data, why, by=by, at=clock.now())
    return Status(201, LedgerDoneOut(uuid=uuid))


@router.post(
    "/ledgers/{kind}/register",
    response={201: LedgerTakenOut, **PROBLEMS},
    summary="A register's file",
)
@permission("reporting.keep")
def take_in_register(
    request: HttpRequest,
    kind: str,
    place: str,
    file: File[UploadedFile],
    day: date | None = None,
    complete: bool = False,
) -> Status[LedgerTakenOut]:
    """`complete`: the ledgers of the villages in it hold everybody from `day` on."""
    by, on = actor_of(request), clock.today()
    where = places.by_code(place, on=on).id
    told = acts.take_in_register(
        kind, file.read(), file.name or "", where, day=day, complete=complete, by=by, at=clock.now()
    )
    out = LedgerTakenOut(
        rows=told.rows, new=told.new, changed=told.changed, same=told.same,
        repeated=told.repeated, problems=list(told.problems),
    )  # fmt: skip
    return Status(201, out)


@router.get("/ledgers/{kind}/export.csv", response={200: str, **PROBLEMS}, summary="As CSV, masked")
@permission("reporting.read")
def export_ledger(
    request: HttpRequest, kind: str, place: str, on: date | None = None
) -> HttpResponse:
    return _exported(request, kind, place, on, None)


@router.post(
    "/ledgers/{kind}/export.csv",
    response={200: str, **PROBLEMS},
    summary="As CSV with names in full, for a reason",
)
@permission("reporting.unmask")
def export_in_full(
    request: HttpRequest, kind: str, place: str, body: LedgerReasonIn, on: date | None = None
) -> HttpResponse:
    return _exported(request, kind, place, on, body.reason)


def _exported(
    request: HttpRequest, kind: str, place: str, on: date | None, reason: str | None
) -> HttpResponse:
    by, today = actor_of(request), clock.today()
    where = places.by_code(place, on=today).id
    data = acts.export_ledger(kind, where, on or today, reason=reason, by=by, at=clock.now())
    answer = HttpResponse(data, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{kind}-{where}.csv"'
    return answer


@router.get(
    "/ledgers/person/turning",
    response={200: list[TurningOut], **PROBLEMS},
    summary="Who turns an age",
)
@permission("reporting.read")
def who_turns(request: HttpRequest, place: str, age: int, month: str) -> list[TurningOut]:
    to, on = actor_of(request), clock.today()
    first, last = seen.month_days(month)
    where = places.by_code(place, on=on).id
    return _turning(seen.turning(where, age, first, last, to=to, on=on))


@router.post(
    "/ledgers/person/turning/unmask",
    response={200: list[TurningOut], **PROBLEMS},
    summary="Who turns an age, with names in full, for a reason",
)
@permission("reporting.unmask")
def who_turns_in_full(request: HttpRequest, body: LedgerTurningIn) -> list[TurningOut]:
    first, last = seen.month_days(body.month)
    where = places.by_code(body.place, on=clock.today()).id
    found = acts.show_turning(
        where, body.age, first, last, reason=body.reason, by=actor_of(request), at=clock.now()
    )
    return _turning(found)


def _turning(found: list[Turning]) -> list[TurningOut]:
    codes = codes_of({one.place for one in found})
    return [
        TurningOut(
            uuid=UUID(one.uuid), place=codes.get(one.place, ""), name=one.name, number=one.masked,
            birth=one.birth, day=one.day,
        )
        for one in found
    ]  # fmt: skip


@router.get(
    "/ledgers/entries/{uuid}", response={200: LedgerEntryOut, **PROBLEMS}, summary="One entry"
)
@permission("reporting.read")
def show_entry(request: HttpRequest, uuid: UUID, on: date | None = None) -> LedgerEntryOut:
    """As it is; with `on`, as it stood that day."""
    to, today = actor_of(request), clock.today()
    found = (
        seen.entry_on(str(uuid), on, to=to, on=today)
        if on
        else seen.entry(str(uuid), to=to, on=today)
    )
    if found is None:
        raise Invalid(problems=[Problem("on", "这一天不在台账中。")])
    return _entries([found])[0]


@router.get(
    "/ledgers/entries/{uuid}/history",
    response={200: list[LedgerStepOut], **PROBLEMS},
    summary="What was done to it",
)
@permission("reporting.read")
def show_history(request: HttpRequest, uuid: UUID) -> list[LedgerStepOut]:
    found = seen.history(str(uuid), to=actor_of(request), on=clock.today())
    return [
        LedgerStepOut(
            act=UUID(one.act), name=one.name, day=one.day, source=one.source, reason=one.reason,
            at=one.at, changes=dict(one.changes),
        )
        for one in found
    ]  # fmt: skip


@router.post(
    "/ledgers/entries/{uuid}/acts",
    response={201: LedgerDoneOut, **PROBLEMS},
    summary="An act of life",
)
@permission("reporting.keep")
def act_on_entry(request: HttpRequest, uuid: UUID, body: LedgerActIn) -> Status[LedgerDoneOut]:
    by, at, key = actor_of(request), clock.now(), str(uuid)
    why = acts.Why(body.day or clock.today(), reason=body.reason)
    match body.act:
        case "change":
            acts.change_entry(key, body.data, why, by=by, at=at)
            done = key
        case "move":
            done = _moved(key, body, why, request)
        case "split":
            people = [str(one) for one in body.people]
            done = acts.split_household(key, people, body.number, why, by=by, at=at)
        case "merge":
            done = acts.merge_households(key, body.to, why, by=by, at=at)
        case "born":
            done = acts.born(key, body.data, why, by=by, at=at)
        case "die":
            done = acts.die(key, why, by=by, at=at)
        case "close":
            done = acts.close_entry(key, why, by=by, at=at)
        case _:
            raise Invalid(problems=[Problem("act", "没有这种办理。")])
    return Status(201, LedgerDoneOut(uuid=done))


def _moved(key: str, body: LedgerActIn, why: acts.Why, request: HttpRequest) -> str:
    by, at = actor_of(request), clock.now()
    if len(body.to) == 36:
        return acts.move_person(key, body.to, why, by=by, at=at)
    place = places.by_code(body.to, on=clock.today()).id
    return acts.move_entry(key, place, why, number=body.number, by=by, at=at)


@router.post(
    "/ledgers/acts/{uuid}/retract",
    response={201: LedgerDoneOut, **PROBLEMS},
    summary="Take an act back",
)
@permission("reporting.keep")
def retract_act(request: HttpRequest, uuid: UUID, body: LedgerReasonIn) -> Status[LedgerDoneOut]:
    by = actor_of(request)
    done = acts.retract_act(str(uuid), reason=body.reason, by=by, at=clock.now())
    return Status(201, LedgerDoneOut(uuid=done))


@router.post(
    "/ledgers/entries/{uuid}/unmask",
    response={200: LedgerNumberOut, **PROBLEMS},
    summary="The number in full, for a reason",
)
@permission("reporting.unmask")
def unmask_entry(request: HttpRequest, uuid: UUID, body: LedgerReasonIn) -> LedgerNumberOut:
    by = actor_of(request)
    number = acts.unmask_entry(str(uuid), reason=body.reason, by=by, at=clock.now())
    whole = seen.entry(str(uuid), to=by, on=clock.today(), in_full=Seen())
    return LedgerNumberOut(number=number, data=dict(whole.data))


def _entries(found: list[EntryOf]) -> list[LedgerEntryOut]:
    codes = codes_of({one.place for one in found})
    return [
        LedgerEntryOut(
            uuid=UUID(one.uuid), kind=one.kind, place=codes.get(one.place, ""),
            valid_from=one.valid_from, valid_to=one.valid_to, data=dict(one.data),
            number=one.masked,
        )
        for one in found
    ]  # fmt: skip
