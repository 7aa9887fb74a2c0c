"""A town that reports itself is held against what its villages add up to."""

from decimal import Decimal

import pytest

from lingnan.kernel.observations import services as values
from lingnan.kernel.observations.terms import NewValue
from lingnan.systems.reporting import queries, services
from lingnan.systems.reporting.terms.checking import Check, Severity

from .conftest import DAY, FILL, SYSTEM, YEAR, full, later, wearing

Draft = services.Draft
VILLAGES = ("荔湾村", "石门村", "水口村")


@pytest.fixture
def town(party_form, opened, county):
    """Its report: 30 everywhere but 31 in the first question."""
    opened(party_form)
    by = wearing(50, "town_clerk", county["东岸镇"], FILL)
    draft = Draft(county["东岸镇"], full(party_form, 30, **{"1": "31"}))
    return services.save_draft(party_form.id, YEAR, draft, by=by, at=later(2))


def said(form, county, villages, number=10):
    rows = [
        NewValue(place=county[v], element=form.field(c).element, period=YEAR, value=Decimal(number))
        for v in villages
        for c in ("1", "2")
    ]
    values.record_values(f"said:{villages}", rows, source="form:ZZ-DZZ", by=SYSTEM, at=later(1))


def found(filing):
    told = queries.findings(filing.uuid, to=SYSTEM, on=DAY)
    return [one.finding for one in told if one.finding.check is Check.CHILDREN]


def test_a_town_that_says_other_than_its_villages_has_to_explain(town, party_form, county):
    said(party_form, county, VILLAGES)
    (one,) = found(town)
    assert (one.field, one.severity) == ("1", Severity.EXPLAIN)
    assert dict(one.figures) == {"value": Decimal(31), "other": Decimal(30)}


def test_as_long_as_one_village_is_silent_nothing_is_held_against_it(town, party_form, county):
    said(party_form, county, VILLAGES[:2])
    assert found(town) == []


def test_a_village_has_nobody_below(party_form, opened, county, clerk):
    opened(party_form)
    said(party_form, county, VILLAGES)
    draft = Draft(county["荔湾村"], full(party_form, 99))
    kept = services.save_draft(party_form.id, YEAR, draft, by=clerk("荔湾村"), at=later(2))
    assert found(kept) == []
