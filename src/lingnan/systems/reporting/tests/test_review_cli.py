"""The verbs of checking and review by the command line: the effect of each, and a refusal of each."""

import json
from decimal import Decimal

import pytest
from click.testing import CliRunner

from lingnan.base.errors import Refused
from lingnan.kernel.observations import services as values
from lingnan.kernel.observations.terms import NewValue
from lingnan.kernel.statutes import services as statutes
from lingnan.systems.reporting import services
from lingnan.systems.reporting.cli import commands
from lingnan.systems.reporting.models import Explanation, Filing, Form, QuorumRelease, Reminder
from lingnan.systems.reporting.terms.refusals import NoSuchFinding, NotEnough

from .conftest import AT, SYSTEM, YEAR, full, later

pytestmark = pytest.mark.django_db
Draft = services.Draft
WHERE = ("--form", "ZZ-DZZ", "--period", "2026", "--place", "440112")


@pytest.fixture(autouse=True)
def undrained(monkeypatch):
    """Signing needs its own committed transactions; a test's database has none."""
    monkeypatch.setattr("lingnan.kernel.evidence.services.drain", lambda *, at: None)


@pytest.fixture
def asked(party_form, opened):
    return opened(party_form)


def run(*args):
    return CliRunner().invoke(commands, [str(a) for a in args], catch_exceptions=False)


def told(*args):
    done = run(*args, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.output)


def last_year(form, place, number):
    rows = []
    for f in form.asked:
        numeric = f.type in {"integer", "number", "money", "percent"}
        rows.append(
            NewValue(
                place=place, element=f.element, period=YEAR - 1000,
                value=Decimal(number) * f.multiplier if numeric else None,
                text=None if numeric else (f.options[0].code if f.options else str(number)),
            )
        )  # fmt: skip
    values.record_values(f"last:{place}", rows, source="form:ZZ-DZZ", by=SYSTEM, at=later(0))


def draft(form, place, by, number=20, **given):
    kept = Draft(place, full(form, number, **given))
    return services.save_draft(form.id, YEAR, kept, by=by, at=later(1))


def test_the_levels_of_review_are_ordered(asked, party_form):
    assert told("order-review", "ZZ-DZZ", "--level", "town", "--level", "county")["levels"]
    assert sorted(Form.objects.get(code="ZZ-DZZ").levels) == [3, 4]
    assert run("order-review", "ZZ-DZZ", "--level", "street").exit_code == 2


def test_what_is_unchanged_and_clean_passes_by_rule(asked, party_form, county, clerk):
    last_year(party_form, county["石门村"], 20)
    for village in ("石门村", "白沙村"):
        one = draft(party_form, county[village], clerk(village))
        services.submit_report(one.uuid, by=clerk(village), at=later(1))
    looked = told("review", *WHERE)
    assert (looked["submitted"], looked["passed_by_rule"]) == (2, [])
    done = told("review", *WHERE, "--pass-clean")
    assert len(done["passed_by_rule"]) == 1
    passed = Filing.objects.get(uuid=done["passed_by_rule"][0])
    assert (passed.place, passed.state) == (county["石门村"], "approved")


def test_a_figure_is_explained_and_a_quiet_one_is_not(asked, party_form, county, clerk):
    last_year(party_form, county["石门村"], 20)
    one = draft(party_form, county["石门村"], clerk("石门村"), **{"1": "900"})
    checked = run("check", one.uuid)
    assert checked.exit_code == 1 and "需说明" in checked.output
    told("explain-finding", one.uuid, "1", "--reason", "两村合并")
    assert Explanation.objects.get().reason == "两村合并"
    with pytest.raises(NoSuchFinding):
        run("explain-finding", one.uuid, "2", "--reason", "没有什么可说明")


def test_a_place_is_released_once_enough_have_passed(asked, party_form, county, clerk, reviewer):
    with pytest.raises(NotEnough):
        run("release", *WHERE)
    for village in ("荔湾村", "石门村", "水口村", "白沙村", "龙潭村", "新桥村"):
        one = draft(party_form, county[village], clerk(village))
        services.submit_report(one.uuid, by=clerk(village), at=later(1))
        services.approve_report(one.uuid, by=reviewer, at=later(2))
    done = told("release", *WHERE)
    assert done["words"].startswith("6 个村已报 6 个")
    assert QuorumRelease.objects.get().approved == 6


def test_who_is_late_is_listed_and_reminded_once_a_day(asked, party_form, county):
    statutes.load_content(by=SYSTEM, at=AT)
    listed = told("remind", asked.uuid, "--place", "440112001", "--list")
    assert "sent" not in listed
    assert Reminder.objects.count() == 0
    first = told("remind", asked.uuid, "--place", "440112")
    again = told("remind", asked.uuid, "--place", "440112")
    assert again["sent"] == 0 or first["sent"] == 0
    with pytest.raises(Refused):
        run("remind", "00000000-0000-7000-8000-000000000000")
