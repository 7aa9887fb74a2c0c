"""A ledger leaves the house: who took how much of it is evidence."""

import csv
import io
from datetime import date, datetime

from django.db import transaction

from lingnan.base.actors import Actor
from lingnan.base.clock import legal_day
from lingnan.base.ids import subject
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.places import queries as places

from ...queries.ledgers import export_rows
from ...queries.masking import need_persons
from ...terms.ledgers import LedgerExported
from ...terms.masking import Seen
from ..telling import checked_reason, tell_persons

RISKY = ("=", "+", "-", "@", "\t", "\r")


@transaction.atomic
def export_ledger(
    kind: str, place: int, day: date, *, reason: str | None = None, by: Actor, at: datetime
) -> bytes:
    """CSV (UTF-8 with a mark), numbers masked, persons too unless there is a `reason`."""
    on, seen = legal_day(at), None
    if reason is not None:
        reason, seen = checked_reason(reason), Seen()
        need_persons(by, [place], on=on)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    count = -1
    for row in export_rows(kind, place, day, to=by, on=on, in_full=seen):
        writer.writerow([f"'{cell}" if cell.startswith(RISKY) else cell for cell in row])
        count += 1
    evidence.record(
        LedgerExported(
            subject=subject("places", "place", places.uuids([place])[place]),
            place=place, label="personal", ledger=kind, rows=count, day=day,
        ),
        by=by, at=at,
    )  # fmt: skip
    if seen is not None:
        tell_persons(f"ledger.{kind}", place, seen, reason or "", by=by, at=at)
    return out.getvalue().encode("utf-8-sig")
