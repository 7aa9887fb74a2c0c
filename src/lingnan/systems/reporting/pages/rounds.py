"""Rounds: what is being asked, how far every place is, which villages are missing."""

from datetime import date, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lingnan.base import clock
from lingnan.base.actors import Actor
from lingnan.base.errors import Invalid, Problem, Refused
from lingnan.base.periods import Kind, Period, period_of
from lingnan.kernel.places import queries as places
from lingnan.kernel.places.terms import PlaceInfo
from lingnan.web.access import permission
from lingnan.web.actors import actor_of
from lingnan.web.components import Cell, Column, Rung, Table
from lingnan.web.errors import summary
from lingnan.web.maps import Area, Map, coloured

from .. import queries, services
from ..terms.filings import STATE_WORDS, FormInfo, RoundInfo, RoundState, Step
from .again import again, shown
from .common import (
    STATE_MARKS,
    asked_date,
    asked_period,
    asked_place,
    clock_of,
    codes,
    home_of,
    ladder,
    names,
    place_of,
)
from .shapes import FIFTHS, shapes_below

VILLAGE = 5


@require_safe
@permission("reporting.read")
def rounds(request: HttpRequest) -> HttpResponse:
    to, on = actor_of(request), clock.today()
    found = queries.rounds(to=to, on=on)
    named = names(one.place for one in found)
    items = [
        {
            "round": one,
            "place": named.get(one.place, ""),
            "period": str(Period.from_code(one.period)),
            "clock": clock_of(one, on),
            "url": reverse("reporting:round", args=[one.uuid]),
        }
        for one in found
    ]
    return render(
        request,
        "reporting/rounds.html",
        {
            "items": items,
            "may_open": to.may("reporting.administer"),
            "may_fill": to.may("reporting.fill"),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@permission("reporting.administer")
def open_one(request: HttpRequest) -> HttpResponse:
    """Choose forms, a place, a period and the days; every village below is asked."""
    to, on = actor_of(request), clock.today()
    error = None
    if request.method == "POST":
        try:
            made = _opened(request)
            messages.success(request, gettext("已开始，下面的村可以填了。"))
            return redirect("reporting:round", made.uuid)
        except Refused as no:
            error = summary(no)
    home = home_of((scope.place for scope in to.scopes), on)
    offered = {
        "place": home.code if home else "",
        "period": str(period_of(on, Kind.YEAR)),
        "opened_on": on.isoformat(),
        "due_on": (on + timedelta(days=30)).isoformat(),
    }
    context = {
        "forms": queries.forms(to=to, on=on),
        "chosen": request.POST.getlist("form"),
        "typed": request.POST or offered,
        "error": error,
    }
    return render(request, "reporting/open.html", context, status=422 if error else 200)


def _opened(request: HttpRequest) -> RoundInfo:
    """Raises ValueError for a period or a day that is none."""
    by, on, said = actor_of(request), clock.today(), request.POST
    chosen = said.getlist("form")
    missing = [
        Problem(name, tell)
        for name, given, tell in (
            ("title", said.get("title", "").strip(), "请写名称。"),
            ("form", chosen, "请选至少一张报表。"),
        )
        if not given
    ]
    if missing:
        raise Invalid(problems=missing)
    place = asked_place(request, on).id
    return services.open_round(
        said["title"].strip(),
        [queries.form_to_ask(code, place, to=by, on=on).id for code in chosen],
        place=place,
        period=asked_period(request),
        days=(asked_date(request, "opened_on"), asked_date(request, "due_on")),
        by=by,
        at=clock.now(),
    )


@require_safe
@permission("reporting.read")
def own_place(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """To the place of the hat worn when the round asks below it, else to the round's own."""
    to, on = actor_of(request), clock.today()
    found = queries.round_of(str(uuid), to=to, on=on)
    whole = places.place(found.place, on=on)
    home = home_of((scope.place for scope in to.scopes), on) or whole
    return redirect("reporting:round_at", uuid, (home if home.level > whole.level else whole).code)


@require_safe
@permission("reporting.read")
def round_at(request: HttpRequest, uuid: UUID, code: str) -> HttpResponse:
    to, on = actor_of(request), clock.today()
    found, place = queries.round_of(str(uuid), to=to, on=on), place_of(code, on)
    forms = queries.forms_by_id(found.forms)
    own, below = queries.progress(found, place.id, to=to, on=on)
    context = {
        "round": found,
        "place": place,
        "period": str(Period.from_code(found.period)),
        "clock": clock_of(found, on),
        "rungs": _ladder(found, place, to, on),
        "own": own,
        "may_remind": found.state is RoundState.OPEN
        and to.may("reporting.approve")
        and own.expected > own.submitted + own.approved,
        "may_close": found.state is RoundState.OPEN and to.may("reporting.administer"),
        "done": own.approved * 100 // own.expected if own.expected else None,
        "table": _village(found, place, list(forms.values()), to, on)
        if place.level == VILLAGE
        else _below(uuid, below),
        "map": _map(found, place, below, on) if place.level < VILLAGE else None,
        "links": _links(place, found, list(forms.values())),
    }
    return shown(request, "reporting/round.html", context)


@require_POST
@permission("reporting.administer")
@again(round_at, lambda request, uuid: (uuid, _held_in(request, uuid)))
def close(request: HttpRequest, uuid: UUID) -> HttpResponse:
    closed = services.close_round(str(uuid), by=actor_of(request), at=clock.now())
    messages.success(request, gettext("{title}已结束，不再填写和更正。").format(title=closed.title))
    return redirect("reporting:rounds")


def _held_in(request: HttpRequest, uuid: UUID) -> str:
    on = clock.today()
    found = queries.round_of(str(uuid), to=actor_of(request), on=on)
    return places.place(found.place, on=on).code


def _ladder(found: RoundInfo, place: PlaceInfo, to: Actor, on: date) -> list[Rung]:
    """Links no higher than the place the round is held in."""
    top = places.place(found.place, on=on).level
    asked = {p.code for p in places.ancestors(place.id, on=on) if p.level >= top}

    def url(code: str) -> str:
        return reverse("reporting:round_at", args=[found.uuid, code]) if code in asked else ""

    return ladder(place, url, to=to, on=on)


def _below(uuid: UUID, steps: list[Step]) -> Table:
    columns = [
        Column(gettext("地区")),
        *(
            Column(gettext(title), number=True)
            for title in ("应报", "草稿", "待审核", "已退回", "已通过", "完成")
        ),
    ]
    named, coded = names(s.place for s in steps), codes(s.place for s in steps)
    rows = [
        [
            Cell(
                named.get(s.place, ""), reverse("reporting:round_at", args=[uuid, coded[s.place]])
            ),
            s.expected,
            s.draft,
            s.submitted,
            s.returned,
            s.approved,
            Cell(f"{s.approved * 100 // s.expected}%" if s.expected else "", mark=_mark(s)),
        ]
        for s in steps
    ]
    return Table(columns, rows, gettext("下级办理进度（份）"))


def _map(found: RoundInfo, place: PlaceInfo, steps: list[Step], on: date) -> Map | None:
    """How full each place below is, in fifths; the table says the same."""
    held = shapes_below(place, [s.place for s in steps], on)
    named, coded = names(s.place for s in steps), codes(s.place for s in steps)
    areas = [
        Area(
            named.get(s.place, ""),
            held[s.place].geojson,
            s.approved * 100 // s.expected if s.expected else None,
            reverse("reporting:round_at", args=[found.uuid, coded[s.place]]),
            held[s.place].approximate,
            held[s.place].sketched,
        )
        for s in steps
        if s.place in held
    ]
    return coloured(areas, title=gettext("已通过"), unit="%", limits=FIFTHS) if areas else None


def _mark(step: Step) -> str:
    if step.expected and step.approved == step.expected:
        return "done"
    return "late" if step.returned else "quiet"


def _village(
    found: RoundInfo, place: PlaceInfo, forms: list[FormInfo], to: Actor, on: date
) -> Table:
    columns = [
        Column(gettext("报表")),
        Column(gettext("状态")),
        Column(gettext("项目"), number=True),
        Column(gettext("已填"), number=True),
    ]
    wanted = queries.Wanted(period=found.period, under=place.id, limit=500)
    held = {one.form: one for one in queries.filings(wanted, to=to, on=on) if not one.subject}
    rows = []
    for form in forms:
        if form.subject != "place":
            continue
        filing = held.get(form.id)
        state = filing.state if filing else None
        period = str(Period.from_code(found.period))
        rows.append(
            [
                Cell(form.title, reverse("reporting:fill", args=[form.code, place.code, period])),
                Cell(gettext(STATE_WORDS[state]), mark=STATE_MARKS[state])
                if state
                else Cell(gettext("未开始"), mark="quiet"),
                len(form.asked),
                len(filing.answers) if filing else 0,
            ]
        )
    return Table(columns, rows, gettext("本村要填的报表"), gettext("本轮没有要填的报表"))


def _links(place: PlaceInfo, found: RoundInfo, forms: list[FormInfo]) -> list[tuple[str, str]]:
    period = str(Period.from_code(found.period))
    return [
        (form.title, reverse("reporting:rollup", args=[form.code, place.code, period]))
        for form in forms
        if form.subject == "place" and place.level < VILLAGE
    ]


urlpatterns = [
    path("", rounds, name="rounds"),
    path("open/", open_one, name="open"),
    path("rounds/<uuid:uuid>/", own_place, name="round"),
    path("rounds/<uuid:uuid>/close/", close, name="round_close"),
    path("rounds/<uuid:uuid>/<str:code>/", round_at, name="round_at"),
]
