"""Something happened that settles tasks, takes them back or reminds of them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from lingnan.base.actors import Actor
from lingnan.base.ids import uuid7
from lingnan.kernel.evidence import services as evidence

from ..queries.choosing import chosen
from ..terms import State, TasksDone, TasksReminded, TasksWithdrawn, Which
from .acts import about, may_manage, touched


@transaction.atomic
def finish_tasks(which: Which, *, by: Actor, at: datetime) -> int:
    """How many were open and are done now, whoever held them."""
    may_manage(by)
    act, made = _update(which, at, state=State.DONE, closed_at=at, closed_by=by.duty)
    if made:
        event = TasksDone(**about(act, made), tasks=len(made))
        evidence.record(event, by=by, at=at, also=made)
    return len(made)


@transaction.atomic
def withdraw_tasks(which: Which, reason: str, *, by: Actor, at: datetime) -> int:
    """How many were open and need not be done any more. `reason` is a word of the program."""
    may_manage(by)
    act, made = _update(which, at, state=State.WITHDRAWN, closed_at=at, closed_by=by.duty)
    if made:
        event = TasksWithdrawn(**about(act, made), tasks=len(made), reason=reason)
        evidence.record(event, by=by, at=at, also=made)
    return len(made)


@transaction.atomic
def remind_tasks(which: Which, *, by: Actor, at: datetime) -> int:
    """How many were reminded of; the same `at` again reminds of none."""
    may_manage(by)
    later = Q(reminded_at=None) | Q(reminded_at__lt=at)
    act, made = _update(which, at, later, reminded=F("reminded") + 1, reminded_at=at)
    if made:
        event = TasksReminded(**about(act, made), tasks=len(made))
        evidence.record(event, by=by, at=at, also=made)
    return len(made)


def _update(
    which: Which, at: datetime, narrower: Q | None = None, **changes: Any
) -> tuple[UUID, list[str]]:
    """One conditional update a portion: what another writer closed meanwhile is passed over."""
    act = uuid7(int(at.timestamp() * 1000))
    for rows in chosen(which):
        rows.filter(narrower or Q()).update(**changes, version=F("version") + 1, act=act)
    return act, touched(act)
