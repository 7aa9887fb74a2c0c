"""Looks into the database for the pages that listen; runs in one thread, never in the loop of streams."""

from collections.abc import Iterable
from dataclasses import replace

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.db import close_old_connections
from django.http import HttpRequest
from django.utils.translation import override

from lingnan.base import clock
from lingnan.base.actors import Actor
from lingnan.base.errors import Refused
from lingnan.kernel.cases.terms import Counts
from lingnan.kernel.evidence import queries as evidence

from ..actors import actor_of
from ..desk import counts
from ..progress import Progress
from ..systems import installed
from .terms import Listener, Told

MOST = 40  # listeners looked at in one turn: the others wait for the next


def who(one: Listener) -> Actor | None:
    """As every page asks, but without prolonging the session; None when it is over."""
    request = HttpRequest()
    request.method, request.path = "GET", settings.LIVE_PATH
    request.session = SessionStore(one.session)
    request.user = get_user(request)
    try:
        with override(one.lang):
            actor = actor_of(request)
    except Refused:
        return None
    return actor if actor.account is not None else None


class Reader:
    """Remembers what the database looked like at the last turn."""

    def __init__(self) -> None:
        self.pulse = -1

    def admit(self, one: Listener) -> bool:
        close_old_connections()
        actor = who(one)
        one.account = (actor.account or 0) if actor else 0
        return actor is not None

    def turn(self, listeners: Iterable[Listener], again: bool) -> list[tuple[Listener, Told]]:
        """One query when nothing happened and nobody watches long work; `again`: look whatever."""
        close_old_connections()
        held, told = list(listeners), []
        pulse = evidence.pulse()
        if again or pulse != self.pulse:
            self.pulse = pulse
            for one in held:
                one.fresh = True
        counted: dict[int | None, Counts] = {}
        due = sorted((o for o in held if o.fresh or _unfinished(o)), key=lambda o: not o.fresh)
        for one in due[:MOST]:
            told += [(one, line) for line in self._look(one, counted)]
        return told

    def _look(self, one: Listener, counted: dict[int | None, Counts]) -> list[Told]:
        actor = who(one)
        if actor is None:
            return [Told("end", end=True)]
        told = []
        if one.fresh:
            one.fresh = False
            if actor.duty not in counted:
                counted[actor.duty] = counts(actor, clock.today())
            now = counted[actor.duty]
            if now.stamp != one.stamp:
                one.stamp = now.stamp
                data = {"waiting": now.waiting, "overdue": now.overdue, "stamp": now.stamp}
                told.append(Told("desk", data, id=now.stamp))
        progress = _progress(one, actor)
        if progress and progress != one.progress:
            one.progress = progress
            told.append(Told("work", progress.told() | {"subject": one.watching}))
        return told


def _unfinished(one: Listener) -> bool:
    return bool(one.watching) and not (one.progress and one.progress.over)


def _progress(one: Listener, actor: Actor) -> Progress | None:
    """None too when there is no such work for these eyes."""
    noun, _, key = one.watching.partition(":")
    watch = next((s.watches[noun] for s in installed() if noun in s.watches), None)
    if watch is None or not _unfinished(one):
        return None
    try:
        with override(one.lang):
            return watch(key, replace(actor, lang=one.lang))
    except Refused:
        one.watching = ""
        return None
