"""What every act on a ledger ends in: new states, the act with old and new, evidence, new counts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from lingnan.base.actors import Actor, system_actor
from lingnan.base.ids import subject, uuid7
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.observations import queries as observations
from lingnan.kernel.observations import services as values
from lingnan.kernel.observations.services.bulk import insert
from lingnan.kernel.observations.terms import (
    ElementDefinition,
    LedgerVersion,
    OverPlaces,
    OverTime,
    ValueType,
)

from ...content import ledgers
from ...models import Household, LedgerAct, LedgerTouch
from ...rules.ledgers import Life
from ...terms.ledgers import NOWHERE, Act, Attribute, LedgerActed, LedgerKind
from .deriving import derive_ledgers

SOURCE = "reporting"
TYPES = {"number": ValueType.NUMBER, "integer": ValueType.INTEGER, "date": ValueType.DATE}


@dataclass(frozen=True, slots=True)
class Step:
    """One state said of one entry. `before`: as it stood on that day, None when it was not there."""

    uuid: str
    kind: str
    before: Life | None
    after: Life


@dataclass(frozen=True)
class Why:
    """`key`: the same key twice is one act; made up when empty."""

    day: date
    source: str = SOURCE
    reason: str = ""
    key: str = ""


def say(
    act: Act,
    kind: str,
    steps: Sequence[Step],
    why: Why,
    *,
    by: Actor,
    at: datetime,
    also: Iterable[str] = (),
) -> LedgerAct:
    """In the caller's transaction. `also`: subjects whose state the act changed besides."""
    uuid = uuid7(int(at.timestamp() * 1000))
    row = LedgerAct.objects.create(
        uuid=uuid, key=why.key or str(uuid), act=act, kind=kind, day=why.day, source=why.source,
        reason=why.reason, by_party=by.party, at=at,
    )  # fmt: skip
    steps = [*steps, *said_again(steps)]
    keep_steps(steps, f"reporting:ledger:{uuid}", why.source, by=by, at=at)
    LedgerTouch.objects.bulk_create(
        [
            LedgerTouch(
                act=row, entry=one.uuid, kind=one.kind,
                before=state_of(one.before), after=state_of(one.after),
            )
            for one in steps
        ],
        batch_size=500,
    )  # fmt: skip
    moved = keep_numbers(steps)
    touched = {p for one in steps for p in (one.after.place, one.before and one.before.place) if p}
    evidence.record(
        LedgerActed(
            subject=subject("reporting", "ledger_act", uuid),
            place=next(iter(touched)) if len(touched) == 1 else None,
            label="personal",
            act=act,
            ledger=kind,
            day=why.day,
            entries=len({one.uuid for one in steps}),
        ),
        by=by,
        at=at,
        also=[*also, *(f"reporting.household:{entry}" for entry in moved)],
    )
    derive_ledgers(sorted(touched), by=by, at=at, since=why.day)
    return row


def keep_steps(steps: Sequence[Step], key: str, source: str, *, by: Actor, at: datetime) -> None:
    """An entry of which more than one state is said needs a batch for each of them."""
    layers: dict[tuple[str, int], list[LedgerVersion]] = {}
    seen: dict[str, int] = {}
    for one in steps:
        layer = seen[one.uuid] = seen.get(one.uuid, -1) + 1
        layers.setdefault((one.kind, layer), []).append(version_of(one))
    define(sorted({one.kind for one in steps}), at=at)
    for (kind, layer), versions in layers.items():
        values.keep_ledger(kind, versions, key=f"{key}:{kind}:{layer}", source=source, by=by, at=at)


def said_again(steps: Sequence[Step]) -> list[Step]:
    """A household that a report entered before there was a ledger began on the day of the report: what
    is registered from an earlier day on is said again for that day."""
    new = {one.uuid: one for one in steps if one.before is None and one.kind == "household"}
    found = observations.entries(list(new), to=system_actor(), on=date.max) if new else {}
    return [
        Step(uuid, "household", new[uuid].after, replace(new[uuid].after, start=held.valid_from))
        for uuid, held in found.items()
        if held.valid_from > new[uuid].after.start
    ]


def version_of(one: Step) -> LedgerVersion:
    kind = ledgers()[one.kind]
    return LedgerVersion(
        entry=0,
        uuid=one.uuid,
        kind=one.kind,
        place=one.after.place,
        party=None,
        valid_from=one.after.start,
        valid_to=one.after.end,
        data={kind.element(key): text for key, text in one.after.data.items()},
    )


def keep_numbers(steps: Sequence[Step]) -> list[int]:
    """The number under which a village reports on a household goes where the household goes; one
    that is gone frees its number. The entries whose row changed."""
    homes = {one.uuid: one.after for one in steps if one.kind == "household"}
    if not homes:
        return []
    entries = observations.entries(list(homes), to=system_actor(), on=date.max)
    held = _rows_held([v.entry for v in entries.values()])
    fresh: dict[str, list[Any]] = {"entry": [], "place": [], "number": []}
    changed = []
    for version in entries.values():
        life = homes[version.uuid]
        gone = life.end is not None or life.place == NOWHERE
        number = life.data.get("number") or version.uuid
        wanted = (NOWHERE, f"{number[:40]} #{version.entry}") if gone else (life.place, number)
        row = held.get(version.entry)
        if row is None:
            for column, cell in zip(fresh.values(), (version.entry, *wanted), strict=True):
                column.append(cell)
        elif (row.place, row.number) != wanted:
            row.place, row.number = wanted
            changed.append(row)
    # Rows that leave a number free go first: it may be taken by another of the same act.
    for gone in (True, False):
        rows = [row for row in changed if (row.place == NOWHERE) is gone]
        Household.objects.bulk_update(rows, ["place", "number"], batch_size=200)
    insert(Household, fresh, {})
    return [*fresh["entry"], *(row.entry_id for row in changed)]


def _rows_held(entries: Sequence[int]) -> dict[int, Household]:
    found: dict[int, Household] = {}
    for start in range(0, len(entries), 500):
        rows = Household.objects.filter(entry__in=entries[start : start + 500])
        found |= {row.entry_id: row for row in rows}
    return found


def state_of(life: Life | None) -> dict[str, Any] | None:
    if life is None:
        return None
    return {
        "place": life.place,
        "from": life.start.isoformat(),
        "to": life.end.isoformat() if life.end else None,
        "data": dict(life.data),
    }


def life_of(state: Mapping[str, Any]) -> Life:
    end = date.fromisoformat(state["to"]) if state["to"] else None
    return Life(date.fromisoformat(state["from"]), end, state["place"], state["data"])


def lives_of(uuids: Sequence[str], on: date) -> dict[str, tuple[str, list[Life]]]:
    """(kind, states) of each entry."""
    found = observations.lives(uuids, to=system_actor(), on=on)
    kinds = ledgers()
    return {
        uuid: (
            versions[0].kind,
            [
                Life(
                    v.valid_from, v.valid_to, v.place,
                    {kinds[v.kind].key_of(k): t for k, t in v.data.items() if t},
                )
                for v in versions
            ],
        )
        for uuid, versions in found.items()
    }  # fmt: skip


def define(kinds: Iterable[str], *, at: datetime) -> None:
    """The attributes of these ledgers as elements, once."""
    wanted = {
        told.element(key): (told, one)
        for code in kinds
        for told in (ledgers()[code],)
        for key, one in told.attributes.items()
        if not one.identifier
    }
    if len(observations.element_map(wanted)) == len(wanted):
        return
    definitions = [_definition(code, *one) for code, one in wanted.items()]
    values.define_elements(definitions, by=system_actor("ledgers"), at=at)


def _definition(code: str, kind: LedgerKind, one: Attribute) -> ElementDefinition:
    sort = ValueType.CODE if one.options else TYPES.get(one.type, ValueType.TEXT)
    return ElementDefinition(
        code=code,
        titles={"zh-hans": f"{kind.title} {one.title}"},
        type=sort,
        unit=one.unit,
        over_places=OverPlaces.NONE,
        over_time=OverTime.LAST,
        label="personal" if one.personal else "internal",
        subject_kind=kind.code,
        options=tuple(one.options.items()),
    )


def uuids_of(steps: Iterable[Step]) -> list[UUID]:
    return [UUID(one.uuid) for one in steps]
