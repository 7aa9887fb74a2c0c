"""Signing in, by password and then by what she holds; signing out; choosing a hat."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from lingnan.base import clock
from lingnan.base.actors import Actor, Assurance
from lingnan.base.errors import Invalid, NotFound, Problem, Refused
from lingnan.kernel.parties import queries as parties
from lingnan.kernel.parties import services as accounts
from lingnan.kernel.parties.terms import FactorKind

from .. import backend, sessions
from ..access import public, signed_in
from ..actors import CACHE, actor_of, address_of, wear
from ..errors import summary
from ..middleware import policy_for
from ..requests import safe_next

HALF = "half"  # who gave the right password and still owes the second factor
HALF_SECONDS = 600


@require_http_methods(["GET", "HEAD", "POST"])
@public
def sign_in(request: HttpRequest) -> HttpResponse:
    target = safe_next(request)
    context: dict[str, Any] = {"next": target}
    if request.method != "POST":
        if actor_of(request).account is not None:
            return redirect(target)
        return shown(request, context)
    username = request.POST.get("username", "").strip()
    try:
        check_filled(username, request.POST.get("password", ""))
        account = accounts.authenticate(
            username,
            request.POST["password"],
            address=address_of(request),
            at=clock.now(),
        )
    except Refused as no:
        context |= {"error": summary(no), "username": username}
        return shown(request, context, no.status)
    return admitted(request, account, target)


def shown(request: HttpRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """With the portals that may say who somebody is; their buttons may lead there."""
    portals = parties.sign_in_portals()
    response = render(request, "ui/sign_in.html", context | {"portals": portals}, status=status)
    if portals:
        response["Content-Security-Policy"] = policy_for(*(one.issuer for one in portals))
    return response


def admitted(request: HttpRequest, account: Any, target: str) -> HttpResponse:
    """The first step is right; who holds a second factor is asked for it before she is in."""
    if not parties.factor_kinds(account.pk):
        return enter(request, account, "password", target)
    request.session.flush()
    request.session[HALF] = {
        "account": account.pk,
        "until": int(clock.now().timestamp()) + HALF_SECONDS,
        "next": target,
    }
    return redirect("web:second_factor")


@require_http_methods(["GET", "HEAD", "POST"])
@public
def second_factor(request: HttpRequest) -> HttpResponse:
    half = half_of(request)
    if half is None:
        return redirect("web:sign_in")
    kinds = parties.factor_kinds(half["account"])
    context: dict[str, Any] = {
        "passkey": FactorKind.PASSKEY in kinds,
        "authenticator": FactorKind.TOTP in kinds,
        "next": half["next"],
    }
    if request.method != "POST":
        return render(request, "ui/second_factor.html", context)
    try:
        code = request.POST.get("code", "").strip()
        if not code:
            raise Invalid(problems=[Problem("code", "请填写验证码。")])
        accounts.check_code(half["account"], code[:64], address=address_of(request), at=clock.now())
    except Refused as no:
        context["error"] = summary(no)
        return render(request, "ui/second_factor.html", context, status=no.status)
    account = backend.Accounts().get_user(half["account"])
    return enter(request, account, "two_factor", half["next"])


def half_of(request: HttpRequest) -> dict[str, Any] | None:
    """None when nobody is half way in, or stayed there too long."""
    half = request.session.get(HALF)
    if half and half["until"] > clock.now().timestamp():
        found: dict[str, Any] = half
        return found
    return None


def enter(request: HttpRequest, account: Any, assurance: Assurance, target: str) -> HttpResponse:
    """She is in: the key of her session is new; then to what must be settled first."""
    at = clock.now()
    request.session.pop(HALF, None)
    login(request, account, backend="lingnan.web.backend.Accounts")
    owner = Actor(party=account.party_id, account=account.pk, assurance=assurance)
    sessions.begin(request, assurance=assurance, address=address_of(request), by=owner, at=at)
    if hasattr(request, CACHE):
        delattr(request, CACHE)
    onward = urlencode({"next": target})
    if account.must_change:
        return redirect(f"{reverse('web:password')}?{onward}")
    hats = parties.hats(account.pk, on=clock.today())
    if len(hats) == 1:
        wear(request, hats[0].duty)
    if assurance == "password" and parties.factor_due(account.pk):
        return redirect(f"{reverse('web:security')}?{onward}")
    if len(hats) > 1:
        return redirect(f"{reverse('web:hats')}?{onward}")
    return redirect(target)


@require_POST
@signed_in
def sign_out(request: HttpRequest) -> HttpResponse:
    sessions.end(request, why="signed_out", by=actor_of(request), at=clock.now())
    return redirect("web:sign_in")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def choose_hat(request: HttpRequest) -> HttpResponse:
    account = actor_of(request).account
    assert account is not None  # signed_in saw to it
    hats = parties.hats(account, on=clock.today())
    if request.method == "POST":
        asked = request.POST.get("duty", "")
        if asked not in {str(hat.duty) for hat in hats}:
            raise NotFound("您没有这个岗位，可能已经离任。")
        wear(request, int(asked))
        sessions.cycle(request, at=clock.now())
        return redirect(safe_next(request))
    context = {"choices": hats, "next": safe_next(request)}
    return render(request, "ui/hats.html", context)


def check_filled(username: str, password: str) -> None:
    problems = []
    if not username:
        problems.append(Problem("username", "请填写用户名。"))
    if not password:
        problems.append(Problem("password", "请填写口令。"))
    if problems:
        raise Invalid(problems=problems)
