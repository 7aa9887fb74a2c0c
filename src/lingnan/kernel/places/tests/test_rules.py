from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lingnan.kernel.places.rules import codes, files, history, looking, names, trees
from lingnan.kernel.places.rules.trees import FOREVER, Above, Link
from lingnan.kernel.places.terms import BEGINNING, Tree

D1, D2, D3 = date(2014, 2, 12), date(2018, 5, 24), date(2021, 9, 17)


@pytest.mark.parametrize(
    ("given", "stored"),
    [("44", "440000000000"), ("440117", "440117000000"), ("441900003", "441900003000")],
)
def test_a_short_code_is_filled_up(given, stored):
    assert codes.full(given) == stored


@pytest.mark.parametrize("wrong", ["", "4", "44011", "4401x7", "4401170000001", "４４"])
def test_what_is_no_code_is_refused(wrong):
    with pytest.raises(ValueError, match="not a division code"):
        codes.full(wrong)


def test_civil_affairs_keeps_six_digits_for_counties_and_nine_for_towns():
    assert codes.stored("440117000000", "mca") == "440117"
    assert codes.stored("440117001", "mca") == "440117001"


def test_significant_digits_stop_at_the_level():
    assert codes.significant("440000000000") == "44"
    assert codes.significant("440100000000") == "4401"
    assert codes.significant("441900003000") == "441900003"
    assert codes.significant("440184") == "440184"


@given(st.text("0123456789", min_size=6, max_size=6))
def test_recoding_there_and_back_changes_nothing(tail):
    there = codes.recoded(f"440184{tail}", "440184000000", "440117000000")
    assert there == f"440117{tail}"
    assert codes.recoded(there, "440117", "440184") == f"440184{tail}"


def test_recoding_leaves_strangers_alone():
    assert codes.recoded("440183001000", "440184000000", "440117000000") == "440183001000"


@pytest.mark.parametrize(
    ("code", "level", "name", "kind"),
    [
        ("440000000000", 1, "广东省", "province"),
        ("810000000000", 1, "香港特别行政区", "special_region"),
        ("440232000000", 3, "乳源瑶族自治县", "autonomous_county"),
        ("440184000000", 3, "从化市", "county_city"),
        ("440103001000", 4, "沙面街道", "street"),
        ("441900101000", 4, "石碣镇", "town"),
        ("440607404000", 4, "广州军区三水农场", "town_like"),
        ("440103014002", 5, "鹤建里社区居委会", "residents_committee"),
        ("441521104210", 5, "圆墩村民委员会", "villagers_committee"),
    ],
)
def test_kind_is_read_from_code_and_name(code, level, name, kind):
    assert codes.kind_of(code, level, name) == kind


@pytest.mark.parametrize(
    ("name", "initials", "pinyin"),
    [
        ("广州市", "gzs", "guangzhoushi"),
        ("番禺区", "pyq", "panyuqu"),
        ("大埔县", "dbx", "dabuxian"),
        ("东涌镇", "dcz", "dongchongzhen"),
        ("深水埗区", "ssbq", "shenshuibuqu"),
        ("重庆路社区", "cqlsq", "chongqinglushequ"),
        ("三一(东)村", "sydc", "sanyidongcun"),
    ],
)
def test_names_sound_as_guangdong_says_them(name, initials, pinyin):
    assert names.pinyin(name) == (pinyin, initials)


def test_what_a_search_text_is():
    assert [looking.looks_like(t) for t in ("4401", "gzs", "Xi'an", "广州", "石3")] == [
        "code", "latin", "latin", "name", "name",
    ]  # fmt: skip
    assert looking.letters("Guang zhou'") == "guangzhou"


def test_closure_follows_a_move_on_its_day():
    links = [
        Link(1, None, BEGINNING), Link(2, 1, BEGINNING), Link(3, 1, BEGINNING),
        Link(4, 2, BEGINNING, D1), Link(4, 3, D1), Link(5, 4, BEGINNING),
    ]  # fmt: skip
    above = set(trees.closure(links)[5])
    assert Above(2, 2, BEGINNING, D1) in above
    assert Above(3, 2, D1, FOREVER) in above
    assert Above(1, 3, BEGINNING, FOREVER) in above  # the same on both sides: one span
    assert len(above) == 5


def test_a_circle_is_refused():
    with pytest.raises(ValueError, match="above itself"):
        trees.closure([Link(1, 2, BEGINNING), Link(2, 1, BEGINNING)])


DAYS = [date(2020, 1, day) for day in range(1, 9)]


@st.composite
def dated_trees(draw):
    """Places 1..n; each changes its parent on some days; a parent's number is smaller."""
    links = [Link(1, None, DAYS[0])]
    for place in range(2, draw(st.integers(2, 9)) + 1):
        cuts = sorted(draw(st.sets(st.sampled_from(DAYS[1:-1]), max_size=3)))
        starts = [DAYS[0], *cuts]
        for start, end in zip(starts, [*cuts, FOREVER], strict=True):
            links.append(Link(place, draw(st.integers(1, place - 1)), start, end))
    return links


@given(dated_trees())
def test_closure_is_the_transitive_closure_of_the_parents_on_every_day(links):
    closed = trees.closure(links)
    for day in DAYS:
        parent = {k.place: k.parent for k in links if k.start <= day < k.end}
        for place in parent:
            climbed, at, depth = set(), place, 0
            while at is not None:
                climbed.add((at, depth))
                at, depth = parent[at], depth + 1
            told = [(a.ancestor, a.depth) for a in closed[place] if a.start <= day < a.end]
            assert sorted(told) == sorted(climbed)


@given(dated_trees(), dated_trees())
def test_a_variant_is_the_closure_it_stands_for(links, others):
    closed = trees.variant(trees.closure(links), links, others)
    wanted = trees.closure(others)
    assert {p: sorted(rows) for p, rows in closed.items()} == {
        p: sorted(rows) for p, rows in wanted.items()
    }


@given(dated_trees())
def test_closure_never_repeats_or_abuts_a_span(links):
    for rows in trees.closure(links).values():
        for row in rows:
            assert row.start < row.end
            assert not any(
                o.ancestor == row.ancestor and o.depth == row.depth and o.end == row.start
                for o in rows
            )


@given(st.dictionaries(st.integers(1, 60), st.integers(0, 59), max_size=40))
def test_preorder_makes_every_subtree_one_run(raw):
    parents = {str(k): str(v) for k, v in raw.items() if v < k and (v == 0 or v in raw)}
    parents = {k: ("" if v == "0" else v) for k, v in parents.items()}
    keys = [str(k) for k in raw if str(k) in parents]
    keys = [k for k in keys if parents[k] == "" or parents[k] in keys]
    order = trees.preorder(parents, keys)
    place = {k: i for i, k in enumerate(order)}

    def below(key):
        return [key, *(d for c in order if parents[c] == key for d in below(c))]

    for key in order:
        spots = sorted(place[k] for k in below(key))
        assert spots == list(range(spots[0], spots[0] + len(spots)))
        assert spots[0] == place[key]


DIVISIONS = """code,name,level,parent_code,urban_rural_code
440000000000,广东省,1,,
440100000000,广州市,2,440000000000,
440112000000,黄埔区,3,440100000000,
440112001000,黄埔街道,4,440112000000,
440112012000,萝岗街道,4,440112000000,
440112012001,萝岗社区居委会,5,440112012000,
440117000000,从化区,3,440100000000,
440117001000,街口街道,4,440117000000,
"""
HEAD = "kind,effective,old,new,old_name,new_name,level,tree,children,document,source,verified\n"
CHANGES = (
    HEAD
    + "rename,2014-02-12,440184,440117,从化市,从化区,3,both,,国函〔2014〕14号,,true\n"
    + "merge,2014-02-12,440116,440112,萝岗区,黄埔区,3,both,萝岗街道,国函〔2014〕14号,,true\n"
    + "establish,2021-09-17,440100,zone:z,,合作区,3,governed,,,,false\n"
    + "transfer,2021-09-17,440117,zone:z,,,4,governed,街口街道,,,false\n"
)


def rebuilt(changes=CHANGES):
    places = files.divisions(DIVISIONS)
    return history.reconstruct(places, files.changes(changes, places))


def test_an_edition_is_led_back_through_its_changes():
    past = rebuilt().places
    assert list(past["440117000000"].code.rows(None)) == [
        ("440184000000", BEGINNING, D1, None),
        ("440117000000", D1, None, 1),
    ]
    assert past["440117000000"].name.at(date(2014, 2, 11)) == "从化市"
    assert past["440117000000"].kind.at(date(2014, 2, 11)) == "county_city"
    assert past["440117001000"].code.at(BEGINNING) == "440184001000"
    assert (past["440116000000"].start, past["440116000000"].end) == (BEGINNING, D1)
    assert list(past["440112012000"].parents[Tree.CODE].rows(None)) == [
        ("440116000000", BEGINNING, D1, None),
        ("440112000000", D1, None, 2),
    ]
    assert past["440112012001"].code.at(BEGINNING) is None  # its old code is not known, so not told


def test_a_zone_stands_in_the_governed_tree_alone():
    past = rebuilt().places
    assert set(past["zone:z"].parents) == {Tree.GOVERNED}
    assert past["zone:z"].start == D3
    assert past["440117001000"].parents[Tree.GOVERNED].at(D3) == "zone:z"
    assert past["440117001000"].parents[Tree.CODE].at(D3) == "440117000000"


def test_every_change_leaves_its_moves():
    moves = {(m.old_code, m.new_code, m.old_name, m.new_name) for m in rebuilt().moves}
    assert ("440184000000", "440117000000", "从化市", "从化区") in moves
    assert ("440116000000", "440112000000", "萝岗区", "黄埔区") in moves


def test_a_split_is_undone_by_hanging_its_children_back():
    places = files.divisions(DIVISIONS)
    changes = files.changes(
        HEAD + "split,2018-05-24,440112,440117,黄埔区,从化区,3,both,,,,false\n", places
    )
    past = history.reconstruct(places, changes).places
    assert past["440117000000"].start == D2
    assert past["440117001000"].parents[Tree.CODE].first == "440112000000"


def test_a_change_that_names_a_stranger_is_refused():
    with pytest.raises(ValueError, match="no place 440999"):
        rebuilt(HEAD + "rename,2014-02-12,440999,440999,某市,某区,3,both,,,,true\n")
    with pytest.raises(ValueError, match="called 不存在镇"):
        rebuilt(HEAD + "merge,2014-02-12,440116,440112,萝岗区,黄埔区,3,both,不存在镇,,,true\n")


def test_the_key_of_a_line_is_its_own():
    places = files.divisions(DIVISIONS)
    found = [c.key for c in files.changes(CHANGES, places)]
    assert found == [c.key for c in files.raw_changes(CHANGES)]
    assert len(set(found)) == 4
