"""Findings over answers: each check says what is wrong; a county at a glance equals one by one."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lingnan.systems.reporting import content
from lingnan.systems.reporting.rules.checking import (
    build_thresholds,
    check_sheets,
    check_sheets_one_by_one,
    counts_of,
    in_force,
    plan_of,
)
from lingnan.systems.reporting.rules.filing import asked_of, typed
from lingnan.systems.reporting.rules.reading import read_workbook
from lingnan.systems.reporting.terms.checking import (
    Check,
    Formula,
    Held,
    Identity,
    Known,
    Pair,
    Plan,
    Severity,
    Sheet,
)
from lingnan.systems.reporting.terms.filings import FieldInfo
from lingnan.systems.reporting.terms.forms import FieldType, Option, Role

NOTHING = Known()
LIMITS = in_force(content.thresholds(), date(2026, 11, 26))


def field(code, type_=FieldType.INTEGER, label="", dimension="persons", multiplier=1, options=()):
    number = int(code)
    return FieldInfo(
        number, 1, number, code, label or f"项目{code}", (), "表", number, 4, f"D{number}", type_,
        Role.ASKED, "人", "人", dimension, Decimal(multiplier), options, number,
    )  # fmt: skip


FIELDS = (
    field("1", label="总人口"),
    field("2", label="男"),
    field("3", label="女"),
    field("4", label="其中：党员"),
    field("5", FieldType.MONEY, "年收入", "money", 10000),
    field("6", FieldType.PERCENT, "参保率", "ratio"),
    field("7", FieldType.CODE, "通路", "code", options=(Option("1", "是"), Option("2", "否"))),
    field("8", label="总户数", dimension="households"),
)
PLAN = Plan(
    FIELDS,
    LIMITS,
    (Identity("1", ("2", "3"), "分项", said=True),),
    (Pair("4", "1", said=True), Pair("2", "1")),
    (Formula("6", "4/1*100"),),
)
CLEAN = {"1": "100", "2": "60", "3": "40", "4": "10", "5": "12.5", "6": "10", "7": "1", "8": "30"}


def sheet(place=1, **given):
    answers = CLEAN | {code.removeprefix("q"): text for code, text in given.items()}
    return Sheet(place, {f.code: typed(f, answers[f.code]) for f in FIELDS})


def findings(*sheets, known=NOTHING):
    return check_sheets(PLAN, sheets, known)


def only(*sheets, known=NOTHING):
    (found,) = findings(*sheets, known=known)
    return found


def test_a_clean_filing_has_no_findings():
    assert findings(sheet()) == []


def test_wrong_text_is_an_error_in_its_cell():
    found = only(sheet(q7="5"))
    assert (found.severity, found.check, found.cell) == (Severity.ERROR, Check.TYPE, "表!D7")
    assert found.words == "应填代码 1（是）、2（否），现为“5”。"


def test_a_confirmed_sum_that_does_not_add_up_is_an_error():
    found = only(sheet(q3="45"))
    assert (found.severity, found.check, found.field) == (Severity.ERROR, Check.SUM, "1")
    assert found.words == "“总人口”为 100，分项（2、3）之和为 105，相差 -5。"
    assert found.figures == (("total", 100), ("parts", 105))
    assert found.source == "本项目自定，供各地按实际调整"


def test_a_sum_that_only_the_shape_of_the_form_suggests_is_a_hint():
    plan = replace(PLAN, identities=(Identity("1", ("2", "3"), "分项"),))
    (found,) = check_sheets(plan, [sheet(q3="45")])
    assert found.severity is Severity.HINT


def test_a_missing_part_leaves_a_sum_unknown_and_one_not_applicable_adds_nothing():
    assert findings(sheet(q3="缺")) == []
    assert only(sheet(q3="不适用")).check is Check.SUM
    assert findings(sheet(q2="100", q3="不适用")) == []
    assert findings(sheet(q2="100", q3="0")) == []


def test_a_part_greater_than_its_whole_is_an_error_where_the_form_says_among():
    found = [one for one in findings(sheet(q4="101", q6="101")) if one.check is Check.PART]
    assert [one.severity for one in found] == [Severity.ERROR]
    assert "大于它所属的“总人口” 100" in found[0].words


def test_an_accepted_formula_and_a_range_are_held():
    found = {one.check: one for one in findings(sheet(q6="130"))}
    assert set(found) == {Check.FORMULA, Check.RANGE}
    assert found[Check.FORMULA].words == "“参保率”为 130，按本表算法 4/1*100 应为 10。"
    assert found[Check.RANGE].severity is Severity.EXPLAIN


def test_change_needs_both_a_share_and_an_amount():
    last = Known(last={(1, "5"): (Decimal(100_000), Held.VALUE)})
    assert findings(sheet(q5="14.9"), known=last) == []
    found = only(sheet(q5="100"), known=last)
    assert (found.check, found.severity) == (Check.LAST, Severity.EXPLAIN)
    assert found.words == "“年收入”由上期 10 变为 100，变动 +900.0%。"
    ago = Known(year_ago={(1, "5"): (Decimal(0), Held.VALUE)})
    assert "由 0 起" in only(sheet(q5="100"), known=ago).words


def test_what_was_a_number_may_not_silently_vanish():
    last = Known(last={(1, "8"): (Decimal(30), Held.VALUE)})
    found = only(sheet(q8="不适用"), known=last)
    assert (found.check, found.words) == (
        Check.VANISHED, "“总户数”上期为 30，本期改为“不适用”。"
    )  # fmt: skip
    assert findings(sheet(q8="0"), known=last)[0].check is Check.LAST
    none = Known(last={(1, "8"): (None, Held.MISSING)})
    assert findings(sheet(q8="缺"), known=none) == []


@pytest.mark.parametrize(
    ("known", "check", "words"),
    [
        (Known(elsewhere={(1, "8"): (Decimal(31), "form:A")}), Check.ELSEWHERE, "报表 A）为 31"),
        (Known(ledger={(1, "8"): Decimal(29)}), Check.LEDGER, "台账现有 29"),
        (Known(children={(1, "8"): Decimal(32)}), Check.CHILDREN, "下级合计为 32，相差 -2"),
    ],
)
def test_another_figure_of_the_same_fact_must_be_explained(known, check, words):
    found = only(sheet(), known=known)
    assert (found.check, found.severity) == (check, Severity.EXPLAIN)
    assert words in found.words


def test_a_village_unlike_its_siblings_is_a_hint():
    usual = [sheet(n, q8=str(25 + n)) for n in range(1, 12)]
    assert findings(*usual) == []
    found = only(*usual, sheet(12, q8="3000"))
    assert (found.check, found.severity, found.place) == (Check.SIBLINGS, Severity.HINT, 12)
    small = [
        sheet(n, q8=str(n % 3)) for n in range(1, 30)
    ]  # a 5 among 0, 1 and 2 is rare, and small
    zeros = [sheet(n, q8="0") for n in range(1, 30)]
    assert findings(*small, sheet(31, q8="5")) == findings(*zeros, sheet(31, q8="3")) == []
    few = [sheet(n, q8=str(25 + n)) for n in range(1, 4)]
    assert findings(*few, sheet(12, q8="3000")) == []


def test_a_count_of_households_is_known_by_its_words():
    assert counts_of(PLAN) == {"8": "household"}


def test_the_newest_edition_in_force_counts_and_each_check_has_a_severity():
    later = replace(LIMITS, valid_from=date(2027, 1, 1))
    editions = [LIMITS, later]
    assert in_force(editions, date(2026, 12, 31)) is LIMITS
    assert in_force(editions, date(2027, 1, 1)) is later
    assert in_force(editions, date(2020, 1, 1)) is LIMITS
    raw = content._load("checks.yaml")[0]
    with pytest.raises(ValueError, match="no severity of siblings"):
        build_thresholds(
            [raw | {"severities": {k: v for k, v in raw["severities"].items() if k != "siblings"}}]
        )


def test_thresholds_of_our_own_are_not_passed_off_as_law():
    assert not LIMITS.verified and "自定" in LIMITS.source


TEXTS = st.one_of(
    st.integers(-5, 200).map(str),
    st.sampled_from(
        ["", "缺", "不适用", "0", "-1", "1.5", "1e3", "nan", "inf", "１２", "1,000", "1_0", "三",
         "999999999999999999", "0.0000001", "12345678901.123456", "9007199254740993",
         "9007199254740992"]
    ),
    st.text("0123456789.-+eE_,% 一二百缺，．", max_size=6),
    st.decimals(-10, 10**6, places=3).map(str),
)  # fmt: skip
SHEETS = st.lists(st.fixed_dictionaries({f.code: TEXTS for f in FIELDS}), max_size=12)
AMOUNTS = st.decimals(-100, 10**7, places=2)


@st.composite
def knowns(draw, places):
    keys = st.tuples(st.integers(1, max(places, 1)), st.sampled_from([f.code for f in FIELDS]))
    before = st.dictionaries(keys, st.tuples(AMOUNTS, st.just(Held.VALUE)), max_size=8)
    other = st.dictionaries(keys, AMOUNTS, max_size=8)
    return Known(
        last=draw(before),
        year_ago=draw(before),
        elsewhere=draw(st.dictionaries(keys, st.tuples(AMOUNTS, st.just("form:A")), max_size=8)),
        ledger=draw(other),
        children=draw(other),
    )


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), rows=SHEETS)
def test_checks_never_fall_over_and_a_glance_finds_what_one_by_one_finds(data, rows):
    sheets = [
        Sheet(n, {f.code: typed(f, row[f.code]) for f in FIELDS}) for n, row in enumerate(rows, 1)
    ]
    known = data.draw(knowns(len(rows)))
    at_once = check_sheets(PLAN, sheets, known)
    assert at_once == check_sheets_one_by_one(PLAN, sheets, known)
    assert all(one.words and one.fix and one.rule and one.source for one in at_once)


AMONG = (
    "项目|计量单位|数量",
    "户籍人口|人|",
    "其中：男性|人|",
    "　　女性|人|",
    "家庭户|户|",
    "一、劳动力|人|",
    "（一）在家务工|人|",
)


def test_what_the_form_calls_a_part_is_one_whatever_is_left_of_its_label():
    """The reader takes 其中 off a label; the check must not look for it there."""
    text = "\n".join(row.replace("|", ",") for row in ("某镇情况表", *AMONG))
    (draft,) = read_workbook(text.encode(), "f.csv", content.reading_words())
    asked = {f.code: asked_of(f) for f in draft.fields}
    form = SimpleNamespace(id=1, asked=tuple(replace(f, element=1) for f in asked.values()))
    said = {asked[one.part].label: one.said for one in plan_of(form, draft, (), LIMITS).pairs}
    assert said == {"男性": True, "女性": True, "在家务工": False}
