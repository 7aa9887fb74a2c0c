"""Which facts are counted over ledgers, and whose ledgers are complete."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_POST, require_safe

from lingnan.base import clock
from lingnan.web.access import permission
from lingnan.web.actors import actor_of

from .. import queries
from ..queries import ledgers as seen
from ..services import ledgers as acts
from ..terms.filings import Verdict
from .again import again, shown
from .common import asked_form, place_of, yes_or_no
from .ledgers import KINDS, ledger

SAID = {
    Verdict.PROPOSED: ("near", gettext_noop("待确认")),
    Verdict.ACCEPTED: ("done", gettext_noop("已采纳")),
    Verdict.REFUSED: ("quiet", gettext_noop("已否定")),
}


@require_safe
@permission("reporting.read")
def counted(request: HttpRequest) -> HttpResponse:
    to, on = actor_of(request), clock.today()
    rules = seen.item_rules(to=to, on=on)
    first = {state: n for n, state in enumerate(SAID)}
    items = [
        (one, gettext(KINDS[one.kind]), *SAID[Verdict(one.state)])
        for one in sorted(rules, key=lambda one: first[Verdict(one.state)])
    ]
    may_look = to.may("reporting.register")
    context = {
        "items": items,
        "may_decide": to.may("reporting.administer"),
        "forms": [f for f in queries.forms(to=to, on=on) if f.subject == "place"]
        if may_look
        else [],
    }
    return shown(request, "reporting/counted.html", context)


@require_POST
@permission("reporting.register")
@again(counted, lambda _: ())
def propose(request: HttpRequest) -> HttpResponse:
    by, at = actor_of(request), clock.now()
    form = asked_form(request, by, clock.today())
    fresh = acts.propose_items(form.id, by=by, at=at)
    said = gettext("找到 {n} 个可以由台账数出的项目。").format(n=fresh)
    messages.success(request, said if fresh else gettext("没有找到新的可以由台账数出的项目。"))
    return redirect("reporting:counted")


@require_POST
@permission("reporting.administer")
@again(counted, lambda _, element: ())
def decide(request: HttpRequest, element: str) -> HttpResponse:
    accept = yes_or_no(request)
    acts.decide_item(element, accept=accept, by=actor_of(request), at=clock.now())
    said = gettext("已采纳：台账齐全的村不再填这一项。") if accept else gettext("已否定。")
    messages.success(request, said)
    return redirect("reporting:counted")


@require_POST
@permission("reporting.keep")
@again(ledger)
def complete(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    by, on = actor_of(request), clock.today()
    acts.declare_complete(kind, [place_of(code, on).id], on, by=by, at=clock.now())
    messages.success(request, gettext("已记下：本村这份台账齐全，能数出来的项目不必再填。"))
    return redirect("reporting:ledger", kind, code)


urlpatterns = [
    path("counted/", counted, name="counted"),
    path("counted/propose/", propose, name="counted_propose"),
    path("counted/items/<str:element>/", decide, name="counted_decide"),
    path("ledgers/<str:kind>/<str:code>/complete/", complete, name="ledger_complete"),
]
