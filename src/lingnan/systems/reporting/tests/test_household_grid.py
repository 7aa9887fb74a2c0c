"""How far the households of a form are, for a reviewer: by village, then household by household."""

import pytest

from lingnan.systems.reporting import queries, services
from lingnan.systems.reporting.rules.filing import answers_of, answers_to_json
from lingnan.systems.reporting.terms.filings import Answer

from .conftest import DAY, YEAR, full, later

COUNTY, VILLAGE = "440112000000", "440112001201"
GRID = "/zh-hans/reporting/review/GZ-S2-2012/{}/2026/"


@pytest.fixture
def reported(household_form, opened, county, clerk):
    """荔湾村: three households, two reported, one of them without an answer to one question."""
    opened(household_form)
    place, by = county["荔湾村"], clerk("荔湾村")
    ids = services.household_ids(place, ["1", "2", "3"], by=by, at=later(1))
    for number in ("1", "2"):
        draft = services.Draft(place, full(household_form, 1), ids[number])
        kept = services.save_draft(household_form.id, YEAR, draft, by=by, at=later(1))
        services.submit_report(kept.uuid, by=by, at=later(1))
    return household_form


def test_by_village_what_waits_comes_first(reported, county, reviewer):
    grid = queries.household_grid(reported, county["黄埔区"], YEAR, to=reviewer, on=DAY)
    first = grid.rows[0]
    assert first.place == county["荔湾村"]
    assert (first.households, first.counts["submitted"]) == (3, 2)
    assert first.filled == pytest.approx(2 / 3)
    assert (grid.households, grid.counts["submitted"], len(grid.rows)) == (3, 2, 6)
    assert all(row.filled == 0 and not row.households for row in grid.rows[1:])


def test_of_one_village_each_household_the_missing_too(reported, county, reviewer):
    grid = queries.household_grid(reported, county["荔湾村"], YEAR, to=reviewer, on=DAY)
    assert [(row.number, bool(row.filing), row.filled) for row in grid.rows] == [
        ("1", True, 1.0), ("2", True, 1.0), ("3", False, 0.0),
    ]  # fmt: skip


def test_faults_are_counted_where_they_are(reported, county, reviewer):
    from lingnan.systems.reporting.models import Filing

    row = Filing.objects.order_by("subject").first()
    number = next(f.code for f in reported.asked if f.type == "integer")
    row.answers = answers_to_json({**answers_of(row.answers), number: Answer("x")})
    row.save()
    grid = queries.household_grid(reported, county["荔湾村"], YEAR, to=reviewer, on=DAY)
    wrong, right = sorted(grid.rows[:2], key=lambda one: one.filing != str(row.uuid))
    assert wrong.blocking > right.blocking
    above = queries.household_grid(reported, county["黄埔区"], YEAR, to=reviewer, on=DAY)
    assert above.rows[0].blocking == wrong.blocking + right.blocking


def test_queries_do_not_grow_with_households(
    reported, county, reviewer, django_assert_max_num_queries
):
    queries.household_grid(reported, county["黄埔区"], YEAR, to=reviewer, on=DAY)
    with django_assert_max_num_queries(20):
        queries.household_grid(reported, county["黄埔区"], YEAR, to=reviewer, on=DAY)


def test_page_and_api(reported, browser, program):
    page = browser("county_reviewer", COUNTY)
    assert GRID.format(COUNTY) in page.get("/zh-hans/reporting/review/").content.decode()
    text = page.get(GRID.format(COUNTY)).content.decode()
    assert "荔湾村" in text and "67%" in text
    assert "/filings/" in page.get(GRID.format(VILLAGE)).content.decode()
    api = program("county_reviewer", COUNTY, "b")
    asked = f"/api/v1/reporting/household-grid?form=GZ-S2-2012&place={COUNTY}&period=2026"
    found = api.get(asked).json()
    assert found["rows"][0]["counts"]["submitted"] == 2
    assert found["rows"][0]["filled"] == pytest.approx(2 / 3)
    stranger = program("department", COUNTY)
    assert stranger.get(asked).status_code == 403


def test_the_reviewer_approves_households_on_their_grid(reported, browser):
    from lingnan.systems.reporting.models import Filing

    page = browser("county_reviewer", COUNTY)
    text = page.get(GRID.format(VILLAGE)).content.decode()
    first, second = Filing.objects.order_by("subject")
    for row in (first, second):
        assert f'value="{row.uuid}:{row.version}"' in text
    assert "通过选中的户" not in page.get(GRID.format(COUNTY)).content.decode()
    there = GRID.format(VILLAGE) + "act/"
    chosen = {"act": "approve", "filing": [f"{first.uuid}:{first.version}"]}
    done = page.post(there, chosen, follow=True).content.decode()
    assert "已通过 1 份" in done and f"{first.uuid}:" not in done
    assert [one.state for one in Filing.objects.order_by("subject")] == ["approved", "submitted"]
    stale = {"act": "approve", "filing": [f"{second.uuid}:{second.version + 7}"]}
    assert page.post(there, stale).status_code == 409
    own = browser("village_clerk", VILLAGE, "b")
    assert own.post(there, chosen).status_code == 403
