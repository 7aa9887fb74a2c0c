"""What was typed and what it means: units, marks, faults, and the way back to the form."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lingnan.base.periods import Kind
from lingnan.systems.reporting.content import filled_words, flows, reading_words
from lingnan.systems.reporting.rules.filing import (
    Figure,
    answers_of,
    answers_to_json,
    below_zero,
    cell_of,
    definition_of,
    draft_of,
    element_code,
    footnotes,
    is_rate,
    problem_of,
    problems_of,
    profile_of,
    retyped,
    shown,
    stored,
    typed,
    worth,
)
from lingnan.systems.reporting.rules.reading import read_workbook
from lingnan.systems.reporting.rules.tabulating import mark_of
from lingnan.systems.reporting.rules.units_words import parse_unit
from lingnan.systems.reporting.terms.filings import ZERO_WORDS, Answer, FieldInfo, Mark
from lingnan.systems.reporting.terms.forms import Dimension, FieldDraft, FieldType, Option, Role

from .conftest import FORMS, form_file

YES_NO = (Option("1", "是"), Option("2", "否"))


def field(kind, multiplier="1", options=(), unit="", dimension=Dimension.OTHER, code="1"):
    return FieldInfo(
        id=1, form=1, position=1, code=code, label="户数", path=(), sheet="Sheet1", row=5, col=4,
        cell="D5", type=kind, role=Role.ASKED, unit=unit, base_unit=unit, dimension=dimension,
        multiplier=Decimal(multiplier), options=options, element=7,
    )  # fmt: skip


COUNT = field(FieldType.INTEGER, unit="户")
MONEY = replace(field(FieldType.MONEY, "10000", unit="万元"), base_unit="元")
RATE = field(FieldType.PERCENT, unit="%")
CHOICE = field(FieldType.CODE, options=YES_NO)
DAY = field(FieldType.DATE)
TEXT = field(FieldType.TEXT)


@pytest.mark.parametrize(
    ("one", "raw", "text"),
    [
        (COUNT, 3.0, "3"),
        (COUNT, " １，２００ ", "1200"),
        (COUNT, "٣٤", "34"),
        (COUNT, "5户", "5"),
        (COUNT, "５ 户数", "5"),
        (COUNT, "5人", "5人"),
        (MONEY, "3.5万元", "3.5"),
        (MONEY, "35000元", "35000元"),
        (COUNT, "无", "0"),
        (COUNT, True, "TRUE"),
        (TEXT, "无", "无"),
        (MONEY, 0.1, "0.1"),
        (RATE, "45%", "45"),
        (CHOICE, "是", "1"),
        (CHOICE, "（2）否", "2"),
        (CHOICE, 1.0, "1"),
        (CHOICE, "也许", "也许"),
        (DAY, datetime(2026, 3, 1), "2026-03-01"),
        (DAY, date(2026, 3, 1), "2026-03-01"),
        (TEXT, " 甲 ", "甲"),
        (COUNT, None, ""),
        (COUNT, 0, "0"),
    ],
)
def test_cells_and_json_become_what_a_person_would_have_typed(one, raw, text):
    assert typed(one, raw) == Answer(text)


def test_a_cell_formatted_as_a_percentage_is_read_as_one():
    assert typed(RATE, 0.456, number_format="0.0%").text == "45.6"


@pytest.mark.parametrize("raw", ["不适用", "—", "N/A", " / "])
def test_not_applicable_is_an_answer(raw):
    assert typed(COUNT, raw) == Answer("", Mark.NOT_APPLICABLE)


@pytest.mark.parametrize("raw", ["缺", "缺报", "…"])
def test_missing_is_an_answer_too(raw):
    assert typed(COUNT, raw) == Answer("", Mark.MISSING)


@pytest.mark.parametrize(
    ("one", "text", "words"),
    [
        (COUNT, "3.5", "应为整数，现为“3.5”。"),
        (COUNT, "-3", "不能为负数，现为“-3”。"),
        (COUNT, "很多", "应为数字，现为“很多”。"),
        (COUNT, "NaN", "应为数字，现为“NaN”。"),
        (COUNT, "TRUE", "应为数字，现为“TRUE”。"),
        (COUNT, "1_000", "应为数字，现为“1_000”。"),
        (COUNT, "1e3", "请写出全部数字，不用科学记数法，现为“1e3”。"),
        (COUNT, "9" * 20, f"数字过大，现为“{'9' * 20}”。"),
        (field(FieldType.NUMBER), "0.1234567", "最多保留 6 位小数，现为“0.1234567”。"),
        (CHOICE, "3", "应填代码 1（是）、2（否），现为“3”。"),
        (DAY, "2026-02-30", "应为日期（如 2026-10-31），现为“2026-02-30”。"),
        (TEXT, "长" * 2001, "文字超过 2000 字。"),
    ],
)
def test_faults_name_the_cell_and_what_was_typed(one, text, words):
    found = problem_of(one, Answer(text))
    assert (found.where, found.words()) == ("Sheet1!D5", words)


def test_words_for_nothing_are_those_of_filled_forms():
    assert filled_words().zero == ZERO_WORDS


def test_a_loss_may_be_negative_and_a_brace_does_no_harm():
    assert problem_of(MONEY, Answer("-2.5")) is None
    area = field(FieldType.NUMBER, unit="亩", dimension=Dimension.AREA)
    assert problem_of(area, Answer("-3")).words() == "不能为负数，现为“-3”。"
    grown = (("净增耕地",), True), (("耕地面积", "同比增减"), True), (("耕地面积",), None)
    for said, meant in grown:
        assert below_zero("area", said, reading_words()) is meant
    assert problem_of(replace(area, below_zero=True), Answer("-3")) is None
    assert problem_of(replace(COUNT, below_zero=True), Answer("-3")) is None
    assert below_zero("money", ("村集体资产总额",), reading_words()) is False
    assert below_zero("money", ("村集体净资产",), reading_words()) is True
    assert below_zero("money", ("村集体收入",), reading_words()) is None
    assert problem_of(replace(MONEY, below_zero=False), Answer("-2.5")) is not None
    assert problem_of(COUNT, Answer("{x}")).words() == "应为数字，现为“{x}”。"


def test_a_question_left_blank_is_a_fault_only_of_a_whole_report():
    assert problems_of([COUNT], {}, complete=False) == []
    assert problems_of([COUNT], {}, complete=True)[0].words().startswith("未填")
    assert problems_of([COUNT], {"1": Answer("0")}, complete=True) == []
    assert problems_of([COUNT], {"1": Answer("", Mark.MISSING)}, complete=True) == []


@given(st.decimals(-(10**9), 10**9, places=2))
def test_ten_thousands_go_in_and_come_out_unchanged(amount):
    value, _ = stored(MONEY, Answer(format(amount, "f")))
    assert value == amount * 10_000
    assert Decimal(retyped(MONEY, value, None)) == amount
    assert shown(MONEY, value, None) == amount


@given(st.integers(0, 10**12))
def test_counts_go_in_and_come_out_unchanged(count):
    value, words = stored(COUNT, typed(COUNT, str(count)))
    assert (value, words, shown(COUNT, value, None)) == (count, None, count)


@pytest.mark.parametrize(
    ("value", "number_format", "out"),
    [("2.5", "0", "2"), ("3.5", "0", "4"), ("2.345", "0.00", "2.34"), ("45.67", "0.0%", "0.457")],
)
def test_rounding_is_half_to_even_and_follows_the_cell(value, number_format, out):
    found = shown(field(FieldType.NUMBER), Decimal(value), None, number_format=number_format)
    assert found == Decimal(out)


def test_what_was_not_answered_is_shown_as_such():
    assert shown(COUNT, None, None, Mark.NOT_APPLICABLE) == "—"
    assert shown(COUNT, None, None, Mark.MISSING) is None
    assert shown(COUNT, Decimal(0), None) == 0


def test_options_above_a_village_are_counted():
    figure = Figure(reported=3, expected=4, counts={"2": 1, "1": 2})
    assert cell_of(CHOICE, figure) == "是 2 / 否 1"
    assert mark_of(figure) == "reported"
    nobody = Figure(expected=4, counts={})
    assert mark_of(nobody) == "missing" and cell_of(CHOICE, nobody) is None


def test_footnotes_tell_coverage_and_what_was_not_added_up():
    fields = [COUNT, field(FieldType.MONEY, unit="元", code="2")]
    figures = {"1": Figure(Decimal(9), reported=220, expected=221)}
    figures["2"] = Figure(None, reported=220, expected=221)
    lines = footnotes(fields, figures, remade_by={})
    assert lines[0].startswith("221 个村已报 220")
    assert lines[1] == "“户数”不能由下级相加得出，本表留空。"


def test_coverage_of_most_items_is_told_in_one_word_and_the_others_by_name():
    fields = [replace(COUNT, code=str(n), label=f"项{n}") for n in range(16)]
    reported = {"0": 280, "1": 236}
    figures = {
        f.code: Figure(Decimal(1), reported=reported.get(f.code, 279), expected=280) for f in fields
    }
    assert footnotes(fields, figures, remade_by={}) == [
        "280 个村已报 236：项1。",
        "280 个村已报 280：项0。",
        "280 个村已报 279：其余 14 项。",
    ]


HOMES = [
    {"201": "1", "202": Decimal(4), "230": Decimal(0)},
    {"201": "2", "202": Decimal(3), "230": Decimal(60)},
    {"201": "3", "202": Decimal(5), "230": Decimal(20)},
]


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("count(*)", 3),
        ("count(201 in {1,3})", 2),
        ("sum(202 where 201 in {2,4})", 3),
        ("count(230>0)", 2),
        ("sum(202)+sum(230)", 92),
        ("sum(202*230)/sum(202)", Decimal("23.333333")),
    ],
)
def test_derivations_over_households(formula, value):
    assert worth(formula, HOMES) == value
    assert not is_rate(formula)


def test_a_missing_answer_makes_no_sum_and_not_applicable_adds_nothing():
    assert worth("sum(202)", [*HOMES, {"201": "1"}]) is None
    assert worth("sum(202 where 201 in {2})", [*HOMES, {"201": "1"}]) == 3
    assert worth("sum(202)", [*HOMES, {"201": "1", "202": Decimal(0)}]) == 12


def test_rates_of_own_items_and_division_by_zero():
    assert is_rate("155/153*100")
    assert worth("155/153*100", items={"155": Decimal(3), "153": Decimal(4)}) == 75
    assert worth("155/153*100", items={"155": Decimal(3), "153": Decimal(0)}) is None
    assert worth("155/153*100", items={"155": Decimal(3)}) is None


@pytest.mark.parametrize("name", sorted(path.name for path in FORMS.glob("*.xls")))
def test_what_the_reader_saw_survives_storage(name):
    for draft in read_workbook(form_file(name), name, reading_words()):
        assert draft_of(profile_of(draft)) == draft


def test_answers_survive_storage_and_blanks_are_not_kept():
    answers = {"1": Answer("3"), "2": Answer("", Mark.MISSING), "3": Answer("4", source="ledger")}
    assert answers_of(answers_to_json(answers | {"4": Answer()})) == answers


@pytest.mark.parametrize(
    ("form", "code", "element"),
    [("GZ-S1-2012", "141", "gz_s1_2012_141"), ("2012表", "4.1", "f_2012_4_1")],
)
def test_element_codes_are_stable_and_lawful(form, code, element):
    assert element_code(form, code) == element


@pytest.mark.parametrize(
    ("label", "unit", "period", "over_time"),
    [
        ("村集体经济收入", "万元", Kind.YEAR, "sum"),
        ("公益事业支出", "元", Kind.YEAR, "sum"),
        ("村民人均纯收入", "元", Kind.YEAR, "none"),
        ("年收入5万元以上户数", "户", Kind.YEAR, "last"),
        ("新增就业人数", "人", Kind.YEAR, "sum"),
        ("技能培训", "人次", Kind.YEAR, "sum"),
        ("粮食产量", "吨", Kind.YEAR, "sum"),
        ("本年累计支出", "元", Kind.YEAR, "sum"),
        ("本年累计支出", "元", Kind.MONTH, "last"),
        ("年末集体收入结余", "元", Kind.YEAR, "last"),
        ("党员人数", "人", Kind.YEAR, "last"),
    ],
)
def test_what_flows_is_told_from_what_stands(label, unit, period, over_time):
    said = parse_unit(unit)
    kind = FieldType.MONEY if said.dimension is Dimension.MONEY else FieldType.INTEGER
    draft = FieldDraft("1", label, (), "S", 1, 2, "B1", "A1", kind, unit=said)
    told = definition_of("F", draft, subject="place", period_kind=period, flows=flows())
    assert told.over_time == over_time
