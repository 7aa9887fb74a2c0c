"""Pending rows become segments."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc
from django.db import transaction
from django.db.models import Count, Max, Min, Sum

from lingnan.base import ids
from lingnan.base.actors import Actor
from lingnan.kernel.evidence import services as evidence

from ..models import Batch, PendingValue, Segment
from ..queries.store import table_of
from ..rules.rows import KEY, ROWS
from ..terms import CHUNK, SegmentSealed
from .storage import Written, discard, says_when_full, unless_full, write_segments

BATCHES = 500  # in one IN list


@dataclass(frozen=True)
class Sealed:
    rows: int
    segments: int


class _Taken(Exception):
    """Another process moved the same rows first."""


@says_when_full
def seal(*, by: Actor, at: datetime) -> Sealed:
    """Every pending row whose batch has its sequence number; in pieces of whole batches.

    Two at once are safe: a piece is deleted and its files listed in one transaction, and whoever
    finds fewer rows to delete than it wrote gives its files up.
    """
    rows = segments = 0
    while batches := _next_piece():
        table = _rows_of(batches)
        files = write_segments(by_period(table), at)
        try:
            with unless_full(files):
                _publish(batches, files, len(table), by=by, at=at)
        except _Taken:
            discard(files)
            continue
        rows, segments = rows + len(table), segments + len(files)
    return Sealed(rows, segments)


def _next_piece() -> list[int]:
    """Whole batches, oldest first, up to a chunk of rows."""
    waiting = (
        PendingValue.objects.filter(batch__event__seq__isnull=False)
        .values_list("batch", "batch__event__seq")
        .annotate(count=Count("pk"))
        .order_by("batch__event__seq")
    )
    chosen: list[int] = []
    total = 0
    for batch, _, count in waiting[:BATCHES]:
        if chosen and total + count > CHUNK:
            break
        chosen.append(batch)
        total += count
    return chosen


def _rows_of(batches: list[int]) -> pa.Table:
    names = [n if n != "seq" else "batch__event__seq" for n in ROWS.names]
    rows = PendingValue.objects.filter(batch__in=batches).order_by()
    return table_of(rows.values_list(*names, "batch__event_id")).select(ROWS.names)


def by_period(table: pa.Table) -> Iterator[pa.Table]:
    """One sorted table a period."""
    order = [(name, "ascending") for name in (*KEY, "seq")]
    for period in sorted(pc.unique(table.column("period")).to_pylist()):
        part = table.filter(pc.equal(table.column("period"), period))
        yield part.take(pc.sort_indices(part, order))


@transaction.atomic
def _publish(
    batches: list[int], files: list[Written], rows: int, *, by: Actor, at: datetime
) -> None:
    found = PendingValue.objects.filter(batch__in=batches)
    deleted = found._raw_delete(found.db)  # no signals, no cascade: nothing points at a pending row
    if deleted != rows:
        raise _Taken
    span = Batch.objects.filter(pk__in=batches).aggregate(
        min_seq=Min("event__seq"), max_seq=Max("event__seq"), superseded=Sum("superseded")
    )
    for file in files:
        event = evidence.record(
            SegmentSealed(
                subject=ids.subject("observations", "segment", file.uuid),
                segment=str(file.uuid),
                sha256=file.sha256,
                rows=file.rows,
                batches=len(batches),
            ),
            by=by,
            at=at,
        )
        Segment.objects.create(event_id=event, **span, **file.fields())
