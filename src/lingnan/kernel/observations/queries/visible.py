"""What is visible at one moment: live segments and the rows no segment holds yet, seen together."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc
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
    span: Range  # of its places


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


@dataclass
class _Look:
    """What several reads of one question see. `seen` None: not looked yet, or to be looked anew."""

    wanted: Wanted
    seq: int | None
    seen: Visible | None = None

    def covers(self, asked: Wanted, seq: int | None) -> bool:
        mine = self.wanted
        if seq != self.seq or asked.elements is None or mine.elements is None:
            return False
        return (
            {*asked.periods} <= {*mine.periods}
            and {*asked.elements} <= {*mine.elements}
            and (not mine.ranges or (bool(asked.ranges) and _inside(asked.ranges, mine.ranges)))
        )


_look: ContextVar[_Look | None] = ContextVar("look", default=None)


@contextmanager
def one_look(wanted: Wanted, as_of: AsOf) -> Iterator[None]:
    """Reads inside that ask for no more than this see the same moment, and it is looked up once."""
    held, seq = _look.get(), seq_of(as_of)
    token = _look.set(held if held and held.covers(wanted, seq) else _Look(wanted, seq))
    try:
        yield
    finally:
        _look.reset(token)


def look_anew() -> None:
    """What was seen is there no more."""
    if held := _look.get():
        held.seen = None


def seq_of(as_of: AsOf) -> int | None:
    return evidence.seq_at(as_of) if isinstance(as_of, datetime) else as_of


def visible(wanted: Wanted, as_of: AsOf) -> Visible:
    """Sealing moves rows from one half to the other, so both are read between two equal marks.

    Every such move adds a segment, and numbering moves the watermark: the mark changes. It works the
    same on both databases, inside a transaction or outside, and takes no lock.
    """
    seq, held = seq_of(as_of), _look.get()
    if held is None or not held.covers(wanted, seq):
        return _visible(wanted, seq)
    held.seen = held.seen or _visible(held.wanted, seq)
    return _narrowed(held.seen, wanted)


def _visible(wanted: Wanted, seq: int | None) -> Visible:
    for _ in range(_ATTEMPTS):
        before = mark(Shape.VALUE)
        files, pending = _files(wanted, seq), _pending(wanted, seq)
        if mark(Shape.VALUE) == before:
            return Visible(files, pending, seq)
    raise StoreBusy


def _narrowed(seen: Visible, wanted: Wanted) -> Visible:
    """As if only this had been looked for."""
    periods = {*wanted.periods}
    files = [file for file in seen.files if not periods.isdisjoint(file.periods)]
    keep = pc.is_in(seen.pending["period"], pa.array(sorted(periods), pa.int32()))
    if wanted.elements is not None:
        asked = pa.array(wanted.elements, pa.int32())
        keep = pc.and_(keep, pc.is_in(seen.pending["element"], asked))
    if wanted.ranges:
        start, end = _span(wanted.ranges)
        files = [file for file in files if file.span[0] <= end and file.span[1] >= start]
        place, here = seen.pending["place"], False
        for low, high in wanted.ranges:
            here = pc.or_(here, pc.and_(pc.greater_equal(place, low), pc.less_equal(place, high)))
        keep = pc.and_(keep, here)
    return replace(seen, files=tuple(files), pending=seen.pending.filter(keep))


def _span(ranges: Sequence[Range]) -> Range:
    return min(low for low, _ in ranges), max(high for _, high in ranges)


def _inside(some: Sequence[Range], whole: Sequence[Range]) -> bool:
    return all(any(low <= a and b <= high for low, high in whole) for a, b in some)


def mark(shape: Shape) -> tuple[object, ...]:
    live = Segment.objects.filter(shape=shape, replaced_at=None)
    found = live.aggregate(count=Count("id"), newest=Max("id"))
    return found["count"], found["newest"], evidence.watermark()


def _files(wanted: Wanted, seq: int | None) -> tuple[File, ...]:
    live = Segment.objects.filter(shape=Shape.VALUE, replaced_at=None)
    if wanted.ranges:
        start, end = _span(wanted.ranges)
        live = live.filter(place_low__lte=end, place_high__gte=start)
    rows = live.values_list(
        "path", "is_wide", "batch_id", "batch__event_id", "batch__event__seq",
        "min_seq", "max_seq", "periods", "superseded", "contenders", "rows", "has_text",
        "place_low", "place_high",
    )  # fmt: skip
    folder, periods = str(segments_folder()), set(wanted.periods)
    found = []
    for path, wide, batch, event, own, low, high, held, old, lost, count, text, *span in rows:
        first: int | None = low
        last: int | None = high
        if batch is not None:
            first = last = own or (None if event is None else UNSEQUENCED + event)
        if first is None or last is None or periods.isdisjoint(held):  # not visible, or not wanted
            continue
        if seq is not None and first > seq:
            continue
        found.append(
            File(
                f"{folder}/{path}", wide, batch, last, frozenset(held), old, lost, count, text,
                (span[0], span[1]),
            )
        )  # fmt: skip
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
