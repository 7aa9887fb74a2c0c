"""Ledgers of people, households, homes and enterprises: every version is kept, the newest is at hand."""

import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq
from django.db import IntegrityError, transaction
from django.db.models import Max, Min

from lingnan.base import ids
from lingnan.base.actors import Actor
from lingnan.base.errors import Invalid, Problem, StorageFull
from lingnan.base.ids import uuid7
from lingnan.base.numbers import number
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.evidence.queries import among

from ..models import Batch, Element, LedgerEntry, PendingLedger, Segment, segments_folder
from ..queries.ledgers import typed_rows
from ..rules import ledgers as rules
from ..rules.rows import pack, row_root
from ..terms import CHUNK, BatchInfo, LedgerKept, LedgerVersion, SegmentSealed, Shape, ValueType
from . import bulk, writing
from .storage import file_sha256, says_when_full, sync_folder
from .winning import source_of


class WrongLedger(Invalid):
    code = "wrong_ledger"
    tell = "台账有 {count} 处不能保存，请按提示修改。"


@says_when_full
def keep_ledger(
    kind: str, rows: Sequence[LedgerVersion], *, key: str, source: str, by: Actor, at: datetime
) -> BatchInfo:
    """New versions of entries, known by `uuid` (`entry` is given back by reads; 0 here). Exactly once a key.

    A version with the `valid_from` of an earlier one replaces it in all later answers; nothing is
    dropped. Raises WrongLedger, KeyReused.
    """
    elements = _checked(kind, rows)
    bodies = {row.uuid: rules.version_bytes(row) for row in rows}
    payload = rules.payload_of(kind, source, bodies.values())
    before = writing.earlier(key, payload)
    if before is not None:
        return before
    try:
        return _keep(kind, rows, bodies, elements, key, source, payload, by=by, at=at)
    except IntegrityError:
        before = writing.earlier(key, payload)
        if before is None:
            raise
        return before


def _checked(kind: str, rows: Sequence[LedgerVersion]) -> dict[str, Element]:
    names = {name for row in rows for name in row.data}
    elements = {e.code: e for e in Element.objects.filter(code__in=names, subject_kind=kind)}
    problems = [] if kind in rules.KINDS else [Problem("kind", "没有这种台账。")]
    problems += [] if rows else [Problem("0", "没有内容。")]
    seen: set[str] = set()
    for line, row in enumerate(rows, 1):
        problems += _faults(str(line), row, kind, elements, seen)
    if problems:
        raise WrongLedger(count=len(problems), problems=problems[:200])
    return elements


def _faults(
    line: str, row: LedgerVersion, kind: str, elements: dict[str, Element], seen: set[str]
) -> list[Problem]:
    found = []
    if not ids.UUID.match(row.uuid):
        raise ValueError(f"not a UUID as it is kept: {row.uuid!r}")
    if row.kind != kind:
        found.append(Problem(line, "台账种类不一致。"))
    if row.uuid in seen:
        found.append(Problem(line, "同一对象在一批中出现了两次。"))
    seen.add(row.uuid)
    if row.valid_to is not None and row.valid_to <= row.valid_from:
        found.append(Problem(line, "终止日期须晚于起始日期。"))
    for name, text in row.data.items():
        if name not in elements:
            found.append(Problem(line, "没有数据项 {name}。", (("name", name),)))
        elif text is not None and not _fits(text, elements[name]):
            found.append(Problem(line, "{name} 应为数值。", (("name", name),)))
    return found


def _fits(text: str, element: Element) -> bool:
    try:
        return not ValueType(element.type).is_numeric or number(text) is not None
    except ValueError:
        return False


@transaction.atomic
def _keep(  # noqa: PLR0913 - one row of each table
    kind: str,
    rows: Sequence[LedgerVersion],
    bodies: Mapping[str, bytes],
    elements: dict[str, Element],
    key: str,
    source: str,
    payload: str,
    *,
    by: Actor,
    at: datetime,
) -> BatchInfo:
    rows = sorted(rows, key=lambda row: (row.place, row.uuid))
    sketch = pack(rules.blocks_of(rules.digests_of(bodies[row.uuid] for row in rows)))
    places = [row.place for row in rows]
    batch = Batch(
        id=ids.stable_int(key), key=key, shape=Shape.LEDGER, source=source_of(source),
        rows=len(rows), place_low=min(places), place_high=max(places), payload=payload,
        row_root=row_root(sketch), sketch=sketch, recorded_at=at,
    )  # fmt: skip
    label = max((e.label for e in elements.values()), key=_strictness, default="internal")
    # Locked before the event is numbered: who moves an entry last also has the later event.
    columns = _by_name(rows)
    held = _held(kind, columns["uuid"])
    batch.event_id = evidence.record(_kept(kind, batch, source, label), by=by, at=at)
    batch.save(force_insert=True)
    entries = {"entry": _upsert(kind, rows, columns, batch, held), "n": range(len(rows))}
    same = {"kind": kind, "batch": batch.pk, "recorded_at": at}
    bulk.insert(PendingLedger, entries | columns, same)
    return writing.info_of(batch)


def _kept(kind: str, batch: Batch, source: str, label: str) -> LedgerKept:
    alone = batch.place_low == batch.place_high
    return LedgerKept(
        subject=writing.batch_subject(batch.pk),
        place=batch.place_low if alone else None,
        label=label,
        ledger=kind,
        batch=writing.batch_name(batch.pk),
        key=batch.key,
        source=source,
        rows=batch.rows,
        row_root=batch.row_root,
        payload=batch.payload,
        places=[batch.place_low, batch.place_high],
    )


def _strictness(label: str) -> int:
    return ("public", "internal", "personal", "secret").index(label)


def _by_name(rows: Sequence[LedgerVersion]) -> dict[str, Sequence[Any]]:
    """Columns of many versions."""
    return {
        "uuid": [row.uuid for row in rows],
        "place": [row.place for row in rows],
        "party": [row.party for row in rows],
        "valid_from": [row.valid_from for row in rows],
        "valid_to": [row.valid_to for row in rows],
        "data": [dict(row.data) for row in rows],
    }


def _columns(kind: str, row: LedgerVersion) -> dict[str, Any]:
    return {
        "uuid": UUID(row.uuid),
        "kind": kind,
        "place": row.place,
        "party": row.party,
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
        "data": dict(row.data),
    }


def lock_entries(uuids: Sequence[str]) -> None:
    """Whoever is about to say something that depends on these waits for the others, in one order."""
    wanted = [UUID(one) for one in uuids]
    list(LedgerEntry.objects.select_for_update().filter(uuid__in=wanted).order_by("uuid"))


def _held(kind: str, uuids: Sequence[str]) -> dict[str, LedgerEntry]:
    """Locked, always in the same order. An entry never becomes another kind of thing."""
    locked = among(LedgerEntry.objects.select_for_update(), "uuid", uuids).order_by("uuid")
    held = {str(e.uuid): e for e in locked}
    problems = [
        Problem(uuid, "这一对象已登记在另一种台账中。")
        for uuid, entry in held.items()
        if entry.kind != kind
    ]
    if problems:
        raise WrongLedger(count=len(problems), problems=problems[:200])
    return held


def _upsert(
    kind: str,
    rows: Sequence[LedgerVersion],
    columns: Mapping[str, Sequence[Any]],
    batch: Batch,
    held: Mapping[str, LedgerEntry],
) -> list[int]:
    """Entry ids of the rows; the current state moves on unless what is held began later."""
    fresh = [n for n, row in enumerate(rows) if row.uuid not in held]
    new = dict(columns)
    if held:
        new = {name: [column[n] for n in fresh] for name, column in columns.items()}
    bulk.insert(LedgerEntry, {"n": fresh} | new, {"kind": kind, "batch": batch.pk})
    ids = dict(LedgerEntry.objects.filter(batch=batch.pk).values_list("n", "id")) if fresh else {}
    moved = []
    for n, row in enumerate(rows):
        if n in ids:
            continue
        entry = held[row.uuid]
        ids[n] = entry.id
        if row.valid_from >= entry.valid_from:
            for name, value in (_entry_columns(kind, row) | {"batch": batch, "n": n}).items():
                setattr(entry, name, value)
            moved.append(entry)
    fields = ["place", "party_id", "valid_from", "valid_to", "data", "batch", "n"]
    LedgerEntry.objects.bulk_update(moved, [f.removesuffix("_id") for f in fields], batch_size=200)
    return [ids[n] for n in range(len(rows))]


def _entry_columns(kind: str, row: LedgerVersion) -> dict[str, Any]:
    columns = _columns(kind, row)
    return columns | {"party_id": columns.pop("party")}


@says_when_full
def seal_ledgers(*, by: Actor, at: datetime) -> int:
    """Numbered versions become one typed file a kind; how many were moved. Safe in two workers."""
    moved = 0
    waiting = PendingLedger.objects.filter(batch__event__seq__isnull=False)
    for kind in sorted(set(waiting.values_list("kind", flat=True))):
        while sealed := _seal(kind, by=by, at=at):
            moved += sealed
    return moved


@transaction.atomic
def _seal(kind: str, *, by: Actor, at: datetime) -> int:
    """The rows are locked, so that a second worker waits and then finds none."""
    rows = PendingLedger.objects.filter(kind=kind, batch__event__seq__isnull=False)
    chosen = list(rows.select_for_update(of=("self",)).values_list("id", flat=True)[:CHUNK])
    if not chosen:
        return 0
    mine = PendingLedger.objects.filter(id__in=chosen)
    table = typed_rows(kind, mine).sort_by([("place", "ascending"), ("entry", "ascending")])
    span = mine.aggregate(low=Min("batch__event__seq"), high=Max("batch__event__seq"))
    places = mine.aggregate(low=Min("place"), high=Max("place"))
    uuid = uuid7(int(at.timestamp() * 1000))
    path = segments_folder() / "ledgers" / kind / f"{uuid}.parquet"
    _write(table, path)
    event = evidence.record(
        SegmentSealed(
            subject=ids.subject("observations", "segment", uuid),
            segment=str(uuid),
            sha256=file_sha256(path),
            rows=len(table),
            batches=mine.values("batch").distinct().count(),
        ),
        by=by,
        at=at,
    )
    Segment.objects.create(
        uuid=uuid, path=f"ledgers/{kind}/{uuid}.parquet", shape=Shape.LEDGER, rows=len(table),
        bytes=path.stat().st_size, sha256=file_sha256(path), min_seq=span["low"],
        max_seq=span["high"], place_low=places["low"], place_high=places["high"], has_text=True,
        event_id=event,
    )  # fmt: skip
    mine.delete()
    return len(table)


def _write(table: pa.Table, path: Path) -> None:
    """A crash leaves an orphan, which `collect` removes."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            pq.write_table(table, file, compression="zstd")
            file.flush()
            os.fsync(file.fileno())
        sync_folder(path.parent)
    except OSError as wrong:
        path.unlink(missing_ok=True)
        raise StorageFull from wrong
