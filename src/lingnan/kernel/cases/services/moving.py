"""What a person does with one task: take it, let go, hand it on, say that it is done."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction

from lingnan.base.actors import Actor
from lingnan.base.clock import legal_day
from lingnan.base.errors import Clash
from lingnan.base.events import Event
from lingnan.base.ids import subject, uuid7
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.parties import queries as parties

from .. import rules
from ..models import Task
from ..queries import kind
from ..queries.desk import gone, own_row, stand_of, task_info
from ..terms import (
    CannotDelegate,
    NeedDelegate,
    NotByHand,
    Stand,
    TaskClaimed,
    TaskDelegated,
    TaskInfo,
    TaskReleased,
    TasksDone,
)

Seen = int | None  # the version the person looked at; None: whatever it is by now


@transaction.atomic
def claim_task(uuid: str, *, seen: Seen = None, by: Actor, at: datetime) -> TaskInfo:
    """TakenByAnother unless nobody is at it, or who was has left office. Again changes nothing."""
    row = own_row(uuid, to=by)
    stand, duty = stand_of(row), by.duty or 0
    after = rules.claim(stand, duty, vacant=gone(row, legal_day(at)))
    if after == stand:
        return task_info(row)
    _write(row, after, seen, at)
    return _tell(row, TaskClaimed, by, at, duty=duty)


@transaction.atomic
def release_task(uuid: str, *, seen: Seen = None, by: Actor, at: datetime) -> TaskInfo:
    row = own_row(uuid, to=by)
    _write(row, rules.release(stand_of(row), by.duty or 0), seen, at)
    return _tell(row, TaskReleased, by, at)


@transaction.atomic
def delegate_task(
    uuid: str, duty: str, reason: str, *, seen: Seen = None, by: Actor, at: datetime
) -> TaskInfo:
    """`duty`: the uuid of a post within reach that may do such work. NeedDelegate, CannotDelegate."""
    if not duty or not reason.strip():
        raise NeedDelegate
    row = own_row(uuid, to=by)
    day = legal_day(at)
    able = kind(row.kind).permission
    post = parties.post_within(duty, by.ranges_on(day), able, on=day)
    if post is None:
        raise CannotDelegate
    after = rules.delegate(stand_of(row), by.duty or 0, post)
    words = reason.strip()[:300]
    _write(row, after, seen, at, reason=words)
    return _tell(row, TaskDelegated, by, at, private={"reason": words}, duty=post)


@transaction.atomic
def give_back_task(uuid: str, *, seen: Seen = None, by: Actor, at: datetime) -> TaskInfo:
    """The delegate hands it back, or the holder fetches it back."""
    row = own_row(uuid, to=by)
    _write(row, rules.give_back(stand_of(row), by.duty or 0), seen, at, reason="")
    return _tell(row, TaskDelegated, by, at, duty=None)


@transaction.atomic
def finish_task(uuid: str, *, seen: Seen = None, by: Actor, at: datetime) -> TaskInfo:
    """NotByHand when only what happens may say so."""
    row = own_row(uuid, to=by)
    after = rules.finish(stand_of(row), by.duty)
    if not kind(row.kind).by_hand:
        raise NotByHand
    _write(row, after, seen, at, closed_at=at, closed_by_id=by.duty)
    name = subject("cases", "task", row.uuid)
    done = TasksDone(subject=name, place=row.place_id, tasks=1, by_hand=True)
    evidence.record(done, by=by, at=at, also=[name])
    return task_info(row)


def _write(row: Task, after: Stand, seen: Seen, at: datetime, **changes: Any) -> None:
    """Clash when the person looked at an older version, or another writer was first."""
    if seen is not None and seen != row.version:
        raise Clash
    values = {
        "state": after.state,
        "holder_id": after.holder,
        "delegate_id": after.delegate,
        "version": row.version + 1,
        "act": uuid7(int(at.timestamp() * 1000)),
        **changes,
    }
    if not Task.objects.filter(pk=row.pk, version=row.version).update(**values):
        raise Clash
    for name, value in values.items():
        setattr(row, name, value)


def _tell(
    row: Task,
    event: Callable[..., Event],
    by: Actor,
    at: datetime,
    *,
    private: dict[str, Any] | None = None,
    **facts: Any,
) -> TaskInfo:
    name = subject("cases", "task", row.uuid)
    told = event(subject=name, place=row.place_id, task=row.key, **facts)
    evidence.record(told, by=by, at=at, private=private)
    return task_info(row)
