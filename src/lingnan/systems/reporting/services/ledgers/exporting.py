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
from ...terms.ledgers import LedgerExported

RISKY = ("=", "+", "-", "@", "\t", "\r")


@transaction.atomic
def export_ledger(kind: str, place: int, day: date, *, by: Actor, at: datetime) -> bytes:
    """CSV (UTF-8 with a mark), names and dates as the actor may see them, numbers masked."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    count = -1
    for row in export_rows(kind, place, day, to=by, on=legal_day(at)):
        writer.writerow([f"'{cell}" if cell.startswith(RISKY) else cell for cell in row])
        count += 1
    evidence.record(
        LedgerExported(
            subject=subject("places", "place", places.uuids([place])[place]),
            place=place, label="personal", ledger=kind, rows=count, day=day,
        ),
        by=by, at=at,
    )  # fmt: skip
    return out.getvalue().encode("utf-8-sig")
