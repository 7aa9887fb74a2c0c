"""Tasks of a region for who oversees it, and to whom a task may be delegated."""

from datetime import date

from django.db.models import Q

from lingnan.base.actors import Actor
from lingnan.kernel.parties import queries as parties

from ..models import Task
from ..terms import TaskInfo, Which
from .choosing import chosen
from .desk import LIMIT, task_info
from .registry import kind, kinds_of


def tasks(
    *,
    to: Actor,
    on: date,
    place: int | None = None,
    subject: str = "",
    only_open: bool = True,
    after: int = 0,
    limit: int = LIMIT,
) -> list[TaskInfo]:
    """Within reach, of kinds the actor may work on, by id after `after`. One query."""
    rows = Task.objects.filter(_overseen(to, on), pk__gt=after)
    if place is not None:
        rows = rows.filter(place=place)
    if subject:
        rows = rows.filter(subject=subject)
    if only_open:
        rows = rows.filter(closed_at=None)
    return [task_info(row) for row in rows.order_by("pk")[:limit]]


def waiting(which: Which, *, to: Actor, on: date) -> list[TaskInfo]:
    """Open ones within reach, of kinds the actor may work on. One query for every 500 names."""
    seen = _overseen(to, on)
    return [task_info(row) for rows in chosen(which) for row in rows.filter(seen).order_by("pk")]


def delegates(found: TaskInfo, *, to: Actor, on: date) -> list[parties.Post]:
    """Posts within reach that may do such work, without one's own. Two queries."""
    able = kind(found.kind).permission
    held = parties.posts_within(to.ranges_on(on), able, on=on, lang=to.lang)
    return [one for one in held if one.duty != to.duty]


def _overseen(to: Actor, on: date) -> Q:
    within = Q(pk__in=[])
    for low, high in to.ranges_on(on):
        within |= Q(place__gte=low, place__lte=high)
    return within & Q(kind__in=kinds_of(to))
