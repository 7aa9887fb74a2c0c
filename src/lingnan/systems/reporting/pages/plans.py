"""What a round asks at least, why, and who burdens whom."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from lingnan.base import clock
from lingnan.base.actors import Actor
from lingnan.base.periods import Period
from lingnan.kernel.parties import queries as parties
from lingnan.kernel.places import queries as places
from lingnan.kernel.places.terms import PlaceInfo
from lingnan.web.access import permission
from lingnan.web.actors import actor_of
from lingnan.web.components import Cell, Column, Rung, Table
from lingnan.web.errors import in_words

from .. import queries, services
from ..terms.filings import RoundInfo
from ..terms.planning import Means
from ..terms.plans import Burden, Load, PlanInfo
from ..terms.refusals import NotPlanned
from ..terms.works import Order, WorkKind
from .again import again, shown
from .common import codes, ladder, names, place_of, yes_or_no
from .forms import form as form_page

VILLAGE = 5
MEANS = {
    Means.KNOWN: ("已掌握", "done"),
    Means.RETURNED: ("上级回流", "near"),
    Means.DERIVE: ("由台账或公式得出", "done"),
    Means.IDENTITY: ("由其他项目得出", "done"),
    Means.CONFIRM: ("请确认", "near"),
    Means.ASK: ("请填报", "quiet"),
}
BAR, STEP, WIDTH, LABEL = 14, 44, 720, 220


@dataclass(frozen=True)
class Figure:
    """A drawing and the table that says the same."""

    title: str
    svg: SafeString
    table: Table


@require_safe
@permission("reporting.read")
def burden(request: HttpRequest, uuid: str, code: str) -> HttpResponse:
    to, on = actor_of(request), clock.today()
    found, place = queries.round_of(uuid, to=to, on=on), place_of(code, on)
    told: Burden | None = None
    plan: PlanInfo | None = None
    try:
        told = queries.burden(found, place.id, to=to, on=on)
        plan = queries.summary(found, to=to, on=on)
    except NotPlanned:
        pass  # the page says so and offers to plan
    context: dict[str, Any] = {
        "round": found,
        "place": place,
        "period": str(Period.from_code(found.period)),
        "plan": plan,
        "rungs": _ladder(found, place, to, on),
        "may_plan": to.may("reporting.administer") and to.reaches(found.place, on),
    }
    if told is not None:
        context |= {
            "whole": told.whole,
            "departments": _departments(told),
            "forms": _forms(told),
            "below": _below(told, uuid),
            "table": _facts(found, place, to, on) if place.level == VILLAGE else None,
        }
    return shown(request, "reporting/burden.html", context)


@require_POST
@permission("reporting.administer")
@again(burden, lambda request, uuid: (uuid, _home_of(request, uuid)))
def plan(request: HttpRequest, uuid: str) -> HttpResponse:
    by, on = actor_of(request), clock.today()
    found = queries.round_of(uuid, to=by, on=on)
    if services.plan_is_long(found, at=clock.now()):
        order = Order(WorkKind.PLAN, found.place, found.period, {"round": found.uuid})
        return redirect("reporting:work", services.order_work(order, by=by, at=clock.now()).uuid)
    told = services.plan_round(found, by=by, at=clock.now())
    said = gettext("已编制：{places} 个村，要填 {asked} 项，要确认 {confirmed} 项。")
    messages.success(request, said.format(**told.figures))
    return redirect("reporting:burden", uuid, places.place(found.place, on=on).code)


def _home_of(request: HttpRequest, uuid: str) -> str:
    on = clock.today()
    found = queries.round_of(uuid, to=actor_of(request), on=on)
    return places.place(found.place, on=on).code


@require_POST
@permission("reporting.administer")
@again(form_page, lambda _, code, total: (code,))
def decide_sum(request: HttpRequest, code: str, total: str) -> HttpResponse:
    by, accept = actor_of(request), yes_or_no(request)
    form = queries.form(code, to=by, on=clock.today())
    services.decide_sum(form.id, total, accept=accept, by=by, at=clock.now())
    said = gettext("已采纳：能由其他项目得出的不再填报。") if accept else gettext("已否定。")
    messages.success(request, said)
    return redirect("reporting:form", code)


def bars(rows: list[tuple[str, Load]]) -> SafeString:
    """Two bars a line: minutes before (light) and after (dark), drawn by the server."""
    most = max((load.minutes_before for _, load in rows), default=0) or 1
    room = WIDTH - LABEL - 90
    lines = format_html_join(
        "",
        '<text x="{}" y="{}" text-anchor="end">{}</text>'
        '<rect x="{}" y="{}" width="{}" height="{}" fill="currentColor" opacity=".25"/>'
        '<rect x="{}" y="{}" width="{}" height="{}" fill="currentColor"/>'
        '<text x="{}" y="{}">{} → {}</text>',
        (
            (
                LABEL - 8, n * STEP + 20, title[:14],
                LABEL, n * STEP + 4, load.minutes_before * room // most, BAR,
                LABEL, n * STEP + 4 + BAR, load.minutes_after * room // most, BAR,
                LABEL + load.minutes_before * room // most + 6, n * STEP + 20,
                load.minutes_before, load.minutes_after,
            )
            for n, (title, load) in enumerate(rows)
        ),
    )  # fmt: skip
    return format_html(
        '<svg class="burden" viewBox="0 0 {} {}" role="img" aria-label="{}" font-size="14" '
        'fill="currentColor">{}</svg>',
        WIDTH,
        max(len(rows), 1) * STEP,
        gettext("填报分钟数，编制计划前后"),
        lines,
    )


def _departments(told: Burden) -> Figure:
    owners = parties.parties(one for one in told.departments if one)
    rows = [
        (owners[one].name if one in owners else gettext("未注明部门"), load)
        for one, load in sorted(told.departments.items(), key=lambda p: -p[1].seconds_after)
    ]
    return Figure(
        gettext("哪个部门让村里填多少（分钟；浅色为原需，深色为现需）"), bars(rows), _loads(rows)
    )


def _forms(told: Burden) -> Table:
    rows = [
        (Cell(one.title, reverse("reporting:form", args=[one.form])), one.load)
        for one in told.forms
    ]
    return _loads(rows, gettext("按报表"))


def _below(told: Burden, uuid: str) -> Table | None:
    if not told.places:
        return None
    named, coded = names(told.places), codes(told.places)
    rows = [
        (Cell(named.get(one, ""), reverse("reporting:burden", args=[uuid, coded[one]])), load)
        for one, load in told.places.items()
    ]
    return _loads(rows, gettext("按下级地区"))


def _loads(rows: list[tuple[Any, Load]], caption: str = "") -> Table:
    columns = [
        Column(gettext("名称")),
        *(
            Column(gettext(title), number=True)
            for title in ("各表项目", "要填", "要确认", "免填", "原需分钟", "现需分钟")
        ),
    ]
    cells = [
        [
            title,
            load.fields,
            load.asks,
            load.confirms,
            load.avoided,
            load.minutes_before,
            load.minutes_after,
        ]
        for title, load in rows
    ]
    return Table(columns, cells, caption)


def _facts(found: RoundInfo, place: PlaceInfo, to: Actor, on: date) -> Table:
    columns = [Column(gettext(title)) for title in ("项目", "方式", "理由", "报表")]
    rows = [
        [
            one.title,
            Cell(gettext(MEANS[one.way.means][0]), mark=MEANS[one.way.means][1]),
            in_words(one.why),
            "、".join(one.forms),
        ]
        for one in queries.plan_of(found, place.id, to=to, on=on)
    ]
    return Table(columns, rows, gettext("逐项说明"))


def _ladder(found: RoundInfo, place: PlaceInfo, to: Actor, on: date) -> list[Rung]:
    """Links no higher than the place the round is held in."""
    top = places.place(found.place, on=on).level
    asked = {p.code for p in places.ancestors(place.id, on=on) if p.level >= top}

    def url(code: str) -> str:
        return reverse("reporting:burden", args=[found.uuid, code]) if code in asked else ""

    return ladder(place, url, to=to, on=on)


urlpatterns = [
    path("rounds/<str:uuid>/plan/", plan, name="plan"),
    path("rounds/<str:uuid>/<str:code>/burden/", burden, name="burden"),
    path("forms/<str:code>/sums/<str:total>/", decide_sum, name="decide_sum"),
]
