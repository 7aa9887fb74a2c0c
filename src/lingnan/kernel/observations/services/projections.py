"""Bring the rows of a visible import into CurrentValue and Contender, a chunk a transaction."""

from collections.abc import Collection

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.db import transaction
from django.db.models import Q

from lingnan.base.actors import Range

from ..models import Batch, ImportProjection, PeriodHead, Segment
from ..rules.rows import DECIMAL, KEY, ROWS, column
from ..terms import CHUNK
from . import writing
from .storage import says_when_full

NAMES = [*KEY, "value", "text", "quality", "effect", "n"]
EMPTY = ROWS.empty_table().select(NAMES)


@says_when_full
def finish_projections(
    periods: Collection[int] | None = None, places: Range | None = None, *, chunk: int = CHUNK
) -> int:
    """How many imports were finished, each from where it stopped. Two at once are harmless."""
    under_way = ImportProjection.objects.select_related("batch__source").order_by("batch__event_id")
    if places:
        under_way = under_way.filter(from_place__lte=places[1], to_place__gte=places[0])
    done = 0
    for projection in under_way:
        if periods is None or not set(periods).isdisjoint(projection.periods):
            _finish(projection, chunk)
            done += 1
    return done


def _finish(projection: ImportProjection, chunk: int) -> None:
    rows = _rows_of(projection)
    places = column(rows, "place")
    start = int(np.searchsorted(places, projection.from_place, "left"))
    while start < len(rows):
        end = _cut(places, start, chunk)
        until = int(places[end]) if end < len(rows) else projection.to_place + 1
        if not _project(projection.batch, rows.slice(start, end - start), places[start], until):
            return  # another process is at it
        start = end
    ImportProjection.objects.filter(pk=projection.pk).delete()


def _rows_of(projection: ImportProjection) -> pa.Table:
    """What is left, in the order of places."""
    files = Segment.objects.filter(batch=projection.batch_id, place_high__gte=projection.from_place)
    parts = [EMPTY]
    for segment in files:
        part = pq.read_table(
            segment.file, columns=NAMES, filters=[("place", ">=", projection.from_place)]
        )
        at = NAMES.index("value")
        parts.append(part.set_column(at, "value", part.column("value").cast(DECIMAL)))
    rows = pa.concat_tables(parts)
    return rows.take(pc.sort_indices(rows, [("n", "ascending")]))


def _cut(places: np.ndarray, start: int, chunk: int) -> int:
    """The end of a chunk: before the place that would be torn, unless it alone is too big."""
    if start + chunk >= len(places):
        return len(places)
    end = int(np.searchsorted(places, places[start + chunk], "left"))
    return end if end > start else int(np.searchsorted(places, places[start], "right"))


@transaction.atomic
def _project(batch: Batch, rows: pa.Table, first: int, until: int) -> bool:
    claimed = ImportProjection.objects.filter(
        pk=batch.pk, from_place__lte=int(first), to_place__gte=int(first)
    ).update(from_place=until)
    if not claimed:
        return False
    periods = pc.unique(rows.column("period")).to_pylist()
    kept = PeriodHead.objects.filter(Q(is_kept=True) | Q(is_filling=True), period__in=periods)
    wins = pc.equal(rows.column("effect"), 0)
    counted = pc.is_in(
        rows.column("period"), pa.array(kept.values_list("period", flat=True), pa.int32())
    )
    winners = rows.filter(pc.and_(wins, counted))
    source, at = batch.source_id, batch.recorded_at
    writing.project_winners(winners, source, batch.pk, batch.event_id, at)
    writing.project_contenders(rows.filter(pc.invert(wins)), source, batch.pk, at)
    return True
