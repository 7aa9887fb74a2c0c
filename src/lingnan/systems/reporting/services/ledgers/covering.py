"""From a day on a village's ledger is complete, so that a count over it is a fact."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from lingnan.base.actors import Actor
from lingnan.base.clock import legal_day
from lingnan.base.ids import subject, uuid_of
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.places import queries as places

from ...models import LedgerCover
from ...queries.gate import need
from ...queries.ledgers import kind_of
from ...terms.ledgers import LedgerCovered
from .common import KEEP
from .deriving import derive_ledgers


@transaction.atomic
def declare_complete(
    kind: str, villages: Sequence[int], since: date, *, by: Actor, at: datetime, derive: bool = True
) -> int:
    """Villages declared for the first time. What is not in their ledger does not exist from then on."""
    kind_of(kind)
    need(by, KEEP, villages, on=legal_day(at))
    known = set(
        LedgerCover.objects.filter(kind=kind, place__in=list(villages)).values_list(
            "place", flat=True
        )
    )
    fresh = sorted(set(villages) - known)
    homes = places.uuids(fresh)
    rows = [
        LedgerCover(
            uuid=uuid_of("reporting", "ledger_cover", kind, homes[p]),
            kind=kind,
            place=p,
            since=since,
        )
        for p in fresh
    ]
    LedgerCover.objects.bulk_create(rows, batch_size=500)
    if rows:
        events = [
            LedgerCovered(
                subject=subject("reporting", "ledger_cover", row.uuid),
                place=row.place, ledger=kind, since=since,
            )
            for row in rows
        ]  # fmt: skip
        evidence.record_many(events, by=by, at=at)
        if derive:
            derive_ledgers(fresh, by=by, at=at)
    return len(rows)
