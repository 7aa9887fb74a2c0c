"""Who is told small figures, through every output; from the village's own to the department's workbook."""

import io
import json
import zipfile
from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import openpyxl
import pytest

from lingnan.kernel.evidence.models import Event
from lingnan.kernel.places import queries as places
from lingnan.systems.reporting import queries, services
from lingnan.systems.reporting.queries import exports
from lingnan.systems.reporting.queries.guarding import kept_back
from lingnan.systems.reporting.terms.suppression import HIDDEN_SHOWN

from .conftest import DAY, SYSTEM, YEAR, full, later, wearing

Draft = services.Draft
OUTSIDE = frozenset({"reporting.read", "reporting.produce"})
FIGURES = {"荔湾村": 2, "石门村": 30, "水口村": 400, "白沙村": 50, "龙潭村": 60, "新桥村": 70}


@pytest.fixture
def persons(party_form):
    """Code of a question that counts persons."""
    return next(
        f.code for f in party_form.asked if f.dimension == "persons" and f.type == "integer"
    )


@pytest.fixture
def told(party_form, persons, opened, county, clerk, reviewer):
    opened(party_form)
    for village, number in FIGURES.items():
        by = clerk(village)
        draft = Draft(county[village], full(party_form, 20, **{persons: str(number)}))
        kept = services.save_draft(party_form.id, YEAR, draft, by=by, at=later(1))
        filing = services.submit_report(kept.uuid, by=by, at=later(1))
        services.approve_report(filing.uuid, by=reviewer, at=later(2))
    from lingnan.kernel.evidence import services as evidence

    evidence.drain(at=later(2))
    return party_form


@pytest.fixture
def department(county):
    return wearing(700, "department", county["黄埔区"], OUTSIDE)


def table(form, place, to):
    info = places.place(place, on=DAY)
    return queries.rollup_table(form, info, YEAR, as_of=None, to=to)


def test_a_stranger_sees_neither_the_small_figure_nor_what_gives_it_away(
    told, persons, county, department
):
    town = table(told, county["东岸镇"], department)
    shown = {name: town[county[name]][persons] for name in ("荔湾村", "石门村", "水口村")}
    assert [one.hidden for one in shown.values()] == [True, True, False]
    assert shown["荔湾村"].value is None
    assert shown["水口村"].value == Decimal(400)
    assert town[county["东岸镇"]][persons].value == Decimal(432)
    other = next(f.code for f in told.asked if f.dimension == "persons" and f.code != persons)
    assert town[county["荔湾村"]][other].value == Decimal(20)


def test_the_same_is_kept_back_whichever_table_is_asked(told, persons, county, department):
    one = table(told, county["荔湾村"], department)
    assert one[county["荔湾村"]][persons].hidden
    assert (county["石门村"], persons) in kept_back(told, YEAR, [county["石门村"]], as_of=None)


def test_who_reported_and_who_reviews_see_it(told, persons, county, clerk, reviewer):
    for by in (clerk("荔湾村"), reviewer, SYSTEM):
        found = table(told, county["荔湾村"], by)
        assert found[county["荔湾村"]][persons].value == Decimal(2)


def test_a_duty_with_the_word_sees_it(told, persons, county):
    bureau = wearing(701, "data_bureau", county["黄埔区"], OUTSIDE | {"reporting.exact"})
    town = table(told, county["东岸镇"], bureau)
    assert town[county["荔湾村"]][persons].value == Decimal(2)


def test_the_departments_workbook_says_so_in_a_footnote(told, persons, county, department):
    made = services.produce_workbook(
        told.id, county["荔湾村"], YEAR, as_of=later(3), by=department, at=later(3)
    )
    book = openpyxl.load_workbook(io.BytesIO(made.data))
    assert book[told.sheet][told.field(persons).cell].value == HIDDEN_SHOWN
    assert any("不对外提供" in line for line in made.footnotes)


def test_the_data_package_leaves_it_out(told, persons, county, department):
    data = queries.package(told.code, YEAR, to=department, on=DAY)
    with zipfile.ZipFile(io.BytesIO(data)) as pack:
        lines = pack.read("data.csv").decode().splitlines()
        schema = json.loads(pack.read("datapackage.json"))["resources"][0]["schema"]
    at = lines[0].split(",").index(persons)
    row = next(line for line in lines if "荔湾村" in line)
    assert row.split(",")[at] == HIDDEN_SHOWN
    assert HIDDEN_SHOWN in schema["missingValues"]


def test_the_department_that_asks_takes_its_own_package_whole(
    told, persons, county, department, monkeypatch
):
    """And whoever sees it by the duty's word leaves evidence, though no place is in the hat."""
    monkeypatch.setattr(exports, "departments_of", lambda *_: frozenset({700}))
    monkeypatch.setattr(exports, "form", lambda *_, **__: replace(told, department=700))
    with zipfile.ZipFile(io.BytesIO(queries.package(told.code, YEAR, to=department, on=DAY))) as p:
        assert HIDDEN_SHOWN not in p.read("data.csv").decode()
    everywhere = replace(SYSTEM, permissions=OUTSIDE | {"reporting.exact"}, channel="api")
    services.take_package(told.code, YEAR, by=everywhere, at=later(3))
    root = places.roots(on=DAY)[0]
    (event,) = Event.objects.filter(kind="observations.exact_shown")
    assert (event.place_id, json.loads(event.facts)["output"]) == (root.id, "reporting.package")


def test_a_correction_does_not_give_it_away_at_any_moment_nor_by_another_form(
    told, persons, county, department, reviewer, clerk
):
    """Before it 水口村 is told and 石门村 kept back; with 石门村 put right to 5,000 the other would be
    cheaper to keep back, and the two moments, or two forms that ask the same, together would tell."""
    town = places.place(county["东岸镇"], on=DAY)
    first = queries.rollup_table(told, town, YEAR, as_of=later(3), to=department)
    assert first[county["水口村"]][persons].value == Decimal(400)
    before = queries.filing_of(told.id, county["石门村"], YEAR, to=SYSTEM, on=DAY)
    by = clerk("石门村")
    services.correct_report(before.uuid, {persons: "5000"}, "录错", by=by, at=later(4))
    sent = services.submit_report(before.uuid, by=by, at=later(5))
    services.approve_report(sent.uuid, by=reviewer, at=later(6))
    again = queries.rollup_table(told, town, YEAR, as_of=later(3), to=department)
    assert again == first
    now = table(told, county["东岸镇"], department)
    assert now[county["石门村"]][persons].hidden and now[county["荔湾村"]][persons].hidden
    assert now[county["水口村"]][persons].value == Decimal(400)
    twin = replace(told, id=told.id + 1, uuid=str(uuid4()), code="LN-9")
    every = county.values()
    assert kept_back(twin, YEAR, every, as_of=None) == kept_back(told, YEAR, every, as_of=None)


def test_a_sum_of_many_villages_costs_a_fixed_number_of_queries(
    told, county, department, django_assert_max_num_queries
):
    table(told, county["东岸镇"], department)
    with django_assert_max_num_queries(50):
        table(told, county["黄埔区"], department)


def test_a_block_and_its_neighbours_leave_it_out(told, persons, county, department, clerk):
    """Small: of the village itself, beside its neighbours, over time. Its own clerk sees it."""
    code = told.field(persons).element_code
    where = {"as_of": None, "on": DAY}
    for by, expected in ((department, None), (clerk("荔湾村"), Decimal(2))):
        village = places.place(county["荔湾村"], on=DAY)
        whole = queries.block(village, queries.BlockWanted(), to=by, **where)
        assert [one.value for one in whole.known if one.element == code] == [expected]
        element, trend = queries.trend_of(village, code, to=by, **where)
        assert trend[YEAR].value == expected
        rows = queries.neighbours(village, element, YEAR, to=by, **where)
        assert [one.value for one in rows if one.place.id == village.id] == [expected]


def test_a_stranger_hears_of_a_dispute_but_not_what_was_said(told, persons, county, department):
    from lingnan.kernel.observations import services as values
    from lingnan.kernel.observations.terms import NewValue

    other = NewValue(
        place=county["石门村"], element=told.field(persons).element, period=YEAR, value=Decimal(1)
    )
    values.record_values("other", [other], source="form:OTHER", by=SYSTEM, at=later(3))
    village = places.place(county["石门村"], on=DAY)
    for by, expected in ((department, [None]), (SYSTEM, [Decimal(1)])):
        whole = queries.block(village, queries.BlockWanted(), as_of=None, to=by, on=DAY)
        assert [one.value for one in whole.disputes] == expected


BUREAU = frozenset({"reporting.read", "reporting.produce", "reporting.exact"})


def written(kind="observations.exact_shown"):
    from lingnan.kernel.evidence.models import Event

    return [json.loads(one.facts) for one in Event.objects.filter(kind=kind).order_by("pk")]


def test_a_view_by_the_dutys_word_is_one_event_and_others_leave_none(
    told, persons, county, department, reviewer
):
    """Of 荔湾村 one figure is small; its own circle and a view without it write nothing."""
    from lingnan.systems.reporting.terms.masking import Seen

    bureau = wearing(701, "data_bureau", county["黄埔区"], BUREAU)
    for by, place, expected in (
        (bureau, "东岸镇", 1), (reviewer, "东岸镇", 0), (department, "东岸镇", 0),
        (bureau, "水口村", 0),
    ):  # fmt: skip
        seen = Seen()
        info = places.place(county[place], on=DAY)
        queries.rollup_table(told, info, YEAR, as_of=None, to=by, seen=seen)
        assert seen.exact == expected
        services.tell_seen("rollup", info.id, seen, by=by, at=later(3))
    assert [(one["output"], one["figures"]) for one in written()] == [("reporting.rollup", 1)]
    made = services.produce_workbook(
        told.id, county["荔湾村"], YEAR, as_of=later(3), by=bureau, at=later(3)
    )
    assert made.seq and [one["output"] for one in written()][1:] == ["reporting.workbook"]


def test_pages_of_observations_keep_the_same_back(told, persons, county, browser, program):
    """The platform's own pages know nothing of forms: they ask the guard."""
    element = told.field(persons).element_code
    town = places.place(county["东岸镇"], on=DAY)
    village = places.place(county["荔湾村"], on=DAY)
    stranger = program("statistician", "440112000000")
    api = "/api/v1/platform"
    asked = f"{api}/rollup/{element}/2026?level=5&under={town.uuid}"
    shown = {row["name"]: row for row in stranger.get(asked).json()["items"]}
    assert [shown[name]["hidden"] for name in ("荔湾村", "石门村", "水口村")] == [True, True, False]
    assert shown["荔湾村"]["value"] is None
    assert Decimal(shown["水口村"]["value"]) == 400
    mine = stranger.get(f"{api}/places/{village.uuid}/values").json()
    assert [(v["value"], v["hidden"]) for v in mine if v["element"] == element] == [(None, True)]
    history = stranger.get(f"{api}/places/{village.uuid}/values/{element}/2026").json()
    assert [(v["value"], v["hidden"]) for v in history] == [(None, True)]
    page = browser("statistician", "440112000000", "b")
    text = page.get(f"/zh-hans/platform/values/{village.uuid}/").content.decode()
    assert HIDDEN_SHOWN in text
    assert written() == []
    bureau = program("data_bureau", "440112000000")
    whole = {row["name"]: row for row in bureau.get(asked).json()["items"]}
    assert Decimal(whole["荔湾村"]["value"]) == 2
    assert [(one["output"], one["figures"]) for one in written()] == [("rollup", 1)]


def test_reports_themselves_keep_it_back_too(told, persons, county, department, clerk):
    """By filings, an outsider would read what every output hides; findings tell figures in words."""
    from lingnan.base.errors import Forbidden
    from lingnan.systems.reporting.terms.masking import Seen

    found = queries.filings(queries.Wanted(), to=department, on=DAY)
    said = {one.place: one for one in queries.shown_filings(found, to=department, on=DAY)}
    texts = {name: said[county[name]].answers[persons].text for name in FIGURES}
    assert texts["荔湾村"] == texts["石门村"] == HIDDEN_SHOWN
    assert texts["水口村"] == "400"
    mine = next(one for one in found if one.place == county["荔湾村"])
    with pytest.raises(Forbidden):
        queries.findings(mine.uuid, to=department, on=DAY)
    assert queries.findings(mine.uuid, to=clerk("荔湾村"), on=DAY) is not None
    bureau, seen = wearing(701, "data_bureau", county["黄埔区"], BUREAU), Seen()
    whole = queries.shown_filings([mine], to=bureau, on=DAY, seen=seen)[0]
    assert (whole.answers[persons].text, seen.exact) == ("2", 1)
