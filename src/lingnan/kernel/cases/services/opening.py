"""Open tasks, one or a province full of them, as one act."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from lingnan.base.actors import Actor
from lingnan.base.clock import legal_day
from lingnan.base.ids import parse_subject, uuid7
from lingnan.kernel.evidence import services as evidence

from ..models import Task
from ..queries import kind
from ..terms import NewTask, State, TasksOpened
from .acts import about, may_manage, touched


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
    """By key, so that two who open the same tasks wait for each other instead of for ever.

    SQL by hand for SQLite, to which the ORM sends 40 rows a statement."""
    rows = [_row(one, act, at) for one in sorted(new, key=lambda one: one.key)]
    if connection.vendor != "sqlite":
        Task.objects.bulk_create(rows, batch_size=2500, ignore_conflicts=True)
        return
    fields = [f for f in Task._meta.concrete_fields if not f.primary_key]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(f.column)) for f in fields)
    places = ", ".join(["%s"] * len(fields))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {quote(Task._meta.db_table)} ({columns}) VALUES ({places}) "
            "ON CONFLICT DO NOTHING",
            [[f.get_db_prep_save(getattr(r, f.attname), connection) for f in fields] for r in rows],
        )


def _row(one: NewTask, act: UUID, at: datetime) -> Task:
    return Task(
        uuid=uuid7(int(at.timestamp() * 1000)),
        key=one.key,
        kind=one.kind,
        role=one.role,
        place_id=one.place,
        department_id=one.department,
        subject=one.subject,
        title=one.title,
        effect=one.effect,
        opened_at=at,
        opened_on=legal_day(at),
        due_on=one.due_on,
        basis=one.basis,
        provisional=one.provisional,
        state=State.OPEN,
        act=act,
    )
