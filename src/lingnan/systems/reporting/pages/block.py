"""All that is known of one place on one page; its CSV."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import get_language, gettext, gettext_lazy
from django.views.decorators.http import require_safe

from lingnan.base import clock
from lingnan.base.actors import Actor
from lingnan.base.periods import Period
from lingnan.base.words import say
from lingnan.kernel.observations.terms import ElementInfo
from lingnan.kernel.places import queries as places
from lingnan.kernel.places.terms import PlaceInfo
from lingnan.web.access import permission
from lingnan.web.actors import actor_of
from lingnan.web.components import QUALITIES, Cell, Column, Filter, Series, Table
from lingnan.web.figures import Figure as Chart
from lingnan.web.figures import bars, line
from lingnan.web.maps import Area, Map, located
from lingnan.web.requests import asked_day

from .. import queries, services
from ..rules.naming import file_name
from ..rules.tabulating import SUM, table_csv
from ..terms.blocks import Block, Known
from ..terms.masking import Seen
from ..terms.outputs import MEDIA, Kind
from ..terms.suppression import HIDDEN_SHOWN
from .common import ladder, place_of
from .dictionary import named_source
from .exports import attached
from .products import end_of_day
from .shapes import shapes_below

LEDGERS = {
    "person": gettext_lazy("人"),
    "household": gettext_lazy("户"),
    "home": gettext_lazy("房屋"),
    "enterprise": gettext_lazy("经营主体"),
}
MARKS = {"missing": "late", "estimated": "near"}
SUFFIX = re.compile(r"(社区)?(居民委员会|居委会)$|(村民委员会|村委会)$")
SHORT = 5


@require_safe
@permission("reporting.read")
def block(request: HttpRequest, code: str) -> HttpResponse:
    """`?on=` as of the end of that day; `?q=`, `?form=`, `?department=` narrow; `?element=` is compared."""
    to, on = actor_of(request), clock.today()
    place, as_of = place_of(code, on), _as_of(request)
    seen = Seen()
    found = queries.block(place, _wanted(request), as_of=as_of, to=to, on=on, seen=seen)
    element = request.GET.get("element", "")
    below = places.children(place.id, on=on)
    compared = _compared(found, element, to, on, seen) if element else None
    services.tell_seen("block", place.id, seen, by=to, at=clock.now())
    titles = dict(found.forms)
    ledgers = [(k, HIDDEN_SHOWN if n is None else n) for k, n in found.ledgers.items()]
    context = {
        "place": place,
        "found": found,
        "on": asked_day(request) if as_of else None,
        "filters": _filters(request, found),
        "rungs": ladder(place, lambda c: reverse("reporting:block", args=[c]), to=to, on=on),
        "table": _table(request, found, on),
        "rounds": _rounds(found),
        "ledgers": [(LEDGERS.get(kind, kind), n) for kind, n in ledgers],
        "disputes": [(one, named_source(one.source, titles)) for one in found.disputes],
        "missing": sum(one.mark == "missing" for one in found.known),
        "csv": f"{reverse('reporting:block_csv', args=[code])}?{request.GET.urlencode()}",
        "map": _map(place, below, to, on),
        "below": [(p.name, reverse("reporting:block", args=[p.code])) for p in below],
        "compared": compared,
    }
    return render(request, "reporting/block.html", context)


def _filters(request: HttpRequest, found: Block) -> list[Filter]:
    asked, every = request.GET, ("", gettext("全部"))
    forms = [(code, f"{title[:30]}（{code}）") for code, title in found.forms]
    departments = [(one, one) for one in found.departments]
    return [
        Filter("q", gettext("项目"), asked.get("q", ""), kind="search"),
        Filter("department", gettext("部门"), asked.get("department", ""), [every, *departments]),
        Filter("form", gettext("报表"), asked.get("form", ""), [every, *forms]),
        Filter("on", gettext("截至哪一天的数据"), asked.get("on", ""), kind="date"),
    ]


@require_safe
@permission("reporting.read")
def block_csv(request: HttpRequest, code: str) -> HttpResponse:
    """The same figures as rows; who took them out is evidence."""
    to, on = actor_of(request), clock.today()
    place = place_of(code, on)
    seen = Seen()
    found = queries.block(place, _wanted(request), as_of=_as_of(request), to=to, on=on, seen=seen)
    services.tell_seen("block", place.id, seen, by=to, at=clock.now())
    data = csv_of(found)
    digest = hashlib.sha256(data).hexdigest()
    services.tell_taken(Kind.BLOCK, [], place.id, 0, (found.seq, digest), by=to, at=clock.now())
    return attached(data, file_name(place.code, place.name, "csv"), MEDIA[Kind.BLOCK])


def csv_of(found: Block) -> bytes:
    heads = ["区划代码", "地区", "数据元", "名称", "报告期", "单位", "数值", "文字", "标识",
             "来源", "登记时间", "已报村数", "应报村数", "估计村数", "争议"]  # fmt: skip
    place = found.place
    return table_csv(
        heads,
        (
            [place.code, place.name, k.element, k.title, str(Period.from_code(k.period)), k.unit,
             "" if k.value is None else k.value, k.text, k.mark, k.source,
             k.recorded_at.isoformat() if k.recorded_at else "", k.reported, k.expected,
             k.estimated, "是" if k.disputed else ""]
            for k in found.known
        ),
    )  # fmt: skip


def _wanted(request: HttpRequest) -> queries.BlockWanted:
    said = request.GET
    return queries.BlockWanted(
        text=said.get("q", "")[:100],
        form=said.get("form", ""),
        department=said.get("department", ""),
    )


def _as_of(request: HttpRequest) -> datetime | None:
    return end_of_day(asked_day(request)) if request.GET.get("on") else None


def _table(request: HttpRequest, found: Block, on: date) -> Table:
    columns = [
        Column(gettext("项目")),
        Column(gettext("数值"), number=True),
        Column(gettext("单位"), width="narrow"),
        Column(gettext("报告期"), width="narrow"),
        Column(gettext("来源")),
        Column(gettext("以前"), number=True),
        Column(gettext("哪些表在问")),
    ]
    titles = dict(found.forms)
    rows = [
        [
            Cell(one.title, _with(request, element=one.element)),
            _value(one),
            one.unit,
            str(Period.from_code(one.period)),
            _source(one, titles, on),
            _older(one),
            _askers(one),
        ]
        for one in found.known
    ]
    caption = gettext("已知 {n} 项").format(n=len(rows))
    return Table(columns, rows, caption, gettext("没有符合条件的数据"))


def _value(one: Known) -> Cell:
    said: Decimal | str = one.value if one.value is not None else one.text
    if one.mark == "missing":
        return Cell("", note=str(QUALITIES["missing"]), mark="late")
    notes = []
    if one.mark in {"estimated", "derived", "corrected", "not_applicable"}:
        notes.append(str(QUALITIES[one.mark]))
    if one.expected and one.reported < one.expected:
        notes.append(gettext("{n}/{of} 村").format(n=one.reported, of=one.expected))
    if one.disputed:
        notes.append(gettext("有争议"))
    return Cell(
        said, note="；".join(notes), mark="near" if one.disputed else MARKS.get(one.mark, "")
    )


def _source(one: Known, titles: Mapping[str, str], on: date) -> Cell:
    if one.source == SUM:
        return Cell(gettext("下级相加"))
    days = one.age(on)
    note = "" if days is None else gettext("{n} 天前").format(n=days) if days else gettext("今天")
    return Cell(named_source(one.source, titles) if one.source else "", note=note)


def _older(one: Known) -> Cell:
    """The last number before, and of when."""
    told = [(p, v) for p, v in one.older.items() if v is not None]
    if not told:
        return Cell("")
    period, value = max(told, key=lambda pair: Period.from_code(pair[0]).end)
    return Cell(value, note=str(Period.from_code(period)))


def _askers(one: Known) -> Cell:
    first = next(iter(one.asked_by), None)
    if first is None:
        return Cell("")
    more = len({a.form for a in one.asked_by}) - 1
    note = gettext("另有 {n} 张").format(n=more) if more else ""
    return Cell(first.title, reverse("reporting:form", args=[first.form]), note=note)


def _with(request: HttpRequest, **changed: str) -> str:
    said = request.GET.copy()
    for name, value in changed.items():
        said[name] = value
    return f"?{said.urlencode()}#compared"


def _rounds(found: Block) -> Table:
    columns = [
        Column(gettext("填报任务")),
        Column(gettext("报告期"), width="narrow"),
        Column(gettext("已通过"), number=True),
        Column(gettext("应报"), number=True),
        Column(gettext("截止"), width="narrow"),
    ]
    rows = [
        [one.title, str(Period.from_code(one.period)), one.approved, one.expected, one.due_on]
        for one in found.rounds
    ]
    return Table(columns, rows, gettext("正在填报"), gettext("现在没有填报任务"))


def _map(place: PlaceInfo, below: Sequence[PlaceInfo], to: Actor, on: date) -> Map | None:
    """What lies in it; a village among those beside it. The ladder says the same in words."""
    here, shown = place, list(below)
    if not shown and place.parent is not None:
        here = places.place(place.parent, on=on)
        shown = places.children(here.id, on=on)
    held = shapes_below(here, [one.id for one in shown], on)
    ids = [*(one.id for one in shown), here.id, place.id]
    named = places.names(ids, on=on, lang=get_language() or "zh-hans")
    areas = [
        Area(
            named.get(one.id, one.name),
            held[one.id].geojson,
            None,
            reverse("reporting:block", args=[one.code]) if to.reaches(one.id, on) else "",
            held[one.id].approximate,
            held[one.id].sketched,
        )
        for one in shown
        if one.id in held
    ]
    if not areas:
        return None
    called = named.get(here.id, here.name)
    return located(areas, title=called, here="" if below else named.get(place.id, place.name))


def _compared(found: Block, element: str, to: Actor, on: date, seen: Seen) -> dict[str, Any] | None:
    """One element over time, and at the places beside; both drawn, each with its table."""
    place, as_of = found.place, found.as_of
    until = next((one.period for one in found.known if one.element == element), None)
    told = queries.trend_of(place, element, until=until, as_of=as_of, to=to, on=on, seen=seen)
    if told is None:
        return None
    info, by_period = told
    title = say(info.titles, get_language() or "zh-hans")
    unit = info.unit
    chart = line(
        Series(
            [str(Period.from_code(p)) for p in by_period],
            [one.value for one in by_period.values()],
            title=f"{place.name} {title}",
            unit=unit,
        )
    )
    newest = next((p for p in reversed(by_period) if by_period[p].value is not None), None)
    return {
        "title": title,
        "trend": chart,
        "beside": _beside(place, info, newest, as_of, to, on, seen) if newest else None,
    }


def _beside(
    place: PlaceInfo,
    info: ElementInfo,
    period: int,
    as_of: datetime | None,
    to: Actor,
    on: date,
    seen: Seen,
) -> Chart:
    rows = queries.neighbours(place, info, period, as_of=as_of, to=to, on=on, seen=seen)
    chart = bars(
        Series(
            [SUFFIX.sub("", one.place.name)[:SHORT] for one in rows],
            [one.value for one in rows],
            title=gettext("同级比较 {period}").format(period=Period.from_code(period)),
            unit=info.unit,
        )
    )
    whole = [[one.place.name, one.value] for one in rows]
    return replace(chart, table=replace(chart.table, rows=whole))


urlpatterns = [
    path("block/<str:code>/", block, name="block"),
    path("block/<str:code>/data.csv", block_csv, name="block_csv"),
]
