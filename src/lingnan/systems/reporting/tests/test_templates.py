"""Filled workbooks against the department's originals, cell by cell; what is not filled stays."""

import io
import zipfile
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.styles import Font
from openpyxl.worksheet.datavalidation import DataValidation

from lingnan.systems.reporting.rules import workbook as book
from lingnan.systems.reporting.rules.naming import file_name

from .conftest import FORMS, form_file

NAMES = sorted(path.name for path in FORMS.glob("*.xls"))


def read(data):
    return openpyxl.load_workbook(io.BytesIO(data), rich_text=True)


def same_looks(before, after, filled):
    """Everything that makes the looks of a sheet, apart from the contents of what was filled."""
    assert {a.coord for a in before.merged_cells.ranges} == {
        a.coord for a in after.merged_cells.ranges
    }
    for kind in ("column_dimensions", "row_dimensions"):
        held, kept = getattr(before, kind), getattr(after, kind)
        for key, one in held.items():
            size = "width" if kind == "column_dimensions" else "height"
            assert getattr(one, size) == getattr(kept[key], size)
            assert one.hidden == kept[key].hidden
    assert str(before.print_area) == str(after.print_area)
    assert before.print_title_rows == after.print_title_rows
    assert before.page_setup.orientation == after.page_setup.orientation
    assert before.page_setup.paperSize == after.page_setup.paperSize
    assert before.page_margins.left == after.page_margins.left
    for cell in list(before._cells.values()):
        other = after[cell.coordinate]
        for part in ("font", "border", "fill", "alignment", "number_format", "protection"):
            assert repr(getattr(cell, part)) == repr(getattr(other, part)), cell.coordinate
        if cell.coordinate not in filled:
            assert cell.value == other.value, cell.coordinate


@pytest.mark.parametrize("name", NAMES)
def test_a_filled_form_looks_cell_by_cell_like_the_original(name):
    original = read(book.packed(book.opened(form_file(name))))
    wanted = [
        (sheet.title, row, column)
        for sheet in original.worksheets
        for row in range(3, min(sheet.max_row, 30))
        for column in range(2, min(sheet.max_column, 7))
        if (row, column) in sheet._cells  # else Excel shows the style of the row or column
    ]
    template = book.Template(form_file(name), wanted)
    filled = read(template.filled(dict.fromkeys(wanted[::2], Decimal("12.5")), ["说明", "一"]))
    assert filled.sheetnames == [*original.sheetnames, "说明"]
    for sheet in original.worksheets:
        touched = {
            sheet.cell(row, column).coordinate
            for title, row, column in map(template.at, wanted[::2])
            if title == sheet.title
        }
        same_looks(sheet, filled[sheet.title], touched)
        for coordinate in touched:
            assert filled[sheet.title][coordinate].value == 12.5


def modern():
    """A form of today: a rule, a formula, a style of a column, a cell that is not written yet."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "表 & 一"
    sheet["A1"], sheet["A2"], sheet["A3"] = "标题", "户数", "合计"
    sheet["B3"] = "=SUM(B2:B2)"
    sheet["C3"] = "=B3*2"
    sheet["A9"] = "填表人：　　　（公章）"
    sheet["A9"].font = Font(name="楷体", size=11)
    sheet.merge_cells("A9:C9")
    rule = DataValidation(type="whole", operator="greaterThanOrEqual", formula1="0")
    rule.add("B2")
    sheet.add_data_validation(rule)
    sheet.print_area = "A1:C9"
    raw = io.BytesIO()
    workbook.save(raw)
    return raw.getvalue(), sheet.title


def test_a_workbook_of_today_keeps_every_part_that_is_not_a_filled_sheet():
    raw, title = modern()
    template = book.Template(raw, [(title, 2, 2), (title, 3, 2), (title, 20, 5)])
    data = template.filled({(title, 2, 2): 7, (title, 3, 2): Decimal(7), (title, 20, 5): "末"}, [])
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(io.BytesIO(data)) as new:
        changed = {n for n in old.namelist() if old.read(n) != new.read(n)}
        assert changed == {
            "[Content_Types].xml", "docProps/core.xml", "xl/_rels/workbook.xml.rels",
            "xl/styles.xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml",
        }  # fmt: skip
        assert b'fullCalcOnLoad="1"' in new.read("xl/workbook.xml")
        assert b"<dataValidation" in new.read("xl/worksheets/sheet1.xml")
    formulas, values = read(data)[title], openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    assert formulas["B3"].value == "=SUM(B2:B2)"
    assert values[title]["B3"].value == 7
    assert values[title]["C3"].value is None  # stale before it is worked out again
    assert values[title]["E20"].value == "末"
    assert formulas["A9"].value == "填表人：　　　（公章）"


def test_what_is_not_given_stays_and_what_is_given_empty_is_emptied():
    raw, title = modern()
    template = book.Template(raw, [(title, 1, 1), (title, 2, 1)])
    sheet = read(template.filled({(title, 2, 1): None}, []))[title]
    assert (sheet["A1"].value, sheet["A2"].value) == ("标题", None)


def test_the_same_contents_give_the_same_bytes_and_no_author_is_told():
    raw, title = modern()
    one, two = (
        book.Template(raw, [(title, 2, 2)]).filled({(title, 2, 2): date(2026, 1, 2)}, ["注"])
        for _ in range(2)
    )
    assert one == two
    with zipfile.ZipFile(io.BytesIO(one)) as pack:
        assert b"openpyxl" not in pack.read("docProps/core.xml")


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(
        st.tuples(st.integers(1, 25), st.integers(1, 30)),
        st.one_of(
            st.decimals("-1e12", "1e12", places=4),
            st.text(max_size=40).map(lambda t: t.replace("\r", "")),
            st.none(),
        ),
        max_size=30,
    )
)
def test_what_is_filled_is_what_is_read(contents):
    raw, title = modern()
    wanted = {(title, row, column): held for (row, column), held in contents.items()}
    template = book.Template(raw, wanted)
    corners = {}
    for address, held in wanted.items():
        corners[template.at(address)] = held
    sheet = openpyxl.load_workbook(io.BytesIO(template.filled(wanted, ["注"])), data_only=True)[
        title
    ]
    for (_, row, column), held in corners.items():
        found = sheet.cell(row, column).value
        if isinstance(held, Decimal):
            assert Decimal(str(found)) == pytest.approx(held)
        elif held is None or held == "":
            assert found in (None, "")
        else:
            assert len(str(found)) == len(held)
            assert sheet.cell(row, column).data_type in {"s", "inlineStr"}


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["表/一\n", "东岸镇", "2026"], "表一_东岸镇_2026.xlsx"),
        (["../../etc", "..", "a:b*?"], "etc___ab.xlsx"),
        (["表\u202e", "村", "2026-Q3"], "表_村_2026-Q3.xlsx"),
    ],
)
def test_file_names_are_safe(words, name):
    assert file_name(*words, "xlsx") == name


def test_a_long_title_fits_a_file_system():
    assert len(file_name("表" * 300, "村" * 300, "2026", "xlsx").encode()) < 255
