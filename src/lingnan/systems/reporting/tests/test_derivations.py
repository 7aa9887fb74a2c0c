"""What the village need not be asked: proposals against the judged pairs, and against traps."""

import re
import sqlite3
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lingnan.systems.reporting.content import reading_words, vocabulary
from lingnan.systems.reporting.rules.derivations import propose_derivations
from lingnan.systems.reporting.rules.expressions import (
    Above,
    BadFormula,
    Count,
    Expression,
    In,
    Number,
    Op,
    Ref,
    Sum,
    codes_of,
    parse,
    sql_of,
    text_of,
)
from lingnan.systems.reporting.terms import Dimension, FormDraft, Proposal, Quality

from .forms import form, household, truth, village
from .test_matching import asking, renamed

WORDS = vocabulary()
# Judged one by one beside those of the truth table: formula and quality a statistician accepts.
JUDGED = {
    "140": ("139/138*100", "approximate"),
    "142": ("sum(202)", "exact"),
    "143": ("sum(203)", "exact"),
    "145": ("sum(202 where 201 in {1,3})", "exact"),
    "148": (
        "sum(204*202 where 201 in {1,3})/sum(202 where 201 in {1,3})",
        "approximate",  # each household's own average is rounded already
    ),
    "150": ("149/144*100", "approximate"),
    "157": ("sum(242)+sum(243)", "approximate"),
    "158": ("157/153*100", "approximate"),
    "159": ("sum(235)", "exact"),
    "160": ("sum(236)", "exact"),
    "161": ("sum(237)", "exact"),
    "162": ("sum(238)", "exact"),
    "165": ("sum(245)", "exact"),
    "166": ("165/142*100", "approximate"),
    "168": ("sum(247)", "exact"),
    "169": ("168/143*100", "approximate"),
    "171": ("count(231>0)", "approximate"),  # partly finished homes are counted too
    "172": ("count(232>0)", "exact"),
}


def proposals(a: FormDraft, b: FormDraft) -> dict[str, Proposal]:
    return {p.village_code: p for p in propose_derivations(a, b, WORDS)}


def as_pairs(found: dict[str, Proposal]) -> dict[str, tuple[str, str]]:
    return {code: (p.formula, p.quality.value) for code, p in found.items()}


def test_every_derivable_item_is_found_and_nothing_else() -> None:
    wanted = {
        row["village_item"]: (row["formula"], row["quality"].partition(":")[0])
        for row in truth("derivable")
    }
    assert len(wanted) == 12
    assert as_pairs(proposals(village(), household())) == wanted | JUDGED


def test_it_is_general() -> None:
    """With new codes in another order the same items come out, but for the rates, which lean on
    the order of the rows."""
    plain = proposals(village(), household())
    mixed_village = renamed(village(), seed=3)
    mixed = proposals(mixed_village, renamed(household(), seed=4))
    old = {(f.label, f.path): f.code for f in village().fields}
    names = {f.code: old[f.label, f.path] for f in mixed_village.fields}
    items = {f"q{n}": f.code for n, f in enumerate(household().fields)}
    told = {
        names[code]: re.sub(r"q\d+", lambda m: items[m[0]], p.formula)
        for code, p in mixed.items()
        if not village().field(names[code]).label.endswith("率")
    }
    kept = {c: p.formula for c, p in plain.items() if not village().field(c).label.endswith("率")}
    assert told == kept


def test_a_merged_head_table_takes_conditions_from_its_heads() -> None:
    found = as_pairs(proposals(form("stat_table_1_households"), household()))
    assert found == {
        "C": ("count(*)", "exact"),
        "D": ("sum(202)", "exact"),
        "E": ("count(201 in {1})", "exact"),
        "F": ("sum(202 where 201 in {1})", "exact"),
        "G": ("count(201 in {3})", "exact"),
        "H": ("sum(202 where 201 in {3})", "exact"),
        "I": ("count(201 in {2})", "exact"),
        "J": ("sum(202 where 201 in {2})", "exact"),
        "K": ("count(201 in {4})", "exact"),
        "L": ("sum(202 where 201 in {4})", "exact"),
        "Y": ("count(231>0)", "approximate"),
        # The table names no period, the survey asks about the year.
        "Z": ("sum(245)", "approximate"),
        "AA": ("sum(246)", "approximate"),
    }


def test_forms_about_others_derive_nothing() -> None:
    assert proposals(form("village_party_organisation"), household()) == {}
    assert proposals(form("stat_table_1_households", 1), household()) == {}


@pytest.mark.parametrize(
    "item",
    [
        "全村总户数（户）",  # not only the poor households
        "总人口（人）",
        "贫困户累计脱贫户数（户）",
        "上年贫困户户数（户）",
        "预计贫困户户数（户）",
        "贫困户没有劳动能力的成员人数（人）",
        "贫困户党员人数（人）",
        "贫困户住房建筑面积（亩）",
        "贫困户低保金（万元）",
        "贫困户参加免费就业培训人次（人次）",
        "贫困户平均家庭成员人数（人）",
    ],
)
def test_no_word_may_be_left_unexplained(item: str) -> None:
    assert proposals(asking("v", item, period="2012"), household()) == {}


@pytest.mark.parametrize(
    ("item", "formula"),
    [
        ("贫困户数（户）", "count(*)"),
        ("贫困户低保金（元）", "sum(221)"),
        ("有劳动能力的贫困户低保对象户数（户）", "count(201 in {1})"),
        ("低收入困难家庭贫困户人数（人）", "sum(202 where 201 in {3,4})"),
        ("住房结构为土坯的贫困户户数（户）", None),
    ],
)
def test_items_of_another_form(item: str, formula: str | None) -> None:
    found = proposals(asking("v", item, period="2012"), household())
    assert [(p.formula, p.quality) for p in found.values()] == (
        [(formula, Quality.EXACT)] if formula else []
    )


def under(whole: str, part: str) -> FormDraft:
    """`part` as 其中 of `whole`."""
    draft = asking("v", whole, part, period="2012")
    first, second = draft.fields
    return replace(draft, fields=(first, replace(second, parent=first.code, path=(first.label,))))


@pytest.mark.parametrize(
    ("whole", "part", "formula"),
    [
        ("贫困户总人数（人）", "60岁及以上人数（人）", "sum(203)"),
        ("贫困户户数（户）", "低保户（户）", "count(201 in {1,2})"),
        ("有劳动能力的贫困户户数（户）", "低保户（户）", "count(201 in {1})"),
        ("贫困户党员人数（人）", "60岁及以上人数（人）", None),
        ("列入危房改造计划的贫困户户数（户）", "低保户（户）", None),
        ("贫困户党员人数（人）", "参加免费就业培训人数（人）", None),
    ],
)
def test_a_part_of_something_else_is_not_the_whole(
    whole: str, part: str, formula: str | None
) -> None:
    draft = under(whole, part)
    found = proposals(draft, household()).get(draft.fields[1].code)
    assert (found and found.formula) == formula


def test_a_heading_limits_what_stands_under_it() -> None:
    draft = asking("v", "贫困户人数（人）", period="2012")
    limited = replace(draft.fields[0], path=("一、无劳动能力贫困户情况",))
    found = proposals(replace(draft, fields=(limited,)), household())
    assert [p.formula for p in found.values()] == ["sum(202 where 201 in {2,4})"]
    unclear = replace(draft.fields[0], path=("一、无劳动能力贫困户子女情况",))
    assert proposals(replace(draft, fields=(unclear,)), household()) == {}


def test_asked_of_a_part_of_the_members_is_only_approximate() -> None:
    found = proposals(asking("v", "贫困户外出务工人数（人）", period="2012"), household())
    assert [(p.formula, p.quality) for p in found.values()] == [("sum(243)", Quality.APPROXIMATE)]


def test_another_year_or_an_unnamed_population_is_only_approximate() -> None:
    later = replace(household(), period="2013")
    assert {p.quality for p in proposals(village(), later).values()} == {Quality.APPROXIMATE}
    unnamed = replace(household(), subject_name="")
    found = proposals(asking("v", "户数（户）", period="2012"), unnamed)
    assert [(p.formula, p.quality) for p in found.values()] == [("count(*)", Quality.APPROXIMATE)]


def test_yes_or_no_questions_count_households() -> None:
    home = read_yes_no()
    found = proposals(asking("v", "享受低保户数（户）", period="2026"), home)
    assert [p.formula for p in found.values()] == ["count(1 in {1})"]


def read_yes_no() -> FormDraft:
    from lingnan.systems.reporting.rules.reading import read_workbook

    text = "是否享受低保：1.是2.否,家庭人口（人）\n"
    draft = read_workbook(text.encode(), "户.csv", reading_words())[0]
    fields = tuple(replace(f, code=str(n)) for n, f in enumerate(draft.fields, start=1))
    return replace(draft, fields=fields, subject="household", period="2026")


def test_every_sql_runs_and_agrees_with_the_formula() -> None:
    """On four households, in SQLite; PostgreSQL and DuckDB read the same words."""
    rows = [("1", 3, 1, 1000), ("2", 2, 0, 500), ("3", 5, 2, 800), ("4", 1, 1, 0)]
    codes = [f.code for f in household().fields]
    with sqlite3.connect(":memory:") as db:
        columns = ", ".join(f'"{code}"' for code in codes)
        db.execute(f"create table homes ({columns})")
        for kind, size, old, income in rows:
            values = {"201": kind, "202": size, "203": old, "204": income, "230": old}
            marks = ", ".join("?" for _ in codes)
            db.execute(f"insert into homes values ({marks})", [values.get(c, 0) for c in codes])
        got = {}
        for code, p in proposals(village(), household()).items():
            if "/" in p.formula and "sum" not in p.formula:
                continue
            got[code] = db.execute(f"select {p.sql} from homes").fetchone()[0]
    assert got["141"] == 4
    assert got["142"] == 11
    assert (got["144"], got["146"], got["147"]) == (2, 2, 3)
    assert got["170"] == 3
    assert got["148"] == pytest.approx((1000 * 3 + 800 * 5) / 8)


def test_a_rate_guards_against_zero_and_whole_numbers() -> None:
    sql = proposals(village(), household())["156"].sql
    with sqlite3.connect(":memory:") as db:
        db.execute('create table v ("155" int, "153" int)')
        db.execute("insert into v values (1, 4), (1, 0)")
        assert [row[0] for row in db.execute(f"select {sql} from v")] == [25.0, None]


def test_columns_may_be_named_by_element_codes() -> None:
    tree = parse("sum(202 where 201 in {2,4})")
    assert sql_of(tree, {"202": "persons", "201": "kind"}) == (
        """sum("persons") filter (where "kind" in ('2', '4'))"""
    )


CODES = st.text('ab1._"户 -', min_size=1, max_size=5).filter(str.strip)
TESTS = st.one_of(
    st.builds(In, CODES, st.lists(st.text("ab12", min_size=1), min_size=1).map(tuple)),
    st.builds(Above, CODES, st.integers(0, 99).map(Decimal)),
)
WHERE = st.lists(TESTS, min_size=1, max_size=2).map(tuple)
LEAVES = st.one_of(
    st.builds(Count, st.one_of(st.just(()), WHERE)),
    st.builds(
        Sum, st.lists(CODES, min_size=1, max_size=2).map(tuple), st.one_of(st.just(()), WHERE)
    ),
    st.builds(Ref, CODES),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(Op, st.sampled_from("+-*/"), inner, inner),
        st.builds(lambda e: Op("*", e, Number(Decimal(100))), inner),
    ),
    max_leaves=6,
)


@given(TREES)
def test_text_and_tree_are_one(tree: Expression) -> None:
    assert parse(text_of(tree)) == tree
    assert set(codes_of(tree)) == set(codes_of(parse(text_of(tree))))


@pytest.mark.parametrize("text", ["", "sum()", "count(1 in {})", "1+", "sum(1", "a;b", "1 2"])
def test_bad_formulas_are_refused(text: str) -> None:
    with pytest.raises(BadFormula):
        parse(text)


def test_what_ought_to_be_is_the_whole_of_a_rate():
    """`管理率` of `应管理数` and `在管数` under one heading is never above a hundred by its formula."""
    model = next(
        f for f in village().fields if f.unit and f.unit.base == "人" and f.type == "integer"
    )
    head = ("高血压患者",)
    asked = [
        replace(model, code="1", label="高血压患者（应管理数）", path=head, parent=None),
        replace(model, code="2", label="高血压患者（在管数）", path=head, parent=None),
        replace(model, code="3", label="高血压患者（管理率）", path=head, type="percent", parent=None,
                unit=replace(model.unit, base="%", written="%", dimension=Dimension.RATIO)),
    ]  # fmt: skip
    one = replace(village(), fields=tuple(asked))
    assert as_pairs(proposals(one, household()))["3"] == ("2/1*100", "approximate")
