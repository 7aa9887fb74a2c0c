"""Many rows at once: files first, a short transaction that shows them, then projection."""

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import IntegrityError, transaction
from django.db.models import Max

from lingnan.base import ids
from lingnan.base.actors import Actor
from lingnan.base.errors import Clash
from lingnan.base.events import Event

from ..models import Batch, ImportProjection, PendingValue, Segment
from ..queries.store import HELD, held_in_history
from ..rules.rows import KEY, column
from ..terms import CHUNK, BatchInfo
from . import writing
from .drafts import Draft, draft
from .projections import finish_projections
from .storage import Written, discard, says_when_full, unless_full, write_segments
from .winning import Claim, Settled, count_batch, lock_heads, settle, source_of
from .writing import Upload

FILE_ROWS = 1_000_000
SMALL_PERIOD = 50_000  # periods with fewer rows share files
TRIES = 5
LOCKED_ROWS = 20_000


class ImportOvertaken(Clash):
    """Somebody kept changing the same values while the import was being decided."""

    code = "import_overtaken"
    tell = "导入期间同一批数据项一直有人在改动，没有写入任何内容，请稍后重试。"


@dataclass(frozen=True)
class Mark:
    """Where the periods stood when the winners were read."""

    counts: dict[int, int]
    event: int


@says_when_full
def import_values(
    key: str,
    table: pa.Table,
    *,
    source: str,
    by: Actor,
    at: datetime,
    chunk: int = CHUNK,
    event: Event | None = None,
) -> BatchInfo:
    """One event however many rows; columns as in `NewValue`. `chunk`: rows projected at once.

    Call it outside a transaction, or its locks last as long as the caller's.
    """
    new = draft(table)
    payload = new.payload(source)
    before = writing.earlier(key, payload)
    if before is not None:
        finish_projections(new.periods, new.places, chunk=chunk)
        return before
    claim = Claim(ids.stable_int(key), source_of(source), at)
    info = import_upload(
        Upload(key=key, draft=new, payload=payload, claim=claim, by=by, event=event)
    )
    finish_projections(new.periods, new.places, chunk=chunk)
    return info


def import_upload(upload: Upload) -> BatchInfo:
    """Visible when it returns; `finish_projections` does the rest."""
    for turn in range(TRIES):
        # Decided under the lock when it was overtaken before, if that keeps the lock short.
        is_locked = turn == TRIES - 1 and len(upload.draft.table) <= LOCKED_ROWS
        with transaction.atomic() if is_locked else nullcontext():
            info = _attempt(upload)
        if info is not None:
            return info
    raise ImportOvertaken


def _attempt(upload: Upload) -> BatchInfo | None:
    """None when it was overtaken; then nothing is left of it."""
    mark = _mark(upload.draft.periods)
    settled = settle(upload.draft, _held(upload.draft, mark), upload.claim)
    files = write_segments(_pieces(settled.rows), upload.claim.at)
    try:
        with unless_full(files):
            batch = _show(upload, settled, files, mark)
    except IntegrityError:
        discard(files)
        before = writing.earlier(upload.key, upload.payload)
        if before is None:
            raise
        return before
    if batch is not None:
        return writing.info_of(batch)
    discard(files)
    return writing.earlier(upload.key, upload.payload)


@transaction.atomic
def _mark(periods: list[int]) -> Mark:
    """Under the locks no batch of these periods is under way: later ones have later events."""
    counts = {h.period: h.n for h in lock_heads(periods)}
    return Mark(counts, Batch.objects.aggregate(last=Max("event_id"))["last"] or 0)


def _held(new: Draft, mark: Mark) -> pa.Table:
    if not any(mark.counts.values()):
        return HELD.empty_table()
    return held_in_history(new.table, new.places)


def _pieces(rows: pa.Table) -> Iterator[pa.Table]:
    periods = pc.unique(rows.column("period")).to_pylist()
    groups = [periods]
    if len(rows) >= SMALL_PERIOD * max(len(periods), 1):
        groups = [[p] for p in periods]
    for group in groups:
        part = rows
        if len(groups) > 1:
            part = rows.filter(pc.is_in(rows.column("period"), pa.array(group, pa.int32())))
        for start in range(0, len(part), FILE_ROWS):
            yield part.slice(start, FILE_ROWS)


@transaction.atomic
def _show(upload: Upload, settled: Settled, files: list[Written], mark: Mark) -> Batch | None:
    """None when a batch that came in between touched the same keys."""
    new = upload.draft
    heads = lock_heads(new.periods)
    if any(h.n != mark.counts[h.period] for h in heads) and _is_overtaken(new, mark):
        return None
    batch = writing.write_batch(upload, settled, {str(f.uuid): f.sha256 for f in files})
    common = {"batch": batch, "event_id": batch.event_id, "superseded": settled.superseded}
    Segment.objects.bulk_create([Segment(**common, **f.fields()) for f in files])
    if files:
        low, high = new.places
        ImportProjection.objects.create(
            batch=batch, periods=new.periods, from_place=low, to_place=high
        )
    count_batch(new.periods)
    return batch


def _is_overtaken(new: Draft, mark: Mark) -> bool:
    low, high = new.places
    since = Batch.objects.filter(
        event_id__gt=mark.event, place_low__lte=high, place_high__gte=low, rows__gt=0
    )
    return any(_shares_keys(new, b) for b in since if not set(b.periods).isdisjoint(new.periods))


def _shares_keys(new: Draft, batch: Batch) -> bool:
    """Exact for a batch whose rows are all pending; any other is taken to share some."""
    rows = list(PendingValue.objects.filter(batch=batch).values_list(*KEY))
    if len(rows) < batch.rows:
        return True
    places = column(new.table, "place")
    first = np.searchsorted(places, batch.place_low, "left")
    last = np.searchsorted(places, batch.place_high, "right")
    ours = new.table.slice(first, last - first)
    mine = set(zip(*(ours.column(name).to_pylist() for name in KEY), strict=True))
    return not mine.isdisjoint(rows)
