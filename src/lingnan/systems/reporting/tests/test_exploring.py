"""The explorer: down the rungs, over time, as of a day; through the guards as every other output."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from lingnan.base import clock
from lingnan.base.errors import Forbidden
from lingnan.base.periods import Kind
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.evidence.models import Event
from lingnan.kernel.observations import queries as observations
from lingnan.kernel.observations.models import Element
from lingnan.kernel.places import queries as places
from lingnan.kernel.places.models import Outline
from lingnan.systems.reporting import queries, services
from lingnan.systems.reporting.models import Round
from lingnan.systems.reporting.terms.filings import RoundState
from lingnan.systems.reporting.terms.masking import Seen
from lingnan.systems.reporting.terms.suppression import HIDDEN_SHOWN

from .conftest import DAY, SYSTEM, YEAR, full, later, wearing

PAGE = "/zh-hans/reporting/explore/"
FIGURES = {"荔湾村": 2, "石门村": 30, "水口村": 400, "白沙村": 50, "龙潭村": 60, "新桥村": 70}
VILLAGES = ["荔湾村", "石门村", "水口村"]
SQUARE = '{"type":"Polygon","coordinates":[[[113,23],[114,23],[114,24],[113,24],[113,23]]]}'


@pytest.fixture
def persons(party_form):
    return next(f for f in party_form.asked if f.dimension == "persons" and f.type == "integer")


@pytest.fixture
def told(party_form, persons, opened, county, clerk, reviewer):
    """Six villages, of which one is small."""
    opened(party_form)
    for village, number in FIGURES.items():
        by = clerk(village)
        draft = services.Draft(county[village], full(party_form, 1, **{persons.code: str(number)}))
        kept = services.save_draft(party_form.id, YEAR, draft, by=by, at=later(1))
        filing = services.submit_report(kept.uuid, by=by, at=later(1))
        services.approve_report(filing.uuid, by=reviewer, at=later(2))
    evidence.drain(at=later(2))
    return party_form


def explored(persons, place, to, **more):
    element = observations.element_map([persons.element_code])[persons.element_code]
    info = places.place(place, on=DAY)
    seen = more.pop("seen", Seen())
    found = queries.explore(info, element, YEAR, as_of=more.get("as_of"), to=to, on=DAY, seen=seen)
    return found.whole, {one.place.name: one for one in found.below}


def test_a_town_with_its_villages(told, persons, county):
    whole, below = explored(persons, county["东岸镇"], SYSTEM)
    assert (whole.value, whole.reported, whole.expected, whole.share) == (432, 3, 3, 100)
    assert {name: one.value for name, one in below.items()} == {
        "荔湾村": 2, "石门村": 30, "水口村": 400,
    }  # fmt: skip


def test_a_stranger_is_not_told_the_small_one_nor_what_gives_it_away(told, persons, county):
    outside = frozenset({"reporting.read", "reporting.produce"})
    department = wearing(700, "department", county["黄埔区"], outside)
    whole, below = explored(persons, county["东岸镇"], department)
    assert whole.value == 432
    assert below["荔湾村"].kept_back and below["荔湾村"].value is None
    assert below["石门村"].kept_back and below["石门村"].value is None
    assert below["水口村"].value == 400


def test_as_of_an_earlier_moment_nothing_was_there(told, persons, county):
    whole, _ = explored(persons, county["东岸镇"], SYSTEM, as_of=later(-10))
    assert (whole.value, whole.reported) == (None, 0)


def test_nobody_explores_beyond_the_own_place(told, persons, county, clerk):
    with pytest.raises(Forbidden):
        explored(persons, county["石门村"], clerk("荔湾村"))


def test_the_page_drills_on_a_map_and_marks_its_cells(told, persons, county, browser):
    Outline.objects.create(
        place_id=county["黄埔区"], geojson=SQUARE, crs="EPSG:4326", source="测试",
        valid_from=date(2017, 1, 1),
    )  # fmt: skip
    client = browser("county_reviewer", "440112")
    asked = {"form": told.code, "element": persons.element_code, "period": str(YEAR // 1000)}
    page = client.get(PAGE, asked)
    assert page.status_code == 200
    text = page.content.decode()
    town = places.place(county["东岸镇"], on=DAY)
    assert '<svg class="map"' in text and 'class="sketch"' in text and "不是边界" in text
    assert f"place={town.code}" in text
    below = client.get(PAGE, asked | {"place": town.code}).content.decode()
    assert 'class="sketch"' in below and "荔湾村" in below and "432" in below
    share = client.get(PAGE, asked | {"colour": "share"}).content.decode()
    assert "80–100" in share


def test_the_page_looks_back_with_a_plain_list(told, persons, browser):
    client = browser("county_reviewer", "440112")
    asked = {"form": told.code, "element": persons.element_code, "period": str(YEAR // 1000)}
    now = client.get(PAGE, asked).content.decode()
    assert '<select id="on" name="on"' in now
    before = (clock.today() - timedelta(days=5000)).isoformat()
    then = client.get(PAGE, asked | {"on": before}).content.decode()
    assert "没有数" in then and "没有数" not in now


def test_the_department_is_shown_the_mark_and_not_the_number(told, persons, county, browser):
    town = places.place(county["东岸镇"], on=DAY)
    client = browser("department", "440112")
    asked = {"form": told.code, "element": persons.element_code, "place": town.code}
    page = client.get(PAGE, asked | {"period": str(YEAR // 1000)}).content.decode()
    assert HIDDEN_SHOWN in page and "不公开" in page


def test_small_figures_seen_by_the_duty_alone_are_evidence(told, persons, county, browser):
    town = places.place(county["东岸镇"], on=DAY)
    client = browser("data_bureau", "440112")
    asked = {"form": told.code, "element": persons.element_code, "place": town.code}
    before = Event.objects.filter(kind="observations.exact_shown").count()
    client.get(PAGE, asked | {"period": str(YEAR // 1000)})
    assert Event.objects.filter(kind="observations.exact_shown").count() == before + 1


def test_its_table_is_sorted_by_links(told, persons, county, browser):
    """What is kept back stays last: no order tells it."""
    town = places.place(county["东岸镇"], on=DAY).code
    asked = {
        "form": told.code,
        "element": persons.element_code,
        "place": town,
        "period": str(YEAR // 1000),
    }
    client = browser("county_reviewer", "440112")

    def order(client, by):
        text = client.get(PAGE, asked | {"sort": by}).content.decode().partition('id="below"')[2]
        return [name for _, name in sorted((text.find(one), one) for one in VILLAGES)], text

    assert order(client, "")[0] == VILLAGES
    names, text = order(client, "-value")
    assert names == ["水口村", "石门村", "荔湾村"]
    assert 'aria-sort="descending"' in text and "sort=value#below" in text
    assert order(client, "value")[0] == ["荔湾村", "石门村", "水口村"]
    outside = browser("department", "440112")
    for by in ("value", "-value"):
        assert order(outside, by)[0] == ["水口村", "荔湾村", "石门村"]


def test_it_opens_on_the_newest_closed_round_and_what_most_have_told(
    party_form, opened, county, clerk, reviewer, browser
):
    """Not on the year that has only begun, nor on the first question, which one of two left open."""
    ask = opened(party_form)
    first, second = [f for f in party_form.asked if f.type == "integer"][:2]
    for village, said in (("荔湾村", "缺"), ("石门村", "3")):
        answers = full(party_form, 20, **{first.code: said})
        kept = services.save_draft(
            party_form.id, YEAR, services.Draft(county[village], answers),
            by=clerk(village), at=later(1),
        )  # fmt: skip
        services.submit_report(kept.uuid, by=clerk(village), at=later(1))
        services.approve_report(kept.uuid, by=reviewer, at=later(2))
    evidence.drain(at=later(2))
    Round.objects.filter(uuid=ask.uuid).update(state=RoundState.CLOSED)
    newer = Round.objects.create(
        uuid=uuid4(), title="新的一年", place=ask.place, period=YEAR + 1000,
        opened_on=DAY, due_on=DAY,
    )  # fmt: skip
    newer.forms.set(ask.forms)
    Element.objects.update(period_kind=Kind.MONTH)  # another form asks it by the month
    chosen = browser("county_reviewer", "440112").get(PAGE).context["chosen"]
    assert (chosen.form.code, str(chosen.period)) == (party_form.code, str(YEAR // 1000))
    assert chosen.element.code == second.element_code


@pytest.mark.parametrize("place", ["黄埔区", "东岸镇", "荔湾村"])
def test_it_costs_a_fixed_number(
    place, told, persons, county, browser, django_assert_max_num_queries
):
    code = places.place(county[place], on=DAY).code
    client = browser("county_reviewer", "440112")
    asked = {"form": told.code, "element": persons.element_code, "place": code}
    for more, most in (({}, 42), ({"period": str(YEAR // 1000)}, 34)):
        client.get(PAGE, asked | more)
        with django_assert_max_num_queries(most):
            assert client.get(PAGE, asked | more).status_code == 200


@pytest.mark.parametrize("junk", [{"period": "2026-13"}, {"form": "无此表"}, {"on": "x"},
                                  {"place": "0"}, {"element": "x", "colour": "<b>"}])  # fmt: skip
def test_junk_is_answered(told, browser, junk):
    page = browser("county_reviewer", "440112").get(PAGE, junk)
    assert page.status_code in {200, 404, 422}
