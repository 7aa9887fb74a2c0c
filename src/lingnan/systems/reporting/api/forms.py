"""Forms, what is asked twice, what follows from what, rounds and what they ask."""

from uuid import UUID

from django.http import HttpRequest
from ninja import File, Form, Router, Status
from ninja.files import UploadedFile

from lingnan.base import clock
from lingnan.kernel.places import queries as places
from lingnan.web.access import permission
from lingnan.web.actors import actor_of
from lingnan.web.api import PROBLEMS

from .. import queries, services
from ..terms.filings import Verdict
from ..terms.forms import Relation
from ..terms.masking import Seen
from .shapes import (
    AskOut,
    DecisionIn,
    FormOut,
    ProposalOut,
    RepeatOut,
    RoundIn,
    RoundOut,
    asks_out,
    form_out,
    period_code,
    proposal_out,
    repeat_out,
    rounds_out,
)

router = Router(tags=["reporting"])


@router.get("/forms", response={200: list[FormOut], **PROBLEMS}, summary="Current forms")
@permission("reporting.read")
def list_forms(request: HttpRequest) -> list[FormOut]:
    return [form_out(f) for f in queries.forms(to=actor_of(request), on=clock.today())]


@router.post("/forms", response={201: list[FormOut], **PROBLEMS}, summary="Register a file")
@permission("reporting.register")
def register(
    request: HttpRequest, file: File[UploadedFile], codes: Form[str] = ""
) -> Status[list[FormOut]]:
    """`codes`: names for the forms in the file, in sheet order, separated by commas."""
    named = [code.strip() for code in codes.split(",") if code.strip()]
    found = services.register_form(
        file.read(), file.name or "", codes=named, by=actor_of(request), at=clock.now()
    )
    return Status(201, [form_out(form) for form in found])


@router.get("/forms/{code}", response={200: FormOut, **PROBLEMS}, summary="One form")
@permission("reporting.read")
def show_form(request: HttpRequest, code: str) -> FormOut:
    return form_out(queries.form(code, to=actor_of(request), on=clock.today()))


@router.get("/repeats", response={200: list[RepeatOut], **PROBLEMS}, summary="Asked twice")
@permission("reporting.read")
def list_repeats(request: HttpRequest, state: Verdict | None = None) -> list[RepeatOut]:
    found = queries.repeats(to=actor_of(request), on=clock.today(), state=state)
    return [repeat_out(one) for one in found]


@router.post("/repeats/{number}", response={204: None, **PROBLEMS}, summary="Decide a repeat")
@permission("reporting.administer")
def decide_repeat(request: HttpRequest, number: int, body: DecisionIn) -> Status[None]:
    said = body.relation or (Relation.SAME if body.accept else Relation.ALIKE)
    services.decide_matches({number: said}, by=actor_of(request), at=clock.now())
    return Status(204, None)


@router.get("/proposals", response={200: list[ProposalOut], **PROBLEMS}, summary="Derivations")
@permission("reporting.read")
def list_proposals(request: HttpRequest, form: str = "") -> list[ProposalOut]:
    to, on = actor_of(request), clock.today()
    wanted = queries.form(form, to=to, on=on).id if form else None
    return [proposal_out(one) for one in queries.proposals(to=to, on=on, form=wanted)]


@router.post("/proposals/{number}", response={204: None, **PROBLEMS}, summary="Decide one")
@permission("reporting.administer")
def decide_proposal(request: HttpRequest, number: int, body: DecisionIn) -> Status[None]:
    services.decide_proposal(number, accept=body.accept, by=actor_of(request), at=clock.now())
    return Status(204, None)


@router.get("/rounds", response={200: list[RoundOut], **PROBLEMS}, summary="Rounds")
@permission("reporting.read")
def list_rounds(request: HttpRequest) -> list[RoundOut]:
    found = queries.rounds(to=actor_of(request), on=clock.today())
    return rounds_out(found)


@router.post("/rounds", response={201: RoundOut, **PROBLEMS}, summary="Open a round")
@permission("reporting.administer")
def open_round(request: HttpRequest, body: RoundIn) -> Status[RoundOut]:
    to, on = actor_of(request), clock.today()
    place = places.by_code(body.place, on=on).id
    opened = services.open_round(
        body.title,
        [queries.form_to_ask(code, place, to=to, on=on).id for code in body.forms],
        place=place,
        period=period_code(body.period),
        days=(body.opened_on, body.due_on),
        by=to,
        at=clock.now(),
    )
    return Status(201, rounds_out([opened])[0])


@router.post(
    "/rounds/{uuid}/close", response={200: RoundOut, **PROBLEMS}, summary="Nothing more is filled"
)
@permission("reporting.administer")
def close_round(request: HttpRequest, uuid: UUID) -> RoundOut:
    closed = services.close_round(str(uuid), by=actor_of(request), at=clock.now())
    return rounds_out([closed])[0]


@router.get("/rounds/{uuid}/asks/{place}", response={200: list[AskOut], **PROBLEMS}, summary="Asks")
@permission("reporting.read")
def list_asks(request: HttpRequest, uuid: UUID, place: str) -> list[AskOut]:
    to, on = actor_of(request), clock.today()
    found, where, seen = (
        queries.round_of(str(uuid), to=to, on=on),
        places.by_code(place, on=on).id,
        Seen(),
    )
    asks = queries.asks(found, where, to=to, on=on)
    shown = queries.shown_asks(asks, where, found.period, to=to, on=on, seen=seen)
    services.tell_seen("asks", where, seen, by=to, at=clock.now())
    return asks_out(shown, queries.forms_by_id(found.forms))
