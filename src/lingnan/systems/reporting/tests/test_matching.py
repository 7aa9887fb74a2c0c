"""Same facts are found, unlike ones are never called the same."""

import random
import time
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lingnan.systems.reporting.content import reading_words, vocabulary
from lingnan.systems.reporting.rules.matching import match_fields, repeats
from lingnan.systems.reporting.rules.reading import read_workbook
from lingnan.systems.reporting.rules.vocabulary import build_vocabulary, canonical, marks_of
from lingnan.systems.reporting.terms import (
    Candidate,
    FieldDraft,
    FormDraft,
    Layout,
    Match,
    Relation,
)

from .forms import DATA, form, household, village

WORDS = vocabulary()


def asking(name: str, *items: str, period: str = "") -> FormDraft:
    """A form of the given column names (`常住人口（人）`)."""
    draft = read_workbook(",".join(items).encode(), f"{name}.csv", reading_words())[0]
    return replace(draft, subject="village", period=period)


def best(a: FormDraft, b: FormDraft) -> list[Candidate | None]:
    found = match_fields(a, b, WORDS)
    return [match.candidates[0] if match.candidates else None for match in found]


def one(a: str, b: str) -> Candidate | None:
    return best(asking("a", a), asking("b", b))[0]


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("总户数（户）", "总人数（人）"),
        ("贫困户户数（户）", "贫困户人数（人）"),
        ("户数", "人数"),
        ("户数", "家庭人口"),
        ("培训人数（人）", "培训人次（人次）"),
        ("常住人口（人）", "户籍人口（人）"),
        ("年末常住人口（人）", "年平均常住人口（人）"),
        ("当年脱贫户数（户）", "累计脱贫户数（户）"),
        ("脱贫户数（户）", "累计脱贫户数（户）"),
        ("上年村集体经济收入（元）", "本年村集体经济收入（元）"),
        ("预计今年村集体经济收入（元）", "今年村集体经济收入（元）"),
        ("人均收入（元）", "总收入（元）"),
        ("60岁以上老年人（人）", "80岁以上老年人（人）"),
        ("有劳动能力人数（人）", "无劳动能力人数（人）"),
        ("男性党员（人）", "女性党员（人）"),
        ("列入危房改造计划户数（户）", "完成危房改造户数（户）"),
        ("新增党员（人）", "减少党员（人）"),
        ("参保人数（人）", "参保率（%）"),
    ],
)
def test_traps_are_never_the_same(a: str, b: str) -> None:
    for found in (one(a, b), one(b, a)):
        assert found is None or found.relation is not Relation.SAME
        assert found is None or found.score < 0.8


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("总户数（户）", "户数（户）"),
        ("参加新型农村合作医疗人数（人）", "参加新农合人数（人）"),
        ("低保对象（户）", "低保户数（户）"),
        ("（一）卫生站（个）", "一、衛生站（個）"),
        ("村集体经济收入（万元）", "村级集体经济收入（元）"),
        ("公民身份号码", "身份证号"),
        ("户口登记地", "户籍所在地"),
        ("党员人数（人）", "党员（人）"),
        ("在读小学、初中人数（人）", "在读小学和初中人数（人）"),
    ],
)
def test_other_words_for_the_same_fact(a: str, b: str) -> None:
    for found in (one(a, b), one(b, a)):
        assert found is not None
        assert found.relation is Relation.SAME, found
        assert found.score >= 0.8
        assert found.reasons


def test_units_to_convert_are_said() -> None:
    found = one("村集体经济收入（万元）", "村级集体经济收入（元）")
    assert found is not None
    assert any("换算" in reason for reason in found.reasons)


@pytest.mark.parametrize(
    ("a", "b", "relation"),
    [
        ("党员人数（人）", "女党员人数（人）", Relation.NARROWER),
        ("女党员人数（人）", "党员人数（人）", Relation.BROADER),
        ("人口（人）", "常住人口（人）", Relation.NARROWER),
    ],
)
def test_a_part_is_not_the_whole(a: str, b: str, relation: Relation) -> None:
    found = one(a, b)
    assert found is not None
    assert found.relation is relation, found


def test_household_items_add_up_to_village_items() -> None:
    found = {m.source.field.code: m.chosen for m in match_fields(household(), village(), WORDS)}
    pairs = {
        code: (c.target.field.code, c.relation)
        for code, c in found.items()
        if c and c.score >= 0.8 and c.relation is Relation.DERIVED
    }
    wanted = {
        "202": "142",
        "203": "143",
        "235": "159",
        "236": "160",
        "237": "161",
        "238": "162",
        "239": "163",
        "240": "164",
        "241": "153",
        "244": "154",
        "245": "165",
        "246": "167",
        "247": "168",
    }
    assert pairs == {a: (b, Relation.DERIVED) for a, b in wanted.items()}


def test_what_the_five_forms_ask_twice() -> None:
    forms = [
        village(),
        household(),
        form("stat_table_1_households"),
        form("stat_table_1_households", 1),
        form("village_party_organisation"),
        form("household_list_header"),
    ]
    groups = repeats(forms, WORDS)
    same = {
        frozenset(ref.field.code for ref in group.fields)
        for group in groups
        if group.relation is Relation.SAME
    }
    assert same == {
        *map(frozenset, [("141", "C"), ("142", "D"), ("165", "Z"), ("167", "AA")]),
        *map(frozenset, [("196", "H"), ("197", "I"), ("198", "J")]),
    }
    derived = [group for group in groups if group.relation is Relation.DERIVED]
    assert all(group.fields[1].form == "survey_2_household_2012" for group in derived)
    assert len(derived) == 16


def test_the_same_form_twice_pairs_every_field_with_itself() -> None:
    for match in match_fields(village(), village(), WORDS):
        assert match.chosen is not None
        assert match.chosen.target.field.code == match.source.field.code
        assert match.chosen.relation is Relation.SAME


def test_order_and_codes_do_not_matter() -> None:
    """Renamed codes and shuffled rows: the same pairs by label."""
    mixed = renamed(village(), seed=7)
    before = _pairs(match_fields(household(), village(), WORDS))
    after = _pairs(match_fields(household(), mixed, WORDS))
    assert before == after


def _pairs(matches: Sequence[Match]) -> set[tuple[str, str, tuple[str, ...]]]:
    return {
        (m.source.field.code, m.chosen.target.field.label, m.chosen.target.field.path)
        for m in matches
        if m.chosen and m.chosen.relation is Relation.DERIVED
    }


def renamed(draft: FormDraft, *, seed: int) -> FormDraft:
    new = {found.code: f"q{n}" for n, found in enumerate(draft.fields)}
    fields = [replace(f, code=new[f.code], parent=new.get(f.parent, "")) for f in draft.fields]
    random.Random(seed).shuffle(fields)
    return replace(draft, form="renamed", fields=tuple(fields))


def test_english_columns_with_values() -> None:
    left, right = (
        read_workbook((DATA / name).read_bytes(), name, reading_words())[0]
        for name in ("authors1.csv", "authors2.csv")
    )
    chosen = {
        m.source.field.code: m.chosen.target.field.code
        for m in match_fields(left, right, WORDS)
        if m.chosen
    }
    assert chosen == {"EID": "EID", "Authors": "Authors", "Cited by": "Cited by"}


def test_names_in_other_spelling_and_shared_values() -> None:
    a = read_workbook(
        b"first_name,birthDate,sex\nAnn,1950-01-02,f\nBo,1951-01-02,m\n", "a.csv", reading_words()
    )[0]
    b = read_workbook(
        b"Birth Date,FirstName,x\n1960-01-02,Cy,f\n1961-01-02,Di,m\n", "b.csv", reading_words()
    )[0]
    found = best(a, b)
    assert [c and c.target.field.code for c in found[:2]] == ["FirstName", "Birth Date"]


def test_ten_candidates_at_most_best_first() -> None:
    for match in match_fields(village(), form("village_party_organisation"), WORDS):
        scores = [c.score for c in match.candidates]
        assert len(scores) <= 10
        assert all(0 <= score <= 1 for score in scores)
        # A one-to-one partner may stand up to 0.03 higher than its score.
        assert all(a + 0.03 >= b for a, b in zip(scores, scores[1:], strict=False))
        assert all(c.reasons for c in match.candidates)


def test_speed_of_two_forms_and_of_a_big_catalogue() -> None:
    match_fields(household(), village(), WORDS)
    start = time.perf_counter()
    match_fields(household(), village(), WORDS)
    assert time.perf_counter() - start < 0.5, "measured about 0.03 s"
    many = FormDraft(
        "catalogue",
        "",
        "",
        Layout.LIST,
        tuple(
            replace(f, code=f"e{n}", label=f"{f.label}{n // 104 or ''}")
            for n, f in enumerate(village().fields * 48)
        ),
        subject="village",
    )
    start = time.perf_counter()
    found = match_fields(village(), many, WORDS)
    assert time.perf_counter() - start < 10
    assert found[0].candidates[0].target.field.code == "e0"


def test_a_phrase_has_one_canonical_form() -> None:
    with pytest.raises(ValueError, match="twice"):
        build_vocabulary([["甲", "乙"], ["丙", "乙"]], [])
    assert canonical("新型农村合作医疗", WORDS) == canonical("新农合", WORDS)
    assert marks_of("已动工未完成", WORDS)["进度"] == frozenset({"未完成"})


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text("户数人口常住籍党员收入0123年月（）", min_size=1, max_size=9), max_size=6))
def test_a_pair_is_judged_alike_both_ways(labels: list[str]) -> None:
    """`same` is symmetric, and broader is the other side of narrower."""
    fields = tuple(
        FieldDraft(str(n), label, (), "s", n + 1, 1, f"A{n + 1}", f"A{n + 1}", type_)
        for n, (label, type_) in enumerate((x, village().fields[0].type) for x in labels)
    )
    a = FormDraft("a", "", "s", Layout.LIST, fields, subject="village")
    b = replace(a, form="b")
    mirrored = {Relation.BROADER: Relation.NARROWER, Relation.NARROWER: Relation.BROADER}
    forth = _relations(match_fields(a, b, WORDS))
    back = _relations(match_fields(b, a, WORDS))
    for (source, target), relation in forth.items():
        assert back.get((target, source), relation) == mirrored.get(relation, relation)


def _relations(matches: Sequence[Match]) -> dict[tuple[str, str], Relation]:
    return {
        (m.source.field.code, c.target.field.code): c.relation
        for m in matches
        for c in m.candidates
    }
