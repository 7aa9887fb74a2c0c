"""What tasks are by now, for events to tell and verifiers to compare."""

from collections.abc import Iterator, Sequence

from lingnan.kernel.evidence.queries import State, narrowed, wanted

from ..models import Task

COLUMNS = tuple(f.attname for f in Task._meta.concrete_fields if f.name not in {"id", "uuid"})
PAGE = 2000


def tasks(keys: Sequence[str] | None) -> Iterator[State]:
    mine = wanted(keys)
    rows = narrowed(Task.objects.order_by("pk"), "uuid", keys)
    for uuid, *held in rows.values_list("uuid", *COLUMNS).iterator(PAGE):
        if mine(uuid):
            yield State(str(uuid), f"{uuid} ({held[0]})", held)


STATES = {"cases.task": tasks}
