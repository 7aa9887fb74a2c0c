"""Forms for other people's tools, as files."""

import json
from datetime import date
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.views.decorators.http import require_http_methods, require_safe

from lingnan.base import clock
from lingnan.web.access import permission
from lingnan.web.actors import actor_of
from lingnan.web.errors import words_of

from .. import queries, services
from ..terms.refusals import NothingApproved
from .again import again
from .common import period_code
from .forms import form

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def attached(body: bytes | str, name: str, media: str) -> HttpResponse:
    response = HttpResponse(body, content_type=media)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response


@require_safe
@permission("reporting.read")
def xlsform(request: HttpRequest, code: str) -> HttpResponse:
    to, on = actor_of(request), clock.today()
    return attached(queries.xlsform_book(code, to=to, on=on), f"{code}-xlsform.xlsx", XLSX)


@require_safe
@permission("reporting.read")
def xform(request: HttpRequest, code: str) -> HttpResponse:
    xml = queries.xform(code, to=actor_of(request), on=clock.today())
    return attached(xml, f"{code}.xml", "application/xml; charset=utf-8")


@require_safe
@permission("reporting.read")
def schema(request: HttpRequest, code: str) -> HttpResponse:
    found = queries.schema(code, to=actor_of(request), on=clock.today())
    text = json.dumps(found, ensure_ascii=False, indent=2) + "\n"
    return attached(text, f"{code}-schema.json", "application/json; charset=utf-8")


@require_http_methods(["GET", "HEAD", "POST"])
@permission("reporting.produce")
@again(form)
def package(request: HttpRequest, code: str) -> HttpResponse:
    """`?period=2026`; this year when nothing is asked. Posted with a reason: persons in full."""
    period = period_code(request.GET.get("period") or _this_year(clock.today()))
    why = request.POST.get("reason", "") if request.method == "POST" else None
    by = actor_of(request)
    try:
        data = services.take_package(code, period, reason=why, by=by, at=clock.now())
    except NothingApproved as no:
        messages.warning(request, words_of(no))
        return redirect("reporting:form", code)
    return attached(data, f"{code}-datapackage.zip", "application/zip")


@require_safe
@permission("reporting.read")
def places_file(request: HttpRequest, name: str) -> HttpResponse:
    text = queries.places_csv(name, to=actor_of(request), on=clock.today())
    return attached(text, name, "text/csv; charset=utf-8")


def _this_year(on: date) -> str:
    return str(on.year)


urlpatterns = [
    path("forms/<str:code>/xlsform/", xlsform, name="xlsform"),
    path("forms/<str:code>/xform/", xform, name="xform"),
    path("forms/<str:code>/schema/", schema, name="schema"),
    path("forms/<str:code>/package/", package, name="package"),
    path("places/<str:name>/", places_file, name="places_file"),
]
