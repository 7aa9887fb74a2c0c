"""What is known: elements, values of a place with their sources, a value's history, roll-ups."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from lingnan.base import clock
from lingnan.base.errors import Invalid, Problem, Refused
from lingnan.base.periods import Kind, Period
from lingnan.base.words import say
from lingnan.kernel.observations import queries as observations
from lingnan.kernel.observations.services import tell_exact
from lingnan.kernel.observations.terms import Effect, ElementInfo
from lingnan.kernel.places import queries as places
from lingnan.kernel.places.terms import PlaceInfo
from lingnan.web import paging
from lingnan.web.access import permission, public
from lingnan.web.actors import actor_of
from lingnan.web.components import LEVELS, QUALITIES, Cell, Column, Fact, Rung, Series, Table
from lingnan.web.errors import NoSuchPage, summary
from lingnan.web.figures import Figure, bars, line
from lingnan.web.labels import label_said
from lingnan.web.requests import asked_day

from .. import queries
from ..queries import KEPT_BACK

BACK = 12  # periods of a trend
ROWS = 200
BARS = 24  # more bars than this are a table
TYPES = {
    "number": "数字", "integer": "整数", "money": "金额", "percent": "百分比",
    "code": "代码", "text": "文字", "boolean": "是否", "date": "日期",
}  # fmt: skip
ADDING = {
    "sum": "求和", "avg": "平均", "min": "最小", "max": "最大", "count": "计数",
    "last": "取最后", "none": "不汇总",
}  # fmt: skip
PERIODS = {0: "年", 1: "半年", 2: "季", 3: "月", 4: "周", 5: "学年"}


@require_safe
@public
def elements(request: HttpRequest) -> HttpResponse:
    """Those whose label the reader holds; by code or title."""
    text, lang = request.GET.get("q", "").strip(), get_language() or "zh-hans"
    found = [e for e in visible(request).values() if text in e.code or text in say(e.titles, lang)]
    page = paging.window(found, cursor=request.GET.get("after"), size=100)
    columns = [
        Column(gettext("指标")),
        Column(gettext("类型"), width="narrow"),
        Column(gettext("单位"), width="narrow"),
        Column(gettext("周期"), width="narrow"),
        Column(gettext("逐级汇总"), width="narrow"),
    ]
    rows = [
        [
            Cell(say(e.titles, lang), reverse("platform:element", args=[e.code]), note=e.code),
            gettext(TYPES[e.type.value]),
            e.unit,
            gettext(PERIODS[e.period_kind]),
            gettext(ADDING[e.over_places.value]),
        ]
        for e in page.rows
    ]
    caption = gettext("共 {n} 个").format(n=len(found))
    table = Table(columns, rows, caption, gettext("没有您可以查看的指标"))
    return render(request, "platform/elements.html", {"table": table, "page": page, "q": text})


@require_safe
@public
def element(request: HttpRequest, code: str) -> HttpResponse:
    one = visible(request).get(code)
    if one is None:
        raise NoSuchPage
    lang = get_language() or "zh-hans"
    facts = [
        Fact(gettext("编码"), one.code),
        Fact(gettext("类型"), gettext(TYPES[one.type.value])),
        Fact(gettext("单位"), one.unit),
        Fact(gettext("周期"), gettext(PERIODS[one.period_kind])),
        Fact(gettext("逐级汇总"), gettext(ADDING[one.over_places.value])),
        Fact(gettext("跨期汇总"), gettext(ADDING[one.over_time.value])),
        Fact(gettext("密级"), label_said(one.label)),
        Fact(gettext("责任单位"), one.owner),
        Fact(gettext("来源次序"), "、".join(one.precedence)),
        *([Fact(gettext("算法"), one.expression)] if one.expression else []),
        *(Fact(name, value) for name, value in one.breakdown),
    ]
    options = Table(
        [Column(gettext("代码"), width="narrow"), Column(gettext("含义"))],
        [list(pair) for pair in one.options],
        gettext("代码表"),
    )
    context = {
        "element": one,
        "title": say(one.titles, lang),
        "facts": facts,
        "options": options if one.options else None,
        "may_roll_up": actor_of(request).may("platform.read_values"),
        "last": Period(clock.today().year, Kind.YEAR),
    }
    return render(request, "platform/element.html", context)


@require_safe
@public
def values(request: HttpRequest, uuid: str) -> HttpResponse:
    """Everything at hand about one place; strangers see what is public."""
    on, actor = asked_day(request), actor_of(request)
    place = places.by_uuid(uuid, on=on)
    known, lang = {e.id: e for e in visible(request).values()}, get_language() or "zh-hans"
    shown = queries.values_of(place.id, known, to=actor, on=on)
    tell_exact("values", place.id, shown.exact, by=actor, at=clock.now())
    rows = []
    for (number, period), info in sorted(shown.found.items(), key=lambda item: item[0]):
        one = known[number]
        hides = (place.id, number, period) in shown.hidden
        when = Period.from_code(period)
        rows.append(
            {
                "title": say(one.titles, lang),
                "element": one,
                "period": when,
                "value": KEPT_BACK if hides else info.value if info.text is None else info.text,
                "quality": info.quality.name.lower(),
                "source": info.source,
                "as_of": clock.legal_day(info.recorded_at),
                "disputed": info.disputed,
                "href": reverse("platform:value", args=[uuid, one.code, str(when)]),
            }
        )
    rungs = _rungs(place, on)
    context = {"place": place, "rungs": rungs, "rows": rows, "on": on}
    return render(request, "platform/values.html", context)


@require_safe
@public
def value(request: HttpRequest, uuid: str, code: str, period: str) -> HttpResponse:
    """Everything that was ever said about one value, and the periods around it."""
    when, actor = asked_period(period), actor_of(request)
    place = places.by_uuid(uuid, on=when.end)
    one = visible(request).get(code)
    if one is None:
        raise NoSuchPage
    shown = queries.history_of(place.id, one.id, when.code, to=actor)
    tell_exact("history", place.id, shown.exact, by=actor, at=clock.now())
    columns = [
        Column(gettext("时间"), width="narrow"),
        Column(gettext("值"), number=True),
        Column(gettext("来源")),
        Column(gettext("性质"), width="narrow"),
        Column(gettext("采用"), width="narrow"),
        Column(gettext("证据"), width="narrow"),
    ]
    rows = [
        [
            v.recorded_at,
            KEPT_BACK if shown.hidden else v.value if v.text is None else v.text,
            v.source,
            str(QUALITIES[v.quality.name.lower()]),
            gettext("采用") if v.effect is Effect.CURRENT else gettext("有异议"),
            Cell(v.seq, reverse("platform:event", args=[v.seq])) if v.seq else gettext("编号中"),
        ]
        for v in reversed(shown.found)
    ]
    lang = get_language() or "zh-hans"
    context = {
        "place": place,
        "rungs": _rungs(place, when.end),
        "element": one,
        "title": say(one.titles, lang),
        "period": when,
        "table": Table(columns, rows, "", gettext("没有您可以查看的记录")),
        "figure": _trend(one, place, when, request)
        if one.type.is_numeric and shown.found
        else None,
    }
    return render(request, "platform/value.html", context)


@require_safe
@permission("platform.read_values")
def rollup(request: HttpRequest) -> HttpResponse:
    """One element, one period, one rung: who reported what."""
    code, level = request.GET.get("element", ""), request.GET.get("level", "2")
    period, under = request.GET.get("period", ""), request.GET.get("under", "")
    context: dict[str, Any] = {
        "code": code, "period": period, "under": under, "levels": LEVELS, "level": level,
        "elements": visible(request).values(),
    }  # fmt: skip
    if code:
        try:
            context |= _rolled(request, code, asked_period(period), _level(level), under)
        except Refused as no:
            context["error"] = summary(no)
            return render(request, "platform/rollup.html", context, status=no.status)
    return render(request, "platform/rollup.html", context)


def visible(request: HttpRequest) -> dict[str, ElementInfo]:
    """Elements whose label the reader holds, by code."""
    labels = actor_of(request).labels
    return {c: e for c, e in observations.element_map(None).items() if e.label in labels}


def asked_period(text: str) -> Period:
    try:
        return Period.parse(text)
    except ValueError:
        raise Invalid(
            problems=[Problem("period", "应为时期，例如 2026、2026-Q3、2026-10。")]
        ) from None


def _level(text: str) -> int:
    if text not in {"1", "2", "3", "4", "5"}:
        raise Invalid(problems=[Problem("level", "不在可选范围内。")])
    return int(text)


def _rolled(
    request: HttpRequest, code: str, when: Period, level: int, under: str
) -> dict[str, Any]:
    lang = get_language() or "zh-hans"
    top = places.by_code(under, on=when.end).id if under else None
    to, one = actor_of(request), visible(request).get(code)
    if one is None:
        raise observations.NoSuchElement(codes=code)
    whole = queries.rolled(one, when.code, level=level, under=top, to=to)
    page = paging.window(whole, cursor=request.GET.get("after"), size=ROWS)
    shown = queries.guarded(page.rows, when.code, to=to)
    rows, ids = shown.found, [row["place"] for row in page.rows]
    if ids:
        tell_exact("rollup", top or ids[0], shown.exact, by=to, at=clock.now())
    named, known = places.names(ids, on=when.end, lang=lang), places.uuids(ids)
    title = f"{say(one.titles, lang)} · {when}"
    columns = [
        Column(gettext("地方")),
        Column(one.unit or gettext("值"), number=True),
        Column(gettext("已报"), number=True),
        Column(gettext("应报"), number=True),
    ]
    cells = [
        [
            Cell(
                named.get(row["place"], ""), reverse("platform:values", args=[known[row["place"]]])
            ),
            KEPT_BACK if (row["place"], one.id, when.code) in shown.hidden else row["value"],
            row["reported"],
            row["expected"],
        ]
        for row in rows
    ]
    figure = None
    if 0 < len(rows) <= BARS:
        labels = [named.get(i, "") for i in ids]
        figure = bars(Series(labels, [row["value"] for row in rows], title, one.unit))
    table = Table(columns, cells, title, gettext("没有数据"))
    return {"table": table, "figure": figure, "page": page}


def _trend(one: ElementInfo, place: PlaceInfo, when: Period, request: HttpRequest) -> Figure | None:
    around = [when.shift(-n) for n in reversed(range(BACK))]
    to, codes = actor_of(request), [p.code for p in around]
    found = queries.trend_of(place.id, one, codes, to=to, on=when.end).found
    numbers = [found.get(code) for code in codes]
    if sum(n is not None for n in numbers) < 2:
        return None
    title = say(one.titles, get_language() or "zh-hans")
    return line(Series([str(p) for p in around], numbers, title, one.unit))


def _rungs(place: PlaceInfo, on: date) -> list[Rung]:
    above = places.ancestors(place.id, on=on)
    ladder = [Rung(p.level, p.name, reverse("platform:values", args=[p.uuid])) for p in above]
    return [*ladder, Rung(place.level, place.name, current=True)]


urlpatterns = [
    path("elements/", elements, name="elements"),
    path("elements/<slug:code>/", element, name="element"),
    path("values/<slug:uuid>/", values, name="values"),
    path("values/<slug:uuid>/<slug:code>/<slug:period>/", value, name="value"),
    path("rollup/", rollup, name="rollup"),
]
