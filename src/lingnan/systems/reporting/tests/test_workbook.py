"""The department gets its own file back: what makes its looks is compared with the source."""

import io
from decimal import Decimal

import openpyxl
import pytest
import xlrd
from openpyxl.cell.cell import MergedCell
from openpyxl.utils import get_column_letter

from lingnan.systems.reporting.rules import workbook as book
from lingnan.systems.reporting.rules.workbook.records import page_setups

from .conftest import FORMS, form_file

NAMES = sorted(path.name for path in FORMS.glob("*.xls"))


def both(name):
    """The source as xlrd sees it, the product as openpyxl reads it from its bytes."""
    data = form_file(name)
    product = openpyxl.load_workbook(io.BytesIO(book.packed(book.opened(data))), rich_text=True)
    return xlrd.open_workbook(file_contents=data, formatting_info=True), product


@pytest.mark.parametrize("name", NAMES)
def test_sheets_merges_widths_and_heights_are_kept(name):
    source, product = both(name)
    assert product.sheetnames == source.sheet_names()
    for old in source.sheets():
        new = product[old.name]
        merged = {
            f"{get_column_letter(c0 + 1)}{r0 + 1}:{get_column_letter(c1)}{r1}"
            for r0, r1, c0, c1 in old.merged_cells
        }
        assert {area.coord for area in new.merged_cells.ranges} == merged
        heights = {
            r + 1: held.height / 20
            for r, held in old.rowinfo_map.items()
            if not held.has_default_height and held.height
        }
        assert {r: new.row_dimensions[r].height for r in heights} == heights
        widths = {c: held.width / 256 for c, held in old.colinfo_map.items() if c < 40}
        assert {c: width_of(new, c + 1) for c in widths} == pytest.approx(widths)


@pytest.mark.parametrize("name", NAMES)
def test_every_cell_keeps_its_words_font_border_fill_and_alignment(name):
    source, product = both(name)
    for old in source.sheets():
        new = product[old.name]
        for row in range(old.nrows):
            for column in range(old.ncols):
                if old.cell_type(row, column) == xlrd.XL_CELL_EMPTY:
                    continue
                compare(source, old.cell(row, column), new.cell(row + 1, column + 1))


def compare(source, old, new):
    style = source.xf_list[old.xf_index]
    if isinstance(new, MergedCell):  # openpyxl reads only the edges of what a merge covers
        return
    font = source.font_list[style.font_index]
    assert (new.font.name, new.font.sz, bool(new.font.b)) == (
        font.name,
        font.height / 20,
        bool(font.bold),
    )
    edges = style.border
    lines = [edges.left_line_style, edges.right_line_style, edges.top_line_style]
    held = [new.border.left.style, new.border.right.style, new.border.top.style]
    corners = {area.coord.partition(":")[0] for area in new.parent.merged_cells.ranges}
    if new.coordinate not in corners:  # openpyxl redraws a merged corner from its far edges
        assert [bool(line) for line in lines] == [bool(line) for line in held]
    assert bool(style.background.fill_pattern) == bool(new.fill.patternType)
    assert bool(style.alignment.text_wrapped) == bool(new.alignment.wrapText)
    assert new.number_format == source.format_map[style.format_key].format_str
    if old.ctype == xlrd.XL_CELL_TEXT:
        assert str(new.value or "") == old.value
    if old.ctype == xlrd.XL_CELL_NUMBER:
        assert new.value == old.value


@pytest.mark.parametrize("name", NAMES)
def test_paper_orientation_margins_and_print_area_are_kept(name):
    source, product = both(name)
    for page, sheet in zip(page_setups(form_file(name)), product.worksheets, strict=True):
        if page.orientation:
            assert sheet.page_setup.orientation == page.orientation
            assert (sheet.page_setup.paperSize, sheet.page_setup.scale) == (page.paper, page.scale)
        for side, inches in page.margins.items():
            assert getattr(sheet.page_margins, side) == pytest.approx(inches)
    areas = [n for n in source.name_obj_list if n.name == "Print_Area"]
    assert len([sheet for sheet in product.worksheets if sheet.print_area]) == len(areas)


def test_the_wide_table_prints_landscape_on_a4_within_its_area():
    _, product = both("stat_table_1_households.xls")
    sheet = product["1"]
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert sheet.print_area == "'1'!$A$1:$AE$8"


@pytest.mark.parametrize("name", NAMES)
def test_the_same_workbook_gives_the_same_bytes(name):
    data = form_file(name)
    assert book.packed(book.opened(data)) == book.packed(book.opened(data))


def test_rows_are_added_below_a_head_and_what_stood_below_moves_down():
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.append(["村", "户数"])
    sheet["A2"].font = openpyxl.styles.Font(bold=True)
    sheet["A2"].border = openpyxl.styles.Border(top=openpyxl.styles.Side(style="thin"))
    sheet.row_dimensions[2].height = 33
    sheet["A3"] = "填表人："
    sheet.merge_cells("A3:B3")
    sheet.row_dimensions[3].height = 50
    sheet.print_area = "A1:B3"
    book.make_room(sheet, 2, 4, [1, 2])
    book.write(workbook, [book.Filled(sheet.title, 5, 2, Decimal(7))])
    assert sheet["A6"].value == "填表人："
    assert [area.coord for area in sheet.merged_cells.ranges] == ["A6:B6"]
    assert (sheet.row_dimensions[6].height, sheet.row_dimensions[5].height) == (50, 33)
    assert sheet["A5"].font.b and sheet["A5"].border.top.style == "thin"
    assert sheet.print_area.endswith("$A$1:$B$6")
    assert sheet["B5"].value == 7


def test_a_cell_inside_a_merge_is_written_at_its_corner():
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.merge_cells("B2:C3")
    book.write(workbook, [book.Filled(sheet.title, 3, 3, "甲")])
    assert sheet["B2"].value == "甲"


def test_what_a_person_typed_never_becomes_a_formula():
    workbook = openpyxl.Workbook()
    title = workbook.active.title
    book.write(workbook, [book.Filled(title, 1, 1, '=HYPERLINK("http://x")')])
    again = openpyxl.load_workbook(io.BytesIO(book.packed(workbook)))
    assert again[title]["A1"].data_type == "s"


def test_a_workbook_of_today_keeps_its_formulas():
    workbook = openpyxl.Workbook()
    workbook.active["A3"] = "=SUM(A1:A2)"
    raw = io.BytesIO()
    workbook.save(raw)
    again = openpyxl.load_workbook(io.BytesIO(book.packed(book.opened(raw.getvalue()))))
    assert again.active["A3"].value == "=SUM(A1:A2)"


@pytest.mark.parametrize(
    ("number_format", "places"),
    [("General", None), ("@", None), ("0", 0), ("0.00", 2), ("#,##0.0_ ", 1), ("0.00%", 2)],
)
def test_decimals_follow_the_cells_own_format(number_format, places):
    assert book.decimals_of(number_format) == places


def width_of(sheet, column):
    """openpyxl reads neighbours of one width as one group."""
    for held in sheet.column_dimensions.values():
        if held.min and held.min <= column <= held.max:
            return held.width
    return None
