"""Households that reports name before there is a ledger keep the id of their village and number."""

from lingnan.base.ids import uuid_of
from lingnan.kernel.observations import queries as observations
from lingnan.kernel.places import queries as places
from lingnan.systems.reporting.models import Household
from lingnan.systems.reporting.queries import ledgers as ledgers_seen
from lingnan.systems.reporting.services import ledgers
from lingnan.systems.reporting.services.households import entered_in
from lingnan.systems.reporting.services.ledgers import Why

from .conftest import AT, DAY, SYSTEM

VILLAGES = ("荔湾村", "石门村", "水口村", "白沙村", "龙潭村", "新桥村")


def enter(county):
    """Of many villages at once, as an upload does."""
    wanted = {county[village]: ["001", "002", "003"] for village in VILLAGES}
    return entered_in(wanted, by=SYSTEM, at=AT)


def test_each_gets_its_own_entry_in_its_own_village(county):
    found = enter(county)
    homes = places.uuids({place for place, _ in found})
    ought = {key: str(uuid_of("reporting", "household", homes[key[0]], key[1])) for key in found}
    numbers = observations.entry_ids(ought.values())
    assert found == {key: numbers[uuid] for key, uuid in ought.items()}
    kept = Household.objects.values_list("place", "number", "entry_id")
    assert {(place, number): entry for place, number, entry in kept} == found
    lives = observations.entries(list(ought.values()), to=SYSTEM, on=DAY)
    assert {lives[uuid].place for key, uuid in ought.items() if key[0] == county["石门村"]} == {
        county["石门村"]
    }
    told = ledgers_seen.ledger_of("household", county["石门村"], DAY, to=SYSTEM, on=DAY)
    assert {ledgers_seen.name_of(one) for one in told} == {"001", "002", "003"}


def test_the_ledger_takes_over_what_was_only_reported(county):
    found = enter(county)
    place = county["石门村"]
    given = {"number": "001", "head": "张三"}
    uuid = ledgers.register_entry("household", place, given, Why(DAY), by=SYSTEM, at=AT)
    assert observations.entry_ids([uuid])[uuid] == found[place, "001"]
    assert Household.objects.get(place=place, number="001").entry_id == found[place, "001"]
