"""One approval: everything about it in one transaction."""

from collections.abc import Sequence
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc
from django.conf import settings
from django.db import IntegrityError, transaction

from lingnan.base import ids
from lingnan.base.actors import Actor
from lingnan.base.events import Event

from ..terms import CHUNK, BatchInfo, NewValue
from . import writing
from .drafts import draft
from .imports import import_upload
from .projections import finish_projections
from .storage import says_when_full
from .winning import Claim, count_batch, held, lock_heads, settle, source_of
from .writing import Upload


@says_when_full
def record_values(
    key: str,
    rows: Sequence[NewValue] | pa.Table,
    *,
    source: str,
    by: Actor,
    at: datetime,
    event: Event | None = None,
    also: Sequence[str] = (),
) -> BatchInfo:
    """Exactly once for a key: a repeat answers with the first batch, `repeated=True`.

    `event` is the caller's own, recorded with the batch and before it; it tells the states of the
    subjects `also` names. Raises `WrongValues`,
    `KeyReused`, `StorageFull`. More rows than one transaction should hold take the way of imports.
    """
    new = draft(rows)
    payload = new.payload(source)
    before = writing.earlier(key, payload)
    if before is not None:
        return before
    claim = Claim(ids.stable_int(key), source_of(source), at)
    upload = Upload(key=key, draft=new, payload=payload, claim=claim, by=by, event=event, also=also)
    if len(new.table) > min(settings.ENV.seal_rows, CHUNK):
        info = import_upload(upload)
        finish_projections(new.periods, new.places)
        return info
    try:
        return write(upload)
    except IntegrityError:
        before = writing.earlier(key, payload)
        if before is None:
            raise
        return before


@transaction.atomic
def write(upload: Upload) -> BatchInfo:
    """IntegrityError when the key was taken meanwhile."""
    new, claim = upload.draft, upload.claim
    heads = lock_heads(new.periods)
    settled = settle(new, held(new, heads), claim)
    batch = writing.write_batch(upload, settled, {})
    writing.write_pending(settled.rows, claim)
    kept = pa.array([h.period for h in heads if h.is_kept or h.is_filling], pa.int32())
    winners = settled.winners.filter(pc.is_in(settled.winners.column("period"), kept))
    writing.project_winners(winners, claim.source.pk, claim.batch, batch.event_id, claim.at)
    writing.project_contenders(settled.disputes, claim.source.pk, claim.batch, claim.at)
    count_batch(new.periods)
    return writing.info_of(batch)
