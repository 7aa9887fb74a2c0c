"""Sums of a form over the places below, and the departments' own workbooks."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from lingnan.base import clock
from lingnan.base.actors import Actor
from lingnan.base.errors import Invalid, Problem, Refused
from lingnan.base.periods import Kind, Period, period_of
from lingnan.kernel.places import queries as places
from lingnan.web.access import permission
from lingnan.web.actors import actor_of
from lingnan.web.components import Cell, Column, Table
from lingnan.web.errors import summary
from lingnan.web.requests import asked_day

from .. import queries, services
from ..rules.filing import NUMERIC, Figure, shown
from ..rules.naming import told_apart
from ..terms.filings import FieldInfo, FormInfo, Produced
from ..terms.masking import Seen
from ..terms.outputs import MEDIA, Output
from ..terms.outputs import Kind as Format
from ..terms.suppression import HIDDEN_SHOWN
from .common import (
    asked_date,
    asked_form,
    asked_period,
    asked_place,
    guessed,
    home_of,
    ladder,
    names,
    period_code,
    place_of,
)
from .exports import attached

TREES = {"code": gettext_lazy("统计用区划"), "governed": gettext_lazy("实际管辖（含功能区）")}
FORMATS = {
    "workbook": gettext_lazy("部门原表（Excel）"),
    "rollup": gettext_lazy("汇总表（每个下级一行）"),
    "csv": gettext_lazy("CSV（每个数一行）"),
    "json": gettext_lazy("JSON（每个数一条）"),
    "bundle": gettext_lazy("全套（压缩包，附清单和校验值）"),
}


@require_safe
@permission("reporting.read")
def rollup(request: HttpRequest, code: str, place: str, period: str) -> HttpResponse:
    """Items down, places across: the place itself first, then those below it."""
    to, on = actor_of(request), clock.today()
    top, number = place_of(place, on), period_code(period)
    form = queries.form_asked(code, top.id, number, to=to, on=on)
    as_of = _end_of(request) if request.GET.get("on") else None
    seen = Seen()
    found = queries.rollup_table(form, top, number, as_of=as_of, to=to, seen=seen)
    services.tell_seen("rollup", top.id, seen, by=to, at=clock.now())
    shown_places = [top.id, *(p.id for p in places.children(top.id, on=on) if p.id in found)]
    context = {
        "form": form,
        "place": top,
        "period": str(Period.from_code(number)),
        "on": asked_day(request) if as_of else None,
        "may_produce": to.may("reporting.produce"),
        "block_url": reverse("reporting:block", args=[top.code]),
        "rungs": ladder(
            top, lambda c: reverse("reporting:rollup", args=[code, c, period]), to=to, on=on
        ),
        "table": _table(form, shown_places, found),
    }
    return render(request, "reporting/rollup.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission("reporting.produce")
def produce(request: HttpRequest) -> HttpResponse:
    """Choose a form, a place, a period and a day; the answer is the department's file."""
    to, on = actor_of(request), clock.today()
    error = None
    if request.method == "POST":
        try:
            return _file(request)
        except Refused as no:
            error = summary(no)
    home = home_of((scope.place for scope in to.scopes), on)
    asked, first = request.POST or request.GET, usual(to, on)
    context = {
        "chosen": asked.get("form", first.form),
        "forms": [
            f for f in queries.forms(to=to, on=on) if f.subject == "place" or f.layout == "list"
        ],
        "code": asked.get("place", home.code if home else ""),
        "period": asked.get("period", first.period),
        "today": on,
        "formats": FORMATS.items(),
        "trees": TREES.items(),
        "format": asked.get("format", "workbook"),
        "may_see_persons": to.may("reporting.unmask") or to.may("reporting.receive"),
        "tree": asked.get("tree", "code"),
        "table": _releases(request),
        "error": error,
    }
    return render(request, "reporting/produce.html", context, status=422 if error else 200)


class Usual(NamedTuple):
    form: str
    period: str


def usual(to: Actor, on: date) -> Usual:
    """The first form and the period of the newest round: what people come to fetch."""
    newest = next(iter(queries.rounds(to=to, on=on)), None)
    if newest is None:
        return Usual("", str(period_of(on, Kind.YEAR)))
    asked = [f.code for f in queries.forms_by_id(newest.forms).values() if f.subject == "place"]
    return Usual(asked[0] if asked else "", str(Period.from_code(newest.period)))


def _file(request: HttpRequest) -> HttpResponse:
    by, on = actor_of(request), clock.today()
    at = clock.now()
    as_of = end_of_day(asked_date(request, "on", default=on))
    chosen, place = asked_form(request, by, on), asked_place(request, on).id
    period, tree = asked_period(request), request.POST.get("tree") or "code"
    form = queries.form_asked(chosen.code, place, period, to=by, on=on).id
    kind = request.POST.get("format") or "workbook"
    if tree not in TREES:
        raise Invalid(problems=[Problem("tree", "请选择一种地区口径。")])
    if kind not in FORMATS:
        raise Invalid(problems=[Problem("format", "请选择一种文件格式。")])
    why = request.POST.get("reason", "") if "clear" in request.POST else None
    moment = min(as_of, at)
    made: Produced | Output
    if kind == Format.WORKBOOK:
        made = services.produce_workbook(
            form, place, period, as_of=moment, tree=tree, reason=why, by=by, at=at
        )
    else:
        made = services.take_output(
            Format(kind), [form], place, period, as_of=moment, tree=tree, reason=why, by=by, at=at
        )
    response = attached(made.data, made.name, MEDIA[Format(kind)])
    response["X-Lingnan-Sha256"] = made.sha256
    return response


def _end_of(request: HttpRequest) -> datetime:
    return end_of_day(asked_day(request))


def end_of_day(day: date) -> datetime:
    """The last instant of a legal day."""
    return datetime.combine(day, time.max, clock.LEGAL_ZONE)


def _table(form: FormInfo, ids: list[int], found: dict[int, dict[str, Figure]]) -> Table:
    named = names(ids)
    columns = [
        Column(gettext("编号"), width="narrow"),
        Column(gettext("项目")),
        Column(gettext("单位"), width="narrow"),
        *(Column(named.get(number, ""), number=True) for number in ids),
    ]
    rows = [
        [
            field.code,
            name,
            field.unit,
            *(_cell(field, found.get(number, {}).get(field.code)) for number in ids),
        ]
        for field, name in zip(form.asked, told_apart(form.asked), strict=True)
        if field.type in NUMERIC
    ]
    known = any(figure.value is not None for n in ids for figure in found.get(n, {}).values())
    return Table(columns, rows if known else [], empty=gettext("还没有审核通过的数据"))


def _cell(field: FieldInfo, figure: Figure | None) -> Cell:
    if figure is not None and figure.hidden:
        return Cell(HIDDEN_SHOWN, note=gettext("不公开"))
    if figure is None or figure.value is None:
        return Cell("")
    value = shown(field, figure.value, None)
    notes = [guessed(figure.estimated)]
    if figure.reported < figure.expected:
        notes.insert(0, gettext("{n}/{of} 村").format(n=figure.reported, of=figure.expected))
    note = "；".join(filter(None, notes))
    return Cell(value if isinstance(value, Decimal) else str(value), note=note)


def _releases(request: HttpRequest) -> Table:
    found = queries.releases(to=actor_of(request), on=clock.today(), limit=20)
    named = names(one.place for one in found)
    columns = [
        Column(gettext("报表")),
        Column(gettext("地区")),
        Column(gettext("报告期")),
        Column(gettext("数据截至")),
        Column(gettext("校验值")),
    ]
    rows = [
        [
            Cell(one.form, reverse("reporting:form", args=[one.form])),
            named.get(one.place, ""),
            str(Period.from_code(one.period)),
            one.as_of,
            one.sha256[:16],
        ]
        for one in found
    ]
    return Table(columns, rows, gettext("最近生成"), gettext("还没有生成过报表"))


urlpatterns = [
    path("rollup/<str:code>/<str:place>/<str:period>/", rollup, name="rollup"),
    path("produce/", produce, name="produce"),
]
