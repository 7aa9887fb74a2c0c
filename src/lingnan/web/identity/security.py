"""My sign-in: password, second factors, where I am signed in."""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lingnan.base import clock
from lingnan.base.errors import Invalid, Problem, Refused
from lingnan.kernel.parties import queries as parties
from lingnan.kernel.parties import services as accounts
from lingnan.kernel.parties.terms import Where

from .. import backend, sessions
from ..access import signed_in
from ..actors import actor_of, address_of, wear
from ..errors import summary
from ..requests import safe_next


@require_safe
@signed_in
def overview(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    assert actor.account is not None  # signed_in saw to it
    context = {
        "factors": parties.factors(actor.account, to=actor),
        "codes_left": parties.recovery_left(actor.account, to=actor),
        "sessions": parties.sessions(actor.account, here=sessions.number_of(request), to=actor),
        "due": request.user.factor_due_at,  # type: ignore[union-attr]
        "overdue": actor.assurance == "partial",
        "password_set_at": request.user.password_set_at,  # type: ignore[union-attr]
        "next": safe_next(request) if "next" in request.GET else "",
    }
    return render(request, "ui/security.html", context)


@require_POST
@signed_in
def end_session(request: HttpRequest, session: UUID) -> HttpResponse:
    accounts.end_session(session, by=actor_of(request), at=clock.now())
    messages.success(request, gettext("已退出那一处的登录。"))
    return redirect("web:security")


@require_POST
@signed_in
def end_others(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    assert actor.account is not None  # signed_in saw to it
    here = sessions.number_of(request)
    ended = accounts.end_sessions(actor.account, but=here, by=actor, at=clock.now())
    messages.success(request, gettext("其他 {n} 处的登录都已退出。").format(n=ended))
    return redirect("web:security")


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
            where=Where(address_of(request), sessions.number_of(request)),
            by=actor,
            at=clock.now(),
        )
    except Refused as no:
        context["error"] = summary(no)
        return render(request, "ui/password.html", context, status=no.status)
    account = backend.Accounts().get_user(actor.account)
    update_session_auth_hash(request, account)  # this session stays, all others end
    sessions.follow(request, at=clock.now())
    wear(request, None)
    messages.success(request, gettext("口令已更换，其他地方的登录都已退出。"))
    target = safe_next(request)
    if actor.assurance != "two_factor" and parties.factor_due(actor.account):
        return redirect(f"{reverse('web:security')}?{urlencode({'next': target})}")
    return redirect(target)
