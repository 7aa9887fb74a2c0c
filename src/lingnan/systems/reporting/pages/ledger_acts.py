"""The acts of life as forms: register, change, move, split, merge, birth, death, closing, taking back."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from lingnan.base import clock
from lingnan.base.errors import Invalid, Problem, Refused
from lingnan.kernel.places import queries as places
from lingnan.web.access import permission
from lingnan.web.actors import actor_of
from lingnan.web.errors import NoSuchPage, summary

from ..content import ledgers as kinds
from ..queries import ledgers as seen
from ..services import ledgers as acts
from ..terms.masking import Seen
from .common import place_of
from .ledgers import KINDS, entry_context, ledger_context


def _why(request: HttpRequest) -> acts.Why:
    text = request.POST.get("day", "").strip()
    try:
        day = date.fromisoformat(text) if text else clock.today()
    except ValueError:
        raise Invalid(problems=[Problem("day", "应为日期，例如 2026-10-31。")]) from None
    return acts.Why(day, reason=request.POST.get("reason", "").strip())


def _given(request: HttpRequest, kind: str) -> dict[str, str]:
    return {k: request.POST[k] for k in kinds()[kind].attributes if k in request.POST}


@require_http_methods(["GET", "HEAD", "POST"])
@permission("reporting.keep")
def register(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    by, on, error = actor_of(request), clock.today(), None
    if kind not in kinds():
        raise NoSuchPage
    told, place = kinds()[kind], place_of(code, on)
    if request.method == "POST":
        try:
            uuid = acts.register_entry(
                kind, place.id, _given(request, kind), _why(request), by=by, at=clock.now()
            )
            messages.success(request, gettext("已登记。"))
            return redirect("reporting:ledger_entry", uuid)
        except Refused as no:
            error = summary(no)
    fields = [
        (key, a, request.POST.get(key, a.default), [(c, gettext(w)) for c, w in a.options.items()])
        for key, a in told.attributes.items()
    ]
    context = {
        "kind": told, "kind_title": gettext(KINDS[kind]), "place": place, "fields": fields,
        "error": error, "today": on,
    }  # fmt: skip
    return render(request, "reporting/ledger_register.html", context, status=422 if error else 200)


@require_POST
@permission("reporting.keep")
def act(request: HttpRequest, uuid: str, name: str) -> HttpResponse:
    """One act on one entry; what is wrong is shown on the entry's own page."""
    to, on = actor_of(request), clock.today()
    found = seen.entry(uuid, to=to, on=on)
    if name not in ACTS:
        raise NoSuchPage
    try:
        ACTS[name](request, uuid, found.kind)
    except Refused as no:
        context = entry_context(uuid, to, on) | {"error": summary(no)}
        return render(request, "reporting/ledger_entry.html", context, status=no.status)
    messages.success(request, gettext("已登记。"))
    if to.reaches(_place_now(uuid, found.place), on):
        return redirect("reporting:ledger_entry", uuid)
    home = places.place(found.place, on=on).code
    return redirect("reporting:ledger", found.kind, home)


def _place_now(uuid: str, before: int) -> int:
    from lingnan.base.actors import system_actor

    try:
        return seen.entry(uuid, to=system_actor(), on=clock.today()).place
    except Refused:
        return before


@require_POST
@permission("reporting.keep")
def take_back(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    """Who was sent to another village by mistake: the entry is out of reach, the act is not."""
    by = actor_of(request)
    try:
        acts.retract_act(
            request.POST.get("act", ""), reason=request.POST.get("reason", ""), by=by,
            at=clock.now(),
        )  # fmt: skip
    except Refused as no:
        context = ledger_context(request, kind, code) | {"error": summary(no)}
        return render(request, "reporting/ledger.html", context, status=no.status)
    messages.success(request, gettext("已撤回，仍在本村。"))
    return redirect("reporting:ledger", kind, code)


def _change(request: HttpRequest, uuid: str, kind: str) -> None:
    given = _given(request, kind)
    acts.change_entry(uuid, given, _why(request), by=actor_of(request), at=clock.now())


def _move(request: HttpRequest, uuid: str, kind: str) -> None:
    by, at, target = actor_of(request), clock.now(), request.POST.get("to", "").strip()
    if not target:
        raise Invalid(problems=[Problem("to", "请填写迁往哪里。")])
    number = request.POST.get("number", "").strip()
    place = places.by_code(target, on=clock.today()).id
    if kind != "person":
        acts.move_entry(uuid, place, _why(request), number=number, by=by, at=at)
        return
    home = seen.household_of(place, number, on=clock.today())
    if home is None:
        raise Invalid(problems=[Problem("number", "那个村没有这个编号的户。")])
    acts.move_person(uuid, home, _why(request), by=by, at=at)


def _split(request: HttpRequest, uuid: str, kind: str) -> None:
    people = request.POST.getlist("person")
    number = request.POST.get("number", "")
    acts.split_household(uuid, people, number, _why(request), by=actor_of(request), at=clock.now())


def _merge(request: HttpRequest, uuid: str, kind: str) -> None:
    to, on = actor_of(request), clock.today()
    place = seen.entry(uuid, to=to, on=on).place
    into = seen.household_of(place, request.POST.get("into", "").strip(), on=on)
    if into is None:
        raise Invalid(problems=[Problem("into", "本村没有这个编号的户。")])
    acts.merge_households(uuid, into, _why(request), by=to, at=clock.now())


def _born(request: HttpRequest, uuid: str, kind: str) -> None:
    given = {k: request.POST[k] for k in ("name", "sex") if request.POST.get(k)}
    acts.born(uuid, given, _why(request), by=actor_of(request), at=clock.now())


def _die(request: HttpRequest, uuid: str, kind: str) -> None:
    acts.die(uuid, _why(request), by=actor_of(request), at=clock.now())


def _close(request: HttpRequest, uuid: str, kind: str) -> None:
    acts.close_entry(uuid, _why(request), by=actor_of(request), at=clock.now())


def _retract(request: HttpRequest, uuid: str, kind: str) -> None:
    reason = request.POST.get("reason", "")
    acts.retract_act(
        request.POST.get("act", ""), reason=reason, by=actor_of(request), at=clock.now()
    )


ACTS: dict[str, Any] = {
    "change": _change,
    "move": _move,
    "split": _split,
    "merge": _merge,
    "born": _born,
    "die": _die,
    "close": _close,
    "retract": _retract,
}


@require_POST
@permission("reporting.unmask")
def unmask(request: HttpRequest, uuid: str) -> HttpResponse:
    """The number, once, on the entry's page; not cached, not in the address."""
    to, on = actor_of(request), clock.today()
    status = 200
    try:
        number = acts.unmask_entry(
            uuid, reason=request.POST.get("reason", ""), by=to, at=clock.now()
        )
        context = entry_context(uuid, to, on, in_full=Seen()) | {"number": number}
    except Refused as no:
        context, status = entry_context(uuid, to, on) | {"error": summary(no)}, no.status
    return render(request, "reporting/ledger_entry.html", context, status=status)


urlpatterns = [
    path("ledgers/<str:kind>/<str:code>/register/", register, name="ledger_register"),
    path("ledgers/<str:kind>/<str:code>/take-back/", take_back, name="ledger_take_back"),
    path("ledgers/entries/<str:uuid>/unmask/", unmask, name="ledger_unmask"),
    path("ledgers/entries/<str:uuid>/acts/<str:name>/", act, name="ledger_act"),
]
