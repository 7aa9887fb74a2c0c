"""How long a sign-in lasts: while it is used, and never longer than a working day.

Each is also a row of parties, so that its owner sees it and can end it elsewhere.
"""

from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest

from lingnan.base.actors import Actor, Assurance
from lingnan.base.clock import legal_day
from lingnan.base.errors import NotFound
from lingnan.kernel.parties import queries as parties
from lingnan.kernel.parties import services as accounts

BEGAN, SEEN, IDLE = "began", "seen", "idle"
ASSURANCE, NUMBER = "assurance", "number"  # how sure we are who it is; the row of parties
STEP = 60  # seconds: the session row is written at most once a minute
# By the first that stands in what the browser says of itself.
BROWSERS = {"Edg/": "Edge", "MicroMessenger": "WeChat", "Firefox/": "Firefox", "Chrome/": "Chrome",
            "Safari/": "Safari"}  # fmt: skip
SYSTEMS = {"HarmonyOS": "HarmonyOS", "Android": "Android", "iPhone": "iPhone", "iPad": "iPad",
           "Windows": "Windows", "Mac OS X": "macOS", "Linux": "Linux"}  # fmt: skip


def begin(
    request: HttpRequest, *, assurance: Assurance, address: str, by: Actor, at: datetime
) -> None:
    """The idle limit in force today (content of parties) holds for the whole session."""
    assert by.account is not None  # somebody has just signed in
    minutes = parties.security_policy(on=legal_day(at)).idle_minutes
    now = int(at.timestamp())
    if not request.session.session_key:
        request.session.create()
    number = accounts.begin_session(
        by.account,
        key=str(request.session.session_key),
        device=device_of(request.headers.get("User-Agent", "")),
        address=address,
        assurance=assurance,
        by=by,
        at=at,
    )
    request.session.update({BEGAN: now, SEEN: now, IDLE: minutes * 60})
    request.session.update({ASSURANCE: assurance, NUMBER: str(number)})


def cycle(request: HttpRequest, *, at: datetime, assurance: Assurance | None = None) -> None:
    """Another key for the same sign-in, so that an older one is worth nothing."""
    if assurance:
        request.session[ASSURANCE] = assurance
    request.session.cycle_key()
    follow(request, at=at)


def follow(request: HttpRequest, *, at: datetime) -> None:
    """Django changed the key."""
    if number := number_of(request):
        key = str(request.session.session_key)
        accounts.follow_session(number, key=key, assurance=assurance_of(request), at=at)


def end(request: HttpRequest, *, why: str, by: Actor, at: datetime) -> None:
    if number := number_of(request):
        with suppress(NotFound):  # ended elsewhere a moment ago
            accounts.end_session(number, why=why, by=by, at=at)
    logout(request)


def assurance_of(request: HttpRequest) -> Assurance:
    told: Assurance = request.session.get(ASSURANCE, "password")
    return told


def number_of(request: HttpRequest) -> UUID | None:
    told = request.session.get(NUMBER)
    return UUID(told) if told else None


def began_at(request: HttpRequest) -> datetime | None:
    began = request.session.get(BEGAN)
    return datetime.fromtimestamp(began, UTC) if began else None


def is_over(request: HttpRequest, *, at: datetime) -> bool:
    """Ends it when its time is up; otherwise notes that it was used."""
    now = int(at.timestamp())
    began, seen = request.session.get(BEGAN), request.session.get(SEEN)
    if began is None or seen is None:
        return False
    idle = request.session.get(IDLE) or settings.SESSION_COOKIE_AGE
    if now - seen > idle or now - began > settings.SESSION_COOKIE_AGE:
        owner = Actor(party=request.user.party_id, account=int(request.user.pk))  # type: ignore[union-attr, arg-type]
        end(request, why="expired", by=owner, at=at)
        return True
    if now - seen >= STEP:
        request.session[SEEN] = now
        if number := number_of(request):
            accounts.touch_session(number, at=at)
    return False


def device_of(agent: str) -> str:
    """Browser and system in a few words; what is not known is left out."""
    told = [
        next((name for mark, name in table.items() if mark in agent), "")
        for table in (BROWSERS, SYSTEMS)
    ]
    return " · ".join(one for one in told if one)
