"""One element: its names, who answers for it, whose word wins, who asks it, what was done with it."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import get_language, gettext, gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from lingnan.base import clock
from lingnan.base.actors import Actor
from lingnan.base.errors import Refused
from lingnan.base.periods import Kind
from lingnan.base.words import say
from lingnan.kernel.parties import queries as parties
from lingnan.web.access import permission
from lingnan.web.actors import actor_of
from lingnan.web.errors import summary
from lingnan.web.labels import LABELS, label_said

from .. import queries, services
from ..terms.dictionary import Asker, ChangeInfo, EntryInfo
from .dictionary import LANGUAGES, STANDINGS, named_source, titles_of
from .forms import KINDS, SUBJECTS, TYPES

DEPARTMENTS = 200
SOURCES = 5
FEW = 3
DONE = {
    "named": gettext_lazy("改名或改权责"),
    "joined": gettext_lazy("合并"),
    "split": gettext_lazy("拆分"),
}


@require_safe
@permission("reporting.read")
def entry(request: HttpRequest, code: str) -> HttpResponse:
    return _entry(request, code)


def _entry(request: HttpRequest, code: str, no: Refused | None = None) -> HttpResponse:
    to, on = actor_of(request), clock.today()
    one = queries.entry(code, to=to, on=on)
    asking = queries.askers(one.id, to=to, on=on)
    done = queries.changes(one.id, to=to, on=on)
    words, mark = STANDINGS[one.standing]
    context = {
        "entry": one,
        "subject": f"observations.element:{one.uuid}",
        "title": say(one.titles, get_language() or "zh-hans"),
        "names": [(k, v, one.titles.get(k, ""), k in one.converted) for k, v in LANGUAGES.items()],
        "type": gettext(TYPES.get(one.type, one.type)),
        "period": gettext(KINDS[Kind(one.period_kind)]),
        "about": gettext(SUBJECTS.get(one.subject_kind, one.subject_kind)),
        "label": label_said(one.label),
        "labels": LABELS.items(),
        "standing": gettext(words),
        "mark": mark,
        "sources": [named_source(source) for source in one.precedence[:SOURCES]],
        "further": max(len(one.precedence) - SOURCES, 0),
        "askers": asking,
        "yearly": sum(ask.per_year for ask in asking),
        "changes": [_change(change) for change in done],
        "became": next((c.after[0] for c in done if code not in c.after and not c.undone_at), ""),
        "may_decide": to.may("reporting.administer"),
        "error": summary(no) if no else None,
    }
    if context["may_decide"]:
        context |= _choices(one, asking)
    return render(request, "reporting/entry.html", context, status=no.status if no else 200)


def _change(one: ChangeInfo) -> dict[str, Any]:
    return {
        "one": one,
        "done": DONE[one.kind],
        "words": "；".join(word for word in one.words.values() if word)
        or f"{_few(one.before)} → {_few(one.after)}",
    }


def _few(codes: Sequence[str]) -> str:
    """The first of many; the moves below name them all."""
    shown = "、".join(codes[:FEW])
    return (
        shown
        if len(codes) <= FEW
        else gettext("{codes} 等 {n} 个").format(codes=shown, n=len(codes))
    )


def _choices(one: EntryInfo, asking: list[Asker]) -> dict[str, Any]:
    """What may be chosen as owner and as source of truth."""
    known = parties.organisations(limit=DEPARTMENTS)
    asked_by = {ask.department for ask in asking if ask.department}
    truths = [(source, named_source(source)) for source in one.precedence]
    truths += [(f"department:{d.uuid}", d.name) for d in known if d.name in asked_by]
    return {"departments": known, "truths": truths, "chosen": one.truth[0] if one.truth else ""}


@require_POST
@permission("reporting.administer")
def describe(request: HttpRequest, code: str) -> HttpResponse:
    said = request.POST
    truth = [word for word in said.getlist("truth") if word]
    try:
        services.describe_element(
            code,
            titles={lang: said.get(f"title_{lang}", "").strip()[:200] for lang in LANGUAGES},
            owner=said.get("owner"),
            truth=truth,
            label=said.get("label"),
            by=actor_of(request),
            at=clock.now(),
        )
    except Refused as no:
        return _entry(request, code, no)
    messages.success(request, gettext("已保存。以后报来的数按新的权威来源采用，以前的不变。"))
    return redirect("reporting:entry", code)


@require_POST
@permission("reporting.administer")
def split(request: HttpRequest, code: str) -> HttpResponse:
    chosen = [tuple(word.partition("|")[::2]) for word in request.POST.getlist("field")]
    try:
        services.split_element(
            code,
            [(form, field) for form, field in chosen],
            titles=titles_of(request.POST),
            by=actor_of(request),
            at=clock.now(),
        )
    except Refused as no:
        return _entry(request, code, no)
    messages.success(request, gettext("已拆成两个数据元；已经报过的期次仍在原来的编码下。"))
    return redirect("reporting:entry", code)


@require_POST
@permission("reporting.administer")
def join_with(request: HttpRequest, code: str) -> HttpResponse:
    other = request.POST.get("other", "").strip()
    by: Actor = actor_of(request)
    try:
        services.join_elements([code, other], by=by, at=clock.now())
    except Refused as no:
        return _entry(request, code, no)
    messages.success(request, gettext("已合并为一个数据元，以后只问一次。"))
    return redirect("reporting:entry", code)


urlpatterns = [
    path("dictionary/<slug:code>/", entry, name="entry"),
    path("dictionary/<slug:code>/describe/", describe, name="describe"),
    path("dictionary/<slug:code>/split/", split, name="split"),
    path("dictionary/<slug:code>/join/", join_with, name="join_with"),
]
