"""What waits for an official without being a task: reports to look over, messages, rounds to watch.

What a village fills and a town reviews are tasks (`tasks.py`)."""

from collections.abc import Iterator
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext

from lingnan.base import clock
from lingnan.base.actors import Actor
from lingnan.kernel.places import queries as places
from lingnan.web.components import Clock, Waiting

from .. import queries
from ..terms.admission import Admitting
from ..terms.filings import RoundInfo, State
from .common import clock_of

VILLAGE, TOWN = 5, 4
ROUNDS = 5  # the newest; the page of rounds has all


def desk(to: Actor, on: date) -> list[Waiting]:
    level = _level(to, on)
    if not level or not to.may("reporting.read"):
        return []
    found = list(_to_review(to, on)) if to.may("reporting.approve") and level < TOWN else []
    found += _to_read(to)
    found += _to_admit(to, on) if to.may("reporting.admit") else []
    return found


def watched(to: Actor, on: date) -> list[Waiting]:
    """Rounds that others fill in; a village fills in its own."""
    if _level(to, on) in {0, VILLAGE} or not to.may("reporting.read"):
        return []
    newest = queries.rounds(to=to, on=on, only_open=True)[:ROUNDS]
    return [line for one in newest for line in _to_watch(one, to, on)]


def _level(to: Actor, on: date) -> int:
    """Of the place of the hat worn, 0 where there is none."""
    home = next((scope.place for scope in to.scopes if scope.place), 0)
    return places.levels([home], on=on).get(home, 0)


def _to_review(to: Actor, on: date) -> Iterator[Waiting]:
    waiting = queries.how_many(queries.Wanted(state=State.SUBMITTED), to=to, on=on)
    if waiting:
        note = gettext("{n} 份报表").format(n=waiting)
        yield Waiting(
            gettext("审核下级报来的报表"),
            reverse("reporting:review"),
            note,
            gettext("待审核"),
            "near",
        )


def _to_read(to: Actor) -> Iterator[Waiting]:
    unread = queries.inbox(to=to, unread=True)
    if unread:
        note = gettext("{n} 条").format(n=len(unread))
        yield Waiting(
            gettext("收到的消息"), reverse("reporting:inbox"), note, gettext("未读"), "late"
        )


def _to_admit(to: Actor, on: date) -> Iterator[Waiting]:
    """Applications and objections, each with the day by which it must be answered."""
    offered = queries.admissions(to=to, on=on, state=Admitting.OFFERED)
    asked = [(one.decide_by, clock.legal_day(one.offered_at)) for one in offered if one.decide_by]
    if offered:
        yield Waiting(
            gettext("批准报表准入"),
            reverse("reporting:admissions"),
            gettext("{n} 张").format(n=len(offered)),
            gettext("待批准"),
            "near",
            _soonest(asked, on),
        )
    said = queries.objections(open_only=True)
    if said:
        yield Waiting(
            gettext("答复重复报表反映"),
            reverse("reporting:objections"),
            gettext("{n} 条").format(n=len(said)),
            gettext("待答复"),
            "near",
            _soonest([(one.due_on, clock.legal_day(one.made_at)) for one in said], on),
        )


def _soonest(days: list[tuple[date, date]], on: date) -> Clock | None:
    """`days`: until when, since when."""
    if not days:
        return None
    due, made = min(days)
    return Clock((on - made).days, max((due - made).days, 1))


def _to_watch(one: RoundInfo, to: Actor, on: date) -> Iterator[Waiting]:
    url = reverse("reporting:round", args=[one.uuid])
    if not to.reaches(one.place, on):
        yield Waiting(one.title, url, clock=clock_of(one, on))
        return
    own, _ = queries.progress(one, one.place, to=to, on=on)
    note = gettext("应报 {n} 份，已通过 {done} 份").format(n=own.expected, done=own.approved)
    left = own.expected > own.approved
    state = gettext("进行中") if left else gettext("已报齐")
    running = clock_of(one, on) if left else None  # nobody is late with what is there
    yield Waiting(one.title, url, note, state, "quiet" if left else "done", running)
