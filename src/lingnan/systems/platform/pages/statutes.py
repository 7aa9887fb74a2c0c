"""The law as data: what is in force on a day, what it rests on, which days are worked."""

import calendar as months
import json
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from lingnan.base import clock
from lingnan.base.canonical import plain
from lingnan.base.errors import Invalid, Problem
from lingnan.kernel.statutes import queries as statutes
from lingnan.kernel.statutes.terms import REGIONS, Day, Parameter
from lingnan.web.access import public
from lingnan.web.components import Cell, Column, Fact, Table
from lingnan.web.errors import NoSuchPage
from lingnan.web.requests import asked_day

SHORT = 40
REGION_NAMES = {"cn": "内地", "hk": "香港", "mo": "澳门"}
UNITS = {"working_days": "个工作日", "days": "天", "months": "个月", "years": "年"}
CODES = {
    "half_even": "四舍六入五成双",
    "working_days": "工作日",
    "corresponding_day_or_month_end": "对应日，没有的为月末",
    "next_working_day": "顺延到下一个工作日",
}
WEEKDAYS = ("一", "二", "三", "四", "五", "六", "日")


@require_safe
@public
def index(request: HttpRequest) -> HttpResponse:
    """Everything in force that day; what nobody has read at its source is marked."""
    on, prefix = asked_day(request), request.GET.get("q", "").strip()
    found = statutes.parameters(prefix, on=on)
    columns = [
        Column(gettext("规定")),
        Column(gettext("现行值"), number=True),
        Column(gettext("依据")),
        Column(gettext("核对"), width="narrow"),
    ]
    rows = [
        [
            Cell(one.title or one.key, _url(one.key, on), note=one.key),
            _short(one),
            _cite(one),
            _mark(one),
        ]
        for one in found
    ]
    caption = gettext("{day} 现行 {n} 条").format(day=on.isoformat(), n=len(found))
    table = Table(columns, rows, caption, gettext("这一天没有这样的规定"))
    return render(request, "platform/statutes.html", {"table": table, "q": prefix, "on": on})


@require_safe
@public
def parameter(request: HttpRequest, key: str) -> HttpResponse:
    """The words in force that day, and every other span of the same key."""
    on = asked_day(request)
    editions = statutes.editions(key)
    if not editions:
        raise NoSuchPage
    now = next((e for e in editions if _holds(e, on)), None)
    columns = [
        Column(gettext("自"), width="narrow"),
        Column(gettext("至"), width="narrow"),
        Column(gettext("值"), number=True),
        Column(gettext("依据")),
    ]
    rows = [
        [Cell(e.valid_from, _url(key, e.valid_from)), e.valid_to, _short(e), _cite(e)]
        for e in editions
    ]
    context = {
        "key": key,
        "on": on,
        "now": now,
        "title": (now or editions[-1]).title or key,
        "facts": _facts(now) if now else [],
        "rows": _value_table(now) if now else None,
        "editions": Table(columns, rows, gettext("历次规定")),
    }
    return render(request, "platform/parameter.html", context)


@require_safe
@public
def month(request: HttpRequest) -> HttpResponse:
    """One month of a region's working days; a year not announced yet is marked provisional."""
    region = request.GET.get("region", "cn")
    region = region if region in REGIONS else "cn"
    first = asked_month(request)
    days = statutes.calendar(region)
    weeks = [
        [days.is_working_day(day) for day in week]
        for week in months.Calendar().monthdatescalendar(first.year, first.month)
    ]
    shown = [day for week in weeks for day in week if day.day.month == first.month]
    context = {
        "region": region,
        "regions": [(code, gettext(REGION_NAMES[code])) for code in REGIONS],
        "first": first,
        "weeks": weeks,
        "weekdays": [gettext(word) for word in WEEKDAYS],
        "today": clock.today(),
        "worked": sum(day.working for day in shown),
        "provisional": any(day.provisional for day in shown),
        "notices": [y for y in statutes.calendar_years(region) if y.year == first.year],
        "before": _month(first - timedelta(days=1)),
        "after": _month(first + timedelta(days=32)),
        "table": _list(shown),
    }
    return render(request, "platform/calendar.html", context)


def asked_month(request: HttpRequest) -> date:
    """The first day of `?month=2026-11`, else of this month."""
    text = request.GET.get("month", "")
    if not text:
        return clock.today().replace(day=1)
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        first = date.min
    if not 1980 <= first.year <= 2100:
        raise Invalid(problems=[Problem("month", "应为月份，例如 2026-11。")])
    return first


def _list(shown: list[Day]) -> Table:
    """The same days in words, for who cannot read the grid."""
    special = [day for day in shown if day.name]
    columns = [Column(gettext("日期")), Column(gettext("是否上班")), Column(gettext("名称"))]
    rows = [
        [day.day, gettext("上班") if day.working else gettext("休息"), day.name] for day in special
    ]
    return Table(columns, rows, "", gettext("本月没有放假和调休"))


def _month(day: date) -> str:
    return day.strftime("%Y-%m")


def _url(key: str, on: date) -> str:
    address = reverse("platform:statute", args=[key])
    return address if on == clock.today() else f"{address}?on={on}"


def _holds(edition: Parameter, on: date) -> bool:
    return edition.valid_from <= on and (edition.valid_to is None or on < edition.valid_to)


def _short(one: Parameter) -> Any:
    """A number with its unit; a table as the count of its rows."""
    if isinstance(one.value, list):
        return gettext("{n} 行").format(n=len(one.value))
    if isinstance(one.value, bool):
        return gettext("是") if one.value else gettext("否")
    if one.unit == "code":
        return gettext(CODES[one.value]) if one.value in CODES else one.value
    text = json.dumps(plain(one.value), ensure_ascii=False) if isinstance(one.value, dict) else ""
    if one.unit == "count":
        return one.value
    unit = gettext(UNITS[one.unit]) if one.unit in UNITS else one.unit
    return (text or f"{one.value} {unit}".strip())[:SHORT]


def _cite(one: Parameter) -> str:
    return f"《{one.document}》{one.article}" if one.document else one.article


def _mark(one: Parameter) -> Cell:
    if one.verified:
        return Cell(gettext("已核对"), mark="done")
    return Cell(gettext("未核对"), mark="near")


def _facts(now: Parameter) -> list[Fact]:
    return [
        *([] if isinstance(now.value, list) else [Fact(gettext("值"), _short(now))]),
        Fact(gettext("依据"), _cite(now), note=now.number),
        Fact(gettext("自"), now.valid_from),
        Fact(gettext("至"), now.valid_to or gettext("现行有效")),
        Fact(gettext("来源"), now.source),
    ]


def _value_table(now: Parameter) -> Table | None:
    """Rows of mappings as columns, rows of anything else as one."""
    if not isinstance(now.value, list) or not now.value:
        return None
    if all(isinstance(row, dict) for row in now.value):
        names = list(dict.fromkeys(name for row in now.value for name in row))
        rows = [[_plain(row.get(name)) for name in names] for row in now.value]
        return Table([Column(name) for name in names], rows, gettext("内容"))
    return Table([Column(gettext("值"))], [[_plain(row)] for row in now.value], gettext("内容"))


def _plain(value: Any) -> Any:
    if isinstance(value, dict | list):
        return json.dumps(plain(value), ensure_ascii=False)
    return value


urlpatterns = [
    path("statutes/", index, name="statutes"),
    path("statutes/<str:key>/", parameter, name="statute"),
    path("calendar/", month, name="calendar"),
]
