"""One box over everything, and nothing in it that its reader may not see."""

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.observations import services as observations
from lingnan.kernel.observations.terms import ElementDefinition, ValueType
from lingnan.kernel.parties import services as parties
from lingnan.web.search import index, terms

from .conftest import AT, BY, enter, person

BUDGET = 14


@pytest.fixture
def stocked(province):
    """A public and a secret element, an organisation; no index of an earlier test."""
    index.forget()
    observations.define_elements(
        [
            ElementDefinition(code="resident_people", type=ValueType.INTEGER, unit="人",
                              titles={"zh-hans": "常住人口", "en": "Resident population"},
                              label="public", period_kind=3),
            ElementDefinition(code="secret_people", type=ValueType.INTEGER, unit="人",
                              titles={"zh-hans": "重点人口", "en": "Watched population"},
                              label="secret", period_kind=3),
        ],
        by=BY,
        at=AT,
    )  # fmt: skip
    parties.create_organisation("广州市民政局", kind="department", place=province["440100000000"],
                                names={"en": "Civil Affairs Bureau"}, by=BY, at=AT)  # fmt: skip
    evidence.drain(at=AT)
    yield province
    index.forget()


def titles(client, text, kind="", **more):
    told = client.get("/api/v1/search", {"q": text, "kind": kind, **more})
    assert told.status_code == 200, told.content
    return [one["title"] for group in told.json() for one in group["items"]]


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("从化区", "从化区"),
        ("從化區", "从化区"),
        ("从化", "从化区"),
        ("conghua", "从化区"),
        ("Conghua District", "从化区"),
        ("chq", "从化区"),
        ("440117", "从化区"),
        ("440117000000", "从化区"),
        ("４４０１１７", "从化区"),
        ("溫泉鎮", "温泉镇"),
        ("常住", "常住人口"),
        ("czrk", "常住人口"),
        ("changzhurenkou", "常住人口"),
        ("Resident", "常住人口"),
        ("population resident", "常住人口"),
        ("resident_people", "常住人口"),
        ("民政局", "广州市民政局"),
        ("gzsmzj", "广州市民政局"),
        ("Civil Affairs", "广州市民政局"),
        ("匯總", "汇总"),
        ("working days", "工作日历"),
    ],
)
def test_what_is_typed_in_any_way_is_found(typed, wanted, client, stocked):
    enter(client, person("statistician", stocked["440000000000"]))
    assert wanted in titles(client, typed)


def test_best_comes_first_and_says_where_it_lies(client, stocked):
    groups = client.get("/api/v1/search", {"q": "广州市"}).json()
    first = groups[0]["items"][0]
    assert (first["title"], first["match"], first["path"]) == ("广州市", "exact", ["广东省"])
    assert first["code"].startswith("4401")


def test_an_english_reader_is_told_latin_names(client, stocked):
    page = client.get("/en/search/?q=wenquan").content.decode()
    assert "Wenquan Town 温泉镇" in page
    assert "Conghua District" in page
    assert "Vila Wenquan" in client.get("/pt/search/?q=wenquan").content.decode()


@pytest.mark.parametrize("role", ["", "statistician", "village_clerk", "audit_admin"])
@pytest.mark.parametrize("typed", ["重点", "secret_people", "watched", "zdrk", "人口"])
def test_an_element_one_may_not_see_is_not_found(role, typed, client, stocked):
    if role:
        enter(client, person(role, stocked["440117103000"]))
    assert "重点人口" not in titles(client, typed)
    for page in ("", "quick/"):
        told = client.get(f"/zh-hans/search/{page}", {"q": typed}).content.decode()
        assert "重点人口" not in told
        assert "Watched" not in told


def test_an_element_made_secret_after_it_was_indexed_is_not_shown(client, stocked):
    assert "常住人口" in titles(client, "常住")
    observations.define_elements(
        [ElementDefinition(code="resident_people", type=ValueType.INTEGER, unit="人",
                           titles={"zh-hans": "常住人口"}, label="secret", period_kind=3)],
        by=BY, at=AT,
    )  # fmt: skip
    assert "常住人口" not in titles(client, "常住")


def test_pages_are_offered_to_those_who_may_open_them(client, stocked):
    assert "汇总" not in titles(client, "汇总", kind="page")
    assert "待办" not in titles(client, "待办", kind="page")
    enter(client, person("statistician", stocked["440000000000"]))
    assert titles(client, "汇总", kind="page")[0] == "汇总"
    assert "待办" in titles(client, "待办", kind="page")


def test_persons_are_never_found(client, stocked):
    parties.create_person("甲不可寻", by=BY, at=AT)
    index.forget()
    enter(client, person("data_bureau", stocked["440000000000"]))
    assert titles(client, "甲不可寻") == []


def test_forms_are_for_who_works_with_them(stocked, client):
    told = client.get("/api/v1/search", {"q": "报表", "kind": "form"}).json()
    assert told == []


@pytest.mark.parametrize("address", ["/zh-hans/search/?q=人口", "/zh-hans/search/quick/?q=从化",
                                     "/api/v1/search?q=sqjw", "/zh-hans/search/?q=广"])  # fmt: skip
def test_a_search_costs_a_fixed_number(address, client, stocked, django_assert_max_num_queries):
    for number in range(60):
        parties.create_organisation(f"广州第{number}社区居委会", kind="residents_committee",
                                    place=stocked["440112012001"], by=BY, at=AT)  # fmt: skip
    evidence.drain(at=AT)
    index.forget()
    client.get(address)
    with django_assert_max_num_queries(BUDGET):
        assert client.get(address).status_code == 200


def test_without_javascript_the_box_leads_to_a_page(client, stocked):
    page = client.get("/zh-hans/").content.decode()
    assert 'action="/zh-hans/search/"' in page
    told = client.get("/zh-hans/search/?q=%E4%BB%8E%E5%8C%96").content.decode()
    assert 'id="found-place"' in told
    assert "没有找到" in client.get("/zh-hans/search/?q=zzzzqq").content.decode()
    assert client.get("/zh-hans/search/").status_code == 200


def test_more_than_is_shown_is_said(client, stocked):
    told = client.get("/api/v1/search", {"q": "44", "kind": "place", "limit": 3}).json()
    assert len(told[0]["items"]) == 3
    assert told[0]["more"] is True


JUNK = st.one_of(
    st.text(max_size=80),
    st.text(alphabet="'\"%_*\\\x00\n\t;()<>&#从化 qu0", max_size=70),
    st.text(alphabet="広從𠮷㐀Ａａ１ﾊ", max_size=20),
)


@given(text=JUNK)
@settings(max_examples=60, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
def test_whatever_is_typed_is_answered(text, stocked):
    client = Client()
    page = client.get("/zh-hans/search/", {"q": text})
    assert page.status_code == 200
    assert "<script>" not in page.content.decode()
    assert client.get("/zh-hans/search/quick/", {"q": text}).status_code == 200
    told = client.get("/api/v1/search", {"q": text})
    assert told.status_code == (200 if len(text) <= terms.LONGEST else 422)


@given(text=JUNK)
def test_folding_twice_changes_nothing(text):
    once = index.fold(text)
    assert index.fold(once) == once
    assert "\n" not in once


NAMES = st.lists(st.text(alphabet="从化温泉abc12", min_size=1, max_size=6), min_size=1, max_size=12)


@given(names=NAMES)
def test_the_index_agrees_with_looking_at_every_name(names):
    held = index.Index.of(index.Listed(n, [name]) for n, name in enumerate(names))
    for name in names:
        needle = index.fold(name).replace(" ", "")
        found = {key: rank for rank, key in held.find(needle)}
        for n, other in enumerate(names):
            line = index.fold(other).replace(" ", "")
            if line == needle:
                assert found[n] == terms.EXACT
            elif line.startswith(needle):
                assert found[n] <= terms.BEGINS
