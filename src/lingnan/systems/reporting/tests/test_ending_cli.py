"""Closing a round, withdrawing a form, estimating a figure: the effect, and a refusal of each."""

import json
from uuid import uuid4

import pytest
from click.testing import CliRunner

from lingnan.base.errors import Forbidden, Invalid, NotFound
from lingnan.kernel.observations import queries as values
from lingnan.kernel.observations.terms import Quality
from lingnan.systems.reporting import queries, services
from lingnan.systems.reporting.cli import commands
from lingnan.systems.reporting.terms.refusals import NeedReason, RoundIsClosed, UnknownField

from .conftest import AT, DAY, SYSTEM, YEAR

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def undrained(monkeypatch):
    """Signing needs its own committed transactions; a test's database has none."""
    monkeypatch.setattr("lingnan.kernel.evidence.services.drain", lambda *, at: None)


def run(*args):
    return CliRunner().invoke(commands, [str(a) for a in args], catch_exceptions=False)


def told(*args):
    done = run(*args, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.output)


def test_a_round_is_closed_once(party_form, opened):
    asked = opened(party_form)
    assert told("close-round", asked.uuid)["state"] == "closed"
    assert queries.rounds(to=SYSTEM, on=DAY, only_open=True) == []
    with pytest.raises(RoundIsClosed):
        run("close-round", asked.uuid)
    with pytest.raises(NotFound):
        run("close-round", uuid4())


def test_a_form_is_withdrawn_by_who_registers_forms(party_form, official):
    official("village_clerk", "440112001201")
    with pytest.raises(Forbidden):
        run("withdraw", "ZZ-DZZ", "--as", "village.clerk.440112001201")
    assert [form.code for form in queries.forms(to=SYSTEM, on=DAY)] == ["ZZ-DZZ"]
    assert told("withdraw", "ZZ-DZZ")["withdrawn"]
    assert queries.forms(to=SYSTEM, on=DAY) == []


def test_a_figure_is_estimated_with_a_reason(party_form, county, opened):
    opened(party_form)
    field = next(f for f in party_form.asked if f.element and not f.options)
    filing = _draft(party_form, county)
    told("estimate", filing, field.code, "7", "--reason", "按上年数推算")
    held = values.current(county["荔湾村"], periods=[YEAR], to=SYSTEM, on=DAY)
    row = held[field.element, YEAR]
    assert (row.value, row.quality) == (7, Quality.ESTIMATED)
    assert run("estimate", filing, field.code, "7").exit_code == 2
    with pytest.raises(NeedReason):
        run("estimate", filing, field.code, "7", "--reason", " ")
    with pytest.raises(UnknownField):
        run("estimate", filing, "no-such", "7", "--reason", "按上年数推算")


def test_a_household_is_not_estimated(household_form, county, opened):
    opened(household_form)
    filing = _draft(household_form, county, subject=1)
    with pytest.raises(Invalid) as no:
        run("estimate", filing, "x", "7", "--reason", "按上年数推算")
    assert "户表" in no.value.problems[0].words()


def _draft(form, county, **given):
    draft = services.Draft(county["荔湾村"], {}, **given)
    return services.save_draft(form.id, YEAR, draft, by=SYSTEM, at=AT).uuid
