"""A household is known by its number within its village; the ledger gives it one lasting id."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from lingnan.base.actors import Actor
from lingnan.base.canonical import sha256
from lingnan.base.clock import legal_day
from lingnan.base.errors import Invalid, Problem
from lingnan.base.ids import subject
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.evidence.queries import among
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


def entered(place: int, numbers: Iterable[str], *, by: Actor, at: datetime) -> dict[str, int]:
    """The same for a caller that has asked its own gate."""
    found = entered_in({place: numbers}, by=by, at=at)
    return {number: entry for (_, number), entry in found.items()}


@transaction.atomic
def entered_in(
    wanted: Mapping[int, Iterable[str]], *, by: Actor, at: datetime
) -> dict[tuple[int, str], int]:
    """Of many villages at once: subject ids by village and number as given. A handful of queries;
    the caller has asked its own gate."""
    given = {(place, number): number.strip() for place, each in wanted.items() for number in each}
    if not all(given.values()):
        raise Invalid(problems=[Problem("household", "请填写户编号。")])
    rows = among(Household.objects.filter(place__in=set(wanted)), "number", [*set(given.values())])
    held = {
        (place, n): entry for place, n, entry in rows.values_list("place", "number", "entry_id")
    }
    fresh: dict[int, set[str]] = {}
    for (place, _), number in given.items():
        if (place, number) not in held:
            fresh.setdefault(place, set()).add(number)
    if fresh:
        held |= _enter({place: sorted(numbers) for place, numbers in fresh.items()}, by, at)
    return {key: held[key[0], number] for key, number in given.items()}


def _enter(fresh: Mapping[int, list[str]], by: Actor, at: datetime) -> dict[tuple[int, str], int]:
    """The uuid depends on village and number, unless a household that moved away has taken it along."""
    homes, day = places.uuids(fresh), legal_day(at)
    known = fresh_uuids({homes[place]: (place, each) for place, each in fresh.items()}, at)
    keys = {uuid: key for key, uuid in known.items()}
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
        for uuid, (place, _) in keys.items()
    ]
    key = f"reporting:households:{sha256(sorted(keys))}"
    batch = values.keep_ledger(KIND, versions, key=key, source=SOURCE, by=by, at=at)
    entries = observations.entries_of_batch(batch.id)
    if len(entries) != len(keys):  # a later batch has the last word on some
        found = {keys[one]: entry for one, entry in observations.entry_ids(keys).items()}
    else:
        in_order = sorted(keys, key=lambda uuid: (keys[uuid][0], uuid))  # as the batch numbers them
        found = {keys[one]: entry for one, entry in zip(in_order, entries, strict=True)}
    columns: dict[str, list[Any]] = {
        "entry": list(found.values()),
        "place": [place for place, _ in found],
        "number": [number for _, number in found],
    }
    insert(Household, columns, {}, conflict="ON CONFLICT DO NOTHING")
    _tell(homes, known, found, by, at)
    return found


def _tell(
    homes: Mapping[int, str],
    known: Mapping[tuple[int, str], str],
    found: Mapping[tuple[int, str], int],
    by: Actor,
    at: datetime,
) -> None:
    told = [
        HouseholdsEntered(
            subject=subject("places", "place", home),
            place=place,
            label="personal",
            households=sorted(uuid for (where, _), uuid in known.items() if where == place),
        )
        for place, home in homes.items()
    ]
    entries = [f"reporting.household:{entry}" for entry in found.values()]
    evidence.record_many(told, by=by, at=at, also=entries)
