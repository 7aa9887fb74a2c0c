"""Looks of the security administrator at rows that tell of persons: each is evidence."""

from datetime import datetime

from django.db import transaction

from lingnan.base.actors import Actor
from lingnan.base.errors import Forbidden
from lingnan.kernel.evidence import services as evidence

from ..models import Account
from ..terms import RecordsLookedAt, account_subject

ADMINISTER = "parties.administer"


@transaction.atomic
def look_at(table: str, *, row: str = "", rows: int = 1, by: Actor, at: datetime) -> None:
    """Before they are shown. Forbidden without the duty and a second factor."""
    if not by.may(ADMINISTER) or by.assurance != "two_factor" or by.account is None:
        raise Forbidden
    uuid = Account.objects.values_list("uuid", flat=True).get(pk=by.account)
    event = RecordsLookedAt(subject=account_subject(uuid), table=table, row=row, rows=rows)
    evidence.record(event, by=by, at=at)
