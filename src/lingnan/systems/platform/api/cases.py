"""What waits for the hat worn; take it, let go, hand it on, say that it is done."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema

from lingnan.base import clock
from lingnan.base.words import say
from lingnan.kernel.cases import queries as tasks
from lingnan.kernel.cases import services as cases
from lingnan.kernel.cases.terms import TaskInfo, View
from lingnan.kernel.places import queries as places
from lingnan.web import paging
from lingnan.web.access import signed_in
from lingnan.web.actors import actor_of
from lingnan.web.api import PROBLEMS
from lingnan.web.desk import counts as everything

router = Router(tags=["cases"])


class TaskOut(Schema):
    uuid: UUID
    kind: str
    kind_title: str
    title: str
    place: UUID
    subject: str
    url: str
    opened_on: date
    due_on: date
    provisional: bool
    basis: str
    effect: int
    state: str
    reason: str
    reminded: int
    closed_at: datetime | None
    version: int


class TasksOut(Schema):
    items: list[TaskOut]
    next: str


class TaskCountsOut(Schema):
    """`stamp` changes whenever anything on the desk does; it is the ETag too."""

    waiting: int
    overdue: int
    done: int
    delegated: int
    stamp: str


class TaskSeenIn(Schema):
    version: int | None = None


class TaskDelegationIn(TaskSeenIn):
    duty: UUID
    reason: str


@router.get("/tasks", response={200: TasksOut, **PROBLEMS}, summary="The desk")
@signed_in
def desk(
    request: HttpRequest,
    view: View = View.WAITING,
    after: Annotated[str, Query(max_length=128)] = "",
    limit: Annotated[int, Query(ge=1, le=paging.MOST)] = paging.SIZE,
) -> TasksOut:
    """Of the hat worn: by due date, then by effect; what is done the latest first."""
    to, on = actor_of(request), clock.today()
    page = paging.page(
        lambda key, most: tasks.desk(to, on, view, after=key, limit=most),
        key=lambda task: tasks.key_of(task, view),
        cursor=after,
        size=limit,
    )
    return TasksOut(items=_shown(page.rows, to.lang), next=page.next_cursor)


@router.get("/tasks/counts", response={200: TaskCountsOut, 304: None, **PROBLEMS},
            summary="How much waits", url_name="desk_counts")  # fmt: skip
@signed_in
def counts(request: HttpRequest, response: HttpResponse) -> Any:
    """Cheap to ask again: with `If-None-Match` nothing new is 304."""
    found = everything(actor_of(request), clock.today())
    tag = f'"{found.stamp}"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304, headers={"ETag": tag})
    response["ETag"] = tag
    return TaskCountsOut(**{name: getattr(found, name) for name in TaskCountsOut.model_fields})


@router.post("/tasks/{uuid}/claim", response={200: TaskOut, **PROBLEMS}, summary="Take it")
@signed_in
def claim(request: HttpRequest, uuid: UUID, body: TaskSeenIn) -> TaskOut:
    by = actor_of(request)
    return _one(cases.claim_task(str(uuid), seen=body.version, by=by, at=clock.now()), by.lang)


@router.post("/tasks/{uuid}/release", response={200: TaskOut, **PROBLEMS}, summary="Let it go")
@signed_in
def release(request: HttpRequest, uuid: UUID, body: TaskSeenIn) -> TaskOut:
    by = actor_of(request)
    return _one(cases.release_task(str(uuid), seen=body.version, by=by, at=clock.now()), by.lang)


@router.post("/tasks/{uuid}/delegate", response={200: TaskOut, **PROBLEMS}, summary="Hand it on")
@signed_in
def delegate(request: HttpRequest, uuid: UUID, body: TaskDelegationIn) -> TaskOut:
    """To a duty within reach that may do such work; it comes back."""
    by = actor_of(request)
    found = cases.delegate_task(
        str(uuid), str(body.duty), body.reason, seen=body.version, by=by, at=clock.now()
    )
    return _one(found, by.lang)


@router.post("/tasks/{uuid}/give-back", response={200: TaskOut, **PROBLEMS},
             summary="Give it back")  # fmt: skip
@signed_in
def give_back(request: HttpRequest, uuid: UUID, body: TaskSeenIn) -> TaskOut:
    by = actor_of(request)
    return _one(cases.give_back_task(str(uuid), seen=body.version, by=by, at=clock.now()), by.lang)


@router.post("/tasks/{uuid}/done", response={200: TaskOut, **PROBLEMS}, summary="It is done")
@signed_in
def done(request: HttpRequest, uuid: UUID, body: TaskSeenIn) -> TaskOut:
    """Only of kinds whose end no event tells."""
    by = actor_of(request)
    return _one(cases.finish_task(str(uuid), seen=body.version, by=by, at=clock.now()), by.lang)


def _one(found: TaskInfo, lang: str) -> TaskOut:
    return _shown([found], lang)[0]


def _shown(found: Any, lang: str) -> list[TaskOut]:
    uuids = places.uuids(sorted({one.place for one in found})) if found else {}
    return [
        TaskOut(
            uuid=UUID(one.uuid),
            kind=one.kind,
            kind_title=say(tasks.kind(one.kind).title, lang),
            title=one.title,
            place=UUID(str(uuids[one.place])),
            subject=one.subject,
            url=tasks.kind(one.kind).url(one),
            opened_on=one.opened_on,
            due_on=one.due_on,
            provisional=one.provisional,
            basis=one.basis,
            effect=one.effect,
            state=one.stand.state,
            reason=one.reason,
            reminded=one.reminded,
            closed_at=one.closed_at,
            version=one.version,
        )
        for one in found
    ]
