"""Signing in by passkey, instead of a password or after it. The browser's script speaks to these."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from lingnan.base import clock
from lingnan.base.errors import Refused
from lingnan.kernel.parties import queries as parties
from lingnan.kernel.parties import rules
from lingnan.kernel.parties import services as accounts

from ..access import public
from ..actors import address_of
from ..errors import as_json
from ..requests import safe_next
from .entering import enter, half_of

ASKED = "passkey_asked"
LONGEST = 65_536


def site_of(request: HttpRequest) -> str:
    """The host name a passkey is bound to; `ALLOWED_HOSTS` has checked it."""
    return request.get_host().rsplit(":", 1)[0]


def told(request: HttpRequest) -> dict[str, Any]:
    """The authenticator's answer, as the script sent it."""
    try:
        body = json.loads(request.body[:LONGEST])
    except ValueError:
        raise accounts.PasskeyWrong from None
    if not isinstance(body, dict):
        raise accounts.PasskeyWrong
    return body


@require_POST
@public
def ask(request: HttpRequest) -> HttpResponse:
    """A challenge: for any passkey of this site, or for those of who gave her password."""
    half = half_of(request)
    held = parties.passkeys(half["account"]) if half else ()
    options, state = rules.ask_passkey(site_of(request), held)
    request.session[ASKED] = state
    return JsonResponse(options)


@require_POST
@public
def answer(request: HttpRequest) -> HttpResponse:
    """Signs in; says where to go on."""
    half = half_of(request)
    state = request.session.pop(ASKED, None)
    try:
        if state is None:
            raise accounts.PasskeyWrong
        account = accounts.check_passkey(
            told(request),
            site=site_of(request),
            state=state,
            account_id=half["account"] if half else None,
            address=address_of(request),
            at=clock.now(),
        )
    except Refused as no:
        return as_json(request, no)
    gone = enter(request, account, "two_factor", half["next"] if half else safe_next(request))
    return JsonResponse({"next": gone["Location"]})
