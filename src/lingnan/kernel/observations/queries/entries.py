"""Single ledger entries: as they are now, by what they point at, and all of their lives."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Any
from uuid import UUID

import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.db.models import Q

from lingnan.base.actors import Actor
from lingnan.kernel.evidence.queries import among
from lingnan.kernel.places import queries as places

from ..models import LedgerEntry, PendingLedger, Segment, segments_folder
from ..terms import LedgerVersion, Shape
from .ledgers import DATA, shown, version_of
from .store import UNSEQUENCED, StoreBusy
from .visible import mark, within

MANY = 400  # in one IN list


def entries(uuids: Iterable[str], *, to: Actor, on: date) -> dict[str, LedgerVersion]:
    """What was said last of each, ended ones too; those within reach."""
    found = [
        version_of(row)
        for part in _parts(uuids)
        for row in among(LedgerEntry.objects, "uuid", part).order_by("id")
    ]
    return {v.uuid: v for v in shown([v for v in found if to.reaches(v.place, on)], to)}


def linked(
    kind: str, element: str, values: Sequence[str], place: int, *, to: Actor, on: date
) -> list[LedgerVersion]:
    """Entries of a place, not ended by that day, whose attribute has one of these texts."""
    if not to.reaches(place, on):
        return []
    rows = LedgerEntry.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=on), kind=kind, place=place
    ).filter(**{f"data__{element}__in": list(values)})
    return shown([version_of(row) for row in rows.order_by("id")], to)


def listed(
    kind: str,
    place: int,
    *,
    to: Actor,
    on: date,
    search: Mapping[str, str] | None = None,
    after: int = 0,
    limit: int = 50,
) -> list[LedgerVersion]:
    """A page of who is there, by entry, among places within reach. `search`: any of these elements
    holds the text; what is shown masked cannot be searched."""
    reach = to.ranges_on(on)
    ranges = places.ranges(place, on=on, tree="code")
    if not reach or not ranges:
        return []
    rows = LedgerEntry.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=on), kind=kind, valid_from__lte=on, id__gt=after
    ).filter(within(ranges), within(reach))
    if search:
        any_of = Q()
        for element, text in search.items():
            any_of |= Q(**{f"data__{element}__icontains": text})
        rows = rows.filter(any_of)
    return shown([version_of(row) for row in rows.order_by("id")[:limit]], to)


def lives(uuids: Sequence[str], *, to: Actor, on: date) -> dict[str, list[LedgerVersion]]:
    """The states of each entry by the day they began, the last word on each; those within reach."""
    for _ in range(50):
        before = mark(Shape.LEDGER)
        said = [*_sealed(uuids), *_pending(uuids)]
        if mark(Shape.LEDGER) == before:
            break
    else:
        raise StoreBusy
    newest: dict[tuple[str, date], LedgerVersion] = {}
    for _, version in sorted(said, key=lambda pair: pair[0]):
        newest[version.uuid, version.valid_from] = version
    seen = shown([v for v in newest.values() if to.reaches(v.place, on)], to)
    found: dict[str, list[LedgerVersion]] = defaultdict(list)
    for version in sorted(seen, key=lambda v: v.valid_from):
        found[version.uuid].append(version)
    return dict(found)


Said = tuple[tuple[int, int], LedgerVersion]


def _sealed(uuids: Sequence[str]) -> Iterator[Said]:
    kinds = LedgerEntry.objects.filter(uuid__in=[UUID(u) for u in uuids[:MANY]])
    for kind in sorted(set(kinds.values_list("kind", flat=True))):
        files = Segment.objects.filter(
            shape=Shape.LEDGER, replaced_at=None, path__startswith=f"ledgers/{kind}/"
        )
        columns = ["entry", "uuid", "place", "party", "valid_from", "valid_to", "seq", "n", DATA]
        for path in files.values_list("path", flat=True):
            table = pq.read_table(
                f"{segments_folder()}/{path}",
                columns=columns,
                filters=pc.field("uuid").isin(list(uuids)),
            )
            for row in table.to_pylist():
                yield (row["seq"], row["n"]), _version(kind, row)


def _version(kind: str, row: Mapping[str, Any]) -> LedgerVersion:
    return LedgerVersion(
        entry=row["entry"], uuid=row["uuid"], kind=kind, place=row["place"], party=row["party"],
        valid_from=row["valid_from"], valid_to=row["valid_to"], data=json.loads(row[DATA]),
    )  # fmt: skip


def _pending(uuids: Sequence[str]) -> Iterator[Said]:
    for part in _parts(uuids):
        rows = PendingLedger.objects.filter(uuid__in=part).select_related("batch__event")
        for row in rows:
            event = row.batch.event
            seq = (event.seq if event else None) or UNSEQUENCED + (row.batch.event_id or 0)
            yield (seq, row.n), LedgerVersion(
                entry=row.entry, uuid=str(row.uuid), kind=row.kind, place=row.place,
                party=row.party, valid_from=row.valid_from, valid_to=row.valid_to, data=row.data,
            )  # fmt: skip


def _parts(uuids: Iterable[str]) -> Iterator[list[UUID]]:
    left = (UUID(one) for one in uuids)
    while part := list(islice(left, MANY)):
        yield part
