"""Filings: drafts, submission, review, uploads."""

from uuid import UUID

from django.http import HttpRequest
from ninja import File, Form, Router
from ninja.files import UploadedFile

from lingnan.base import clock
from lingnan.kernel.places import queries as places
from lingnan.web.access import permission
from lingnan.web.actors import actor_of
from lingnan.web.api import PROBLEMS

from .. import queries, services
from ..terms.filings import State
from .shapes import (
    ActIn,
    ApprovedOut,
    FilingIn,
    FilingOut,
    ManyIn,
    ReasonIn,
    RowsIn,
    filings_out,
    period_code,
)
from .upload_shapes import UploadedOut, uploaded_out

router = Router(tags=["reporting"])


@router.get("/filings", response={200: list[FilingOut], **PROBLEMS}, summary="Filings in reach")
@permission("reporting.read")
def list_filings(
    request: HttpRequest, state: State | None = None, form: str = "", after: int = 0
) -> list[FilingOut]:
    to, on = actor_of(request), clock.today()
    code = queries.form(form, to=to, on=on).code if form else ""
    return filings_out(
        queries.filings(queries.Wanted(state=state, code=code, after=after), to=to, on=on), to
    )


@router.put("/filings", response={200: FilingOut, **PROBLEMS}, summary="Keep a draft")
@permission("reporting.fill")
def save(request: HttpRequest, body: FilingIn) -> FilingOut:
    by, on, at = actor_of(request), clock.today(), clock.now()
    place, period = places.by_code(body.place, on=on).id, period_code(body.period)
    form = queries.form_asked(body.form, place, period, to=by, on=on)
    subject = 0
    if form.subject == "household":
        subject = services.household_ids(place, [body.household], by=by, at=at)[body.household]
    draft = services.Draft(place, body.answers, subject, body.version)
    return filings_out([services.save_draft(form.id, period, draft, by=by, at=at)], by)[0]


@router.get("/filings/{uuid}", response={200: FilingOut, **PROBLEMS}, summary="One filing")
@permission("reporting.read")
def show_filing(request: HttpRequest, uuid: UUID) -> FilingOut:
    to = actor_of(request)
    return filings_out([queries.filing(str(uuid), to=to, on=clock.today())], to)[0]


@router.post(
    "/filings/{uuid}/unmask",
    response={200: FilingOut, **PROBLEMS},
    summary="One filing with its persons in full, for a reason",
)
@permission("reporting.read")
def show_in_full(request: HttpRequest, uuid: UUID, body: ReasonIn) -> FilingOut:
    by = actor_of(request)
    shown = services.show_filing(str(uuid), reason=body.reason, by=by, at=clock.now())
    return filings_out([shown], by, is_clear=True)[0]


@router.post("/filings/{uuid}/submit", response={200: FilingOut, **PROBLEMS}, summary="Submit")
@permission("reporting.submit")
def submit(request: HttpRequest, uuid: UUID, body: ActIn) -> FilingOut:
    done = services.submit_report(
        str(uuid), version=body.version, by=actor_of(request), at=clock.now()
    )
    return filings_out([done], actor_of(request))[0]


@router.post("/filings/{uuid}/approve", response={200: FilingOut, **PROBLEMS}, summary="Approve")
@permission("reporting.approve")
def approve(request: HttpRequest, uuid: UUID, body: ActIn) -> FilingOut:
    done = services.approve_report(
        str(uuid), version=body.version, by=actor_of(request), at=clock.now()
    )
    return filings_out([done], actor_of(request))[0]


@router.post("/filings/{uuid}/return", response={200: FilingOut, **PROBLEMS}, summary="Return")
@permission("reporting.approve")
def send_back(request: HttpRequest, uuid: UUID, body: ActIn) -> FilingOut:
    done = services.return_report(
        str(uuid),
        body.reason,
        cells=body.remarks,
        version=body.version,
        by=actor_of(request),
        at=clock.now(),
    )
    return filings_out([done], actor_of(request))[0]


@router.post("/filings/{uuid}/correct", response={200: FilingOut, **PROBLEMS}, summary="Correct")
@permission("reporting.fill")
def correct(request: HttpRequest, uuid: UUID, body: ActIn) -> FilingOut:
    done = services.correct_report(
        str(uuid),
        body.answers,
        body.reason,
        version=body.version,
        by=actor_of(request),
        at=clock.now(),
    )
    return filings_out([done], actor_of(request))[0]


@router.post("/approvals", response={200: list[ApprovedOut], **PROBLEMS}, summary="Approve many")
@permission("reporting.approve")
def approve_many(request: HttpRequest, body: ManyIn) -> list[ApprovedOut]:
    """Those left out stay `submitted`: their `problems` say what blocks them."""
    by = actor_of(request)
    given = services.approve_many([str(one) for one in body.filings], by=by, at=clock.now())
    shown = filings_out([*given.done, *(one.filing for one in given.left)], by)
    why = {one.filing.uuid: one.told for one in given.left}
    return [
        ApprovedOut(
            **dict(one),
            problems=[
                {"where": told.finding.cell, "detail": told.finding.words}
                for told in why.get(str(one.uuid), ())
            ],
        )
        for one in shown
    ]


@router.post("/uploads", response={200: UploadedOut, **PROBLEMS}, summary="A filled workbook")
@permission("reporting.fill")
def upload(
    request: HttpRequest,
    file: File[UploadedFile],
    form: Form[str],
    period: Form[str],
    place: Form[str] = "",
    household: Form[str] = "",
) -> UploadedOut:
    """An .xls or .xlsx of the form's own layout, or a .csv with a head line."""
    by, on, at = actor_of(request), clock.today(), clock.now()
    where, code = places.by_code(place, on=on).id if place else None, period_code(period)
    found = queries.form_asked(form, where, code, to=by, on=on)
    if (file.name or "").lower().endswith(".csv"):
        return uploaded_out(services.upload_csv(found.id, file.read(), code, by=by, at=at), found)
    done = services.upload_answers(
        found.id, file.read(), code, place=where, household=household, by=by, at=at
    )
    return uploaded_out(done, found)


@router.post("/rows", response={200: UploadedOut, **PROBLEMS}, summary="Rows of many villages")
@permission("reporting.fill")
def upload_rows(request: HttpRequest, body: RowsIn) -> UploadedOut:
    by, period = actor_of(request), period_code(body.period)
    form = queries.form_asked(body.form, None, period, to=by, on=clock.today())
    done = services.upload_rows(form.id, body.rows, period, by=by, at=clock.now())
    return uploaded_out(done, form)
