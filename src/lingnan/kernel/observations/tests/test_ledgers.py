import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from click.testing import CliRunner

from lingnan.base.ids import uuid_of
from lingnan.kernel.evidence import queries as evidence_queries
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.evidence.models import Event
from lingnan.kernel.observations import cli, jobs, queries, services
from lingnan.kernel.observations.models import Element, LedgerEntry, PendingLedger, Segment
from lingnan.kernel.observations.terms import LedgerVersion, ValueType

from .province import SYSTEM, official
from .samples import NOON, OCTOBER, define, number, record

pytestmark = pytest.mark.django_db
JANUARY, AUGUST = date(2026, 1, 1), date(2026, 8, 1)
MAY_DAY, TODAY = date(2026, 5, 1), date(2026, 11, 2)


def home(name, place, begins=JANUARY, ends=None, **data):
    return LedgerVersion(
        entry=0, uuid=str(uuid_of("test", name)), kind="household", place=place, party=None,
        valid_from=begins, valid_to=ends, data=data,
    )  # fmt: skip


def keep(key, *rows):
    info = services.keep_ledger("household", rows, key=key, source="survey", by=SYSTEM, at=NOON)
    evidence.drain(at=NOON)
    return info


@pytest.fixture
def words(ids):
    define("members", subject_kind="household")
    define("poor_type", subject_kind="household", type=ValueType.CODE)
    define("holder", subject_kind="household", type=ValueType.TEXT, label="personal")
    define("bank", subject_kind="household", type=ValueType.TEXT, label="secret")


def stand(place, on=TODAY, who=SYSTEM, **more):
    found = queries.ledger("household", place, to=who, on=on, **more)
    return {v.uuid: (v.place, v.data) for v in found}


def test_entries_are_kept_once_and_proved(ids, words):
    place = ids["440112001001"]
    rows = [home("a", place, members="3"), home("b", place, members="2")]
    first = keep("1", *rows)
    again = keep("1", *rows)
    assert again.repeated and again.id == first.id
    assert (LedgerEntry.objects.count(), PendingLedger.objects.count()) == (2, 2)
    event = Event.objects.get(pk=first.event)
    assert event.kind == "observations.ledger_kept" and "members" not in event.facts
    with pytest.raises(services.KeyReused):
        keep("1", home("a", place, members="4"))


def test_what_is_wrong_is_named_by_row(ids, words):
    place = ids["440112001001"]
    with pytest.raises(services.WrongLedger) as told:
        keep("1", home("a", place, members="many"), home("b", place, age="3"))
    assert [p.where for p in told.value.problems] == ["1", "2"]
    assert not LedgerEntry.objects.exists()


@pytest.mark.parametrize("sealed", [False, True])
def test_a_household_that_moves_leaves_its_old_village(ids, words, sealed):
    old, new = ids["440112001001"], ids["440117001001"]
    name = str(uuid_of("test", "a"))
    keep("1", home("a", old, members="3"))
    before = evidence_queries.watermark()
    if sealed:
        assert services.seal_ledgers(by=SYSTEM, at=NOON) == 1
    keep("2", home("a", new, begins=AUGUST, members="4"))
    if sealed:
        assert services.seal_ledgers(by=SYSTEM, at=NOON) == 1
        assert not PendingLedger.objects.exists()
        assert Segment.objects.filter(shape="ledger").count() == 2
    assert stand(old) == {}
    assert stand(new) == {name: (new, {"members": "4"})}
    assert stand(old, on=MAY_DAY) == {name: (old, {"members": "3"})}
    assert stand(new, on=MAY_DAY) == {}
    assert stand(old, as_of=before) == {name: (old, {"members": "3"})}
    assert stand(new, as_of=before) == {}
    assert stand(ids["44"]) == {name: (new, {"members": "4"})}


def test_the_worker_and_the_command_seal_versions(ids, words):
    clockwork, place = jobs.Clockwork(), ids["440112001001"]
    keep("1", home("a", place, members="3"), home("b", place))
    assert "ledgers" not in jobs.tick(NOON + timedelta(minutes=4), clockwork)
    assert jobs.tick(NOON + timedelta(minutes=6), clockwork)["ledgers"] == 2
    assert jobs.tick(NOON + timedelta(minutes=7), clockwork) == {}
    keep("2", home("c", place, members="1"))
    done = CliRunner().invoke(cli.commands, ["seal", "--json"])
    assert json.loads(done.output) == {"rows": 0, "segments": 0, "ledgers": 1}
    assert not PendingLedger.objects.exists() and len(stand(place)) == 3


def test_an_entry_that_ended_is_gone_from_that_day(ids, words):
    place = ids["440112001001"]
    keep("1", home("a", place, members="3"))
    keep("2", home("a", place, ends=AUGUST, members="3"))
    assert stand(place) == {}
    assert len(stand(place, on=MAY_DAY)) == 1
    assert stand(place, on=AUGUST) == {}
    assert len(stand(place, on=AUGUST - timedelta(days=1))) == 1


def test_personal_attributes_are_masked_and_secret_ones_left_out(ids, words):
    place = ids["440112001001"]
    keep("1", home("a", place, holder="449900199001011234", bank="x", members="3"))
    data = next(iter(stand(place, who=official(ids["440112"])).values()))[1]
    assert data == {"holder": "4499**********1234", "members": "3"}
    data = next(iter(stand(place, who=official(ids["440112"], "personal")).values()))[1]
    assert data == {"holder": "449900199001011234", "members": "3"}
    assert stand(place, who=official(ids["440117"], "personal")) == {}


def derive(code, place=None, **more):
    table = queries.derived_values([code], OCTOBER, under=place, to=SYSTEM, **more)
    return dict(zip(table["place"].to_pylist(), table["value"].to_pylist(), strict=True))


@pytest.mark.parametrize("sealed", [False, True])
def test_place_values_come_from_households(ids, words, sealed):
    a, b = ids["440112001001"], ids["440112001002"]
    keep(
        "1",
        home("1", a, members="3", poor_type="1"),
        home("2", a, members="2", poor_type="2"),
        home("3", a, members="4", poor_type="3"),
        home("4", b, members="5"),
    )
    before = evidence_queries.watermark()
    if sealed:
        services.seal_ledgers(by=SYSTEM, at=NOON)
    define("households", expression="count(*)")
    define("poor", expression="count(*) filter (where poor_type in ('1', '3'))")
    define("poor_people", expression="sum(members) filter (where poor_type in ('1', '3'))")
    define("mean_size", expression="avg(members)")
    define("poor_rate", expression="count(*) filter (where poor_type = '1') / count(*) * 100")
    town = ids["440112001"]
    assert derive("households", town) == {a: 3, b: 1}
    assert derive("poor", town) == {a: 2, b: 0}
    assert derive("poor_people", town) == {a: 7, b: None}
    assert derive("mean_size", town) == {a: 3, b: 5}
    assert derive("poor_rate", town) == {a: Decimal("33.333333"), b: 0}
    everywhere = derive("households")
    assert everywhere[ids["441900003001"]] is None
    assert len(everywhere) == 8
    keep("2", home("4", b, ends=AUGUST, members="5"))
    assert derive("households", town) == {a: 3, b: None}
    assert derive("households", town, as_of=before) == {a: 3, b: 1}


def test_values_of_the_period_stand_before_the_ledger(ids, words):
    place = ids["440112001001"]
    keep("1", home("1", place, members="3"), home("2", place, members="2"))
    entry = LedgerEntry.objects.get(uuid=uuid_of("test", "1")).pk
    members = queries.element_map(["members"])["members"].id
    record("v", [number(place, members, 7, subject=entry)])
    define("people", expression="sum(members)")
    assert derive("people", ids["440112001"])[place] == 9


def test_an_expression_that_cannot_be_derived_says_why(ids, words):
    define("population")
    define("mixed", expression="sum(members) + sum(population)")
    define("strange")
    Element.objects.filter(code="strange").update(expression="sum(nothing)")  # older than the check
    for code, why in (("mixed", "同一种台账"), ("strange", "nothing")):
        with pytest.raises(queries.CannotDerive, match=why):
            derive(code)
