"""Forms put right by hand, and forms for other people's tools."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status
from pydantic import Field

from lingnan.base import clock
from lingnan.base.canonical import plain
from lingnan.web.access import permission
from lingnan.web.actors import actor_of
from lingnan.web.api import PROBLEMS

from .. import queries, services
from ..rules.profiles import (
    correction_at,
    corrections_of,
    corrections_to_json,
    grid_in,
)
from ..terms.forms import FieldType, Option, Role
from ..terms.profiles import ProfileInfo, Say, Told
from .shapes import ReasonIn, period_code

router = Router(tags=["reporting"])
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Words = Annotated[str, Field(max_length=300)]


class OptionIn(Schema):
    code: Words
    label: Words


class CorrectionIn(Schema):
    """What is said of one cell. Absent words leave the field as the reader has it."""

    cell: Annotated[str, Field(max_length=12)] = ""
    say: Say
    code: Words | None = None
    label: Words | None = None
    path: list[Words] | None = None
    unit: Words | None = None
    type: FieldType | None = None
    options: list[OptionIn] | None = None
    role: Role | None = None
    period: Words | None = None
    subject: Words | None = None
    breakdown: list[Words] | None = None
    title: Words | None = None
    total: Annotated[str, Field(max_length=12)] = ""
    covers: bool = False


class CorrectionsIn(Schema):
    corrections: Annotated[list[CorrectionIn], Field(min_length=1, max_length=500)]


class ProfileIn(Schema):
    """As given out by `GET …/profile`: found again by the words around each cell."""

    corrections: Annotated[list[dict[str, Any]], Field(max_length=5000)]


class LostOut(Schema):
    cell: str
    said: str
    text: str
    why: str


class ProfileOut(Schema):
    form: str
    form_version: int
    version: int
    carried_from: int | None
    made_at: datetime
    corrections: list[dict[str, Any]]
    lost: list[LostOut]


@router.get("/forms/{code}/profile", response={200: ProfileOut, **PROBLEMS}, summary="By hand")
@permission("reporting.read")
def show_profile(request: HttpRequest, code: str, version: int | None = None) -> ProfileOut:
    """The newest, or that version; 0 is what the reader itself saw."""
    return _out(queries.profile(code, version, to=actor_of(request), on=clock.today()))


@router.post(
    "/forms/{code}/corrections", response={201: ProfileOut, **PROBLEMS}, summary="Correct cells"
)
@permission("reporting.register")
def correct(request: HttpRequest, code: str, body: CorrectionsIn) -> Status[ProfileOut]:
    """All or none."""
    by, on = actor_of(request), clock.today()
    form = queries.form(code, to=by, on=on)
    grid = grid_in(queries.file_of(form), form.file_name, form.sheet)
    read = queries.read_draft(form.id)
    said = [
        correction_at(grid, read, one.cell, one.say, _told(one), total=one.total, covers=one.covers)
        for one in body.corrections
    ]
    made = services.correct_form(form.id, said, by=by, at=clock.now())
    return Status(201, _out(made))


@router.put("/forms/{code}/profile", response={200: ProfileOut, **PROBLEMS}, summary="Apply one")
@permission("reporting.register")
def apply_profile(request: HttpRequest, code: str, body: ProfileIn) -> ProfileOut:
    """Of another version or installation; `lost` says what found no place here."""
    by = actor_of(request)
    form = queries.form(code, to=by, on=clock.today())
    said = corrections_of(body.corrections)
    return _out(services.apply_profile(form.id, said, by=by, at=clock.now()))


@router.get("/forms/{code}/xlsform", response={200: None, **PROBLEMS}, summary="XLSForm")
@permission("reporting.read")
def xlsform(request: HttpRequest, code: str) -> HttpResponse:
    data = queries.xlsform_book(code, to=actor_of(request), on=clock.today())
    return HttpResponse(data, content_type=XLSX)


@router.get("/forms/{code}/xform", response={200: None, **PROBLEMS}, summary="XForm XML")
@permission("reporting.read")
def xform(request: HttpRequest, code: str) -> HttpResponse:
    xml = queries.xform(code, to=actor_of(request), on=clock.today())
    return HttpResponse(xml, content_type="application/xml; charset=utf-8")


@router.get("/forms/{code}/schema", response={200: dict, **PROBLEMS}, summary="Table Schema")
@permission("reporting.read")
def schema(request: HttpRequest, code: str) -> dict[str, Any]:
    return queries.schema(code, to=actor_of(request), on=clock.today())


@router.get("/forms/{code}/package", response={200: None, **PROBLEMS}, summary="Data package")
@permission("reporting.produce")
def package(request: HttpRequest, code: str, period: str) -> HttpResponse:
    """A zip of the approved reports within reach and their schema."""
    return _package(request, code, period, None)


@router.post(
    "/forms/{code}/package",
    response={200: None, **PROBLEMS},
    summary="Data package with persons in full, for a reason",
)
@permission("reporting.produce")
def package_in_full(request: HttpRequest, code: str, period: str, body: ReasonIn) -> HttpResponse:
    return _package(request, code, period, body.reason)


def _package(request: HttpRequest, code: str, period: str, reason: str | None) -> HttpResponse:
    by, number = actor_of(request), period_code(period)
    data = services.take_package(code, number, reason=reason, by=by, at=clock.now())
    return HttpResponse(data, content_type="application/zip")


@router.get("/places/{name}", response={200: None, **PROBLEMS}, summary="Places for an XLSForm")
@permission("reporting.read")
def places(request: HttpRequest, name: str) -> HttpResponse:
    """`towns.csv` or `villages.csv`, within reach."""
    text = queries.places_csv(name, to=actor_of(request), on=clock.today())
    return HttpResponse(text, content_type="text/csv; charset=utf-8")


def _told(one: CorrectionIn) -> Told:
    return Told(
        code=one.code,
        label=one.label,
        path=None if one.path is None else tuple(one.path),
        unit=one.unit,
        type=one.type,
        options=None
        if one.options is None
        else tuple(Option(o.code, o.label) for o in one.options),
        role=one.role,
        period=one.period,
        subject=one.subject,
        breakdown=None if one.breakdown is None else tuple(one.breakdown),
        title=one.title,
    )


def _out(found: ProfileInfo) -> ProfileOut:
    return ProfileOut(
        form=found.form,
        form_version=found.form_version,
        version=found.version,
        carried_from=found.carried_from,
        made_at=found.made_at,
        corrections=corrections_to_json(found.corrections),
        lost=[LostOut(**plain(one)) for one in found.lost],
    )
