"""Sign in, sign out, choose a hat; the browser's own reports."""

import json
from urllib.parse import urlencode

import structlog
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lingnan.base import clock
from lingnan.base.errors import Invalid, NotFound, Problem, Refused
from lingnan.kernel.parties import queries as parties
from lingnan.kernel.parties import services as accounts

from . import backend, desk, gallery, metrics, sessions
from .access import public, signed_in
from .actors import actor_of, address_of, wear
from .away import pages as away
from .errors import summary
from .looks import choose_look
from .requests import safe_next
from .seeking import pages as seeking
from .speech import pages as speech

log = structlog.get_logger("lingnan.web")
KNOWN_DIRECTIVES = {"script-src", "style-src", "img-src", "connect-src", "font-src", "form-action"}


@require_safe
@public
def choose_language(request: HttpRequest) -> HttpResponse:
    """`/`: the language the browser asks for (the locale middleware read it), then home."""
    response = redirect("home")
    response["Vary"] = "Accept-Language"
    return response


@require_safe
@public
def home(request: HttpRequest) -> HttpResponse:
    """What the systems offer to this actor, and who it is at the moment."""
    return render(request, "ui/home.html")


@require_safe
@public
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "ui/accessibility.html")


@require_http_methods(["GET", "HEAD", "POST"])
@public
def sign_in(request: HttpRequest) -> HttpResponse:
    target = safe_next(request)
    if request.method != "POST":
        if actor_of(request).account is not None:
            return redirect(target)
        return render(request, "ui/sign_in.html", {"next": target})
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
        context = {"next": target, "error": summary(no), "username": username}
        return render(request, "ui/sign_in.html", context, status=no.status)
    login(request, account, backend="lingnan.web.backend.Accounts")
    sessions.begin(request, at=clock.now())
    if account.must_change:
        return redirect(f"{reverse('web:password')}?{urlencode({'next': target})}")
    hats = parties.hats(account.pk, on=clock.today())
    if len(hats) > 1:
        return redirect(f"{reverse('web:hats')}?{urlencode({'next': target})}")
    wear(request, hats[0].duty if hats else None)
    return redirect(target)


@require_POST
@signed_in
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
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
        return redirect(safe_next(request))
    context = {"choices": hats, "next": safe_next(request)}
    return render(request, "ui/hats.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def change_password(request: HttpRequest) -> HttpResponse:
    """The owner's own; the only page open to an account whose password must be changed."""
    actor = actor_of(request)
    assert actor.account is not None  # signed_in saw to it
    context = {"must": actor.assurance == "none", "next": safe_next(request)}
    if request.method != "POST":
        return render(request, "ui/password.html", context)
    password = request.POST.get("password", "")
    try:
        if password != request.POST.get("again", ""):
            raise Invalid(problems=[Problem("again", "两次写的新口令不一样。")])
        accounts.set_password(
            actor.account,
            password,
            current=request.POST.get("current") or None,
            address=address_of(request),
            by=actor,
            at=clock.now(),
        )
    except Refused as no:
        context["error"] = summary(no)
        return render(request, "ui/password.html", context, status=no.status)
    account = backend.Accounts().get_user(actor.account)
    update_session_auth_hash(request, account)  # this session stays, all others end
    wear(request, None)
    messages.success(request, gettext("口令已更换，其他地方的登录都已退出。"))
    return redirect(safe_next(request))


@csrf_exempt
@require_POST
@public
def csp_report(request: HttpRequest) -> HttpResponse:
    """A browser stopped something. Only the directive is kept: addresses may name people."""
    directive = "other"
    try:
        body = json.loads(request.body[:16_384])
        said = str(body.get("csp-report", {}).get("effective-directive", ""))
        directive = next((known for known in KNOWN_DIRECTIVES if said.startswith(known)), "other")
    except (ValueError, AttributeError):
        directive = "unreadable"
    metrics.VIOLATIONS.labels(directive).inc()
    log.warning("csp", directive=directive)
    return HttpResponse(status=204)


def check_filled(username: str, password: str) -> None:
    problems = []
    if not username:
        problems.append(Problem("username", "请填写用户名。"))
    if not password:
        problems.append(Problem("password", "请填写口令。"))
    if problems:
        raise Invalid(problems=problems)


urlpatterns = [
    *desk.urlpatterns,
    *away.urlpatterns,
    *seeking.urlpatterns,
    *speech.urlpatterns,
    path("sign-in/", sign_in, name="sign_in"),
    path("sign-out/", sign_out, name="sign_out"),
    path("password/", change_password, name="password"),
    path("hats/", choose_hat, name="hats"),
    path("look/", choose_look, name="look"),
    path("ui/", gallery.show, name="gallery"),
    path("accessibility/", accessibility, name="accessibility"),
]
