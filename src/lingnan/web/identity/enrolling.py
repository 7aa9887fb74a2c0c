"""Adding and removing what is asked for beside the password."""

from typing import Any
from uuid import UUID

import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from lingnan.base import clock
from lingnan.base.errors import Refused
from lingnan.kernel.parties import queries as parties
from lingnan.kernel.parties import rules
from lingnan.kernel.parties import services as accounts

from .. import sessions
from ..access import PasswordMustChange, SecondFactorNeeded, signed_in
from ..actors import CACHE, actor_of
from ..errors import as_json, summary
from ..requests import safe_next
from .passkeys import site_of, told

KEY, MAKING, CODES = "totp_key", "passkey_making", "recovery_codes"


def owner_of(request: HttpRequest) -> int:
    """The account; who holds a factor already must have shown one in this very session."""
    actor = actor_of(request)
    assert actor.account is not None  # signed_in saw to it
    if actor.assurance == "none":
        raise PasswordMustChange
    if actor.assurance != "two_factor" and parties.factor_kinds(actor.account):
        raise SecondFactorNeeded
    return actor.account


def raised(request: HttpRequest, account: int) -> None:
    """This session now counts as one with two factors; sessions from before it end."""
    at = clock.now()
    by = actor_of(request)
    sessions.cycle(request, at=at, assurance="two_factor")
    here = sessions.number_of(request)
    accounts.end_sessions(account, but=here, why="factor", by=by, at=at)
    if hasattr(request, CACHE):
        delattr(request, CACHE)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def authenticator(request: HttpRequest) -> HttpResponse:
    """A key as a picture to be scanned; it counts after one right code."""
    account = owner_of(request)
    username = str(request.user.get_username())
    secret = request.session.get(KEY)
    if not secret:
        secret = accounts.begin_totp(username).secret
        request.session[KEY] = secret
    context: dict[str, Any] = {
        "picture": picture(rules.totp_uri(secret, username)),
        "secret": " ".join(secret[n : n + 4] for n in range(0, len(secret), 4)),
        "next": safe_next(request),
    }
    if request.method != "POST":
        return render(request, "ui/authenticator.html", context)
    try:
        codes = accounts.add_totp(
            account,
            secret,
            request.POST.get("code", "")[:16],
            name=request.POST.get("name", ""),
            by=actor_of(request),
            at=clock.now(),
        )
    except Refused as no:
        context["error"] = summary(no)
        return render(request, "ui/authenticator.html", context, status=no.status)
    del request.session[KEY]
    messages.success(request, gettext("验证器已登记，下次登录时会请您写验证码。"))
    return added(request, account, codes)


@require_POST
@signed_in
def passkey_options(request: HttpRequest) -> HttpResponse:
    account = owner_of(request)
    options, state = rules.begin_passkey(
        site_of(request),
        request.user.uuid.bytes,  # type: ignore[union-attr]
        str(request.user.get_username()),
        parties.passkeys(account),
    )
    request.session[MAKING] = state
    return JsonResponse(options)


@require_POST
@signed_in
def passkey(request: HttpRequest) -> HttpResponse:
    """Keeps what the authenticator made; says where to go on."""
    account = owner_of(request)
    state = request.session.pop(MAKING, None)
    try:
        if state is None:
            raise accounts.PasskeyWrong
        codes = accounts.add_passkey(
            account,
            told(request),
            site=site_of(request),
            state=state,
            name=sessions.device_of(request.headers.get("User-Agent", "")),
            by=actor_of(request),
            at=clock.now(),
        )
    except Refused as no:
        return as_json(request, no)
    messages.success(request, gettext("通行密钥已登记，以后可以直接用它登录。"))
    return JsonResponse({"next": added(request, account, codes)["Location"]})


def added(request: HttpRequest, account: int, codes: tuple[str, ...]) -> HttpResponse:
    """After the first factor its recovery codes are shown, once."""
    raised(request, account)
    if not codes:
        return redirect("web:security")
    request.session[CODES] = list(codes)
    return redirect("web:recovery_codes")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def codes(request: HttpRequest) -> HttpResponse:
    """GET shows what was just issued and forgets it; POST issues new ones."""
    account = owner_of(request)
    if request.method == "POST":
        new = accounts.issue_recovery_codes(account, by=actor_of(request), at=clock.now())
        request.session[CODES] = list(new)
        return redirect("web:recovery_codes")
    shown = request.session.pop(CODES, None)
    if not shown:
        return redirect("web:security")
    response = render(request, "ui/recovery_codes.html", {"codes": shown})
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@signed_in
def remove(request: HttpRequest, factor: UUID) -> HttpResponse:
    account = owner_of(request)
    accounts.remove_factor(account, factor, by=actor_of(request), at=clock.now())
    messages.success(request, gettext("已移除。"))
    return redirect("web:security")


def picture(uri: str) -> str:
    """The key as a QR code: SVG drawn here, so that it never leaves the machine."""
    drawn = segno.make(uri, error="m").svg_inline(
        border=2, omitsize=True, svgclass="qr", lineclass=None, dark="#000", light="#fff"
    )
    return mark_safe(drawn)
