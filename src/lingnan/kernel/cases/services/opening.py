"""Open tasks, one or a province full of them, as one act."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from lingnan.base.actors import Actor
from lingnan.base.clock import legal_day
from lingnan.base.ids import parse_subject, uuid7
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.observations.services.bulk import insert

from ..models import Task
from ..queries import kind
from ..terms import NewTask, TasksOpened
from .acts import about, may_manage, touched

GIVEN = [one.name for one in fields(NewTask)]
FIELDS = [one for one in Task._meta.concrete_fields if not one.primary_key]


@transaction.atomic
def open_tasks(new: Sequence[NewTask], *, by: Actor, at: datetime) -> int:
    """How many are new: a key that was ever used opens nothing. A handful of queries.

    ValueError for a kind nobody registered or a subject that is none.
    """
    may_manage(by)
    for code in {one.kind for one in new}:
        kind(code)
    for subject in {one.subject for one in new}:
        parse_subject(subject)
    act = uuid7(int(at.timestamp() * 1000))
    _insert(new, act, at)
    made = touched(act)
    if made:
        kinds = sorted({one.kind for one in new})
        event = TasksOpened(**about(act, made), tasks=len(made), kinds=kinds)
        evidence.record(event, by=by, at=at, also=made)
    return len(made)


def _insert(new: Sequence[NewTask], act: UUID, at: datetime) -> None:
    """By key, so that two who open the same tasks wait for each other instead of for ever."""
    rows = sorted(new, key=lambda one: one.key)
    columns: dict[str, list[Any]] = {name: [getattr(r, name) for r in rows] for name in GIVEN}
    columns["uuid"] = [uuid7(int(at.timestamp() * 1000)) for _ in rows]
    fresh = {f.attname.removesuffix("_id"): getattr(Task(), f.attname) for f in FIELDS}
    same = fresh | {"opened_at": at, "opened_on": legal_day(at), "act": act}
    same = {name: value for name, value in same.items() if name not in columns}
    insert(Task, columns, same, conflict="ON CONFLICT DO NOTHING")
