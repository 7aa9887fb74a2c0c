"""Admission: offer a form and hear its verdict, approve, the catalogue of a year, objections."""

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import File, Form, Query, Router, Status
from ninja.files import UploadedFile

from lingnan.base import clock
from lingnan.base.periods import Period
from lingnan.kernel.places import queries as places
from lingnan.web.access import permission, public
from lingnan.web.actors import actor_of
from lingnan.web.api import PROBLEMS

from .. import queries, services
from ..terms.admission import (
    AdmissionInfo,
    Conditions,
    Held,
    ObjectionInfo,
    ObjectionKind,
)
from .admission_shapes import (
    AdmissionOut,
    ApprovalIn,
    CatalogueLineOut,
    ConditionsOut,
    FieldVerdictOut,
    LikenessOut,
    ObjectionIn,
    ObjectionOut,
    OfferIn,
    ReasonIn,
    RulingIn,
    Said,
    StockOut,
    VerdictOut,
)
from .shapes import Code, codes_of, period_code

router = Router(tags=["reporting"])


@router.get("/admissions", response={200: list[AdmissionOut], **PROBLEMS}, summary="Applications")
@permission("reporting.read")
def list_admissions(request: HttpRequest) -> list[AdmissionOut]:
    found = queries.admissions(to=actor_of(request), on=clock.today())
    named = codes_of({one.place for one in found})
    return [_out(one, named[one.place], rows=False) for one in found]


@router.post("/admissions", response={201: AdmissionOut, **PROBLEMS}, summary="Offer a form")
@permission("reporting.register")
def offer(request: HttpRequest, body: OfferIn) -> Status[AdmissionOut]:
    by, on = actor_of(request), clock.today()
    form = queries.form(body.form, to=by, on=on)
    once = period_code(body.once) if body.once else 0
    said = services.Offer(body.purpose, body.legal_basis, tuple(body.only), once)
    place = places.by_code(body.place, on=on).id
    return Status(201, _one(services.offer_form(form.id, said, place=place, by=by, at=clock.now())))


@router.post(
    "/admissions/existing", response={200: StockOut, **PROBLEMS}, summary="Admit what is in use"
)
@permission("reporting.admit")
def existing(request: HttpRequest, place: Annotated[str, Query(max_length=24)]) -> StockOut:
    by = actor_of(request)
    where = places.by_code(place, on=clock.today()).id
    done = services.admit_existing(place=where, by=by, at=clock.now())
    return StockOut(offered=done.offered, admitted=done.admitted, skipped=list(done.skipped))


@router.get("/admissions/{uuid}", response={200: AdmissionOut, **PROBLEMS}, summary="One, with why")
@permission("reporting.read")
def show_admission(request: HttpRequest, uuid: UUID) -> AdmissionOut:
    return _one(queries.admission(str(uuid), to=actor_of(request), on=clock.today()))


@router.post(
    "/admissions/{uuid}/assess", response={200: AdmissionOut, **PROBLEMS}, summary="Assess again"
)
@permission("reporting.read")
def assess(request: HttpRequest, uuid: UUID) -> AdmissionOut:
    return _one(services.assess_again(str(uuid), by=actor_of(request), at=clock.now()))


@router.post(
    "/admissions/{uuid}/approve",
    response={200: AdmissionOut, **PROBLEMS},
    summary="One person's yes",
)
@permission("reporting.admit")
def approve(request: HttpRequest, uuid: UUID, body: ApprovalIn) -> AdmissionOut:
    by, on = actor_of(request), clock.today()
    one = queries.admission(str(uuid), to=by, on=on)
    done = services.approve_admission(
        str(uuid), conditions=_wanted(one, body, on), seen=body.seen, by=by, at=clock.now()
    )
    return _one(done)


@router.post(
    "/admissions/{uuid}/refuse",
    response={200: AdmissionOut, **PROBLEMS},
    summary="Refuse, with why",
)
@permission("reporting.admit")
def refuse(request: HttpRequest, uuid: UUID, body: ReasonIn) -> AdmissionOut:
    by = actor_of(request)
    return _one(services.refuse_admission(str(uuid), body.reason, by=by, at=clock.now()))


@router.post(
    "/admissions/{uuid}/withdraw", response={200: AdmissionOut, **PROBLEMS}, summary="End it"
)
@permission("reporting.read")
def withdraw(request: HttpRequest, uuid: UUID, body: ReasonIn) -> AdmissionOut:
    by = actor_of(request)
    return _one(services.withdraw_admission(str(uuid), body.reason, by=by, at=clock.now()))


@router.get(
    "/catalogue/{year}",
    response={200: list[CatalogueLineOut], **PROBLEMS},
    summary="Forms in force in a year",
)
@permission("reporting.read")
def yearly(request: HttpRequest, year: int, on: date | None = None) -> list[CatalogueLineOut]:
    found = queries.catalogue(year, to=actor_of(request), on=on or clock.today())
    named = codes_of({one.admission.place for one in found})
    return [
        CatalogueLineOut(
            admission=_out(one.admission, named[one.admission.place], rows=False),
            frequency=one.times,
            fields=one.admission.fields,
            minutes_alone=one.minutes_alone,
            minutes=one.minutes,
        )
        for one in found
    ]


@router.get(
    "/objections", response={200: list[ObjectionOut], **PROBLEMS}, summary="The public register",
    auth=None,
)  # fmt: skip
@public
def list_objections(request: HttpRequest) -> list[ObjectionOut]:
    found = queries.objections()
    named = codes_of({one.place for one in found})
    return [_objection(one, named[one.place]) for one in found]


@router.post("/objections", response={201: ObjectionOut, **PROBLEMS}, summary="This form repeats")
@permission("reporting.object")
def object_to(request: HttpRequest, body: ObjectionIn) -> Status[ObjectionOut]:
    by, on = actor_of(request), clock.today()
    place = places.by_code(body.place, on=on)
    said = services.Saying(ObjectionKind.REPEATS, body.words, place.id)
    form = queries.form(body.form, to=by, on=on)
    made = services.object_to_form(form.id, said, by=by, at=clock.now())
    return Status(201, _objection(made, place.code))


@router.post(
    "/objections/file", response={201: ObjectionOut, **PROBLEMS}, summary="A form from outside"
)
@permission("reporting.object")
def object_to_file(
    request: HttpRequest,
    file: File[UploadedFile],
    place: Form[Code],
    words: Form[Said],
    sender: Form[str] = "",
) -> Status[ObjectionOut]:
    """Read and matched, never registered."""
    by, where = actor_of(request), places.by_code(place, on=clock.today())
    said = services.Saying(ObjectionKind.UNLISTED, words, where.id, sender)
    made = services.object_to_file(file.read(), file.name or "", said, by=by, at=clock.now())
    return Status(201, _objection(made, where.code))


@router.post(
    "/objections/{uuid}/answer", response={200: ObjectionOut, **PROBLEMS}, summary="The answer"
)
@permission("reporting.admit")
def answer(request: HttpRequest, uuid: UUID, body: RulingIn) -> ObjectionOut:
    by = actor_of(request)
    done = services.answer_objection(str(uuid), body.ruling, body.answer, by=by, at=clock.now())
    return _objection(done, codes_of([done.place])[done.place])


def _wanted(one: AdmissionInfo, body: ApprovalIn, on: date) -> Conditions | None:
    if not body.new_only and not body.dict(exclude_unset=True, exclude={"seen", "new_only"}):
        return None
    usual = one.conditions or services.usual_conditions(one, on)
    only = usual.only if body.only is None else tuple(body.only)
    if body.new_only and one.verdict:
        only = one.verdict.new
    return Conditions(
        body.begins_on or usual.begins_on,
        body.expires_on or usual.expires_on,
        usual.notice_days if body.notice_days is None else body.notice_days,
        only,
        usual.period,
    )


def _one(one: AdmissionInfo) -> AdmissionOut:
    return _out(one, codes_of([one.place])[one.place])


def _out(one: AdmissionInfo, place: str, *, rows: bool = True) -> AdmissionOut:
    told: dict[str, Any] = {
        "uuid": UUID(one.uuid),
        "form": one.form_code,
        "department": one.department_name,
        "place": place,
        "standing": queries.standing(one, clock.today()).value,
        "conditions": _conditions(one.conditions),
        "verdict": _verdict(one, rows=rows),
    }
    same = ("form_version", "title", "basis", "purpose", "legal_basis", "version", "approvals",
            "number", "offered_at", "decide_by", "decided_at", "withdrawn_on", "reason")  # fmt: skip
    return AdmissionOut(**told, **{name: getattr(one, name) for name in same})


def _conditions(one: Conditions | None) -> ConditionsOut | None:
    if one is None:
        return None
    return ConditionsOut(
        begins_on=one.begins_on,
        expires_on=one.expires_on,
        notice_days=one.notice_days,
        only=list(one.only),
        once=_period(one.period),
    )


def _verdict(one: AdmissionInfo, *, rows: bool) -> VerdictOut | None:
    told = one.verdict
    if told is None:
        return None
    listed = [
        FieldVerdictOut(**asdict(row) | {"last_period": _period(row.last_period)})
        for row in (told.rows if rows else ())
    ]
    same = ("fields", "units", "forms", "asks", "confirms", "seconds_alone", "seconds_without",
            "seconds_with")  # fmt: skip
    counts = {kind.value: told.count(kind) for kind in Held}
    numbers: dict[str, Any] = {name: getattr(told, name) for name in same}
    return VerdictOut(
        **counts,
        **numbers,
        likely_new=one.likely_new,
        minutes_each=told.each(told.seconds_more),
        rows=listed,
    )


def _objection(one: ObjectionInfo, place: str) -> ObjectionOut:
    same = ("kind", "form", "title", "file_name", "sender", "fields", "words", "made_at", "due_on",
            "answer", "answered_at")  # fmt: skip
    told: dict[str, Any] = {name: getattr(one, name) for name in same}
    return ObjectionOut(
        **told,
        uuid=UUID(one.uuid),
        place=place,
        ruling=one.ruling.value if one.ruling else "",
        likenesses=[LikenessOut(**asdict(x)) for x in one.likenesses],
    )


def _period(code: int) -> str:
    return str(Period.from_code(code)) if code else ""
