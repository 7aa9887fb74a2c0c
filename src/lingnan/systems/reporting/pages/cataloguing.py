"""The yearly catalogue of forms, as of a day; as a page, CSV and JSON."""

import csv
import io
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from lingnan.base import clock
from lingnan.web.access import permission
from lingnan.web.actors import actor_of
from lingnan.web.components import Cell, Column, Table
from lingnan.web.errors import NoSuchPage

from .. import queries
from ..rules.cataloguing import row_of, rows_of
from .exports import attached
from .standings import MARKS, WORDS

COLUMNS = (
    "表号",
    "报表",
    "制定机关",
    "批准文号",
    "起始日",
    "有效期至",
    "报告期",
    "填报对象",
    "项目数",
    "准许填报",
    "每年次数",
    "年分钟（单独填）",
    "年分钟（与其他表同填）",
    "现状",
)
NUMBERS, NARROW, TITLE = {8, 9, 10, 11, 12}, {0, 3, 4, 5}, 1


@require_safe
@permission("reporting.read")
def yearly(request: HttpRequest, year: int) -> HttpResponse:
    to, on = actor_of(request), _day(request)
    if not 1900 < year < 2200:
        raise NoSuchPage
    found = queries.catalogue(year, to=to, on=on)
    columns = [
        Column(
            gettext(title), n in NUMBERS, "narrow" if n in NARROW else "roomy" if n == TITLE else ""
        )
        for n, title in enumerate(COLUMNS)
    ]
    rows = []
    for one in found:
        cells: list[object] = list(row_of(one))
        cells[1] = Cell(cells[1], reverse("reporting:admission", args=[one.admission.uuid]))
        cells[-1] = Cell(gettext(WORDS[one.standing]), mark=MARKS[one.standing])
        rows.append(cells)
    alone = sum(one.minutes_alone for one in found if one.admission.subject == "place")
    context = {
        "table": Table(columns, rows, empty=gettext("这一年还没有准入的报表")),
        "year": year,
        "before": year - 1,
        "after": year + 1,
        "as_of": on,
        "count": len(found),
        "departments": len({one.admission.department for one in found} - {None}),
        "alone": round(alone),
    }
    return render(request, "reporting/catalogue.html", context)


@require_safe
@permission("reporting.read")
def yearly_csv(request: HttpRequest, year: int) -> HttpResponse:
    """With a byte order mark: Excel would take it for GBK."""
    to, on = actor_of(request), _day(request)
    out = io.StringIO()
    csv.writer(out).writerows(rows_of(queries.catalogue(year, to=to, on=on)))
    return attached(f"\ufeff{out.getvalue()}", f"报表目录{year}.csv", "text/csv; charset=utf-8")


def _day(request: HttpRequest) -> date:
    """NoSuchPage for what is no day."""
    said = request.GET.get("on", "")
    try:
        return date.fromisoformat(said) if said else clock.today()
    except ValueError:
        raise NoSuchPage from None


urlpatterns = [
    path("catalogue/<int:year>/", yearly, name="catalogue"),
    path("catalogue/<int:year>/catalogue.csv", yearly_csv, name="catalogue_csv"),
]
