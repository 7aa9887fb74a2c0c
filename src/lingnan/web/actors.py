"""From a request to the Actor behind it: a session (pages) or `Authorization: Bearer` (programs).

filing = queries.filing(number, to=actor_of(request))
"""

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from lingnan.base import clock
from lingnan.base.actors import PUBLIC, Actor, Channel
from lingnan.kernel.parties import queries as parties

from . import sessions

DUTY = "duty"  # the session key of the hat worn
CACHE = "_lingnan_actor"


def actor_of(request: HttpRequest) -> Actor:
    """Found once a request. A stranger is the public; a token that is not valid is refused."""
    known = getattr(request, CACHE, None)
    if known is None:
        known = _find(request, clock.now())
        setattr(request, CACHE, known)
    return known


def bearer(request: HttpRequest) -> str:
    """The token of the Authorization header, or an empty string."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def address_of(request: HttpRequest) -> str:
    """Where the request comes from, for the limit on sign-in tries.

    Behind a proxy of our own the last entry of X-Forwarded-For counts: the only one it wrote.
    """
    forwarded = request.headers.get("X-Forwarded-For", "")
    if forwarded and settings.BEHIND_PROXY:
        return forwarded.rsplit(",", 1)[-1].strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def wear(request: HttpRequest, duty: int | None) -> None:
    """Put on another hat for the rest of the session."""
    request.session[DUTY] = duty
    if hasattr(request, CACHE):
        delattr(request, CACHE)


def _find(request: HttpRequest, at: datetime) -> Actor:
    lang = get_language() or settings.LANGUAGE_CODE
    token = bearer(request)
    if token:
        return parties.actor_of_token(token, duty=_asked_duty(request), at=at, lang=lang)
    user = request.user
    if not user.is_authenticated or sessions.is_over(request, at=at):
        return _public(lang)
    channel: Channel = "api" if request.path.startswith("/api/") else "web"
    return parties.actor_of(
        int(user.pk),
        duty=request.session.get(DUTY),
        at=at,
        channel=channel,
        lang=lang,
        assurance=sessions.assurance_of(request),
    )


def _asked_duty(request: HttpRequest) -> int | None:
    """Programs name the hat in `X-Duty`; without it parties picks the account's own."""
    asked = request.headers.get("X-Duty", "")
    return int(asked) if asked.isdecimal() and len(asked) < 19 else None


def _public(lang: str) -> Actor:
    return Actor(party=PUBLIC.party, role=PUBLIC.role, lang=lang)
