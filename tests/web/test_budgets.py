"""How many queries a page may ask: the same for ten rows as for a thousand."""

from decimal import Decimal

import pytest

from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.observations import services as observations
from lingnan.kernel.observations.terms import ElementDefinition, NewValue, ValueType
from lingnan.kernel.parties import services as parties
from lingnan.kernel.places import queries as places

from .conftest import AT, BY, enter, person

pytestmark = pytest.mark.one_database

OCTOBER = 2026310


@pytest.fixture
def known(province):
    """Three values of a village, and a place's address."""
    ids = observations.define_elements(
        [
            ElementDefinition(code=code, titles={"zh-hans": "户数", "en": "Households"},
                              type=ValueType.INTEGER, unit="户", label="public", period_kind=3)
            for code in ("households_a", "households_b", "households_c")
        ],
        by=BY,
        at=AT,
    )  # fmt: skip
    village = province["440112012001"]
    rows = [
        NewValue(place=village, element=number, period=OCTOBER, value=Decimal(7))
        for number in ids.values()
    ]
    observations.record_values("first", rows, source="form_a", by=BY, at=AT)
    evidence.drain(at=AT)
    return places.uuids([village])[village]


BUDGETS = {
    "/zh-hans/": 0,
    "/zh-hans/platform/places/": 16,
    "/zh-hans/platform/places/?q=村": 10,
    "/zh-hans/platform/statutes/": 2,
    "/zh-hans/platform/calendar/": 4,
    "/zh-hans/platform/elements/": 2,
    "/zh-hans/platform/organisations/": 3,
    "/api/v1/platform/places/roots": 6,
    "/api/v1/platform/statutes": 2,
    "/api/v1/platform/elements": 2,
    "/api/v1/platform/organisations": 2,
}


@pytest.mark.parametrize("address", BUDGETS)
def test_a_list_asks_no_more_than_its_budget(
    address, client, province, django_assert_max_num_queries
):
    for number in range(30):
        parties.create_organisation(f"第{number}村民委员会", kind="village_committee",
                                    place=province["440112012001"], by=BY, at=AT)  # fmt: skip
    client.get(address)  # fills the caches that outlive a request
    with django_assert_max_num_queries(BUDGETS[address]):
        assert client.get(address).status_code == 200


@pytest.mark.parametrize(("page", "budget"), [("places", 24), ("values", 20)])
def test_a_place_asks_no_more_than_its_budget(
    page, budget, client, known, django_assert_max_num_queries
):
    address = f"/zh-hans/platform/{page}/{known}/"
    client.get(address)
    with django_assert_max_num_queries(budget):
        assert client.get(address).status_code == 200


def test_being_signed_in_costs_a_fixed_number(client, province, django_assert_max_num_queries):
    enter(client, person("audit_admin", province["440000000000"]))
    client.get("/zh-hans/platform/evidence/")
    with django_assert_max_num_queries(16):
        assert client.get("/zh-hans/platform/evidence/").status_code == 200


def test_a_value_shows_its_source_its_history_and_its_evidence(client, known):
    page = client.get(f"/zh-hans/platform/values/{known}/").content.decode()
    assert "form_a" in page
    assert "填报" in page
    history = client.get(f"/zh-hans/platform/values/{known}/households_a/2026-10/")
    assert history.status_code == 200
    assert "采用" in history.content.decode()
    told = client.get(f"/api/v1/platform/places/{known}/values").json()
    assert {(v["element"], v["value"], v["period"]) for v in told} == {
        (code, "7.000000", "2026-10") for code in ("households_a", "households_b", "households_c")
    }


def test_a_roll_up_counts_who_has_reported(client, known, province):
    enter(client, person("statistician", province["440000000000"]))
    told = client.get("/api/v1/platform/rollup/households_a/2026-10?level=2").json()["items"]
    guangzhou = next(row for row in told if row["name"] == "广州市")
    assert (guangzhou["value"], guangzhou["reported"], guangzhou["expected"]) == ("7.000000", 1, 2)
    dongguan = next(row for row in told if row["name"] == "东莞市")
    assert (dongguan["value"], dongguan["reported"]) == (None, 0)
    page = client.get("/zh-hans/platform/rollup/?element=households_a&period=2026-10&level=2")
    text = page.content.decode()
    assert '<svg class="chart"' in text
    assert 'class="gap"' in text  # missing is not zero
