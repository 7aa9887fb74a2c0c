"""Facts counted over ledgers, by API: which ledgers are complete, which facts, counted again; dues."""

from datetime import date
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from lingnan.base import clock
from lingnan.base.errors import Invalid, Problem
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


class LedgerCompleteIn(Schema):
    """`places`: villages' codes. `since`: what is not in their ledger does not exist from that day on."""

    places: Annotated[list[Text], Field(max_length=2000)]
    since: date | None = None


class LedgerCountedIn(Schema):
    """`kind` and `formula` say how it is counted when nothing proposed it, or otherwise than proposed."""

    accept: bool
    kind: Text = ""
    formula: Text = ""


class LedgerCountedOut(Schema):
    element: str
    title: str
    kind: str
    formula: str
    state: Literal["proposed", "accepted", "refused"]


class LedgerHowManyOut(Schema):
    """How many are new: villages declared, facts proposed, figures written."""

    count: int


class LedgerDueOut(Schema):
    """`number` is masked, and so is the name to whom it is veiled; then `day` is a month."""

    rule: str
    entry: str
    place: str
    name: str
    number: str
    day: str


class LedgerDuesIn(Schema):
    """`month`: 2026-12. `reason`: why the persons are needed in full; it is kept as evidence."""

    place: Text
    month: Text
    reason: Text


@router.post(
    "/ledgers/{kind}/complete",
    response={200: LedgerHowManyOut, **PROBLEMS},
    summary="Declare ledgers complete",
)
@permission("reporting.keep")
def declare_complete(request: HttpRequest, kind: str, body: LedgerCompleteIn) -> LedgerHowManyOut:
    on = clock.today()
    known = places.by_codes(body.places, on=on)
    strange = [code for code in body.places if code not in known]
    if strange:
        wrong = [Problem("places", "没有区划代码“{code}”。", (("code", code),)) for code in strange]
        raise Invalid(problems=wrong)
    fresh = acts.declare_complete(
        kind, sorted(known.values()), body.since or on, by=actor_of(request), at=clock.now()
    )
    return LedgerHowManyOut(count=fresh)


@router.get(
    "/ledgers/counted/items",
    response={200: list[LedgerCountedOut], **PROBLEMS},
    summary="Facts that are counted over ledgers",
)
@permission("reporting.read")
def list_counted(request: HttpRequest, state: str = "") -> list[LedgerCountedOut]:
    found = seen.item_rules(to=actor_of(request), on=clock.today(), state=state)
    return [LedgerCountedOut.model_validate(one, from_attributes=True) for one in found]


@router.post(
    "/forms/{code}/counted",
    response={200: LedgerHowManyOut, **PROBLEMS},
    summary="Look through a form for facts a ledger can count",
)
@permission("reporting.register")
def propose(request: HttpRequest, code: str) -> LedgerHowManyOut:
    by = actor_of(request)
    form = queries.form(code, to=by, on=clock.today())
    return LedgerHowManyOut(count=acts.propose_items(form.id, by=by, at=clock.now()))


@router.post(
    "/ledgers/counted/items/{element}",
    response={204: None, **PROBLEMS},
    summary="Decide whether a fact is counted",
)
@permission("reporting.administer")
def decide(request: HttpRequest, element: str, body: LedgerCountedIn) -> Status[None]:
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
    response={200: LedgerHowManyOut, **PROBLEMS},
    summary="Count again below a place",
)
@permission("reporting.read")
def count_again(request: HttpRequest, place: str) -> LedgerHowManyOut:
    """By whoever keeps ledgers there, or plans."""
    where = places.by_code(place, on=clock.today()).id
    return LedgerHowManyOut(count=acts.derive_below(where, by=actor_of(request), at=clock.now()))


@router.get(
    "/dues", response={200: list[LedgerDueOut], **PROBLEMS}, summary="What falls due in a month"
)
@permission("reporting.read")
def list_dues(request: HttpRequest, place: str, month: str) -> list[LedgerDueOut]:
    to, on = actor_of(request), clock.today()
    first, last = seen.month_days(month)
    return _dues(seen.dues(places.by_code(place, on=on).id, first, last, to=to, on=on), to.lang)


@router.post(
    "/dues/unmask", response={200: list[LedgerDueOut], **PROBLEMS}, summary="The same in full"
)
@permission("reporting.unmask")
def dues_in_full(request: HttpRequest, body: LedgerDuesIn) -> list[LedgerDueOut]:
    by = actor_of(request)
    first, last = seen.month_days(body.month)
    where = places.by_code(body.place, on=clock.today()).id
    found = acts.show_dues(where, first, last, reason=body.reason, by=by, at=clock.now())
    return _dues(found, by.lang)


def _dues(found: list[Due], lang: str) -> list[LedgerDueOut]:
    codes = codes_of(one.place for one in found)
    return [
        LedgerDueOut(
            rule=say(one.rule.titles, lang),
            entry=one.uuid,
            place=codes[one.place],
            name=one.name,
            number=one.masked,
            day=one.day,
        )
        for one in found
    ]
