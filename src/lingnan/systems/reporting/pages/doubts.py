"""Doubtful matches: one on the screen with all one needs to judge it, the keyboard is enough."""

from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from lingnan.base import clock
from lingnan.base.actors import Actor
from lingnan.base.errors import Invalid, Problem, Refused
from lingnan.web import paging
from lingnan.web.access import permission
from lingnan.web.actors import actor_of
from lingnan.web.errors import summary

from .. import queries, services
from ..terms.dictionary import DoubtInfo
from ..terms.filings import Verdict
from ..terms.forms import Relation

NEXT = 8
MOST_SKIPPED = 200
VERDICTS = {
    Verdict.PROPOSED: gettext_lazy("待确认"),
    Verdict.ACCEPTED: gettext_lazy("同一件事"),
    Verdict.REFUSED: gettext_lazy("不是同一件事"),
}
RELATIONS = {
    Relation.SAME: (gettext_lazy("同一件事"), gettext_lazy("以后只问一次，两张表都填好")),
    Relation.BROADER: (gettext_lazy("乙的范围更大"), gettext_lazy("甲只是乙的一部分")),
    Relation.NARROWER: (gettext_lazy("乙只是一部分"), gettext_lazy("甲的范围更大")),
    Relation.DERIVED: (gettext_lazy("可以算出来"), gettext_lazy("一方由另一方的明细汇总")),
    Relation.ALIKE: (gettext_lazy("只是相像"), gettext_lazy("不是同一件事，以后不再提示")),
}


@require_safe
@permission("reporting.read")
def repeats(request: HttpRequest) -> HttpResponse:
    """What waits, the biggest effect first; or what was decided, by whom and when."""
    return _queue(request)


def _queue(request: HttpRequest, no: Refused | None = None) -> HttpResponse:
    to, on = actor_of(request), clock.today()
    wanted = request.GET.get("state", Verdict.PROPOSED.value)
    state = Verdict(wanted) if wanted in set(Verdict) else Verdict.PROPOSED
    counts, levels = queries.doubt_counts(to=to, on=on)
    context: dict[str, Any] = {
        "states": [(v.value, VERDICTS[v], counts[v]) for v in Verdict],
        "state": state.value,
        "waiting": counts[Verdict.PROPOSED],
        "may_decide": to.may("reporting.administer"),
        "act": request.GET.get("act", ""),
        "error": summary(no) if no else None,
    }
    found = queries.doubts(to=to, on=on, state=state)
    if state is Verdict.PROPOSED:
        context |= _one(request, found, to) | {"levels": [(k, n) for k, n in levels.items() if n]}
    else:
        page = paging.window(found, cursor=request.GET.get("after"))
        context |= {"page": page, "rows": [(one, _said(one.said)) for one in page.rows]}
    return render(request, "reporting/repeats.html", context, status=no.status if no else 200)


def _one(request: HttpRequest, found: list[DoubtInfo], to: Actor) -> dict[str, Any]:
    """The pair to judge now, and what comes after it."""
    skipped = _numbers(request.GET.get("skip", ""))
    left = [one for one in found if one.id not in skipped]
    chosen = _numbers(request.GET.get("pair", ""))
    now = next((one for one in found if one.id in chosen), None) or next(iter(left), None)
    if now is None:
        return {"now": None, "skipped": len(skipped & {one.id for one in found})}
    source, target = queries.sides(now, to=to, on=clock.today())
    skip = ",".join(map(str, [*sorted(skipped), now.id][-MOST_SKIPPED:]))
    return {
        "now": now,
        "sides": (("甲", source), ("乙", target)),
        "relations": [
            (i, r.value, *words, r is now.relation)
            for i, (r, words) in enumerate(RELATIONS.items(), 1)
        ],
        "suggested": _said(now.relation),
        "after": [one for one in left if one.id != now.id][:NEXT],
        "skip": skip,
        "skipping": request.GET.get("skip", ""),
        "skipped": len(skipped),
    }


def _numbers(text: str) -> set[int]:
    parts = text.split(",")[:MOST_SKIPPED]
    return {int(part) for part in parts if part.isascii() and part.isdigit() and len(part) < 18}


def _said(relation: str) -> str:
    known = {r.value: str(words[0]) for r, words in RELATIONS.items()}
    return known.get(relation, relation)


@require_POST
@permission("reporting.administer")
def decide_repeat(request: HttpRequest, number: int) -> HttpResponse:
    """`relation`: one of the five; `accept` yes or no does for programs that know no more."""
    word = request.POST.get("relation") or _plainly(request.POST.get("accept", ""))
    if word not in set(Relation):
        return _queue(request, Invalid(problems=[Problem("relation", "请选择两项是什么关系。")]))
    said = {number: Relation(word)}
    try:
        act = services.decide_matches(said, by=actor_of(request), at=clock.now())
    except Refused as no:
        return _queue(request, no)
    messages.success(request, gettext("已记下：{words}。").format(words=_said(word)))
    return _back(act, request.POST.get("skip", ""))


def _plainly(accept: str) -> str:
    return {"yes": Relation.SAME.value, "no": Relation.ALIKE.value}.get(accept, "")


@require_POST
@permission("reporting.administer")
def confirm_all(request: HttpRequest) -> HttpResponse:
    try:
        score = Decimal(request.POST.get("score", ""))
        if not Decimal("0.5") <= score <= 1:
            raise InvalidOperation
    except InvalidOperation:
        return _queue(request, Invalid(problems=[Problem("score", "请选择一档把握。")]))
    try:
        act, done, left = services.confirm_above(score, by=actor_of(request), at=clock.now())
    except Refused as no:
        return _queue(request, no)
    said = gettext("已把 {n} 对认定为同一件事。").format(n=done)
    if left:
        said += gettext("另有 {n} 对说法不一或口径不同，仍待您逐对确认。").format(n=left)
    messages.success(request, said)
    return _back(act if done else "", "")


@require_POST
@permission("reporting.administer")
def undo(request: HttpRequest, act: UUID) -> HttpResponse:
    try:
        services.undo_act(str(act), by=actor_of(request), at=clock.now())
    except Refused as no:
        return _queue(request, no)
    messages.success(request, gettext("已撤销，恢复原样。"))
    there = request.POST.get("back", "")
    if there:
        return redirect("reporting:entry", there)
    return redirect("reporting:repeats")


def _back(act: str, skip: str) -> HttpResponse:
    kept = ",".join(map(str, sorted(_numbers(skip))))
    query = urlencode({name: value for name, value in (("act", act), ("skip", kept)) if value})
    return redirect(f"{reverse('reporting:repeats')}{'?' if query else ''}{query}")


urlpatterns = [
    path("repeats/", repeats, name="repeats"),
    path("repeats/all/", confirm_all, name="confirm_all"),
    path("repeats/<int:number>/", decide_repeat, name="decide_repeat"),
    path("acts/<uuid:act>/undo/", undo, name="undo_act"),
]
