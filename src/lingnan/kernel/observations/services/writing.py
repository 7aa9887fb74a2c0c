"""The rows a batch leaves in SQL: itself, pending values, winners, contenders."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
from django.db import connection

from lingnan.base import ids
from lingnan.base.actors import Actor
from lingnan.base.errors import Clash
from lingnan.base.events import Event
from lingnan.kernel.evidence import services as evidence

from ..models import Batch, Contender, CurrentValue, PendingValue
from ..rules.rows import KEY, row_root
from ..terms import BatchInfo, ContenderFound, ValuesRecorded
from . import bulk
from .drafts import Draft
from .winning import Claim, Settled

SAID = [*KEY, "value", "text", "quality", "n"]


class KeyReused(Clash):
    code = "key_reused"
    tell = "编号 {key} 已用于另一批内容不同的数据，请换一个编号。"


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A checked draft on its way in: under which key, by whom, with which event of the caller's."""

    key: str
    draft: Draft
    payload: str
    claim: Claim
    by: Actor
    event: Event | None = None
    also: Sequence[str] = ()  # subjects whose states the event tells


def earlier(key: str, payload: str) -> BatchInfo | None:
    """The batch this key already wrote. `KeyReused` when it was sent with other content."""
    batch = Batch.objects.filter(pk=ids.stable_int(key)).first()
    if batch is None:
        return None
    if batch.key != key or batch.payload != payload:
        raise KeyReused(key=key)
    return info_of(batch, repeated=True)


def info_of(batch: Batch, *, repeated: bool = False) -> BatchInfo:
    return BatchInfo(
        id=batch.pk,
        key=batch.key,
        rows=batch.rows,
        event=batch.event_id,
        superseded=batch.superseded,
        contenders=batch.contenders,
        unchanged=batch.unchanged,
        repeated=repeated,
    )


def batch_subject(batch: int) -> str:
    return ids.subject("observations", "batch", ids.uuid_of("observations", "batch", str(batch)))


def batch_name(batch: int) -> str:
    """How events name a batch: JSON numbers end at 2**53."""
    return f"{batch:016x}"


def write_batch(upload: Upload, settled: Settled, segments: dict[str, str]) -> Batch:
    """The caller's event, the batch's own, the batch; IntegrityError when the key is taken."""
    claim, (low, high) = upload.claim, upload.draft.places
    root = row_root(settled.sketch)
    if upload.event is not None:
        evidence.record(upload.event, by=upload.by, at=claim.at, also=upload.also)
    recorded = _announce(upload, settled, segments, root)
    return Batch.objects.create(
        id=claim.batch,
        key=upload.key,
        event_id=recorded,
        source=claim.source,
        rows=len(settled.rows),
        superseded=settled.superseded,
        contenders=settled.contenders,
        unchanged=settled.unchanged,
        periods=upload.draft.periods,
        place_low=low,
        place_high=high,
        payload=upload.payload,
        row_root=root,
        sketch=settled.sketch,
        recorded_at=claim.at,
    )


def _announce(upload: Upload, settled: Settled, segments: dict[str, str], root: str) -> int:
    claim, (low, high) = upload.claim, upload.draft.places
    place, label = (low if low == high else None), upload.draft.label
    subject, name = batch_subject(claim.batch), batch_name(claim.batch)
    recorded = evidence.record(
        ValuesRecorded(
            subject=subject,
            place=place,
            label=label,
            batch=name,
            key=upload.key,
            source=claim.source.code,
            rows=len(settled.rows),
            row_root=root,
            superseded=settled.superseded,
            contenders=settled.contenders,
            unchanged=settled.unchanged,
            payload=upload.payload,
            periods=upload.draft.periods,
            places=[low, high],
            segments=segments,
        ),
        by=upload.by,
        at=claim.at,
    )
    if settled.contenders:
        found = ContenderFound(
            subject=subject, place=place, label=label, batch=name, contenders=settled.contenders
        )
        evidence.record(found, by=upload.by, at=claim.at)
    return recorded


def write_pending(rows: pa.Table, claim: Claim) -> None:
    names = [*SAID, "effect", "prior", "prior_present"]
    bulk.insert(PendingValue, _lists(rows, names), _same(claim.source.pk, claim.batch, claim.at))


def project_winners(
    rows: pa.Table, source: int, batch: int, event: int | None, at: datetime
) -> None:
    """Idempotent, in any order: of two batches the newer stays."""
    _upsert_winners(_lists(rows, SAID), _same(source, batch, at) | {"event": event})


def restore_winners(rows: pa.Table) -> None:
    """The same, of rows of many batches; they also have `source, batch, event, recorded_at`."""
    _upsert_winners(_lists(rows, [*SAID, "source", "batch", "event", "recorded_at"]), {})


def _upsert_winners(columns: dict[str, list[Any]], same: dict[str, Any]) -> None:
    table = connection.ops.quote_name(CurrentValue._meta.db_table)
    clause = bulk.upsert_clause(
        ["place", "subject", "period", "element"],
        [name for name in (*columns, *same) if name not in KEY],
        guard=f'excluded."event" > {table}."event"',
    )
    # `disputed` of a new row; that of an old one stays as it is.
    bulk.insert(CurrentValue, columns, same | {"disputed": False}, conflict=clause)


def project_contenders(rows: pa.Table, source: int, batch: int, at: datetime) -> None:
    if not len(rows):
        return
    bulk.insert(
        Contender,
        _lists(rows, SAID),
        _same(source, batch, at),
        conflict="ON CONFLICT DO NOTHING",
    )
    mark_disputed([rows.column(name).to_pylist() for name in KEY])


def mark_disputed(keys: Sequence[Sequence[int]]) -> None:
    """SQL by hand: the ORM cannot update by a list of composite keys."""
    clause, params = bulk.keys_clause(keys)
    table = connection.ops.quote_name(CurrentValue._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET disputed = TRUE FROM {clause} WHERE {table}.place = k.place "
            f"AND {table}.subject = k.subject AND {table}.element = k.element "
            f"AND {table}.period = k.period",
            params,
        )


def _same(source: int, batch: int, at: datetime) -> dict[str, Any]:
    return {"source": source, "batch": batch, "recorded_at": at}


def _lists(rows: pa.Table, names: Sequence[str]) -> dict[str, list[Any]]:
    return {name: _list(name, rows.column(name)) for name in names}


def _list(name: str, values: pa.ChunkedArray) -> list[Any]:
    """Decimals as text: SQLite keeps them so, PostgreSQL reads them exactly."""
    if name in {"value", "prior"}:
        values = values.cast(pa.string())
    found: list[Any] = values.to_pylist()
    if name == "recorded_at" and connection.vendor == "sqlite":
        return [connection.ops.adapt_datetimefield_value(at) for at in found]
    return found
