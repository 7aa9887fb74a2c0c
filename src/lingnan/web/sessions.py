"""How long a sign-in lasts: while it is used, and never longer than a working day."""

from datetime import datetime

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest

from lingnan.base.clock import legal_day
from lingnan.kernel.parties import queries as parties

BEGAN, SEEN, IDLE = "began", "seen", "idle"
STEP = 60  # seconds: the session row is written at most once a minute


def begin(request: HttpRequest, *, at: datetime) -> None:
    """The idle limit in force today (content of parties) holds for the whole session."""
    minutes = parties.security_policy(on=legal_day(at)).idle_minutes
    now = int(at.timestamp())
    request.session.update({BEGAN: now, SEEN: now, IDLE: minutes * 60})


def is_over(request: HttpRequest, *, at: datetime) -> bool:
    """Ends it when its time is up; otherwise notes that it was used."""
    now = int(at.timestamp())
    began, seen = request.session.get(BEGAN), request.session.get(SEEN)
    if began is None or seen is None:
        return False
    idle = request.session.get(IDLE) or settings.SESSION_COOKIE_AGE
    if now - seen > idle or now - began > settings.SESSION_COOKIE_AGE:
        logout(request)
        return True
    if now - seen >= STEP:
        request.session[SEEN] = now
    return False
