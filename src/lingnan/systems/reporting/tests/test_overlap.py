"""Forms against forms: what they share, what they seem to share, and why."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lingnan.kernel.observations.models import Element
from lingnan.systems.reporting import queries, services
from lingnan.web.matrices import Link, flows, matrix

from .conftest import AT, DAY, SYSTEM, later
from .paper import paper

PAGE = "/zh-hans/reporting/overlap/"
PROVINCE = "440000000000"
TO = {"to": SYSTEM, "on": DAY}
QUESTIONS = [("户籍人口", "人"), ("总户数", "户"), ("耕地面积", "亩")]


@pytest.fixture
def three(county):
    return [
        services.register_form(
            paper(code, QUESTIONS), f"{code}.xlsx", codes=[code], by=SYSTEM, at=AT
        )[0]
        for code in ("MZ-1", "WJ-1", "NY-1")
    ]


def test_pairs_are_suspected_first_and_shared_once_decided(three):
    before = queries.overlap(**TO)
    assert sum(before.shared.values()) == 0
    assert set(before.seeming) == set(combinations(range(3), 2))
    for one in queries.doubts(**TO):
        if any(still.id == one.id for still in queries.doubts(**TO)):
            services.confirm_match(one.id, by=SYSTEM, at=later(1))
    after = queries.overlap(**TO)
    assert dict(after.shared) == dict.fromkeys(combinations(range(3), 2), 3)
    assert sum(after.seeming.values()) == 0


def test_a_pair_is_told_with_its_reasons_and_the_way_to_decide(three, browser):
    rows = queries.shared_by("MZ-1", "WJ-1", **TO)
    assert {(one.first, one.second) for one in rows} == {(q, q) for q, _ in QUESTIONS}
    assert all(one.doubt and one.reasons and not one.element for one in rows)
    page = browser("data_bureau", PROVINCE).get(PAGE, {"first": "MZ-1", "second": "WJ-1"})
    text = page.content.decode()
    assert "待认定" in text and f"?pair={rows[0].doubt}" in text and rows[0].reasons[0] in text


def test_a_secret_element_is_counted_nowhere(three, county, clerk):
    found = queries.form("MZ-1", **TO)
    number = next(f.element for f in found.fields if f.element)
    seen = queries.overlap(to=clerk("荔湾村"), on=DAY).forms
    Element.objects.filter(pk=number).update(label="secret")
    now = queries.overlap(to=clerk("荔湾村"), on=DAY).forms
    assert sum(one.questions for one in now) == sum(one.questions for one in seen) - 1
    told = queries.shared_by("MZ-1", "WJ-1", to=clerk("荔湾村"), on=DAY)
    assert len(told) == 2


def test_the_page_shows_the_matrix_and_its_table(three, browser):
    text = browser("data_bureau", PROVINCE).get(PAGE).content.decode()
    assert '<svg class="matrix"' in text and "两两比较" in text
    assert text.count("MZ-1") >= 1
    assert browser("village_clerk", "440112001201").get(PAGE).status_code == 200


def test_forms_nobody_has_are_not_found(three, browser):
    client = browser("data_bureau", PROVINCE)
    assert client.get(PAGE, {"first": "无", "second": "MZ-1"}).status_code == 404
    assert client.get(PAGE, {"first": "MZ-1", "second": "MZ-1"}).status_code == 404
    assert client.get(PAGE, {"department": "<b>"}).status_code == 200


def test_it_costs_the_same_however_many_forms(three, browser, django_assert_max_num_queries):
    client = browser("data_bureau", PROVINCE)
    client.get(PAGE)
    with django_assert_max_num_queries(20):
        client.get(PAGE)
    for code in ("A-1", "B-1", "C-1", "D-1"):
        services.register_form(
            paper(code, QUESTIONS), f"{code}.xlsx", codes=[code], by=SYSTEM, at=AT
        )
    with django_assert_max_num_queries(20):
        client.get(PAGE)


NAMES = st.lists(st.text(max_size=30), min_size=2, max_size=6)


@given(names=NAMES, data=st.data())
def test_no_name_breaks_out_of_a_drawing(names, data):
    several = list(combinations(range(len(names)), 2))
    counts = data.draw(st.dictionaries(st.sampled_from(several), st.integers(1, 999)))
    links = {pair: Link('"><script>', '"><b>') for pair in several}
    drawn = matrix(names, [1] * len(names), (counts, {}), links, "<i>")
    assert "<script" not in drawn and "<b>" not in drawn and "<i>" not in drawn
    assert drawn.count("<a ") == len(counts)
    flow = flows([Link(name) for name in names], names, counts, "<i>") if counts else ""
    assert "<script" not in flow and "<i>" not in flow


def test_what_was_refused_is_not_suspected(three):
    one = queries.doubts(**TO)[0]
    before = sum(queries.overlap(**TO).seeming.values())
    services.refuse_match(one.id, by=SYSTEM, at=later(1))
    assert sum(queries.overlap(**TO).seeming.values()) < before
