"""What acts ask before they begin: who is there, since when, who may."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from lingnan.base.actors import Actor, system_actor
from lingnan.base.clock import legal_day
from lingnan.base.errors import Invalid, Problem
from lingnan.base.ids import uuid7, uuid_of, uuids_of
from lingnan.kernel.observations import queries as observations
from lingnan.kernel.observations import services as values
from lingnan.kernel.observations.terms import LedgerVersion
from lingnan.kernel.places import queries as places

from ...content import ledgers
from ...models import LedgerTouch
from ...queries.gate import need
from ...queries.ledgers import entries_of, name_of
from ...rules.ledgers import Life
from ...terms.ledgers import EntryOf, NoSuchEntry, NotAlive, NotThen
from .saying import Step

KEEP = "reporting.keep"
VILLAGE = 5


def held(uuid: str, day: date, *, by: Actor, at: datetime, kind: str = "") -> EntryOf:
    """The entry, locked, as it stands; it must be there on that day, with nothing said of it later.

    NoSuchEntry, NotAlive, NotThen."""
    on = legal_day(at)
    check_day(day, on)
    values.lock_entries([uuid])
    found = observations.entries([uuid], to=by, on=on)
    if uuid not in found or found[uuid].kind not in ledgers():
        raise NoSuchEntry
    one = entries_of([found[uuid]])[0]
    if kind and one.kind != kind:
        raise NoSuchEntry
    need(by, KEEP, [one.place], on=on)
    alive(one, day)
    return one


def check_day(day: date, on: date) -> None:
    if day > on:
        raise Invalid(problems=[Problem("day", "日期不能晚于今天。")])


def alive(one: EntryOf, day: date) -> None:
    if one.valid_to is not None and one.valid_to <= day:
        raise NotAlive(name=name_of(one), day=day)
    if day < one.valid_from:
        raise NotThen(name=name_of(one), day=day)


def members_of(household: EntryOf, day: date) -> list[EntryOf]:
    """Everybody in it now, locked. NotThen when somebody came, left or changed after that day."""
    link = ledgers()["person"].element("household")
    found = entries_of(
        observations.linked(
            "person", link, [household.uuid], household.place, to=system_actor(), on=date.max
        )
    )
    values.lock_entries([one.uuid for one in found])
    after = LedgerTouch.objects.filter(
        entry=household.uuid, act__day__gt=day, act__retracted_by=None
    )
    if after.exists():
        raise NotThen(name=name_of(household), day=day)
    for one in found:
        alive(one, day)
    return found


def life(one: EntryOf) -> Life:
    return Life(one.valid_from, one.valid_to, one.place, dict(one.data))


def village(place: int, on: date) -> None:
    """Entries live in villages. Invalid otherwise."""
    if places.place(place, on=on).level != VILLAGE:
        raise Invalid(problems=[Problem("place", "请指明到村（社区）。")])


def household_numbered(place: int, number: str) -> EntryOf | None:
    return numbered("household", place, [number]).get(number)


def numbered(kind: str, place: int, numbers: Sequence[str]) -> dict[str, EntryOf]:
    """Entries there now, by number."""
    code = ledgers()[kind].element("number")
    found = observations.linked(kind, code, list(numbers), place, to=system_actor(), on=date.max)
    return {one.data["number"]: one for one in entries_of(found)}


def fresh_uuid(kind: str, home: str, number: str, at: datetime) -> str:
    """By village and number while nobody had it, so that reports made before the ledger keep their
    household; a household that moved away has taken its uuid along."""
    if kind == "household" and number:
        wanted = str(uuid_of("reporting", "household", home, number))
        taken = observations.entries([wanted], to=system_actor(), on=date.max).get(wanted)
        if taken is None or _is_bare(taken):
            return wanted
    return str(uuid7(int(at.timestamp() * 1000)))


def fresh_uuids(
    wanted: Mapping[str, tuple[int, Iterable[str]]], at: datetime
) -> dict[tuple[int, str], str]:
    """The same for many households: home → (place, numbers); (place, number) → uuid. Bulk."""
    found = {
        (place, number): uuid
        for home, (place, numbers) in wanted.items()
        for number, uuid in _household_uuids(home, list(numbers))
    }
    taken = observations.entries(list(found.values()), to=system_actor(), on=date.max)
    now = int(at.timestamp() * 1000)
    return {
        key: uuid if uuid not in taken or taken[uuid].place == key[0] and _is_bare(taken[uuid])
        else str(uuid7(now))
        for key, uuid in found.items()
    }  # fmt: skip


def _household_uuids(home: str, numbers: list[str]) -> Iterable[tuple[str, str]]:
    found = uuids_of("reporting", "household", home, names=numbers)
    return zip(numbers, found, strict=True)


def _is_bare(version: LedgerVersion) -> bool:
    """Entered by a report before there was a ledger: it says nothing yet."""
    return not version.data and version.valid_to is None


def touch_only(one: EntryOf, day: date) -> Step:
    """A household whose members change is said again, so that its life tells of it."""
    return Step(one.uuid, one.kind, life(one), Life(day, one.valid_to, one.place, dict(one.data)))


def is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return len(text) == 36
