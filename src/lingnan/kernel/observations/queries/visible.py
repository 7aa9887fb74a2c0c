"""What is visible at one moment: live segments and the rows no segment holds yet, seen together."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa
from django.db.models import Count, Max, Q

from lingnan.base.actors import Range
from lingnan.kernel.evidence import queries as evidence

from ..models import Batch, PendingValue, Segment, segments_folder
from ..rules.rows import ROWS
from ..terms import Shape
from .store import UNSEQUENCED, StoreBusy

AsOf = datetime | int | None
_ATTEMPTS = 50


@dataclass(frozen=True)
class File:
    """A live segment. `batch`: the one batch of a raw segment, whose rows carry no number."""

    path: str
    is_wide: bool
    batch: int | None
    max_seq: int
    periods: frozenset[int]
    superseded: int
    contenders: int
    rows: int
    has_text: bool


@dataclass(frozen=True)
class Visible:
    """`pending` has the columns of a segment row; its `seq` is `UNSEQUENCED` + event until numbered."""

    files: tuple[File, ...]
    pending: pa.Table
    seq: int | None


@dataclass(frozen=True)
class Wanted:
    """What to look for. Empty `ranges`: everywhere; `elements` None: all."""

    periods: tuple[int, ...]
    elements: tuple[int, ...] | None = None
    ranges: tuple[Range, ...] = ()


def seq_of(as_of: AsOf) -> int | None:
    return evidence.seq_at(as_of) if isinstance(as_of, datetime) else as_of


def visible(wanted: Wanted, as_of: AsOf) -> Visible:
    """Sealing moves rows from one half to the other, so both are read between two equal marks.

    Every such move adds a segment, and numbering moves the watermark: the mark changes. It works the
    same on both databases, inside a transaction or outside, and takes no lock.
    """
    seq = seq_of(as_of)
    for _ in range(_ATTEMPTS):
        before = mark(Shape.VALUE)
        files, pending = _files(wanted, seq), _pending(wanted, seq)
        if mark(Shape.VALUE) == before:
            return Visible(files, pending, seq)
    raise StoreBusy


def mark(shape: Shape) -> tuple[object, ...]:
    live = Segment.objects.filter(shape=shape, replaced_at=None)
    found = live.aggregate(count=Count("id"), newest=Max("id"))
    return found["count"], found["newest"], evidence.watermark()


def _files(wanted: Wanted, seq: int | None) -> tuple[File, ...]:
    live = Segment.objects.filter(shape=Shape.VALUE, replaced_at=None)
    if wanted.ranges:
        start, end = min(r[0] for r in wanted.ranges), max(r[1] for r in wanted.ranges)
        live = live.filter(place_low__lte=end, place_high__gte=start)
    rows = live.values_list(
        "path", "is_wide", "batch_id", "batch__event_id", "batch__event__seq",
        "min_seq", "max_seq", "periods", "superseded", "contenders", "rows", "has_text",
    )  # fmt: skip
    folder, periods = str(segments_folder()), set(wanted.periods)
    found = []
    for path, wide, batch, event, own, low, high, held, old, lost, count, text in rows:
        first: int | None = low
        last: int | None = high
        if batch is not None:
            first = last = own or (None if event is None else UNSEQUENCED + event)
        if first is None or last is None or periods.isdisjoint(held):  # not visible, or not wanted
            continue
        if seq is not None and first > seq:
            continue
        found.append(
            File(f"{folder}/{path}", wide, batch, last, frozenset(held), old, lost, count, text)
        )
    return tuple(found)


def _pending(wanted: Wanted, seq: int | None) -> pa.Table:
    rows = PendingValue.objects.filter(period__in=wanted.periods, batch__event__isnull=False)
    if wanted.elements is not None:
        rows = rows.filter(element__in=wanted.elements)
    if wanted.ranges:
        rows = rows.filter(within(wanted.ranges))
    if seq is not None:
        rows = rows.filter(batch__event__seq__lte=seq)
    names = [name for name in ROWS.names if name != "seq"]
    taken = list(rows.values_list(*names, "batch__event__seq", "batch__event_id"))
    columns = list(zip(*taken, strict=True)) or [()] * (len(names) + 2)
    by_name = dict(zip(names, columns, strict=False))
    numbers = zip(columns[-2], columns[-1], strict=True)
    by_name["seq"] = tuple(seq or UNSEQUENCED + event for seq, event in numbers)
    return pa.Table.from_arrays([pa.array(by_name[f.name], f.type) for f in ROWS], schema=ROWS)


def within(ranges: Sequence[Range]) -> Q:
    """Places inside these runs."""
    found = Q()
    for low, high in ranges:
        found |= Q(place__range=(low, high))
    return found


def batch_orders(batches: Collection[int]) -> dict[int, int]:
    """Batch → the order of its rows among rows of one key."""
    known = Batch.objects.filter(id__in=batches, event__isnull=False)
    return {
        batch: seq or UNSEQUENCED + event
        for batch, seq, event in known.values_list("id", "event__seq", "event_id")
    }
