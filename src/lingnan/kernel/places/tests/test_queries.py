"""The province as it comes with the software, loaded once for this file."""

from datetime import date

import pyarrow.compute as pc
import pytest
from django.db import transaction

from lingnan.base.actors import runs
from lingnan.kernel.places import queries, services
from lingnan.kernel.places.models import PlaceClosure, PlaceParent, on_day
from lingnan.kernel.places.terms import Tree

from .conftest import AT, BY

ON = date(2026, 11, 22)
OLD = date(2012, 12, 31)


@pytest.fixture(scope="module")
def province(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        yield services.load_divisions(by=BY, at=AT)
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _loaded(province, db):
    """Every test of this file stands on the loaded province."""


def at(code, on=ON, scheme="nbs"):
    return queries.by_code(code, on=on, scheme=scheme)


def called(infos):
    return [info.name for info in infos]


def test_everything_is_there(province):
    assert province.places == 28_676 + 27 + 2 + 2  # the edition, Hong Kong and Macao, gone, zones
    assert len(province.unmatched) < 40
    counts = pc.value_counts(queries.hierarchy(on=ON, under=at("44").id)["level"]).to_pylist()
    told = {row["values"]: row["counts"] for row in counts}
    assert told == {1: 1, 2: 21, 3: 122, 4: 1757, 5: 26775}


def test_closure_agrees_with_the_parents_on_any_day():
    for tree in Tree:
        for day in (OLD, date(2014, 2, 12), ON):
            parents = dict(
                PlaceParent.objects.filter(on_day(day), tree=tree).values_list("place", "parent")
            )
            climbed = set()
            for place in parents:
                up, depth = place, 0
                while up is not None:
                    climbed.add((up, place, depth))
                    up, depth = parents[up], depth + 1
            rows = PlaceClosure.objects.filter(on_day(day), tree=tree)
            assert climbed == set(rows.values_list("ancestor", "descendant", "depth"))


def test_a_county_is_one_run_of_ids():
    for code in ("44", "4401", "440117", "441900", "440117001"):
        place = at(code)
        below = [i.id for i in queries.descendants(place.id, on=ON)]
        assert queries.ranges(place.id, on=ON, tree="code") == runs([place.id, *below])
    assert len(queries.ranges(at("440117").id, on=ON)) == 1


def test_conghua_was_a_city_under_another_code():
    before = at("440184", OLD)
    assert (before.name, before.kind) == ("从化市", "county_city")
    assert called(queries.ancestors(before.id, on=OLD)) == ["广东省", "广州市"]
    towns = queries.children(before.id, on=OLD)
    assert len(towns) == len(queries.children(before.id, on=ON)) > 7
    assert all(t.code.startswith("440184") for t in towns)
    with pytest.raises(queries.NoSuchPlace):
        at("440184")
    (step,) = queries.lineage("440184")
    assert (step.new_code, step.document) == ("440117000000", "国函〔2014〕14号")
    assert at("440117").id == before.id == step.new
    assert queries.lineage("440117") == []


def test_luogang_became_part_of_huangpu():
    luogang = at("440116", OLD)
    assert "萝岗街道" in called(queries.children(luogang.id, on=OLD))
    assert "萝岗街道" not in called(queries.children(at("440112", OLD).id, on=OLD))
    assert [s.new_name for s in queries.lineage("440116")] == ["黄埔区"]
    assert called(queries.successors(luogang.id, on=ON)) == ["黄埔区"]
    assert queries.ranges(luogang.id, on=ON) == ()
    assert len(queries.scopes(luogang.id)) == 1


def test_guangming_came_out_of_baoan():
    street = queries.find("公明街道", on=ON)[0]
    assert called(queries.ancestors(street.id, on=date(2018, 5, 23)))[-1] == "宝安区"
    assert called(queries.ancestors(street.id, on=date(2018, 5, 24)))[-1] == "光明区"
    with pytest.raises(queries.NoSuchPlace):
        at("440311", date(2018, 5, 23))
    days = [scope.valid_from for scope in queries.scopes(at("440306").id)]
    assert days[1:] == [date(2016, 9, 14), date(2018, 5, 24)]


@pytest.mark.parametrize(
    ("town", "zone", "county", "governed"),
    [
        ("横琴镇", "hengqin", "香洲区", ["广东省", "横琴粤澳深度合作区"]),
        ("小漠镇", "shenshan", "海丰县", ["广东省", "深圳市", "深圳市深汕特别合作区"]),
    ],
)
def test_a_zone_governs_what_its_code_does_not_say(town, zone, county, governed):
    place = queries.find(town, on=ON)[0]
    assert called(queries.ancestors(place.id, on=ON))[-1] == county
    assert called(queries.ancestors(place.id, on=ON, tree="governed")) == governed
    assert called(queries.ancestors(place.id, on=OLD, tree="governed"))[-1] == county
    reach = queries.ranges(at(zone, scheme="zone").id, on=ON)
    assert any(low <= place.id <= high for low, high in reach)


def test_towns_straight_under_a_city_skip_a_rung():
    dongguan = at("441900")
    towns = queries.children(dongguan.id, on=ON)
    assert {t.level for t in towns} == {4}
    row = queries.hierarchy(on=ON, under=towns[0].id).slice(0, 1).to_pylist()[0]
    assert (row["city"], row["county"], row["town"], row["village"]) == (
        dongguan.id, None, towns[0].id, None,
    )  # fmt: skip


def test_both_offices_number_the_same_town():
    town = at("440117001")
    assert town.codes == {"nbs": "440117001000", "mca": "440117001"}
    assert at("440117001", scheme="mca").id == town.id
    assert at("440117", scheme="mca").id == at("440117").id


def test_hong_kong_and_macao_stand_beside_the_province():
    assert called(queries.roots(on=ON)) == ["广东省", "香港特别行政区", "澳门特别行政区"]
    assert len(queries.children(at("810000").id, on=ON)) == 18
    macao = queries.children(at("820000").id, on=ON)
    assert {(m.kind, m.level) for m in macao} == {("district", 3)}
    guangdong = at("44")
    assert macao[0].id not in queries.hierarchy(on=ON, under=guangdong.id)["place"].to_pylist()


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("广州", "广州市"), ("白云区", "白云区"), ("gzs", "广州市"), ("guangzhou", "广州市"),
        ("4401", "广州市"), ("440117", "从化区"), ("石排", "石排镇"), ("ssb", "深水埗区"),
        ("lfs", "陆丰市"), ("横琴", "横琴镇"), ("dabuxian", "大埔县"),
    ],
)  # fmt: skip
def test_a_place_is_found_by_what_a_person_types(text, first):
    found = queries.find(text, on=ON)
    if first == "横琴镇":
        assert first in called(found)[:2]  # the zone of that name stands higher
    else:
        assert found[0].name == first


def test_search_may_be_narrowed_and_dated():
    assert queries.find("从化市", on=ON) == []
    assert called(queries.find("从化市", on=OLD)) == ["从化市"]
    assert {i.level for i in queries.find("石", on=ON, level=4)} == {4}
    baoan = at("440306")
    near = queries.find("石", on=ON, within=baoan.id, limit=50)
    reach = queries.ranges(baoan.id, on=ON)
    assert near
    assert all(any(low <= i.id <= high for low, high in reach) for i in near)
    shenzhen = queries.find("小漠镇", on=ON, within=at("440300").id)
    assert called(shenzhen) == ["小漠镇"]
    assert queries.find("小漠镇", on=ON, within=at("440300").id, tree="code") == []
    for odd in ("", "  ", "%", "_", "'", "不存在的地方"):
        assert queries.find(odd, on=ON) == []


def test_search_is_a_few_queries(django_assert_max_num_queries):
    queries.find("广州", on=ON)
    with django_assert_max_num_queries(4):
        queries.find("石", on=ON)


def test_what_is_remembered_costs_one_query(django_assert_num_queries):
    guangdong = at("44").id
    queries.hierarchy(on=ON)
    queries.ranges(guangdong, on=ON)
    queries.scopes(guangdong)
    queries.edition(ON)
    with django_assert_num_queries(2):  # the stamp, for the edition and for the table
        queries.hierarchy(on=date(2026, 1, 1))
    with django_assert_num_queries(1):
        queries.scopes(guangdong)
    with django_assert_num_queries(2):
        queries.ranges(guangdong, on=ON)


def test_a_change_by_anybody_throws_the_memory_away():
    town, zone = at("440117001"), at("hengqin", scheme="zone")
    before = queries.hierarchy(on=ON, tree="governed")
    services.transfer_place(town.id, zone.id, trees=["governed"], on=date(2026, 7, 1), by=BY, at=AT)
    after = queries.hierarchy(on=ON, tree="governed")
    assert after is not before
    assert after.filter(pc.equal(after["place"], town.id))["city"].to_pylist() == [zone.id]
    assert queries.hierarchy(on=date(2026, 6, 30), tree="governed").equals(before)


def test_names_uuids_and_codes_in_bulk(django_assert_num_queries):
    ids = [i.id for i in queries.descendants(at("440117").id, on=ON)]
    with django_assert_num_queries(2):
        named = queries.names(ids, on=ON)
        outside = queries.uuids(ids)
    assert set(named) == set(outside) == set(ids)
    assert queries.by_uuid(outside[ids[0]], on=ON).id == ids[0]
    with pytest.raises(queries.NoSuchPlace):
        queries.by_uuid("no-such", on=ON)
    wanted = ["440117", "440117001", "999999", "x"]
    assert set(queries.by_codes(wanted, on=ON)) == {"440117", "440117001"}


def test_outlines_say_how_far_to_trust_them():
    drawn = queries.outline(at("440117").id, on=ON)
    assert (drawn.crs, drawn.approximate, drawn.drawn) == ("GCJ-02", True, date(2017, 12, 31))
    assert drawn.geojson.startswith('{"type":')
    assert queries.outline(at("440311").id, on=ON) is None


def test_changes_tell_their_documents():
    told = queries.changes(since=date(2014, 1, 1), until=date(2014, 2, 28))
    assert {c.document for c in told} == {"国函〔2014〕14号"}
    assert {s.old_name for c in told for s in c.steps} == {"从化市", "增城市", "萝岗区"}


@pytest.mark.parametrize("wrong", ["", "4", "abc", "440184001", "999999"])
def test_what_is_not_there_is_said_to_be_so(wrong):
    with pytest.raises(queries.NoSuchPlace):
        at(wrong)
    with pytest.raises(queries.NoSuchPlace):
        queries.place(0, on=ON)
