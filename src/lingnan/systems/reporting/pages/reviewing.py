"""The reviewer's grid: villages × facts of one form, on one screen, the biggest effect first."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from lingnan.base import clock
from lingnan.base.actors import Actor
from lingnan.base.errors import Invalid, Problem
from lingnan.base.periods import Period
from lingnan.web.access import permission
from lingnan.web.actors import actor_of
from lingnan.web.errors import in_words

from .. import queries, services
from ..queries.reviewing import ReviewCell, ReviewGrid, ReviewRow
from ..rules.filing import retyped
from ..terms.checking import Severity
from ..terms.filings import STATE_WORDS, FieldInfo, Mark, State
from ..terms.refusals import NeedReason
from .again import again, shown
from .common import STATE_MARKS, ladder, names, period_code, place_of, tell_approved
from .households import household_page

MARKS = {Severity.ERROR: "late", Severity.EXPLAIN: "near", Severity.HINT: "quiet"}
SHOWN = {Mark.NOT_APPLICABLE: "不适用", Mark.MISSING: "缺"}


@require_safe
@permission("reporting.approve")
def grid(request: HttpRequest, code: str, place: str, period: str) -> HttpResponse:
    to, on = actor_of(request), clock.today()
    where, number = place_of(place, on), period_code(period)
    form = queries.form_asked(code, where.id, number, to=to, on=on)
    if form.subject == "household":
        return household_page(request, form, where, number, _page(request, "page"))
    found = queries.review_grid(
        form,
        where.id,
        number,
        page=_page(request, "page"),
        fact_page=_page(request, "facts"),
        to=to,
        on=on,
    )
    when = str(Period.from_code(number))
    named = names(row.place for row in found.rows)
    context = {
        "form": form,
        "place": where,
        "period": when,
        "grid": found,
        "rows": [_row(found, row, named.get(row.place, ""), request.POST) for row in found.rows],
        "submitted": found.counts[State.SUBMITTED],
        "approved": found.counts[State.APPROVED],
        "may_release": not found.released and found.counts[State.APPROVED] >= found.needed > 0,
        "rungs": ladder(
            where, lambda c: reverse("reporting:grid", args=[code, c, when]), to=to, on=on
        ),
    }
    return shown(request, "reporting/review_grid.html", context)


@require_POST
@permission("reporting.approve")
@again(grid)
def act(request: HttpRequest, code: str, place: str, period: str) -> HttpResponse:
    """Approve the marked, return one with its cells, pass the clean, release by quorum."""
    by, on = actor_of(request), clock.today()
    where, number = place_of(place, on), period_code(period)
    form = queries.form_asked(code, where.id, number, to=by, on=on)
    wanted = request.POST.get("act", "")
    if wanted == "approve":
        _approve(request, by)
    elif wanted == "pass":
        done = services.pass_clean(form.id, where.id, number, by=by, at=clock.now())
        messages.success(request, gettext("按规则自动通过 {n} 份。").format(n=len(done)))
    elif wanted == "release":
        given = services.release_place(form.id, where.id, number, by=by, at=clock.now())
        messages.success(request, gettext("已放行：{words}。").format(words=given.words))
    elif wanted.startswith("return:"):
        _return(request, wanted.removeprefix("return:"), by)
    else:
        raise Invalid(problems=[Problem("act", "请选择怎样办理。")])
    return redirect("reporting:grid", code, place, period)


def _approve(request: HttpRequest, by: Actor) -> None:
    """With the versions that were on the screen: what changed since is told, not approved."""
    marked = dict(one.split(":", 1) for one in request.POST.getlist("filing") if ":" in one)
    versions = {uuid: int(number) for uuid, number in marked.items() if number.isdecimal()}
    if not versions:
        raise Invalid(problems=[Problem("filing", "请先选中要审核的报表。")])
    tell_approved(request, services.approve_many(versions, by=by, at=clock.now()))


def _return(request: HttpRequest, uuid: str, by: Actor) -> None:
    reason = request.POST.get(f"reason:{uuid}", "").strip()
    if not reason:
        raise NeedReason(problems=[Problem(f"reason:{uuid}", "请写明退回原因。")])
    cells = {
        one.split(":", 1)[1]: reason
        for one in request.POST.getlist("cell")
        if one.startswith(f"{uuid}:")
    }
    services.return_report(uuid, reason, cells=cells, by=by, at=clock.now())
    messages.success(request, gettext("已退回。"))


def _row(found: ReviewGrid, row: ReviewRow, name: str, typed: QueryDict) -> dict[str, object]:
    """`typed`: what was sent and refused stands as it was."""
    redone = typed.get("act") == f"return:{row.filing}"
    marked = {one.partition(":")[0] for one in typed.getlist("filing")}
    pairs = zip(found.fields, row.cells, strict=True)
    return {
        "row": row,
        "name": name,
        "state": gettext(STATE_WORDS[row.state]),
        "mark": STATE_MARKS[row.state],
        "open": row.state is State.SUBMITTED,
        "checked": row.filing in marked if typed else not row.errors,
        "said": typed.get(f"reason:{row.filing}", "") if redone else None,
        "cells": [
            _cell(field, cell, f"{row.filing}:{field.code}" in typed.getlist("cell"))
            if redone
            else _cell(field, cell)
            for field, cell in pairs
        ],
    }


def _cell(field: FieldInfo, cell: ReviewCell, chosen: bool | None = None) -> dict[str, object]:
    told = cell.told
    return {
        "field": field,
        "text": SHOWN.get(cell.answer.mark, cell.answer.text),
        "before": retyped(field, cell.before, None) if cell.before is not None else "",
        "effect": f"{cell.effect:.1%}" if cell.effect else "",
        "mark": MARKS[told.finding.severity] if told else "",
        "checked": bool(told) if chosen is None else chosen,
        "words": in_words(told.finding.words) if told else "",
        "reason": told.reason if told else "",
    }


def _page(request: HttpRequest, name: str) -> int:
    given = request.GET.get(name, "1")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 6 else 1


urlpatterns = [
    path("review/<str:code>/<str:place>/<str:period>/", grid, name="grid"),
    path("review/<str:code>/<str:place>/<str:period>/act/", act, name="grid_act"),
]
