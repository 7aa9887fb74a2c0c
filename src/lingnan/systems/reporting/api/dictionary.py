"""The element dictionary: elements, proposed ones, decisions that are remembered, who asks what."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Status

from lingnan.base import clock
from lingnan.web import paging
from lingnan.web.access import permission
from lingnan.web.actors import actor_of
from lingnan.web.api import PROBLEMS

from .. import queries, services
from .entries import (
    ActOut,
    ClusterOut,
    ConfirmedOut,
    ConfirmIn,
    DecidedOut,
    DescribeIn,
    ElementDetailOut,
    EntriesOut,
    GridOut,
    JoinIn,
    SplitIn,
    UndoneOut,
    cluster_out,
    decided_out,
    detail_out,
    element_out,
    grid_out,
)

router = Router(tags=["reporting"])
Least = Annotated[int, Query(ge=1, le=50, description="forms that ask it, at least")]
Top = Annotated[int, Query(ge=1, le=200)]
Size = Annotated[int, Query(ge=1, le=500)]


@router.get("/elements", response={200: EntriesOut, **PROBLEMS}, summary="The dictionary")
@permission("reporting.read")
def list_elements(
    request: HttpRequest,
    q: str = "",
    owner: str = "",
    asked: int = 0,
    after: str = "",
    limit: Size = 50,
) -> EntriesOut:
    """Elements that forms ask, most asked first. `q`: in the code or a name."""
    to, on = actor_of(request), clock.today()
    found = queries.entries(to=to, on=on, text=q, owner=owner, asked=asked)
    page = paging.window(found, cursor=after, size=limit)
    return EntriesOut(items=[element_out(one) for one in page.rows], next=page.next_cursor)


@router.post("/elements/join", response={201: ActOut, **PROBLEMS}, summary="Join elements")
@permission("reporting.administer")
def join_elements(request: HttpRequest, body: JoinIn) -> Status[ActOut]:
    """The oldest is kept; forms with approved answers follow from their next period on."""
    act = services.join_elements(
        body.codes, titles=body.titles, truth=body.truth, by=actor_of(request), at=clock.now()
    )
    return Status(201, ActOut(act=UUID(act)))


@router.get("/elements/{code}", response={200: ElementDetailOut, **PROBLEMS}, summary="One element")
@permission("reporting.read")
def show_element(request: HttpRequest, code: str) -> ElementDetailOut:
    to, on = actor_of(request), clock.today()
    one = queries.entry(code, to=to, on=on)
    asking = queries.askers(one.id, to=to, on=on)
    return detail_out(one, asking, queries.changes(one.id, to=to, on=on))


@router.post("/elements/{code}", response={201: ActOut, **PROBLEMS}, summary="Name, owner, truth")
@permission("reporting.administer")
def describe_element(request: HttpRequest, code: str, body: DescribeIn) -> Status[ActOut]:
    """What is left out stays. `truth`: `ledger`, `form:<code>`, `department:<uuid>`, best first."""
    act = services.describe_element(
        code,
        titles=body.titles,
        owner=body.owner,
        truth=body.truth,
        label=body.label,
        by=actor_of(request),
        at=clock.now(),
    )
    return Status(201, ActOut(act=UUID(act)))


@router.post("/elements/{code}/split", response={201: ActOut, **PROBLEMS}, summary="Split")
@permission("reporting.administer")
def split_element(request: HttpRequest, code: str, body: SplitIn) -> Status[ActOut]:
    """`fields`: `form:field` of the questions that ask another fact."""
    act = services.split_element(
        code,
        [(form, field) for form, _, field in (one.rpartition(":") for one in body.fields)],
        titles=body.titles,
        new_code=body.code,
        by=actor_of(request),
        at=clock.now(),
    )
    return Status(201, ActOut(act=UUID(act)))


@router.get("/clusters", response={200: list[ClusterOut], **PROBLEMS}, summary="Proposed elements")
@permission("reporting.read")
def list_clusters(request: HttpRequest) -> list[ClusterOut]:
    found = queries.proposed(to=actor_of(request), on=clock.today())
    return [cluster_out(one) for one in found]


@router.get("/decisions", response={200: list[DecidedOut], **PROBLEMS}, summary="What was decided")
@permission("reporting.read")
def list_decisions(request: HttpRequest) -> list[DecidedOut]:
    """Every decision on two wordings that stands, oldest first."""
    return [decided_out(one) for one in queries.decisions(to=actor_of(request))]


@router.post("/repeats/confirm", response={201: ConfirmedOut, **PROBLEMS}, summary="Confirm many")
@permission("reporting.administer")
def confirm_above(request: HttpRequest, body: ConfirmIn) -> Status[ConfirmedOut]:
    """Every open pair held for one fact with at least that confidence; can be undone as one act."""
    score: Decimal = body.score
    act, done, left = services.confirm_above(score, by=actor_of(request), at=clock.now())
    return Status(201, ConfirmedOut(act=UUID(act), confirmed=done, left=left))


@router.post("/acts/{act}/undo", response={201: UndoneOut, **PROBLEMS}, summary="Undo an act")
@permission("reporting.administer")
def undo_act(request: HttpRequest, act: UUID) -> Status[UndoneOut]:
    count = services.undo_act(str(act), by=actor_of(request), at=clock.now())
    return Status(201, UndoneOut(undone=count))


@router.get("/grid", response={200: GridOut, **PROBLEMS}, summary="Who asks what")
@permission("reporting.read")
def show_grid(request: HttpRequest, least: Least = 2, top: Top = 40) -> GridOut:
    """Rows and columns in the order in which blocks show; `asks`: indexes of forms, row by row."""
    found = queries.grid(to=actor_of(request), on=clock.today(), least=least, top=top)
    return grid_out(found)
