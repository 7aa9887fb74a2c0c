"""The desk: what waits for the hat worn, whatever system it comes from."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from lingnan.base import clock
from lingnan.base.actors import Actor
from lingnan.base.errors import NotFound, Refused
from lingnan.base.words import say
from lingnan.kernel.cases import queries as tasks
from lingnan.kernel.cases import services as cases
from lingnan.kernel.cases.terms import Counts, State, TaskInfo, View
from lingnan.kernel.parties import queries as parties
from lingnan.kernel.places import queries as places

from . import paging
from .access import signed_in
from .actors import actor_of
from .components import Clock, Waiting
from .errors import summary
from .systems import installed

HOME = 10  # lines of the home page; the desk has all
TITLES = {
    View.WAITING: gettext_lazy("待办"),
    View.OVERDUE: gettext_lazy("超期"),
    View.DELEGATED: gettext_lazy("别人在办"),
    View.DONE: gettext_lazy("已办"),
}
EMPTY = {
    View.WAITING: gettext_lazy("现在没有等您办的事。"),
    View.OVERDUE: gettext_lazy("没有超期的事。"),
    View.DELEGATED: gettext_lazy("没有别人在办的事。"),
    View.DONE: gettext_lazy("近 30 天没有办结的事。"),
}


@dataclass(frozen=True)
class Line:
    """A task as its reader sees it; `hands`: who has it, when that is somebody else."""

    task: TaskInfo
    kind: str
    url: str
    place: str
    hands: str
    clock: Clock | None
    may: frozenset[str]


@dataclass(frozen=True)
class Tab:
    title: str
    count: int
    url: str
    current: bool


@dataclass(frozen=True)
class Board:
    """What `ui/desk.html` draws."""

    lines: Sequence[Line]
    due: Sequence[Waiting]
    counts: Counts
    tabs: Sequence[Tab]
    view: View
    empty: str
    page: paging.Page[TaskInfo]


def due(to: Actor, on: date) -> list[Waiting]:
    """What waits for the hat worn without being a task, from every system."""
    if to.duty is None:
        return []
    return [one for system in installed() if system.desk for one in system.desk(to, on)]


def counts(to: Actor, on: date) -> Counts:
    """The one number of what waits: the masthead, the desk's tab and programs tell the same."""
    return _with(tasks.counts(to, on), due(to, on))


def _with(found: Counts, more: Sequence[Waiting]) -> Counts:
    """The stamp tells of both: some posts have no tasks at all."""
    waiting = found.waiting + len(more)
    return replace(found, waiting=waiting, stamp=f"{found.stamp}-{len(more)}")


def board(
    request: HttpRequest, view: View = View.WAITING, cursor: str = "", size: int = HOME
) -> Board:
    """Two queries and those of `due`, four more when there are lines."""
    to, on = actor_of(request), clock.today()
    found = paging.page(
        lambda after, limit: tasks.desk(to, on, view, after=after, limit=limit),
        key=lambda task: tasks.key_of(task, view),
        cursor=cursor,
        size=size,
    )
    more, home = due(to, on), reverse("web:desk")
    told = _with(tasks.counts(to, on), more)
    tabs = [
        Tab(
            str(title),
            getattr(told, one),
            home if one is View.WAITING else f"{home}?view={one}",
            one is view,
        )
        for one, title in TITLES.items()
    ]
    shown = lines(found.rows, to, on)
    return Board(shown, more, told, tabs, view, str(EMPTY[view]), found)


def lines(found: Iterable[TaskInfo], to: Actor, on: date) -> list[Line]:
    """With the words of places and of who has them."""
    rows = list(found)
    ids = sorted({task.place for task in rows})
    named = places.names(ids, on=on, lang=to.lang) if ids else {}
    held = {d for task in rows for d in (task.stand.holder, task.stand.delegate) if d}
    posts = parties.posts_of(held, on=on, lang=to.lang) if held else {}
    return [_line(task, to, on, named, posts) for task in rows]


@require_safe
@signed_in
def desk(request: HttpRequest) -> HttpResponse:
    asked = request.GET.get("view", "")
    view = View(asked) if asked in set(View) else View.WAITING
    shown = board(request, view, request.GET.get("after", ""), paging.SIZE)
    return render(request, "ui/desk_page.html", {"board": shown})


@require_safe
@signed_in
def task(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One task: how it stands, whom to hand it to, what happened."""
    return _task(request, uuid)


@require_POST
@signed_in
def move(request: HttpRequest, uuid: UUID, verb: str) -> HttpResponse:
    """NotFound for a verb there is none of; every other refusal is shown with the task."""
    deed = MOVES.get(verb)
    if deed is None:
        raise NotFound
    try:
        told = deed(request, str(uuid))
    except NotFound:
        raise
    except Refused as no:
        return _task(request, uuid, no)
    messages.success(request, told)
    return redirect("web:desk")


def _task(request: HttpRequest, uuid: UUID, no: Refused | None = None) -> HttpResponse:
    to, on = actor_of(request), clock.today()
    found = tasks.task(str(uuid), to=to, on=on)
    [line] = lines([found], to, on)
    context: dict[str, Any] = {"line": line, "typed": request.POST}
    if "delegate" in line.may:
        context["posts"] = tasks.delegates(found, to=to, on=on)
    if no is not None:
        context["error"] = summary(no)
    return render(request, "ui/task.html", context, status=no.status if no else 200)


def _given(request: HttpRequest) -> dict[str, Any]:
    """What every move is told: the version on the page, who, when."""
    seen = request.POST.get("version", "")
    return {
        "seen": int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else None,
        "by": actor_of(request),
        "at": clock.now(),
    }


def _claim(request: HttpRequest, uuid: str) -> str:
    cases.claim_task(uuid, **_given(request))
    return gettext("已领办。")


def _release(request: HttpRequest, uuid: str) -> str:
    cases.release_task(uuid, **_given(request))
    return gettext("已放回，同岗位的人都可以办。")


def _delegate(request: HttpRequest, uuid: str) -> str:
    said = request.POST
    cases.delegate_task(uuid, said.get("post", ""), said.get("reason", ""), **_given(request))
    return gettext("已转交。")


def _give_back(request: HttpRequest, uuid: str) -> str:
    cases.give_back_task(uuid, **_given(request))
    return gettext("已交回原来的岗位。")


def _done(request: HttpRequest, uuid: str) -> str:
    cases.finish_task(uuid, **_given(request))
    return gettext("已办结。")


MOVES: dict[str, Callable[[HttpRequest, str], str]] = {
    "claim": _claim,
    "release": _release,
    "delegate": _delegate,
    "give-back": _give_back,
    "done": _done,
}


def _line(
    task: TaskInfo,
    to: Actor,
    on: date,
    named: dict[int, str],
    posts: dict[int, parties.Post],
) -> Line:
    kind = tasks.kind(task.kind)
    return Line(
        task=task,
        kind=say(kind.title, to.lang),
        url=kind.url(task),
        place=named.get(task.place, ""),
        hands=_hands(task, to, posts),
        clock=None if task.closed_at else _clock(task, on),
        may=_may(task, to, kind.by_hand),
    )


def _clock(task: TaskInfo, on: date) -> Clock:
    """Calendar days, the first not counted."""
    whole = max((task.due_on - task.opened_on).days, 1)
    return Clock((on - task.opened_on).days, whole, task.basis, provisional=task.provisional)


def _hands(task: TaskInfo, to: Actor, posts: dict[int, parties.Post]) -> str:
    duty = task.stand.delegate or task.stand.holder
    post = posts.get(duty or 0)
    if post is None or task.closed_at or duty == to.duty:
        return ""
    return " · ".join(word for word in (post.title, post.place_name, post.holder) if word)


def _may(task: TaskInfo, to: Actor, by_hand: bool) -> frozenset[str]:
    """Which buttons stand there. The services decide; this spares a refusal."""
    stand, may = task.stand, set()
    hands = {State.OPEN: to.duty, State.CLAIMED: stand.holder, State.DELEGATED: stand.delegate}
    mine = to.duty is not None and hands.get(stand.state) == to.duty
    if stand.state is State.OPEN or (stand.state is State.CLAIMED and not mine):
        may.add("claim")
    if stand.state is State.CLAIMED and mine:
        may.add("release")
    if stand.state in (State.OPEN, State.CLAIMED) and mine:
        may.add("delegate")
    if stand.state is State.DELEGATED and to.duty in (stand.holder, stand.delegate):
        may.add("give-back")
    if mine and by_hand:
        may.add("done")
    return frozenset(may)


urlpatterns = [
    path("desk/", desk, name="desk"),
    path("desk/<uuid:uuid>/", task, name="task"),
    path("desk/<uuid:uuid>/<slug:verb>/", move, name="task_move"),
]
