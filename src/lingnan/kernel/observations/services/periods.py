"""Which periods CurrentValue holds: the open ones, and before each the last and the year-ago."""

from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc
from django.db import transaction

from lingnan.base import ids
from lingnan.base.actors import Actor
from lingnan.base.periods import Period
from lingnan.kernel.evidence import services as evidence

from ..models import Batch, Contender, CurrentValue, PeriodHead
from ..queries.store import winners_of_period
from ..rules.rows import KEY
from ..terms import CHUNK, PeriodClosed, PeriodOpened
from . import writing
from .storage import says_when_full
from .winning import lock_heads


@transaction.atomic
def close_period(period: int, *, by: Actor, at: datetime) -> None:
    """No effect on what may be recorded: late values still come; they are looked up in history."""
    head = lock_heads([period])[0]
    if head.is_open:
        PeriodHead.objects.filter(period=period).update(is_open=False)
        evidence.record(PeriodClosed(subject=_subject(period), period=period), by=by, at=at)


@transaction.atomic
def open_period(period: int, *, by: Actor, at: datetime) -> None:
    """`prune` fills CurrentValue again when it was pruned; until then reads go to history."""
    head = lock_heads([period])[0]
    if not head.is_open:
        PeriodHead.objects.filter(period=period).update(is_open=True)
        evidence.record(PeriodOpened(subject=_subject(period), period=period), by=by, at=at)


def _subject(period: int) -> str:
    return ids.subject("observations", "period", ids.uuid_of("observations", "period", str(period)))


@says_when_full
def prune() -> list[int]:
    """Periods whose rows left CurrentValue or came back to it. History keeps everything."""
    heads = list(PeriodHead.objects.all())
    wanted = {p for h in heads if h.is_open for p in _neighbours(h.period)}
    leaving = [h.period for h in heads if h.is_kept and h.period not in wanted]
    coming = [h.period for h in heads if not h.is_kept and h.period in wanted]
    for period in leaving:
        _drop(period)
    for period in coming:
        _fill(period)
    return [*leaving, *coming]


def _neighbours(code: int) -> set[int]:
    period = Period.from_code(code)
    return {code, period.previous().code, period.year_ago().code}


def _drop(period: int) -> None:
    with transaction.atomic():
        lock_heads([period])
        PeriodHead.objects.filter(period=period).update(is_kept=False, is_filling=False)
    first: int | None = 0
    while first is not None:
        first = _drop_from(period, first)


@transaction.atomic
def _drop_from(period: int, first: int) -> int | None:
    """Where to go on. The key begins with the place, so runs of places are found fast."""
    head = lock_heads([period])[0]
    if head.is_kept or head.is_filling:
        return None
    places = CurrentValue.objects.filter(place__gte=first).order_by("place")
    last = places.values_list("place", flat=True)[CHUNK : CHUNK + 1].first()
    rows = CurrentValue.objects.filter(place__gte=first, period=period)
    if last is not None:
        rows = rows.filter(place__lte=last)
    rows._raw_delete(rows.db)  # nothing points at a current value
    return None if last is None else last + 1


def _fill(period: int) -> None:
    """While `is_filling` holds, recorders write CurrentValue, but look winners up in history."""
    with transaction.atomic():
        lock_heads([period])
        PeriodHead.objects.filter(period=period).update(is_filling=True)
    rows = winners_of_period(period)
    rows = rows.append_column("event", _events_of(rows.column("batch")))
    for start in range(0, len(rows), CHUNK):
        with transaction.atomic():
            writing.restore_winners(rows.slice(start, CHUNK))
    with transaction.atomic():
        if lock_heads([period])[0].is_filling:
            _mark_disputed(period)
            PeriodHead.objects.filter(period=period).update(is_kept=True, is_filling=False)


def _events_of(batches: pa.ChunkedArray) -> pa.ChunkedArray:
    ids = pc.unique(batches).to_pylist()
    events: dict[int, int | None] = {}
    for start in range(0, len(ids), CHUNK):
        known = Batch.objects.filter(pk__in=ids[start : start + CHUNK])
        events.update(known.values_list("id", "event_id"))
    coded = batches.combine_chunks().dictionary_encode()
    order = [events[b] for b in coded.dictionary.to_pylist()]
    return pa.chunked_array([pa.array(order, pa.int64()).take(coded.indices)])


def _mark_disputed(period: int) -> None:
    open_ones = Contender.objects.filter(period=period, resolved_at=None).values_list(*KEY)
    keys = list(zip(*open_ones, strict=True))
    if keys:
        writing.mark_disputed(keys)
