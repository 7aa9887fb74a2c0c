"""Clusters, memory, lineage and the order of the table, as pure decisions."""

import time
from datetime import UTC, date, datetime, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lingnan.systems.reporting.rules.dictionary import (
    Earlier,
    blocks,
    clusters,
    identity_of,
    moved,
    precedence_of,
    recall,
    since,
)
from lingnan.systems.reporting.rules.units_words import parse_unit
from lingnan.systems.reporting.terms import FieldDraft, FieldType, Option, Relation
from lingnan.systems.reporting.terms.dictionary import Decided, Identity, Node

AT = datetime(2026, 11, 22, tzinfo=UTC)


def nodes(count, forms=None, kind="n"):
    return [Node(i, forms[i] if forms else i, i, kind) for i in range(count)]


def test_a_chain_of_likenesses_does_not_join_its_ends():
    chain = {(0, 1): 0.95, (1, 2): 0.9}
    assert clusters(nodes(3), chain) == [[0, 1]]
    assert clusters(nodes(3), chain | {(0, 2): 0.7}) == [[0, 1, 2]]


def test_a_person_parts_what_the_machine_would_join():
    same = dict.fromkeys(combinations(range(3), 2), 0.9)
    assert clusters(nodes(3), same, apart=[(2, 0)]) == [[0, 1]]


def test_a_form_asks_a_fact_once_and_kinds_never_mix():
    same = dict.fromkeys(combinations(range(3), 2), 0.9)
    assert clusters(nodes(3, forms=[1, 2, 1]), same) == [[0, 1]]
    mixed = [Node(0, 0, 0, "人"), Node(1, 1, 1, "户"), Node(2, 2, 2, "人")]
    assert clusters(mixed, same) == [[0, 2]]


def test_what_is_one_element_already_stands_together():
    joined = [Node(0, 0, 7, "n"), Node(1, 1, 7, "n"), Node(2, 2, 8, "n")]
    assert clusters(joined, {(1, 2): 0.9}) == [[0, 1, 2]]
    assert clusters(joined, {(0, 1): 0.9}) == []


pairs = st.tuples(st.integers(0, 11), st.integers(0, 11)).filter(lambda p: p[0] < p[1])


@given(
    st.dictionaries(pairs, st.floats(0.6, 1.0), max_size=50),
    st.sets(pairs, max_size=12),
    st.lists(st.integers(0, 4), min_size=12, max_size=12),
)
def test_no_cluster_holds_a_pair_that_anything_keeps_apart(same, apart, forms):
    found = clusters(nodes(12, forms), same, apart)
    ids = [i for group in found for i in group]
    assert len(ids) == len(set(ids))
    for group in found:
        assert len({forms[i] for i in group}) == len(group) > 1
        for pair in combinations(group, 2):
            assert pair in same and pair not in apart
    assert found == clusters(nodes(12, forms), dict(reversed(same.items())), apart)


def worked(forms, facts=45):
    """Seconds of work for so many forms that all ask the same."""
    all_nodes = [
        Node(f * facts + q, f, f * facts + q, "n") for f in range(forms) for q in range(facts)
    ]
    same = {
        (a * facts + q, b * facts + q): 0.9 - 0.0001 * q
        for a, b in combinations(range(forms), 2)
        for q in range(facts)
    }
    begun = time.process_time()
    found = clusters(all_nodes, same)
    spent = time.process_time() - begun
    assert [len(group) for group in found] == [forms] * facts
    return spent


def test_twice_the_forms_cost_as_their_pairs_do():
    """A hundred forms of 45 questions are 222 750 pairs: the work grows with them, no faster."""
    assert worked(100) < 12 * worked(50)


def question(label, path=(), unit="", options=(), type_=FieldType.INTEGER):
    return FieldDraft(
        "1", label, path, "表", 1, 1, "A1", "A1", type_, parse_unit(unit), options=options
    )


def test_a_wording_survives_numbering_brackets_and_multipliers():
    one = identity_of(question("（一）户籍人口", ("一、人口",), "人"), subject="place")
    assert one == identity_of(question("1.户籍人口", ("二、人口",), "人"), subject="place")
    assert one != identity_of(question("户籍人口", ("一、人口",), "户"), subject="place")
    assert one != identity_of(question("户籍人口", ("一、人口",), "人"), subject="household")
    money = question("收入", (), "万元", type_=FieldType.MONEY)
    assert identity_of(money, subject="place") == identity_of(
        question("收入", (), "元", type_=FieldType.MONEY), subject="place"
    )
    coded = question("户别", (), "", (Option("1", "是"), Option("2", "否")), FieldType.CODE)
    turned = question("户别", (), "", (Option("1", "否"), Option("2", "是")), FieldType.CODE)
    assert identity_of(coded, subject="place") == identity_of(turned, subject="place")


def said(number, source, target, relation, minutes=0):
    at = AT + timedelta(minutes=minutes)
    return Decided(number, source, target, relation, 1, "data_bureau", at)


A, B = Identity("a", "民政"), Identity("b", "卫健")


def test_memory_is_told_from_either_side():
    told = [said(1, A, B, Relation.BROADER)]
    assert recall(A, B, told).relation is Relation.BROADER
    assert recall(B, A, told).relation is Relation.NARROWER
    assert recall(A, Identity("c"), told) is None


def test_own_departments_stand_before_equal_wordings_and_strife_is_shown():
    elsewhere = said(1, Identity("a", "农业"), B, Relation.ALIKE)
    own = said(2, A, B, Relation.SAME, 5)
    assert recall(A, B, [elsewhere]).relation is Relation.ALIKE
    memory = recall(A, B, [elsewhere, own])
    assert memory.relation is Relation.SAME and not memory.conflict
    third = recall(Identity("a", "统计"), B, [elsewhere, own])
    assert third.conflict
    again = recall(A, B, [own, said(3, B, A, Relation.ALIKE, 9)])
    assert again.conflict and again.relation is Relation.ALIKE


def test_equal_wordings_of_two_departments_keep_their_direction():
    one, other = Identity("a", "民政"), Identity("a", "卫健")
    told = [said(1, one, other, Relation.NARROWER)]
    assert recall(one, other, told).relation is Relation.NARROWER
    assert recall(other, one, told).relation is Relation.BROADER


def test_a_change_never_reaches_back_to_answered_periods():
    first = since(2026_000)
    assert first == date(2027, 1, 1)
    assert since(None) is None
    one = moved((), (1, "a"), 2, first)
    assert one == (Earlier(date(2027, 1, 1), 1, "a"),)
    assert moved((), (1, "a"), 2, None) == ()
    assert moved(one, (2, "b"), 1, first) == ()  # taken back before anything was answered
    assert moved(one, (2, "b"), 3, first) == one  # 2 was never answered
    later = moved(one, (2, "b"), 1, since(2027_000))
    assert later == (*one, Earlier(date(2028, 1, 1), 2, "b"))


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(2020, 2030)), max_size=8))
def test_answered_periods_mean_for_ever_what_they_meant(steps):
    """Moves in any order: the element of each answered year is what it was when it was answered."""
    earlier, now, answered, meant = (), 1, None, {}
    for to, year in steps:
        if answered is None or year > answered:
            answered = year
            meant[year] = now if not meant else meaning(earlier, now, year)
        if to != now:
            earlier = moved(earlier, (now, str(now)), to, since(answered * 1000))
            now = to
        for old, element in meant.items():
            assert meaning(earlier, now, old) == element


def meaning(earlier, now, year):
    return next((e.element for e in earlier if date(year, 1, 1) < e.until), now)


def test_whose_word_wins_follows_what_the_bureau_said():
    sources = [("form:A", "d1"), ("form:B", "d2"), ("form:C", "d2")]
    assert precedence_of((), sources) == ("ledger", "form:A", "form:B", "form:C")
    assert precedence_of(("department:d2",), sources)[:2] == ("form:B", "form:C")
    assert precedence_of(("form:C", "ledger"), sources, held=("form:OLD",)) == (
        "form:C", "ledger", "form:OLD", "form:A", "form:B",
    )  # fmt: skip


def test_blocks_come_together():
    left = [[True, False, True, False], [False, True, False, True]] * 3
    rows, cols = blocks(left)
    assert {frozenset(rows[:3]), frozenset(rows[3:])} == {
        frozenset({0, 2, 4}),
        frozenset({1, 3, 5}),
    }
    assert {frozenset(cols[:2]), frozenset(cols[2:])} == {frozenset({0, 2}), frozenset({1, 3})}


@given(st.lists(st.lists(st.booleans(), min_size=5, max_size=5), max_size=7))
def test_ordering_loses_nothing(marks):
    rows, cols = blocks(marks)
    assert sorted(rows) == list(range(len(marks)))
    assert sorted(cols) == (list(range(5)) if marks else [])
    assert (rows, cols) == blocks(marks)


@pytest.mark.parametrize("label", ["户籍人口", "（一）户籍人口数", "3.户籍总人口"])
def test_a_common_fact_has_names_in_four_languages(label):
    from lingnan.systems.reporting.queries.dictionary.clusters import names_for

    titles, converted = names_for(["甲", label])
    assert titles["en"] == "Registered population" and set(titles) == {
        "zh-hans", "zh-hant", "en", "pt",
    }  # fmt: skip
    assert converted == ("zh-hant",)
    assert names_for(["鱼塘", "鱼塘面积", "鱼塘"]) == ({"zh-hans": "鱼塘"}, ())
