"""Tell the listeners, after commit, at least once, in order, each at its own pace."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import transaction

from lingnan.base.events import Event

from ..models import DeadLetter, OutboxCursor
from ..models import Event as Row
from ..queries import watermark
from ..queries.reading import event_of
from ..terms import Drained, Stamp
from .sequencing import sequence

log = logging.getLogger("lingnan.evidence")
E = TypeVar("E", bound=Event)

ATTEMPTS = 6  # with the pauses below: given up after four minutes, before the queue grows long
PAUSE = timedelta(seconds=2)  # before the second try; three times longer before each further one
CHUNK = 100  # deliveries of one transaction at most …
BUDGET = 0.1  # … and no new one after this many seconds: the write lock of SQLite is everybody's
ROUNDS = (
    100  # listeners that answer events with events for ever are cut off and go on in the next drain
)


@dataclass(frozen=True)
class Listener:
    name: str
    event_type: type[Event]
    hear: Callable[[Sequence[tuple[Any, Stamp]]], None]
    history: bool
    batch: int  # events heard at once at most


_listeners: dict[str, Listener] = {}


def listen(
    event_type: type[E], listener: Callable[[E, Stamp], None], *, name: str, history: bool = True
) -> None:
    """Called in `site/wiring`. `listener` runs in a savepoint and is idempotent by (name, seq).

    `history=False`: a new listener starts at the watermark of its first drain, not at seq 1.
    """
    _add(Listener(name, event_type, _OneByOne(listener), history, 1))


def listen_in_batches(
    event_type: type[E],
    listener: Callable[[Sequence[tuple[E, Stamp]]], None],
    *,
    name: str,
    history: bool = True,
) -> None:
    """`listen` for who does the same work once for many events: it hears up to `CHUNK` of them, in
    order. A batch that fails is undone and heard again in halves, down to the event that cannot be.
    """
    _add(Listener(name, event_type, listener, history, CHUNK))


@dataclass(frozen=True)
class _OneByOne:
    call: Callable[[Any, Stamp], None]

    def __call__(self, told: Sequence[tuple[Any, Stamp]]) -> None:
        for event, stamp in told:
            self.call(event, stamp)


def _add(fresh: Listener) -> None:
    if _listeners.setdefault(fresh.name, fresh) != fresh:
        raise ValueError(f"two listeners are called {fresh.name}")


def unlisten(name: str) -> None:
    """Forget the listener; its cursor stays."""
    _listeners.pop(name, None)


def listeners() -> dict[str, Listener]:
    """By name; documentation is checked against it."""
    return dict(_listeners)


def drain(*, at: datetime) -> Drained:
    """Sequence, sign, deliver, until there is nothing left that can be delivered now.

    A one-shot command calls it before it returns; the worker calls it every second.
    """
    sequenced = delivered = dead = 0
    for _ in range(ROUNDS):
        fresh = sequence(at=at)
        sent, buried = _deliver_all(at)
        sequenced, delivered, dead = sequenced + fresh, delivered + sent, dead + buried
        if not fresh and not sent and not buried:
            break
    waiting = OutboxCursor.objects.filter(listener__in=_listeners, attempts__gt=0).count()
    return Drained(sequenced, delivered, dead, waiting)


def _deliver_all(at: datetime) -> tuple[int, int]:
    limit = watermark()
    cursors = {c.listener: c for c in OutboxCursor.objects.filter(listener__in=_listeners)}
    for name in _listeners.keys() - cursors.keys():
        cursors[name] = _new_cursor(_listeners[name], limit)
    behind = {
        name: c
        for name, c in cursors.items()
        if c.seq < limit and not (c.retry_at and c.retry_at > at)
    }
    if not behind:
        return 0, 0
    first = min(c.seq for c in behind.values())
    wanted = {_listeners[name].event_type.kind for name in behind}
    fresh = Row.objects.filter(seq__gt=first, seq__lte=limit, kind__in=wanted)
    kinds = set(fresh.order_by().values_list("kind", flat=True).distinct())
    idle = [n for n, c in behind.items() if _listeners[n].event_type.kind not in kinds]
    if idle:
        OutboxCursor.objects.filter(listener__in=idle, seq__lt=limit).update(seq=limit)
    counts = [_catch_up(_listeners[n], limit, at) for n in behind if n not in idle]
    return sum(sent for sent, _ in counts), sum(buried for _, buried in counts)


def _new_cursor(listener: Listener, limit: int) -> OutboxCursor:
    start = 0 if listener.history else limit
    fresh = OutboxCursor(listener=listener.name, seq=start)
    OutboxCursor.objects.bulk_create([fresh], ignore_conflicts=True)
    return OutboxCursor.objects.get(listener=listener.name)


def _catch_up(listener: Listener, limit: int, at: datetime) -> tuple[int, int]:
    """Deliver to one listener until it is at the limit or must wait. (delivered, given up)."""
    sent = buried = 0
    while True:
        more, ok, dead = _deliver_some(listener, limit, at)
        sent, buried = sent + ok, buried + dead
        if not more:
            return sent, buried


@transaction.atomic
def _deliver_some(listener: Listener, limit: int, at: datetime) -> tuple[bool, int, int]:
    """One transaction under the cursor's lock: (is there more now, delivered, given up)."""
    cursor = OutboxCursor.objects.select_for_update().get(listener=listener.name)
    if cursor.seq >= limit or (cursor.retry_at and cursor.retry_at > at):
        return False, 0, 0
    rows = Row.objects.filter(kind=listener.event_type.kind, seq__gt=cursor.seq, seq__lte=limit)
    batch = list(rows.order_by("seq")[:CHUNK])
    started, sent = time.perf_counter(), 0
    while sent < len(batch):
        size = 1 if cursor.attempts else listener.batch  # what failed is tried by itself first
        heard, error = _hear(listener, batch[sent : sent + size])
        if heard:
            sent += heard
            last = batch[sent - 1]
            cursor.seq, cursor.attempts, cursor.retry_at, cursor.error = last.seq or 0, 0, None, ""
        if error:
            buried = _failed(cursor, batch[sent], error, at)
            return bool(buried), sent, buried
        if time.perf_counter() - started > BUDGET:
            break
    done = sent == len(batch) < CHUNK
    if done:
        cursor.seq = limit
    cursor.save()
    return not done, sent, 0


def _hear(listener: Listener, rows: Sequence[Row]) -> tuple[int, str]:
    """(how many of the first were delivered, what went wrong with the next)."""
    error = attempt(listener, rows)
    if not error:
        return len(rows), ""
    if len(rows) == 1:
        return 0, error
    half = len(rows) // 2
    sent, error = _hear(listener, rows[:half])
    if error:
        return sent, error
    more, error = _hear(listener, rows[half:])
    return sent + more, error


def attempt(listener: Listener, rows: Sequence[Row]) -> str:
    """What went wrong; empty when all were delivered. What a failing listener wrote is undone."""
    try:
        with transaction.atomic():
            listener.hear([(event_of(listener.event_type, row), stamp_of(row)) for row in rows])
    except Exception as wrong:  # whatever a listener raises must not stop the others
        if len(rows) == 1:
            log.exception("listener %s failed on event %s", listener.name, rows[0].pk)
        return f"{type(wrong).__name__}: {wrong}"[:2000]
    return ""


def _failed(cursor: OutboxCursor, row: Row, error: str, at: datetime) -> int:
    """Wait longer; after the last attempt bury the delivery and move on. How many were buried."""
    cursor.attempts, cursor.error = cursor.attempts + 1, error
    cursor.retry_at = at + PAUSE * 3 ** (cursor.attempts - 1)
    buried = cursor.attempts >= ATTEMPTS
    if buried:
        DeadLetter.objects.create(
            listener=cursor.listener, event=row, attempts=cursor.attempts, error=error, at=at
        )
        cursor.seq, cursor.attempts, cursor.retry_at, cursor.error = row.seq or 0, 0, None, ""
    cursor.save()
    return int(buried)


def stamp_of(row: Row) -> Stamp:
    return Stamp(seq=row.seq or 0, event_id=row.pk, at=row.at, by=row.by)
