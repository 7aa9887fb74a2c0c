"""Many small files become few; files nobody can still be reading are deleted."""

import os
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.db import transaction

from lingnan.base import ids
from lingnan.base.actors import Actor
from lingnan.kernel.evidence import services as evidence

from ..models import ImportProjection, Segment, segments_folder
from ..rules.rows import KEY, ROWS
from ..terms import SegmentsCollected, SegmentsCompacted, Shape
from .storage import Written, says_when_full, unless_full, write_segment

MOST = 2_000_000  # rows of a merged file
SMALL = 500_000  # a file with fewer rows is worth merging
FEWEST = 4  # files that are worth one merge
GRACE = timedelta(hours=6)


@dataclass(frozen=True)
class Compacted:
    files: int
    segments: int
    rows: int


@dataclass(frozen=True)
class Collected:
    segments: int
    orphans: int


class _Taken(Exception):
    """Another process replaced one of the files first."""


@says_when_full
def compact(*, by: Actor, at: datetime, fewest: int = FEWEST) -> Compacted:
    """Merges the small files of one set of periods. No version is dropped; two at once are safe."""
    files = segments = rows = 0
    for group in _groups(fewest):
        table = _merged(group)
        file = write_segment(table, ids.uuid7(int(at.timestamp() * 1000)))
        try:
            with unless_full([file]):
                _replace(group, file, by=by, at=at)
        except _Taken:
            file.discard()
            continue
        files, segments, rows = files + len(group), segments + 1, rows + file.rows
    return Compacted(files, segments, rows)


def _groups(fewest: int) -> list[list[Segment]]:
    """Small live files of the same periods, in the order of time, each group up to `MOST` rows.

    An import still on its way to CurrentValue keeps its own files until it is there.
    """
    busy = ImportProjection.objects.values("batch")
    live = (
        Segment.objects.filter(shape=Shape.VALUE, replaced_at=None, rows__lt=SMALL)
        .exclude(batch__in=busy)
        .exclude(batch__isnull=False, batch__event__seq__isnull=True)
        .select_related("batch__event")
    )
    by_periods: dict[tuple[int, ...], list[Segment]] = defaultdict(list)
    for segment in live.order_by("pk"):
        by_periods[tuple(segment.periods)].append(segment)
    groups = []
    for segments in by_periods.values():
        group: list[Segment] = []
        for segment in segments:
            if group and sum(s.rows for s in group) + segment.rows > MOST:
                groups.append(group)
                group = []
            group.append(segment)
        groups.append(group)
    return [g for g in groups if len(g) >= max(fewest, 2)]


def _merged(group: list[Segment]) -> pa.Table:
    parts = []
    for segment in group:
        part = pq.read_table(segment.file).select(ROWS.names).cast(ROWS)
        if segment.batch is not None:
            seq = pa.scalar(_span(segment)[0], pa.int64())
            part = part.set_column(ROWS.names.index("seq"), "seq", pa.repeat(seq, len(part)))
        parts.append(part)
    table = pa.concat_tables(parts)
    return table.take(pc.sort_indices(table, [(name, "ascending") for name in (*KEY, "seq")]))


def _span(segment: Segment) -> tuple[int, int]:
    """First and last sequence number; those of a raw file are its batch's."""
    if segment.batch is not None and segment.batch.event is not None:
        seq = segment.batch.event.seq or 0
        return seq, seq
    return segment.min_seq or 0, segment.max_seq or 0


@transaction.atomic
def _replace(group: list[Segment], file: Written, *, by: Actor, at: datetime) -> None:
    live = Segment.objects.filter(pk__in=[s.pk for s in group], replaced_at=None)
    if live.update(replaced_at=at) != len(group):
        raise _Taken
    event = evidence.record(
        SegmentsCompacted(
            subject=ids.subject("observations", "segment", file.uuid),
            segment=str(file.uuid),
            sha256=file.sha256,
            rows=file.rows,
            replaced=[str(s.uuid) for s in group],
        ),
        by=by,
        at=at,
    )
    spans = [_span(s) for s in group]
    Segment.objects.create(
        event_id=event,
        min_seq=min(first for first, _ in spans),
        max_seq=max(last for _, last in spans),
        superseded=sum(s.superseded for s in group),
        **file.fields(),
    )


@says_when_full
def collect(*, by: Actor, at: datetime, grace: timedelta = GRACE) -> Collected:
    """Files replaced longer than `grace` ago, and files of no manifest that are older than it.

    Rows go first: a kill in between leaves orphans, which the next run collects. The grace must
    outlast the longest read and the longest import.
    """
    old = list(Segment.objects.filter(replaced_at__lt=at - grace))
    orphans = _orphans(at - grace)
    if not old and not orphans:
        return Collected(0, 0)
    _forget(old, len(orphans), by=by, at=at)
    for path in [*(s.file for s in old), *orphans]:
        path.unlink(missing_ok=True)
    return Collected(len(old), len(orphans))


def _orphans(before: datetime) -> list[Path]:
    """Files are listed before the manifest: a file whose row comes later was not listed."""
    found = [p for p in segments_folder().glob("*/*/*") if _made_at(p) < before]
    listed = set(Segment.objects.values_list("path", flat=True))
    return [p for p in found if str(p.relative_to(segments_folder())) not in listed]


def _made_at(path: Path) -> datetime:
    """The later of what its UUIDv7 says and what the file system says."""
    on_disk = datetime.fromtimestamp(os.path.getmtime(path), UTC)
    try:
        milliseconds = UUID(path.stem).int >> 80
    except ValueError:
        return on_disk
    return max(on_disk, datetime.fromtimestamp(milliseconds / 1000, UTC))


@transaction.atomic
def _forget(old: list[Segment], orphans: int, *, by: Actor, at: datetime) -> None:
    Segment.objects.filter(pk__in=[s.pk for s in old]).delete()
    evidence.record(
        SegmentsCollected(
            subject=ids.subject(
                "observations", "segments", ids.uuid_of("observations", "segments")
            ),
            segments=[str(s.uuid) for s in old],
            orphans=orphans,
        ),
        by=by,
        at=at,
    )
