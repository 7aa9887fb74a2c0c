"""Filled forms of earlier years: drop them, see what was understood, confirm, decide."""

from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from lingnan.base import clock
from lingnan.base.actors import Actor
from lingnan.base.errors import Clash, Invalid, Problem, Refused
from lingnan.base.periods import Period
from lingnan.web.access import permission
from lingnan.web.actors import actor_of
from lingnan.web.components import Cell, Column, Table
from lingnan.web.errors import summary

from .. import queries, services
from ..terms.histories import (
    HistoryFileInfo,
    HistorySheetInfo,
    HistoryState,
    HistoryValueInfo,
)
from ..terms.refusals import NeedReason
from ..terms.works import Order, WorkKind
from .again import again, refused, shown
from .common import asked_period, asked_place, names, place_of, yes_or_no
from .dictionary import named_source

STATES = {
    HistoryState.STAGED: ("待入库", "near"),
    HistoryState.CONFIRMED: ("已入库", "done"),
    HistoryState.DISPUTED: ("有争议", "late"),
    HistoryState.REFUSED: ("未采用", "quiet"),
    HistoryState.WITHDRAWN: ("已撤回", "quiet"),
}
SHOWN = 30  # open values shown at once; the rest follow as these are settled


@dataclass(frozen=True)
class Choice:
    """Words that name no single place, and the places they may mean."""

    text: str
    count: int
    places: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Sheet:
    info: HistorySheetInfo
    state: str
    mark: str
    total: int
    done: int
    ready: int
    periods: str
    choices: tuple[Choice, ...]
    open: Table


@require_http_methods(["GET", "HEAD", "POST"])
@permission("reporting.history")
def history(request: HttpRequest) -> HttpResponse:
    """The files taken in, newest first, and the way to drop more."""
    error = None
    if request.method == "POST":
        try:
            return _taken(request)
        except Refused as no:
            error = summary(no)
    to, on = actor_of(request), clock.today()
    context = {
        "table": _files(queries.history_files(to=to, on=on)),
        "rivals": len(queries.rivals(to=to, on=on)),
        "error": error,
    }
    return render(request, "reporting/history.html", context, status=422 if error else 200)


def _taken(request: HttpRequest) -> HttpResponse:
    given = request.FILES.getlist("file")
    if not given:
        raise Invalid("请先选择文件。")
    code, on = request.POST.get("place", "").strip(), clock.today()
    top = place_of(code, on).id if code else None
    by, opened = actor_of(request), [(one.name or "", one.read()) for one in given]
    home = top or next((scope.place for scope in by.scopes if scope.place), None)
    if home is not None and services.files_are_long(opened):
        order = Order(WorkKind.HISTORY, home, 0, {}, opened, "personal")
        return redirect("reporting:work", services.order_work(order, by=by, at=clock.now()).uuid)
    taken = services.take_in_workbooks(opened, place=top, by=by, at=clock.now())
    values = sum(sum(s.counts.values()) for one in taken for s in one.sheets)
    waiting = sum(s.open for one in taken for s in one.sheets)
    said = gettext("已读 {n} 个文件，{values} 个数值，其中 {open} 个待确认。")
    messages.success(request, said.format(n=len(taken), values=values, open=waiting))
    if len(taken) == 1:
        return redirect("reporting:history_file", taken[0].uuid)
    return redirect("reporting:history")


def _files(found: list[HistoryFileInfo]) -> Table:
    columns = [
        Column(gettext("文件")),
        Column(gettext("报表")),
        Column(gettext("数值"), number=True),
        Column(gettext("待确认"), number=True),
        Column(gettext("状态")),
        Column(gettext("放入时间")),
    ]
    rows = [
        [
            Cell(one.name, reverse("reporting:history_file", args=[one.uuid])),
            "、".join(dict.fromkeys(s.form or s.title for s in one.sheets)),
            sum(sum(s.counts.values()) for s in one.sheets),
            sum(s.open for s in one.sheets),
            _state(one),
            one.taken_at,
        ]
        for one in found
    ]
    return Table(columns, rows, empty=gettext("还没有放入任何填好的表"))


def _state(one: HistoryFileInfo) -> Cell:
    if one.why:
        return Cell(gettext("未读"), note=one.why, mark="late")
    states = {s.state for s in one.sheets}
    first = next((s for s in STATES if s in states), HistoryState.STAGED)
    words, mark = STATES[first]
    return Cell(gettext(words), mark=mark)


@require_http_methods(["GET", "HEAD", "POST"])
@permission("reporting.history")
def history_file(request: HttpRequest, uuid: str) -> HttpResponse:
    """With a reason, posted, the persons in full: each table that has some is evidence."""
    why = _reason(request)
    if why is not None and not why.strip():
        no = NeedReason(problems=[Problem("reason", "请写明为什么要看。")])
        return refused(request, no, history_file, uuid)
    to, on = actor_of(request), clock.today()
    found = queries.history_file(uuid, to=to, on=on)
    sheets = []
    for info in found.sheets:
        if why is not None:
            values = services.show_history_values(
                info.uuid, reason=why, only_open=True, by=to, at=clock.now()
            )
        else:
            values = queries.history_values(info.uuid, to=to, on=on, only_open=True)
        sheets.append(_sheet(info, values, on))
    context = {"file": found, "sheets": sheets, "may_see_persons": why is None and _may(to)}
    return shown(request, "reporting/history_file.html", context)


def _may(to: Actor) -> bool:
    return to.may("reporting.unmask") and "personal" in to.labels


def _reason(request: HttpRequest) -> str | None:
    return request.POST.get("reason", "") if request.method == "POST" else None


def _sheet(info: HistorySheetInfo, values: list[HistoryValueInfo], on: date) -> Sheet:
    words, mark = STATES[info.state]
    total, done = sum(info.counts.values()), info.counts.get(HistoryState.CONFIRMED, 0)
    return Sheet(
        info=info,
        state=gettext(words),
        mark=mark,
        total=total,
        done=done,
        ready=info.counts.get(HistoryState.STAGED, 0) - info.open,
        periods="、".join(str(Period.from_code(code)) for code in info.periods),
        choices=_choices(info, values, on),
        open=_open(values),
    )


def _choices(
    info: HistorySheetInfo, values: list[HistoryValueInfo], on: date
) -> tuple[Choice, ...]:
    spots = {one.place_text: one.spots for one in values if one.place is None}
    named = queries.spots_of({code for codes in spots.values() for code in codes}, on=on)
    return tuple(
        Choice(
            text,
            count,
            tuple((code, named[code][1]) for code in spots.get(text, ()) if code in named),
        )
        for text, count in info.names.items()
    )


def _open(values: list[HistoryValueInfo]) -> Table:
    columns = [
        Column(gettext("单元格"), width="narrow"),
        Column(gettext("项目")),
        Column(gettext("填写")),
        Column(gettext("为什么要看一眼")),
    ]
    rows = [[one.cell, one.label, one.text, one.doubt] for one in values[:SHOWN] if one.doubt]
    return Table(columns, rows)


@require_POST
@permission("reporting.history")
@again(history_file, lambda _, uuid, sheet: (uuid,))
def amend_history(request: HttpRequest, uuid: str, sheet: str) -> HttpResponse:
    """`place:<words>` controls hold division codes; `period` a period, `household` a number."""
    on = clock.today()
    named = {
        key.removeprefix("place:"): asked_place(request, on, key).id
        for key, code in request.POST.items()
        if key.startswith("place:") and isinstance(code, str) and code.strip()
    }
    period = asked_period(request) if request.POST.get("period", "").strip() else None
    changed = services.amend_history(
        sheet,
        named=named,
        period=period,
        household=request.POST.get("household", "").strip(),
        by=actor_of(request),
        at=clock.now(),
    )
    messages.success(request, gettext("已写明 {n} 个数值。").format(n=changed))
    return redirect("reporting:history_file", uuid)


@require_POST
@permission("reporting.history")
@again(history_file, lambda _, uuid, sheet: (uuid,))
def confirm_history(request: HttpRequest, uuid: str, sheet: str) -> HttpResponse:
    done = services.confirm_history(sheet, by=actor_of(request), at=clock.now())
    said = gettext("已入库 {n} 个数值，{left} 个仍待确认，{disputed} 个与别的表不一致。")
    disputed = done.disputed + done.contenders
    messages.success(request, said.format(n=done.recorded, left=done.left, disputed=disputed))
    return redirect("reporting:history_file", uuid)


@require_POST
@permission("reporting.history")
@again(history_file, lambda _, uuid, sheet: (uuid,))
def withdraw_history(request: HttpRequest, uuid: str, sheet: str) -> HttpResponse:
    gone = services.withdraw_history(sheet, by=actor_of(request), at=clock.now())
    said = gettext("已撤回 {n} 个数值；再放入同一个文件可以重新入库。")
    messages.success(request, said.format(n=gone))
    return redirect("reporting:history_file", uuid)


@require_http_methods(["GET", "HEAD", "POST"])
@permission("reporting.history")
def rivals(request: HttpRequest) -> HttpResponse:
    """Two forms, two values, side by side."""
    to, on = actor_of(request), clock.today()
    why = _reason(request) if "reason" in request.POST else None
    if request.method == "POST" and why is None:
        kind, _, number = request.POST.get("rival", "").partition(":")
        if kind not in {"file", "source"} or not number.isdecimal():
            no: Refused = Invalid(problems=[Problem("rival", "请选择一项。")])
            return refused(request, no, rivals)
        try:
            take = yes_or_no(request, "take")
            services.settle_rival(kind, int(number), take=take, by=to, at=clock.now())
        except (Invalid, Clash) as wrong:
            return refused(request, wrong, rivals)
        messages.success(request, gettext("已记下您的决定。"))
        return redirect("reporting:rivals")
    if why is None:
        found = queries.rivals(to=to, on=on)
    else:
        found = services.show_rivals(reason=why, by=to, at=clock.now())
    where = names(one.place for one in found)
    items = [
        {
            "rival": one,
            "held": named_source(one.held_source),
            "said": named_source(one.said_source),
            "place": where.get(one.place, ""),
            "period": Period.from_code(one.period),
        }
        for one in found
    ]
    veiled = why is None and any(one.is_personal for one in found)
    context = {"items": items, "may_see_persons": veiled and _may(to)}
    return shown(request, "reporting/rivals.html", context)


SHEET = "history/<uuid:uuid>/<uuid:sheet>"
urlpatterns = [
    path("history/", history, name="history"),
    path("history/rivals/", rivals, name="rivals"),
    path("history/<uuid:uuid>/", history_file, name="history_file"),
    path(f"{SHEET}/amend/", amend_history, name="amend_history"),
    path(f"{SHEET}/confirm/", confirm_history, name="confirm_history"),
    path(f"{SHEET}/withdraw/", withdraw_history, name="withdraw_history"),
]
