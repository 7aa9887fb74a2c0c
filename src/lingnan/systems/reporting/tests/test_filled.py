"""What filled cells, names and titles say: pure rules, and our own workbooks read back."""

from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter

from lingnan.systems.reporting.content import filled_words
from lingnan.systems.reporting.rules import workbook as book
from lingnan.systems.reporting.rules.filled import (
    Known,
    build_gazetteer,
    likeliest_first,
    read_filled,
)
from lingnan.systems.reporting.rules.filled.aligning import located
from lingnan.systems.reporting.rules.filled.cells import open_sheets
from lingnan.systems.reporting.rules.filled.contents import content_of
from lingnan.systems.reporting.rules.filled.days import day_said, written_day
from lingnan.systems.reporting.rules.filled.timing import period_in, period_of
from lingnan.systems.reporting.rules.units_words import parse_unit
from lingnan.systems.reporting.rules.workbook import Filled
from lingnan.systems.reporting.terms import (
    FieldDraft,
    FieldType,
    Layout,
    Option,
    UnreadableWorkbook,
)
from lingnan.systems.reporting.terms.filings import Mark
from lingnan.systems.reporting.terms.filled import Spot

from .filled import saved, table
from .forms import FORMS, form
from .shifting import shift

WORDS = filled_words()
SPOTS = [
    Spot("440000000000", "广东省", 1),
    Spot("440100000000", "广州市", 2, "440000000000"),
    Spot("440117000000", "从化区", 3, "440100000000"),
    Spot("440117002000", "江埔街道", 4, "440117000000"),
    Spot("440117002008", "江埔社区居委会", 5, "440117002000"),
    Spot("440117002215", "江埔村委会", 5, "440117002000"),
    Spot("440117002216", "新村村委会", 5, "440117002000"),
    Spot("440117003000", "温泉镇", 4, "440117000000"),
    Spot("440117003201", "新村村委会", 5, "440117003000"),
    Spot("440117003202", "平岗村委会", 5, "440117003000"),
]
PLACES = build_gazetteer(SPOTS, WORDS.place_ends)
TOWN = PLACES.spots["440117002000"]
KNOWN = Known(PLACES, WORDS)


def field(kind, unit="", options=()):
    unit = parse_unit(unit) if unit else None
    return FieldDraft("1", "项", (), "s", 1, 1, "A1", "", FieldType(kind), unit, options)


@pytest.mark.parametrize(
    ("kind", "unit", "raw", "value"),
    [
        ("integer", "人", "1,234", "1234"),
        ("integer", "人", "１２３人", "123"),
        ("integer", "户", "12 345", "12345"),
        ("integer", "人", 120.0, "120"),
        ("integer", "所", "无", "0"),
        ("percent", "%", "零", "0"),
        ("integer", "所", "0", "0"),
        ("money", "万元", "3.5", "35000"),
        ("money", "万元", "3500元", "3500"),
        ("money", "万元", "3.5万", "35000"),
        ("money", "元", "3.5万元", "35000"),
        ("money", "万元", 0.1 + 0.2, "3000"),
        ("percent", "%", "12.5%", "12.5"),
        ("percent", "%", 12.5, "12.5"),
        ("money", "元", "-3.25", "-3.25"),
    ],
)
def test_numbers_as_people_write_them(kind, unit, raw, value):
    found = content_of(field(kind, unit), raw, "", str(raw), WORDS)
    assert (found.fault, found.value) == ("", Decimal(value))


@pytest.mark.parametrize(
    ("kind", "unit", "raw"),
    [
        ("integer", "人", "约120"),
        ("integer", "人", "100余人"),
        ("integer", "人", "12-15"),
        ("integer", "人", "三十"),
        ("integer", "人", "12.5"),
        ("integer", "人", "-3"),
        ("integer", "人", "1,23"),
        ("integer", "人", "120户"),
        ("money", "万元", "12亩"),
        ("percent", "%", "八成"),
        ("percent", "%", "无"),
        ("date", "", "2024年13月"),
        ("date", "", 2024.1),
        ("text", "", 4.4990119900101e17),
    ],
)
def test_what_is_no_sure_value_is_a_fault_and_keeps_its_text(kind, unit, raw):
    found = content_of(field(kind, unit), raw, "", str(raw), WORDS)
    assert found.fault and found.value is None and found.said is None
    assert found.text == str(raw)


@pytest.mark.parametrize("kind", ["integer", "text", "code", "date"])
def test_missing_not_applicable_and_zero_are_three(kind):
    for text in ("—", "——", "/", "不适用", "-"):
        assert content_of(field(kind), text, "", text, WORDS).mark is Mark.NOT_APPLICABLE
    for text in ("不详", "缺", "…"):
        assert content_of(field(kind), text, "", text, WORDS).mark is Mark.MISSING
    assert content_of(field("integer"), 0, "", "0", WORDS).value == 0
    blank = content_of(field("integer"), None, "", "", WORDS)
    assert (blank.text, blank.value, blank.mark) == ("", None, Mark.MISSING)


def test_a_percent_format_says_hundredths():
    assert content_of(field("percent", "%"), 0.12, "0.0%", "0.12", WORDS).value == 12
    assert content_of(field("percent", "%"), 0.12, "0.00", "0.12", WORDS).value == Decimal("0.12")


OPTIONS = (Option("1", "是"), Option("2", "不是"), Option("3", "不清楚是不是"))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1", "1"), ("是", "1"), ("2.不是", "2"), ("☑是 □不是 □不清楚是不是", "1"),
        ("□是 √不是 □不清楚是不是", "2"), ("是□ 不是√ 不清楚是不是□", "2"), ("（3）", "3"),
    ],
)  # fmt: skip
def test_an_option_by_code_label_or_tick(text, code):
    assert content_of(field("code", options=OPTIONS), text, "", text, WORDS).said == code


@pytest.mark.parametrize("text", ["4", "☑是 ☑不是 □不清楚是不是", "□是 □不是 □不清楚是不是", "1,2"])
def test_no_option_or_two_are_asked(text):
    assert content_of(field("code", options=OPTIONS), text, "", text, WORDS).fault


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-3-5", "2024-03-05"), ("2024.3", "2024-03"), ("2024年3月", "2024-03"),
        ("202403", "2024-03"), ("20240305", "2024-03-05"), ("２０２４／３／５", "2024-03-05"),
        ("2024年", "2024"), ("2024-02-30", ""), ("1.2", ""),
    ],
)  # fmt: skip
def test_days_of_several_spellings(text, day):
    assert written_day(text) == day


def test_days_of_a_spreadsheet():
    assert day_said(45356, "", "45356") == "2024-03-05"
    assert day_said(datetime(2024, 3, 1), "yyyy年m月", "") == "2024-03"
    assert day_said(date(2024, 3, 1), "yyyy-mm-dd", "") == "2024-03-01"


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("2024年农村经济表", "2024"), ("二〇二四年度", "2024"), ("2024年6月报", "2024-06"),
        ("2024年第二季度", "2024-Q2"), ("2024年1-6月", "2024-H1"), ("2024年上半年", "2024-H1"),
        ("2023-2024学年初", "2023-SY"), ("截至2024年12月31日", "2024"), ("基本情况", ""),
        ("2024年6月30日", "2024-06"),
    ],
)  # fmt: skip
def test_periods_in_titles(text, period):
    assert period_in(text) == period


def test_periods_that_contradict_are_asked_and_days_of_filling_are_none():
    assert period_of(["2024年表"], [], "Sheet1", "2023年.xls").period == ""
    assert "2023" in period_of(["2024年表"], [], "Sheet1", "2023年.xls").why
    found = period_of(["基本情况表"], ["填报日期：2025年1月8日"], "Sheet1", "表.xls")
    assert found.period == ""
    assert period_of(["2024年表"], ["2024年12月31日"], "a", "b.xls", kind=0).period == "2024"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("从化区江埔街道江埔村", "440117002215"), ("江埔街江埔村民委员会", "440117002215"),
        ("江埔社区", "440117002008"), ("440117002215", "440117002215"),
        ("广东省广州市从化区温泉镇新村", "440117003201"), ("江埔", ""), ("新村村", ""),
        ("江埔村小学", ""), ("温泉镇江埔村", ""),
    ],
)  # fmt: skip
def test_a_name_is_one_place_or_none(text, code):
    found = PLACES.find(text)
    assert (found[0].code if len(found) == 1 else "") == code


def read(data, name, known=KNOWN):
    return read_filled(data, name, known)


HEADS = ("项目", "单位", "数量")


def one(name, title="村情表", head=None, sheet="Sheet1"):
    rows = [(f"填报单位：{head}",)] if head else []
    data = table(title, [*rows, HEADS, ("户数", "户", 5)], sheet=sheet)
    (draft,) = read(data, name)
    return draft


@pytest.mark.parametrize(
    ("name", "title", "head", "sheet", "code"),
    [
        ("表_2024.xlsx", "村情表", "从化区江埔街道江埔村", "Sheet1", "440117002215"),
        ("江埔街道_2024.xlsx", "村情表", None, "新村", "440117002216"),
        ("从化区温泉镇_2024.xlsx", "村情表", "新村（盖章）", "Sheet1", "440117003201"),
        ("表.xlsx", "从化区江埔街道江埔村2024年村情表", None, "Sheet1", "440117002215"),
        ("440117002215_2024.xlsx", "村情表", None, "Sheet1", "440117002215"),
        ("表_2024.xlsx", "村情表", "新村", "Sheet1", ""),
        ("江埔街道_2024.xlsx", "村情表", "温泉镇平岗村", "Sheet1", ""),
        ("表_2024.xlsx", "村情表", "没有村", "Sheet1", ""),
    ],
)
def test_the_place_is_what_all_hints_agree_on(name, title, head, sheet, code):
    draft = one(name, title, head, sheet)
    sure = draft.place.sure
    assert (sure.code if sure else "") == code
    assert bool(draft.sure) == bool(code)
    if not code:
        assert draft.values[0].doubt


def test_rows_are_of_the_place_they_name_and_totals_of_none():
    rows = [("序号", "村名", "户数（户）", "人口（人）"), ("1", "江埔村", 10, 30), (2, "新村", 20, "约60"),
            (3, "没有村", 5, 6), ("合计", "", 35, 96), ("填表人：", "", "", "")]  # fmt: skip
    (draft,) = read(table("江埔街道2024年各村情况表", rows), "表.xlsx")
    said = {(v.place.sure.code, v.label): v.content.value for v in draft.sure}
    assert said == {
        ("440117002215", "户数"): 10,
        ("440117002215", "人口"): 30,
        ("440117002216", "户数"): 20,
    }
    assert len(draft.values) == 6 and "合计" in draft.doubts[0].why


def test_the_same_village_twice_with_two_numbers_is_asked():
    rows = [
        ("序号", "村名", "户数（户）"),
        (1, "江埔村", 10),
        (2, "江埔村委会", 11),
        (3, "新村", 1),
    ]
    (draft,) = read(table("江埔街道2024年各村情况表", rows), "表.xlsx")
    assert [v.content.text for v in draft.sure] == ["1"]


def test_of_two_places_of_one_name_the_one_among_its_neighbours_stands_first():
    alone = one("从化区_2024.xlsx", "村情表", "新村")
    near = one("a_2024.xlsx", "村情表", "从化区温泉镇平岗村")
    first, _ = likeliest_first([alone, near], PLACES)
    assert [spot.code for spot in first.place.spots] == ["440117003201", "440117002216"]
    assert first.place.sure is None and not first.sure


STEMS = [
    ("survey_1_village_2012", 0), ("survey_2_household_2012", 0), ("stat_table_1_households", 0),
    ("village_party_organisation", 0), ("household_list_header", 0),
]  # fmt: skip
NAMES = st.text("天地玄黄宇宙洪荒", min_size=1, max_size=4)


def answers(one):
    """(what is written, what must be read) for a field."""
    multiplier = one.unit.multiplier if one.unit else Decimal(1)
    whole = st.integers(0, 10**6)
    match one.type:
        case FieldType.INTEGER:
            return whole.map(lambda n: (n, (Decimal(n) * multiplier, None)))
        case FieldType.NUMBER | FieldType.MONEY | FieldType.PERCENT:
            part = st.decimals(0, 10**5, places=2)
            return part.map(lambda n: (n, (n * multiplier, None)))
        case FieldType.CODE if one.options:
            return st.sampled_from(one.options).map(lambda o: (o.code, (None, o.code)))
        case FieldType.DATE:
            days = st.dates(date(1990, 1, 1), date(2030, 1, 1))
            return days.map(lambda d: (d.isoformat(), (None, d.isoformat())))
    return NAMES.map(lambda text: (text, (None, text)))


@pytest.mark.parametrize(("stem", "number"), STEMS)
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), down=st.integers(0, 3), right=st.integers(0, 2))
def test_what_we_fill_in_is_read_back(stem, number, data, down, right):
    """Any answers, the table moved by rows and columns: the same cells, the same values."""
    known = form(stem, number)
    file = (FORMS / f"{stem}.xls").read_bytes()
    made = book.opened(file)
    fields = list(known.asked())
    chosen = data.draw(st.lists(st.sampled_from(fields), min_size=3, max_size=25, unique=True))
    if known.layout is not Layout.ITEMS:
        chosen = fields
    said = {f.code: data.draw(answers(f)) for f in chosen}
    book.write(made, [Filled(f.sheet, f.row, f.col, said[f.code][0]) for f in chosen])
    shift(made[known.sheet], down, right)
    (draft,) = [
        one
        for one in read(saved(made), f"江埔街道江埔村_{stem}.xlsx", Known(PLACES, WORDS, (known,)))
        if one.sheet == known.sheet
    ]
    written = [v for v in draft.values if v.content.text]
    found = {v.code: (v.content.value, v.content.said) for v in written}
    assert found == {code: (value, text) for code, (_, (value, text)) in said.items()}
    for value in written:
        where = known.field(value.code)
        assert value.cell == cell_at(where.row + down, where.col + right)


def cell_at(row, col):
    return f"{get_column_letter(col)}{row}"


def test_a_known_form_is_found_by_its_labels_with_rows_between():
    known = form("survey_1_village_2012")
    made = book.opened((FORMS / "survey_1_village_2012.xls").read_bytes())
    sheet = made[known.sheet]
    middle = known.fields[50].row
    merges = [area for area in sheet.merged_cells.ranges if area.min_row >= middle]
    for area in merges:
        sheet.merged_cells.remove(area)
    sheet.insert_rows(middle, 2)
    for area in merges:
        area.shift(row_shift=2)
        sheet.merge_cells(area.coord)
    (first, *_) = open_sheets(saved(made), "a.xlsx")
    found = located(known, first.grid)
    assert found is not None
    assert found.fields[0].row == known.fields[0].row
    assert found.fields[-1].row == known.fields[-1].row + 2


SAID = "项目 单位 数量 村名 合计 填报单位： — 无 约3 ☑是　□否 １，２ 2024年 甲 1 江埔村 注： =1+1 <b> 户"
WILD = (
    st.sampled_from(SAID.split(" "))
    | st.text(max_size=6)
    | st.integers(-5, 10**6)
    | st.floats(allow_nan=False, allow_infinity=False)
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(WILD, min_size=1, max_size=5), min_size=1, max_size=8))
def test_whatever_stands_in_a_table_is_read_or_refused_by_name(rows):
    """No cell is taken for sure without a place, a period and a meaning."""
    made = openpyxl.Workbook()
    for at, row in enumerate(rows, start=1):
        for col, value in enumerate(row, start=1):
            cell = made.active.cell(at, col)
            if isinstance(value, str):
                cell.value = "".join(c for c in value if c.isprintable())
                cell.data_type = "s"
            else:
                cell.value = value
    try:
        drafts = read(saved(made), "a.xlsx")
    except UnreadableWorkbook:
        return
    for value in (v for draft in drafts for v in draft.sure):
        assert value.place.sure is not None and value.period and not value.content.fault
