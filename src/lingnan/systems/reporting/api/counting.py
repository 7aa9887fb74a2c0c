"""Facts counted over ledgers, by API: which ledgers are complete, which facts, counted again; dues."""

from datetime import date
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from lingnan.base import clock
from lingnan.base.words import say
from lingnan.kernel.places import queries as places
from lingnan.web.access import permission
from lingnan.web.actors import actor_of
from lingnan.web.api import PROBLEMS

from .. import queries
from ..queries import ledgers as seen
from ..services import ledgers as acts
from ..terms.dues import Due
from .shapes import codes_of

router = Router(tags=["reporting"])
Text = Annotated[str, Field(max_length=200)]


class CompleteIn(Schema):
    """`places`: villages' codes. `since`: what is not in their ledger does not exist from that day on."""

    places: Annotated[list[Text], Field(max_length=2000)]
    since: date | None = None


class CountedIn(Schema):
    """`kind` and `formula` say how it is counted when nothing proposed it, or otherwise than proposed."""

    accept: bool
    kind: Text = ""
    formula: Text = ""


class CountedOut(Schema):
    element: str
    title: str
    kind: str
    formula: str
    state: Literal["proposed", "accepted", "refused"]


class HowManyOut(Schema):
    """How many are new: villages declared, facts proposed, figures written."""

    count: int


class DueOut(Schema):
    """`number` is masked, and so is the name to whom it is veiled; then `day` is a month."""

    rule: str
    entry: str
    place: str
    name: str
    number: str
    day: str


class DuesIn(Schema):
    """`month`: 2026-12. `reason`: why the persons are needed in full; it is kept as evidence."""

    place: Text
    month: Text
    reason: Text


@router.post(
    "/ledgers/{kind}/complete",
    response={200: HowManyOut, **PROBLEMS},
    summary="Declare ledgers complete",
)
@permission("reporting.keep")
def declare_complete(request: HttpRequest, kind: str, body: CompleteIn) -> HowManyOut:
    on = clock.today()
    villages = [places.by_code(code, on=on).id for code in body.places]
    fresh = acts.declare_complete(
        kind, villages, body.since or on, by=actor_of(request), at=clock.now()
    )
    return HowManyOut(count=fresh)


@router.get(
    "/ledgers/counted/items",
    response={200: list[CountedOut], **PROBLEMS},
    summary="Facts that are counted over ledgers",
)
@permission("reporting.read")
def list_counted(request: HttpRequest, state: str = "") -> list[CountedOut]:
    found = seen.item_rules(to=actor_of(request), on=clock.today(), state=state)
    return [CountedOut.model_validate(one, from_attributes=True) for one in found]


@router.post(
    "/forms/{code}/counted",
    response={200: HowManyOut, **PROBLEMS},
    summary="Look through a form for facts a ledger can count",
)
@permission("reporting.register")
def propose(request: HttpRequest, code: str) -> HowManyOut:
    by = actor_of(request)
    form = queries.form(code, to=by, on=clock.today())
    return HowManyOut(count=acts.propose_items(form.id, by=by, at=clock.now()))


@router.post(
    "/ledgers/counted/items/{element}",
    response={204: None, **PROBLEMS},
    summary="Decide whether a fact is counted",
)
@permission("reporting.administer")
def decide(request: HttpRequest, element: str, body: CountedIn) -> Status[None]:
    acts.decide_item(
        element,
        accept=body.accept,
        kind=body.kind,
        formula=body.formula,
        by=actor_of(request),
        at=clock.now(),
    )
    return Status(204, None)


@router.post(
    "/ledgers/counted/{place}",
    response={200: HowManyOut, **PROBLEMS},
    summary="Count again below a place",
)
@permission("reporting.read")
def count_again(request: HttpRequest, place: str) -> HowManyOut:
    """By whoever keeps ledgers there, or plans."""
    where = places.by_code(place, on=clock.today()).id
    return HowManyOut(count=acts.derive_below(where, by=actor_of(request), at=clock.now()))


@router.get("/dues", response={200: list[DueOut], **PROBLEMS}, summary="What falls due in a month")
@permission("reporting.read")
def list_dues(request: HttpRequest, place: str, month: str) -> list[DueOut]:
    to, on = actor_of(request), clock.today()
    first, last = seen.month_days(month)
    return _dues(seen.dues(places.by_code(place, on=on).id, first, last, to=to, on=on), to.lang)


@router.post("/dues/unmask", response={200: list[DueOut], **PROBLEMS}, summary="The same in full")
@permission("reporting.unmask")
def dues_in_full(request: HttpRequest, body: DuesIn) -> list[DueOut]:
    by = actor_of(request)
    first, last = seen.month_days(body.month)
    where = places.by_code(body.place, on=clock.today()).id
    found = acts.show_dues(where, first, last, reason=body.reason, by=by, at=clock.now())
    return _dues(found, by.lang)


def _dues(found: list[Due], lang: str) -> list[DueOut]:
    codes = codes_of(one.place for one in found)
    return [
        DueOut(
            rule=say(one.rule.titles, lang),
            entry=one.uuid,
            place=codes[one.place],
            name=one.name,
            number=one.masked,
            day=one.day,
        )
        for one in found
    ]
