import json
from contextlib import suppress
from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lingnan.base.actors import runs
from lingnan.base.errors import Invalid
from lingnan.base.tests.rounds import rounds
from lingnan.kernel.evidence.models import Event
from lingnan.kernel.places import queries, services
from lingnan.kernel.places.models import PlaceChange, PlaceClosure, PlaceParent, on_day
from lingnan.kernel.places.rules.codes import CUTS
from lingnan.kernel.places.terms import Part, Tree, Why

from .conftest import AT, BY, CHANGES, TOWNS

ON = date(2026, 11, 22)
OLD = date(2012, 12, 31)
DAY = date(2026, 7, 1)
EVE = DAY - timedelta(days=1)
WHY = Why(document="粤府函〔2026〕1号", verified=True)
DEED = {"why": WHY, "by": BY, "at": AT}


def at(code, on=ON, scheme="nbs"):
    return queries.by_code(code, on=on, scheme=scheme)


def called(infos):
    return [info.name for info in infos]


def faults(day, tree):
    """Where closure and parents disagree on that day."""
    rows = PlaceParent.objects.filter(on_day(day), tree=tree)
    parents = dict(rows.values_list("place_id", "parent_id"))
    assert rows.count() == len(parents), "one parent a place, tree and day"
    climbed = set()
    for place in parents:
        at_, depth = place, 0
        while at_ is not None:
            climbed.add((at_, place, depth))
            at_, depth = parents[at_], depth + 1
    told = PlaceClosure.objects.filter(on_day(day), tree=tree)
    return climbed ^ set(told.values_list("ancestor_id", "descendant_id", "depth"))


def test_loading_is_one_event_and_again_changes_nothing(small, folder):
    assert (small.places, small.changes, small.outlines) == (24, 4, 1)
    assert small.unmatched == ("440117555 新设街道", "442100 东沙群岛")
    events = Event.objects.filter(kind__startswith="places.")
    assert [e.kind for e in events] == ["places.divisions_loaded"]
    assert json.loads(events[0].facts)["places"] == 24
    before = queries.stamp()
    again = services.load_divisions(folder, by=BY, at=AT)
    assert again.repeated
    assert (again.places, again.closure) == (small.places, small.closure)
    assert (events.count(), queries.stamp()) == (1, before)


def test_other_content_is_not_loaded_over_it(small, folder):
    (folder / "towns_mca_2026.csv").write_text(TOWNS + "440117556,又设街道,440117,440100\n")
    with pytest.raises(services.AlreadyLoaded):
        services.load_divisions(folder, by=BY, at=AT)


@pytest.mark.django_db
def test_content_that_cannot_be_read_names_itself(folder):
    (folder / "changes.csv").write_text(CHANGES + "rename,2014-13-01,1,2,,,3,both,,,,true\n")
    with pytest.raises(Invalid) as no:
        services.load_divisions(folder, by=BY, at=AT)
    assert no.value.problems[0].where == str(folder)
    assert Event.objects.count() == 0


def test_a_split_holds_from_its_day(small):
    town = at("440112012")
    code = at("440112012001"), at("440112012002")
    new = services.split_place(
        town.id,
        [Part(name="石桥镇", code="440112105", children=(code[1].id,))],
        on=DAY,
        **DEED,
    )
    made = at("440112105")
    assert (made.id, made.kind, made.level, made.parent) == (new[0], "town", 4, at("440112").id)
    assert called(queries.children(town.id, on=EVE)) == ["萝岗社区居委会", "石桥村委会"]
    assert called(queries.children(town.id, on=DAY)) == ["萝岗社区居委会"]
    assert called(queries.children(made.id, on=DAY)) == ["石桥村委会"]
    assert queries.ranges(made.id, on=EVE) == ()
    assert queries.ranges(made.id, on=DAY) == runs([made.id, code[1].id])
    assert queries.ranges(town.id, on=EVE) == runs([town.id, code[0].id, code[1].id])
    assert queries.ranges(town.id, on=DAY) == runs([town.id, code[0].id])
    assert (queries.edition(EVE), queries.edition(ON)) == (date(2021, 9, 17), DAY)
    table = {r["place"]: r["town"] for r in queries.hierarchy(on=DAY).to_pylist()}
    assert table[code[1].id] == made.id
    assert [s.new_code for s in queries.lineage("440112012")] == ["440112105000"]
    scopes = queries.scopes(town.id)
    assert scopes[-1].valid_from == DAY == scopes[-2].valid_to
    event = Event.objects.get(kind="places.place_split")
    assert json.loads(event.facts)["new"] == [made.id]
    assert event.subject == town.subject


def test_a_split_may_end_the_old_place_and_pass_on_its_code(small):
    town, a, b = at("440112012"), at("440112012001"), at("440112012002")
    parts = [
        Part(name="萝岗街道", code="440112012", children=(a.id,)),
        Part(name="石桥街道", code="440112019", children=(b.id,)),
    ]
    with pytest.raises(services.LeftBehind) as no:
        services.split_place(town.id, parts[:1], keep=False, on=DAY, **DEED)
    assert "石桥村委会" in no.value.words()
    new = services.split_place(town.id, parts, keep=False, on=DAY, **DEED)
    assert at("440112012").id == new[0]
    assert at("440112012", on=EVE).id == town.id
    with pytest.raises(queries.NoSuchPlace):
        queries.place(town.id, on=DAY)
    assert [s.id for s in queries.successors(town.id, on=ON)] == list(new)


def test_a_refused_change_leaves_nothing(small):
    before = (queries.stamp(), PlaceChange.objects.count(), Event.objects.count())
    village = at("441900003001")
    with pytest.raises(services.NotChild):
        services.split_place(
            at("440112012").id, [Part(name="某镇", children=(village.id,))], on=DAY, **DEED
        )
    with pytest.raises(services.CodeTaken):
        services.split_place(
            at("440112012").id, [Part(name="某镇", code="441900003")], on=DAY, **DEED
        )
    assert (queries.stamp(), PlaceChange.objects.count(), Event.objects.count()) == before


def test_a_merge_moves_what_hung_there(small):
    left, right = at("440112001"), at("440112012")
    assert services.merge_places([left.id], right.id, on=DAY, **DEED) == right.id
    assert called(queries.children(right.id, on=DAY)) == [
        "港湾社区居委会", "萝岗社区居委会", "石桥村委会",
    ]  # fmt: skip
    assert called(queries.children(left.id, on=EVE)) == ["港湾社区居委会"]
    assert queries.ranges(left.id, on=DAY) == ()
    assert [(s.new, s.effective) for s in queries.lineage("440112001")] == [(right.id, DAY)]
    with pytest.raises(queries.NoSuchPlace):
        at("440112001")


def test_a_merge_into_something_new(small):
    ids = [at("440112001").id, at("440112012").id]
    new = services.merge_places(ids, Part(name="科学城街道", code="440112012"), on=DAY, **DEED)
    assert at("440112012").id == new
    assert len(queries.children(new, on=DAY)) == 3
    assert [s.id for s in queries.successors(ids[0], on=ON)] == [new]


def test_levels_may_not_be_mixed(small):
    with pytest.raises(services.WrongLevel):
        services.merge_places([at("440112001").id], at("440117").id, on=DAY, **DEED)
    with pytest.raises(services.WrongLevel):
        services.transfer_place(at("440117").id, at("440112001").id, on=DAY, **DEED)


def test_a_new_code_renumbers_what_lies_below_in_both_schemes(small):
    county = at("440117")
    services.rename_place(county.id, name="从化市", code="440189", on=DAY, **DEED)
    renamed = at("440189")
    assert (renamed.id, renamed.name, renamed.kind) == (county.id, "从化市", "county_city")
    assert at("440189103201").name == "石坑村委会"
    assert at("440117103201", on=EVE).id == at("440189103201").id
    assert renamed.codes["mca"] == "440189"
    assert at("440189099", scheme="mca").name == "街口街道"
    steps = queries.lineage("440184")
    assert [s.new_code for s in steps] == ["440117000000", "440189000000"]
    assert [s.new_code for s in queries.lineage("440184103201")] == [
        "440117103201", "440189103201",
    ]  # fmt: skip
    with pytest.raises(queries.NoSuchPlace):
        at("440117")


def test_a_transfer_may_touch_one_tree_only(small):
    town, zone = at("440117001"), at("z", scheme="zone")
    services.transfer_place(town.id, zone.id, trees=[Tree.GOVERNED], on=DAY, **DEED)
    assert called(queries.ancestors(town.id, on=DAY)) == ["广东省", "广州市", "从化区"]
    governed = queries.ancestors(town.id, on=DAY, tree=Tree.GOVERNED)
    assert called(governed) == ["广东省", "深圳市", "合作区"]
    shenzhen = at("440300")
    assert any(low <= town.id <= high for low, high in queries.ranges(shenzhen.id, on=DAY))
    assert not any(low <= town.id <= high for low, high in queries.ranges(shenzhen.id, on=EVE))
    with pytest.raises(queries.NoSuchPlace):  # the zone stands in no code tree
        services.transfer_place(town.id, zone.id, trees=[Tree.CODE], on=DAY, **DEED)
    with pytest.raises(services.NothingToChange):
        services.transfer_place(town.id, zone.id, trees=[Tree.GOVERNED], on=ON, **DEED)


def test_history_is_not_rewritten(small):
    with pytest.raises(services.ChangeTooEarly) as no:
        services.rename_place(at("440117").id, name="流溪区", on=date(2014, 2, 12), **DEED)
    assert "2014-02-12" in no.value.words()
    services.transfer_place(at("440117001").id, at("440112").id, on=DAY, **DEED)
    with pytest.raises(services.ChangeTooEarly):
        services.transfer_place(at("440117001").id, at("440117").id, on=DAY, **DEED)


def test_a_zone_is_established_with_its_towns(small):
    towns = (at("441900003").id,)
    part = Part(name="松山湖", kind="zone", code="ssl", scheme="zone", level=3, children=towns)
    zone = services.establish_place(part, at("441900").id, trees=[Tree.GOVERNED], on=DAY, **DEED)
    assert at("ssl", scheme="zone").id == zone
    assert called(queries.children(zone, on=DAY, tree=Tree.GOVERNED)) == ["东城街道"]
    row = next(
        r for r in queries.hierarchy(on=DAY, tree="governed").to_pylist() if r["place"] == towns[0]
    )
    assert row["county"] == zone
    assert zone not in queries.hierarchy(on=DAY)["place"].to_pylist()


LATER = """kind,effective,old,new,old_name,new_name,level,tree,children,document,source,verified
split,2026-03-01,440306,440399,宝安区,海洋新城区,3,both,西乡街道,测试函1号,,false
rename,2026-04-01,440117,440119,从化区,流溪区,3,both,,测试函2号,,false
merge,2026-05-01,440112,440119,黄埔区,流溪区,3,both,,测试函3号,,false
establish,2026-06-01,441900,zone:y,东莞市,滨海新区,3,governed,,测试函4号,,false
transfer,2026-06-01,441900,zone:y,,,4,governed,东城街道,测试函4号,,false
"""


def test_a_list_of_changes_is_applied_once(small, tmp_path):
    path = tmp_path / "later.csv"
    path.write_text(CHANGES + LATER.partition("\n")[2], encoding="utf-8")
    assert services.apply_changes(path, by=BY, at=AT) == (5, 4)
    assert services.apply_changes(path, by=BY, at=AT) == (0, 9)
    assert called(queries.children(at("440399").id, on=ON)) == ["西乡街道"]
    assert at("440119").name == "流溪区"
    assert len(queries.children(at("440119").id, on=ON)) == 4
    assert called(queries.ancestors(at("441900003").id, on=ON, tree="governed"))[-1] == "滨海新区"
    for tree in Tree:
        for day in queries.editions():
            assert faults(day, tree) == set()


def test_a_list_that_fails_in_the_middle_changes_nothing(small, tmp_path):
    path = tmp_path / "later.csv"
    path.write_text(LATER.replace("西乡街道", "不存在街道"), encoding="utf-8")
    before = queries.stamp()
    with pytest.raises(Invalid) as no:
        services.apply_changes(path, by=BY, at=AT)
    assert no.value.problems[0].where == "later.csv:2"
    assert "不存在街道" in no.value.problems[0].words()
    assert queries.stamp() == before


@pytest.mark.django_db
def test_nothing_changes_before_a_load():
    with pytest.raises(services.NotLoaded):
        services.rename_place(1, name="某地", on=DAY, **DEED)


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["split", "merge", "rename", "transfer", "zone"]),
        st.integers(0, 999),
        st.integers(0, 999),
    ),
    min_size=1,
    max_size=6,
)


def act(kind, one, two, day, number):
    """One random change of the province, if such a one is possible that day."""
    alive = [i for i in queries.descendants(at("44").id, on=day) if i.valid_to is None]
    it = alive[one % len(alive)]
    peers = [i for i in alive if i.level == it.level and i.id != it.id]
    deed = {"on": day, **DEED}
    if kind == "rename":
        services.rename_place(it.id, name=f"新名{number}", **deed)
    elif kind == "split":
        below = queries.children(it.id, on=day)[: two % 3]
        code = f"449{number + 1:03}{one % 900 + 1:03}{two % 900 + 1:03}"
        code = code[: CUTS[it.level - 1]] if it.level > 2 else ""
        part = Part(name=f"分出{number}", code=code, children=tuple(c.id for c in below))
        services.split_place(it.id, [part], **deed)
    elif kind == "merge" and peers:
        services.merge_places([it.id], peers[two % len(peers)].id, **deed)
    elif kind == "transfer":
        above = [i for i in alive if i.level < it.level and i.id != it.parent]
        trees = [[Tree.CODE], [Tree.GOVERNED], list(Tree)][two % 3]
        if above:
            services.transfer_place(it.id, above[two % len(above)].id, trees=trees, **deed)
    elif kind == "zone" and it.level < 4:
        part = Part(name=f"区{number}", kind="zone", code=f"z{number}", scheme="zone")
        services.establish_place(part, it.id, trees=[Tree.GOVERNED], **deed)


def below_on(day, tree):
    """Every place with all that hangs below it, read from the hierarchy."""
    below = {}
    for row in queries.hierarchy(on=day, tree=tree).to_pylist():
        for rung in set(list(row.values())[2:]) - {None}:
            below.setdefault(rung, []).append(row["place"])
    return below


def check(last):
    for tree in Tree:
        scopes = {}
        for day in {*queries.editions(tree), last}:
            assert faults(day, tree) == set()
            for place, own in below_on(day, tree).items():
                held = scopes.setdefault(place, queries.scopes(place, tree=tree))
                assert [s.ranges for s in held if s.holds_on(day)] == [runs(own)]
        for place, own in below_on(last, tree).items():
            assert queries.ranges(place, on=last, tree=tree) == runs(own)


@settings(
    max_examples=rounds(12),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(acts=ACTS)
def test_any_sequence_of_changes_keeps_the_promises(small, acts):
    point = transaction.savepoint()
    first, last = date(2026, 1, 1), date(2026, 2, 1)
    codes = {i.id: i.code for i in queries.descendants(at("44").id, on=first)}
    for number, (kind, one, two) in enumerate(acts, start=1):
        with suppress(services.NothingToChange, queries.NoSuchPlace, services.WrongLevel):
            act(kind, one, two, first + timedelta(days=number), number)
    check(last)
    for place, code in codes.items():
        assert queries.successors(place, on=last), "every place leads to one alive"
        steps = queries.lineage(code) if code.isdigit() else []
        assert not steps or queries.infos([step.new for step in steps], on=last)
    transaction.savepoint_rollback(point)


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (Part(name=" "), "没有名称"),
        (Part(name="新镇", code="44011710"), "应为"),
        (Part(name="新镇", code="440117"), "4 级"),
        (Part(name="新镇", code="abc"), "新镇"),
        (Part(name="街口街道", code="440117109"), "已经有"),
    ],
)
def test_a_part_that_cannot_be_is_refused_by_its_name(small, part, said):
    with pytest.raises(Invalid) as no:
        services.split_place(at("440117103", EVE).id, [part], on=DAY, **DEED)
    assert said in no.value.problems[0].words()


def test_the_same_split_twice_makes_no_second_place(small):
    old = at("440117103", EVE)
    part = Part(name="新镇", code="440117104")
    services.split_place(old.id, [part], on=DAY, **DEED)
    again = Part(name="新镇")
    with pytest.raises(Invalid) as no:
        services.split_place(old.id, [again], on=DAY, **DEED)
    assert "新镇" in no.value.problems[0].words()


def test_a_refusal_names_a_place_by_name_and_code(small):
    stranger = at("440112012001", EVE)
    part = Part(name="新镇", code="440117104", children=(stranger.id,))
    with pytest.raises(services.NotChild, match="440112012001 萝岗社区居委会"):
        services.split_place(at("440117103", EVE).id, [part], on=DAY, **DEED)
