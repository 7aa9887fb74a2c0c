"""What a workbook says beside its words: formulas, lists, what is hidden, what is printed."""

import io

import openpyxl
import pytest
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from lingnan.systems.reporting.content import reading_words
from lingnan.systems.reporting.rules.reading import read_workbook
from lingnan.systems.reporting.terms import FormDraft, Role

from .layout_sheets import SHEETS
from .layouts import drawn, workbook


def _sheet() -> tuple[openpyxl.Workbook, Worksheet]:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (
        ["村情表", None, None, None],
        ["代码", "项目", "单位", "数量"],
        [1, "总人口", "人", "=SUM(D4:D5)"],
        [2, "其中：男", "人", None],
        [3, "其中：女", "人", None],
        [4, "是否通公交", None, None],
    ):
        sheet.append(row)
    return book, sheet


def _read(book: openpyxl.Workbook) -> list[FormDraft]:
    file = io.BytesIO()
    book.save(file)
    return read_workbook(file.getvalue(), "村情.xlsx", reading_words())


def test_a_formula_is_kept_as_a_field_and_as_a_sum() -> None:
    book, _ = _sheet()
    draft = _read(book)[0]
    assert [(f.cell, f.formula) for f in draft.fields][:2] == [("D3", "=SUM(D4:D5)"), ("D4", "")]
    assert ("1", ("2", "3")) in {(s.total, s.parts) for s in draft.sums}


def test_a_drop_down_list_gives_the_options_also_from_a_hidden_sheet() -> None:
    book, sheet = _sheet()
    words = book.create_sheet("字典")
    words.append(["通"])
    words.append(["未通"])
    words.sheet_state = "hidden"
    choice = DataValidation(type="list", formula1="=字典!$A$1:$A$2")
    choice.add("D6")
    sheet.add_data_validation(choice)
    drafts = _read(book)
    assert len(drafts) == 1
    assert [(o.code, o.label) for o in drafts[0].field("4").options] == [("1", "通"), ("2", "未通")]
    assert [(u.cell, u.why) for u in drafts[0].unread] == [
        ("字典!A1", "隐藏的工作表，不要求填写。")
    ]


def test_hidden_rows_and_columns_are_told_not_asked() -> None:
    book, sheet = _sheet()
    sheet["F3"] = "内部口径"
    sheet.column_dimensions["F"].hidden = True
    sheet.row_dimensions[5].hidden = True
    draft = _read(book)[0]
    assert [f.cell for f in draft.fields] == ["D3", "D4", "D6"]
    assert {u.cell for u in draft.unread} == {"F3", "A5:C5"}


@pytest.mark.parametrize(("area", "asked"), [("A1:D4", 2), ("Z90:Z99", 4)])
def test_outside_the_print_area_nothing_is_asked(area: str, asked: int) -> None:
    """An area that holds nothing was left behind, and is not believed."""
    book, sheet = _sheet()
    sheet.print_area = area
    draft = _read(book)[0]
    assert len(draft.fields) == asked
    assert bool(draft.unread) == (asked == 2)


def test_every_sheet_is_a_form_of_its_own() -> None:
    book, sheet = _sheet()
    other = book.copy_worksheet(sheet)
    other.title = "二"
    assert [draft.form for draft in _read(book)] == ["村情#Sheet", "村情#二"]


def test_a_cross_table_says_of_whom_and_of_when() -> None:
    draft = read_workbook(
        workbook(drawn(SHEETS["交叉表_年龄性别"]), lines=True), "x.xlsx", reading_words()
    )[0]
    found = next(f for f in draft.fields if f.cell == "D7")
    assert (found.label, found.path) == ("60岁及以上（女）", ("60岁及以上",))
    assert {(b.concept, b.value) for b in found.breakdown} == {("sex", "2"), ("age", "60+")}
    growth = read_workbook(
        workbook(drawn(SHEETS["本年上年增减"]), lines=True), "x.xlsx", reading_words()
    )[0]
    assert [f.period for f in growth.fields][:3] == ["本年", "上年同期", ""]


def test_a_list_form_in_a_sheet_has_repeating_fields_and_roles() -> None:
    draft = read_workbook(
        workbook(drawn(SHEETS["分组合计"]), lines=True), "x.xlsx", reading_words()
    )[0]
    assert all(found.repeats for found in draft.fields)
    assert [found.role for found in draft.fields][:2] == [Role.PLACE, Role.ASKED]
    assert draft.fields[1].path == ("计划户数",)


def test_a_form_saved_as_text_is_read_as_a_form() -> None:
    rows = "村情统计表,,,\n项目,单位,本年,上年\n户数,户,,\n人口,人,,\n"
    draft = read_workbook(rows.encode("gb18030"), "村情.csv", reading_words())[0]
    assert [f.cell for f in draft.fields] == ["C3", "D3", "C4", "D4"]
    register = read_workbook(b"item,unit,value\nx,y,1\n", "r.csv", reading_words())[0]
    assert [f.code for f in register.fields] == ["item", "unit", "value"]
