"""Places: the tree, the search, one place on any day."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from lingnan.base import clock
from lingnan.base.errors import Invalid
from lingnan.kernel.places import queries as places
from lingnan.kernel.places.terms import OutlineInfo, PlaceInfo, Step
from lingnan.web.access import public
from lingnan.web.components import LEVELS, Cell, Column, Fact, Rung, Table
from lingnan.web.errors import summary
from lingnan.web.outlines import outline_svg
from lingnan.web.requests import asked_day, asked_number

KINDS = {"nbs": "统计用区划代码", "mca": "民政行政区划代码"}


@require_safe
@public
def index(request: HttpRequest) -> HttpResponse:
    """Search when something is asked for, the top of the tree otherwise."""
    query = request.GET.get("q", "").strip()
    context: dict[str, Any] = {"q": query, "levels": LEVELS, "on": clock.today()}
    try:
        on, level = asked_day(request), asked_number(request, "level")
    except Invalid as wrong:
        return render(
            request, "platform/places.html", context | {"error": summary(wrong)}, status=422
        )
    if query:
        found = places.find(query, on=on, level=level, limit=50)
        context["table"] = _found(found, on)
    else:
        tops = [(top, places.children(top.id, on=on)) for top in places.roots(on=on)]
        context["tops"] = [(top, _url(top, on), _children(below, on)) for top, below in tops]
    return render(request, "platform/places.html", context | {"on": on, "level": level})


@require_safe
@public
def detail(request: HttpRequest, uuid: str) -> HttpResponse:
    on = asked_day(request)
    place = places.by_uuid(uuid, on=on)
    above = places.ancestors(place.id, on=on)
    below = places.children(place.id, on=on)
    lang = get_language() or "zh-hans"
    named = places.names([place.id], on=on, lang=lang).get(place.id, place.name)
    context = {
        "place": place,
        "named": named,
        "on": on,
        "is_today": on == clock.today(),
        "rungs": rungs(above, place, on),
        "facts": _facts(place),
        "below": _children(below, on) if below else None,
        "steps": _steps(place),
        "outline": _outline(places.outline(place.id, on=on), named),
    }
    return render(request, "platform/place.html", context)


@require_safe
@public
def by_code(request: HttpRequest, code: str) -> HttpResponse:
    """A code of 6, 9 or 12 digits leads to its place."""
    on = asked_day(request)
    return redirect(_url(places.by_code(code, on=on), on))


def rungs(above: list[PlaceInfo], place: PlaceInfo, on: date) -> list[Rung]:
    ladder = [Rung(step.level, step.name, _url(step, on)) for step in above]
    return [*ladder, Rung(place.level, place.name, current=True)]


def _url(place: PlaceInfo, on: date) -> str:
    address = reverse("platform:place", args=[place.uuid])
    return address if on == clock.today() else f"{address}?on={on}"


def _facts(place: PlaceInfo) -> list[Fact]:
    codes = [
        Fact(gettext(KINDS.get(scheme, scheme)), code)
        for scheme, code in sorted(place.codes.items())
    ]
    begun = None if place.valid_from == date.min else place.valid_from
    return [
        Fact(gettext("层级"), str(LEVELS[place.level])),
        *codes,
        Fact(gettext("起始"), begun or gettext("有记录以来")),
        *([Fact(gettext("止于"), place.valid_to)] if place.valid_to else []),
        Fact(gettext("对外标识"), place.uuid),
    ]


def _children(below: list[PlaceInfo], on: date) -> Table:
    columns = [
        Column(gettext("名称")),
        Column(gettext("代码"), width="narrow"),
        Column(gettext("层级"), width="narrow"),
    ]
    rows = [
        [Cell(child.name, _url(child, on)), child.code, str(LEVELS[child.level])] for child in below
    ]
    return Table(columns, rows, gettext("下辖 {n} 个").format(n=len(below)), gettext("没有下级"))


def _found(found: list[PlaceInfo], on: date) -> Table:
    above = places.infos(sorted({p.parent for p in found if p.parent}), on=on)
    named = {p.id: p.name for p in above}
    columns = [
        Column(gettext("名称")),
        Column(gettext("上级")),
        Column(gettext("代码"), width="narrow"),
        Column(gettext("层级"), width="narrow"),
    ]
    rows = [
        [Cell(p.name, _url(p, on)), named.get(p.parent or 0, ""), p.code, str(LEVELS[p.level])]
        for p in found
    ]
    return Table(
        columns, rows, gettext("找到 {n} 个").format(n=len(found)), gettext("没有找到这样的地方")
    )


def _steps(place: PlaceInfo) -> list[Step]:
    return places.lineage(place.code) if place.code else []


def _outline(drawn: OutlineInfo | None, name: str) -> dict[str, object] | None:
    if drawn is None:
        return None
    return {"svg": outline_svg(drawn.geojson, name), "info": drawn}


urlpatterns = [
    path("places/", index, name="places"),
    path("places/code/<slug:code>/", by_code, name="place_by_code"),
    path("places/<slug:uuid>/", detail, name="place"),
]
