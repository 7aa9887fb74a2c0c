"""The manifest against the files, and both against the events that told of them."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from lingnan.kernel.evidence.models import Event
from lingnan.kernel.evidence.terms import Finding

from ..models import Segment, segments_folder
from ..rules.ledgers import KINDS
from ..rules.sums import COUNTED, add_up
from ..terms import SegmentsCollected, SegmentsCompacted, SegmentSealed, Shape, ValuesRecorded
from .ledgers import DATA
from .sums import written

NOUN = "observations.segment"
TELLING = (SegmentSealed.kind, SegmentsCompacted.kind, ValuesRecorded.kind)


class Told:
    """What the events say of segments: uuid → sha256, who was replaced, who was collected."""

    def __init__(self, until: int) -> None:
        self.until = until
        self.sha256: dict[str, str] = {}
        self.replaced: set[str] = set()
        self.collected: set[str] = set()
        kinds = [*TELLING, SegmentsCollected.kind]
        events = Event.objects.filter(kind__in=kinds, seq__lte=until).order_by("seq")
        for kind, text in events.values_list("kind", "facts").iterator(500):
            self._hear(kind, json.loads(text))

    def _hear(self, kind: str, facts: dict[str, Any]) -> None:
        if kind == ValuesRecorded.kind:
            self.sha256 |= facts["segments"]
        elif kind == SegmentsCollected.kind:
            self.collected |= set(facts["segments"])
        else:
            self.sha256[facts["segment"]] = facts["sha256"]
            self.replaced |= set(facts.get("replaced", ()))


def check_segments(until: int) -> Iterator[Finding]:
    """Segments whose event was numbered later are left for the next time."""
    told = Told(until)
    held = Segment.objects.filter(event__seq__lte=until)
    listed = set()
    for segment in held.select_related("event", "batch__event").order_by("pk").iterator(200):
        listed.add(str(segment.uuid))
        what = _fault(segment, told)
        if what and Segment.objects.filter(pk=segment.pk, replaced_at=segment.replaced_at).exists():
            yield Finding(NOUN, f"{segment.uuid}（{segment.path}）", what)
    held_at_all = {str(uuid) for uuid in Segment.objects.values_list("uuid", flat=True)}
    for uuid in sorted(set(told.sha256) - listed - held_at_all - told.collected):
        if not _told_since(SegmentsCollected.kind, uuid, until):
            yield Finding(NOUN, uuid, "有记录它的事件，清单里没有：被删除")
    for path in Segment.objects.filter(event=None).values_list("path", flat=True):
        yield Finding(NOUN, path, "没有记录它的事件：自行插入")


def _told_since(kind: str, uuid: str, until: int) -> bool:
    later = Event.objects.filter(kind=kind).exclude(seq__lte=until)
    return later.filter(facts__contains=uuid).exists()


def _fault(segment: Segment, told: Told) -> str:
    uuid = str(segment.uuid)
    if uuid not in told.sha256:
        return "没有记录它的事件：自行插入"
    if told.sha256[uuid] != segment.sha256:
        return "校验和与事件不符：被改动"
    if segment.replaced_at is not None:
        known = uuid in told.replaced or _told_since(SegmentsCompacted.kind, uuid, told.until)
        if not known:
            return "被标为已替换，没有这一事件"
        return _file_fault(segment) if segment.file.exists() else ""  # gone: being collected
    if uuid in told.replaced:
        return "已被替换的文件又被列为有效"
    return _file_fault(segment)


def _file_fault(segment: Segment) -> str:
    if not segment.file.resolve().is_relative_to(segments_folder().resolve()):
        return "路径不在数据文件夹内：被改动"
    try:
        with segment.file.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return "文件不存在或读不出"
    if digest != segment.sha256:
        return "文件内容与校验和不符：被改动"
    wrong = [name for name, value in _seen(segment).items() if getattr(segment, name) != value]
    if wrong:
        return f"清单与文件不符：{'、'.join(wrong)} 被改动"
    return "" if _adds_up(segment) else "文件内的合计与各行不符"


def _adds_up(segment: Segment) -> bool:
    """The sums that lie in the file are those of its rows, whatever tree they were cut by."""
    try:
        told = written(segment.file)
    except ValueError:
        return False
    if told is None:
        return True
    rows = pq.read_table(segment.file, columns=COUNTED, partitioning=None)
    return told == add_up(rows, lambda _: told.starts)


def _seen(segment: Segment) -> dict[str, Any]:
    """What the manifest must say of this file."""
    file = pq.ParquetFile(segment.file)
    if DATA in file.schema_arrow.names:
        return _seen_ledger(segment, file)
    names = ["place", "period", "effect", "prior_present", "text", "seq"]
    table = file.read(columns=names)
    places = pc.min_max(table.column("place")).as_py()
    replaced = pc.sum(table.column("prior_present")).as_py() or 0
    width = file.schema_arrow.field("value").type
    seen = {
        "shape": Shape.VALUE,
        "bytes": segment.file.stat().st_size,
        "rows": len(table),
        "periods": sorted(pc.unique(table.column("period")).to_pylist()),
        "place_low": places["min"],
        "place_high": places["max"],
        "contenders": pc.sum(pc.not_equal(table.column("effect"), 0)).as_py() or 0,
        "has_text": table.column("text").null_count < len(table),
        "is_wide": width == pa.decimal128(24, 6),
        "superseded": max(segment.superseded, replaced),  # at most so many
    }
    seqs = pc.min_max(table.column("seq")).as_py()
    if segment.batch_id is None:
        seen["min_seq"] = min(segment.min_seq or 0, seqs["min"])  # files of one piece share a span
        seen["max_seq"] = max(segment.max_seq or 0, seqs["max"])
    elif segment.batch is None or segment.batch.event_id != segment.event_id:
        seen["batch"] = None
    return seen


def _seen_ledger(segment: Segment, file: pq.ParquetFile) -> dict[str, Any]:
    """Ledger files are never merged: each is of one sealing and speaks of one kind."""
    table = file.read(columns=["place", "seq"])
    places = pc.min_max(table.column("place")).as_py()
    seqs = pc.min_max(table.column("seq")).as_py()
    facts = json.loads(segment.event.facts) if segment.event else {}
    paths = [f"ledgers/{kind}/{segment.uuid}.parquet" for kind in KINDS]
    return {
        "shape": Shape.LEDGER,
        "path": segment.path if segment.path in paths else paths[0],
        "bytes": segment.file.stat().st_size,
        "rows": len(table),
        "place_low": places["min"],
        "place_high": places["max"],
        "min_seq": seqs["min"],
        "max_seq": seqs["max"],
        "event_id": segment.event_id if facts.get("segment") == str(segment.uuid) else None,
        "batch_id": None,
        "periods": [],
        "superseded": 0,
        "contenders": 0,
        "is_wide": False,
        "has_text": True,
    }
