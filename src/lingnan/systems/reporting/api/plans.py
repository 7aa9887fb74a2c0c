"""The plan of a round and what it spares: figures, one place, one fact, the burden by department."""

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema, Status

from lingnan.base import clock
from lingnan.kernel.places import queries as places
from lingnan.web.access import permission
from lingnan.web.actors import actor_of
from lingnan.web.api import PROBLEMS
from lingnan.web.errors import in_words

from .. import queries, services
from ..terms.plans import Load, PlanInfo, PlannedFact
from .shapes import DecisionIn, codes_of

router = Router(tags=["reporting"])


class PlanOut(Schema):
    uuid: UUID
    round: UUID
    planned_at: datetime
    sha256: str
    figures: dict[str, int]
    is_stale: bool


class PlannedOut(Schema):
    """`means`: known, returned, derive, identity, confirm or ask; `seconds` of a clerk's time."""

    fact: str
    title: str
    means: str
    seconds: int
    needs: list[str]
    why: str
    forms: list[str]


class LoadOut(Schema):
    units: int
    fields: int
    facts: int
    asks: int
    confirms: int
    avoided: int
    minutes_before: int
    minutes_after: int


class FormLoadOut(LoadOut):
    form: str
    title: str


class BurdenOut(Schema):
    """`departments`: by party id, empty where nobody is named; `places`: by division code."""

    whole: LoadOut
    forms: list[FormLoadOut]
    departments: dict[str, LoadOut]
    places: dict[str, LoadOut]


class SumOut(Schema):
    total: str
    parts: list[str]
    why: str
    accepted: bool | None


@router.post("/rounds/{uuid}/plan", response={201: PlanOut, **PROBLEMS}, summary="Plan a round")
@permission("reporting.administer")
def make_plan(request: HttpRequest, uuid: UUID) -> Status[PlanOut]:
    by = actor_of(request)
    found = queries.round_of(str(uuid), to=by, on=clock.today())
    return Status(201, _plan(services.plan_round(found, by=by, at=clock.now())))


@router.get("/rounds/{uuid}/plan", response={200: PlanOut, **PROBLEMS}, summary="Its figures")
@permission("reporting.read")
def show_plan(request: HttpRequest, uuid: UUID) -> PlanOut:
    to, on = actor_of(request), clock.today()
    return _plan(queries.summary(queries.round_of(str(uuid), to=to, on=on), to=to, on=on))


@router.get(
    "/rounds/{uuid}/plan/{place}",
    response={200: list[PlannedOut], **PROBLEMS},
    summary="Fact by fact, of one place",
)
@permission("reporting.read")
def plan_of_place(request: HttpRequest, uuid: UUID, place: str) -> list[PlannedOut]:
    to, on = actor_of(request), clock.today()
    found, where = queries.round_of(str(uuid), to=to, on=on), places.by_code(place, on=on)
    return [_planned(one) for one in queries.plan_of(found, where.id, to=to, on=on)]


@router.get(
    "/rounds/{uuid}/plan/{place}/{fact}",
    response={200: PlannedOut, **PROBLEMS},
    summary="Why one fact is asked, or is not",
)
@permission("reporting.read")
def explain(request: HttpRequest, uuid: UUID, place: str, fact: str) -> PlannedOut:
    """`fact`: an element's code, or `FORM:field`."""
    to, on = actor_of(request), clock.today()
    found, where = queries.round_of(str(uuid), to=to, on=on), places.by_code(place, on=on)
    return _planned(queries.explain(found, fact, where.id, to=to, on=on))


@router.get(
    "/rounds/{uuid}/burden/{place}",
    response={200: BurdenOut, **PROBLEMS},
    summary="Who burdens whom",
)
@permission("reporting.read")
def show_burden(request: HttpRequest, uuid: UUID, place: str) -> BurdenOut:
    to, on = actor_of(request), clock.today()
    found, where = queries.round_of(str(uuid), to=to, on=on), places.by_code(place, on=on)
    told = queries.burden(found, where.id, to=to, on=on)
    codes = codes_of(told.places)
    return BurdenOut(
        whole=_load(told.whole),
        forms=[
            FormLoadOut(form=one.form, title=one.title, **_load(one.load).dict())
            for one in told.forms
        ],
        departments={str(one or ""): _load(load) for one, load in told.departments.items()},
        places={codes[one]: _load(load) for one, load in told.places.items()},
    )


@router.get("/forms/{code}/sums", response={200: list[SumOut], **PROBLEMS}, summary="Sums seen")
@permission("reporting.read")
def list_sums(request: HttpRequest, code: str) -> list[SumOut]:
    form = queries.form(code, to=actor_of(request), on=clock.today())
    return [
        SumOut(total=s.total, parts=list(s.parts), why=s.why, accepted=s.is_accepted)
        for s in queries.sums_of([form.id])[form.id]
    ]


@router.post("/forms/{code}/sums/{total}", response={204: None, **PROBLEMS}, summary="Decide a sum")
@permission("reporting.administer")
def decide_sum(request: HttpRequest, code: str, total: str, body: DecisionIn) -> Status[None]:
    by = actor_of(request)
    form = queries.form(code, to=by, on=clock.today())
    services.decide_sum(form.id, total, accept=body.accept, by=by, at=clock.now())
    return Status(204, None)


def _plan(told: PlanInfo) -> PlanOut:
    return PlanOut(
        uuid=UUID(told.uuid),
        round=UUID(told.round),
        planned_at=told.planned_at,
        sha256=told.sha256,
        figures=told.figures,
        is_stale=told.is_stale,
    )


def _planned(one: PlannedFact) -> PlannedOut:
    return PlannedOut(
        fact=one.fact,
        title=one.title,
        means=one.way.means,
        seconds=one.way.cost,
        needs=sorted(one.way.needs),
        why=in_words(one.why),
        forms=list(one.forms),
    )


def _load(load: Load) -> LoadOut:
    return LoadOut(
        units=load.units,
        fields=load.fields,
        facts=load.facts,
        asks=load.asks,
        confirms=load.confirms,
        avoided=load.avoided,
        minutes_before=load.minutes_before,
        minutes_after=load.minutes_after,
    )
