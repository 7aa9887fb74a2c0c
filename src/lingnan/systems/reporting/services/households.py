"""A household is known by its number within its village; the ledger gives it one lasting id."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from lingnan.base.actors import Actor
from lingnan.base.canonical import sha256
from lingnan.base.clock import legal_day
from lingnan.base.errors import Invalid, Problem
from lingnan.base.ids import subject
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.observations import queries as observations
from lingnan.kernel.observations import services as values
from lingnan.kernel.observations.services.bulk import insert
from lingnan.kernel.observations.terms import LedgerVersion
from lingnan.kernel.places import queries as places

from ..models import Household
from ..queries.gate import need
from ..terms.happenings import HouseholdsEntered
from .ledgers.common import fresh_uuids

KIND, SOURCE = "household", "reporting"


@transaction.atomic
def household_ids(place: int, numbers: Iterable[str], *, by: Actor, at: datetime) -> dict[str, int]:
    """Subject ids by number as given; households not yet known are entered."""
    need(by, "reporting.fill", [place], on=legal_day(at))
    return entered(place, numbers, by=by, at=at)


@transaction.atomic
def entered(place: int, numbers: Iterable[str], *, by: Actor, at: datetime) -> dict[str, int]:
    """The same for a caller that has asked its own gate."""
    wanted = {number: number.strip() for number in numbers}
    if not all(wanted.values()):
        raise Invalid(problems=[Problem("household", "请填写户编号。")])
    rows = Household.objects.filter(place=place, number__in=set(wanted.values()))
    held = dict(rows.values_list("number", "entry_id"))
    fresh = sorted(set(wanted.values()) - set(held))
    if fresh:
        held |= _enter(place, fresh, by, at)
    return {given: held[number] for given, number in wanted.items()}


def _enter(place: int, numbers: list[str], by: Actor, at: datetime) -> dict[str, int]:
    """The uuid depends on village and number, unless a household that moved away has taken it along."""
    home, day = places.uuids([place])[place], legal_day(at)
    known = fresh_uuids({home: (place, numbers)}, at)
    uuids = {uuid: number for (_, number), uuid in known.items()}
    versions = [
        LedgerVersion(
            entry=0,
            uuid=uuid,
            kind=KIND,
            place=place,
            party=None,
            valid_from=day,
            valid_to=None,
        )
        for uuid in uuids
    ]
    key = f"reporting:households:{home}:{sha256(sorted(uuids))}"
    batch = values.keep_ledger(KIND, versions, key=key, source=SOURCE, by=by, at=at)
    entries = observations.entries_of_batch(batch.id)
    if len(entries) != len(uuids):  # a later batch has the last word on some
        found = {uuids[one]: entry for one, entry in observations.entry_ids(uuids).items()}
    else:
        found = {uuids[one]: entry for one, entry in zip(sorted(uuids), entries, strict=True)}
    columns: dict[str, list[Any]] = {"entry": list(found.values()), "number": list(found)}
    insert(Household, columns, {"place": place}, conflict="ON CONFLICT DO NOTHING")
    evidence.record(
        HouseholdsEntered(
            subject=subject("places", "place", home),
            place=place,
            label="personal",
            households=sorted(uuids),
        ),
        by=by,
        at=at,
        also=[f"reporting.household:{entry}" for entry in found.values()],
    )
    return found
