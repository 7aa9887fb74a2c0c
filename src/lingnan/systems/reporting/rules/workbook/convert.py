"""An Excel 97 file as an openpyxl workbook that looks and prints the same.

Formulas come as their last values: xlrd does not read formula text. Drawings and macros stay out.
"""

import re
from datetime import datetime, time
from typing import Any

import xlrd
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.comments import Comment
from openpyxl.utils import get_column_letter
from openpyxl.utils.indexed_list import IndexedList
from openpyxl.workbook import Workbook
from openpyxl.worksheet.dimensions import ColumnDimension
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.worksheet import Worksheet
from xlrd.book import Book
from xlrd.sheet import Cell
from xlrd.sheet import Sheet as OldSheet

from .records import PageSetup, page_setups
from .styles import Styles, font_of, inline_font

VISIBILITY: tuple[Any, ...] = ("visible", "hidden", "veryHidden")
TWIPS = 20
WIDTH_UNIT = 256
WHOLE_ROW = 256  # an xls file that styles all columns means: to the edge of the sheet


def converted(data: bytes) -> Workbook:
    """`data` is a whole .xls file. xlrd.XLRDError when it is none."""
    book = xlrd.open_workbook(file_contents=data, formatting_info=True)
    pages = page_setups(data)
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    _normal(book, workbook)
    styles = Styles(book, workbook)
    for number, old in enumerate(book.sheets()):
        sheet = workbook.create_sheet(old.name)
        _cells(book, old, sheet, styles)
        _columns(old, sheet, styles)
        _rows(old, sheet, styles)
        _marks(old, sheet)
        _view(old, sheet)
        if number < len(pages):
            _print(pages[number], sheet)
    workbook.remove(styles.bench)
    _names(book, workbook)
    workbook.active = next((i for i, s in enumerate(book.sheets()) if s.sheet_selected), 0)
    return workbook


def _normal(book: Book, workbook: Any) -> None:
    """Column widths count digits of the normal style's font, so it must be the file's own."""
    font = font_of(book, book.xf_list[0].font_index)
    workbook._fonts = IndexedList([font])
    workbook._named_styles["Normal"].font = font


def _cells(book: Book, old: OldSheet, sheet: Worksheet, styles: Styles) -> None:
    for row in range(old.nrows):
        for column in range(old.row_len(row)):
            found = old.cell(row, column)
            if found.ctype == xlrd.XL_CELL_EMPTY:
                continue
            cell: Any = sheet.cell(row=row + 1, column=column + 1)
            runs = old.rich_text_runlist_map.get((row, column))
            cell.value = _rich(book, found, runs) if runs else _plain(book, found)
            if found.ctype == xlrd.XL_CELL_TEXT:
                cell.data_type = "s"  # a text that begins with `=` stays a text
            cell._style = styles.array(found.xf_index)
    for low, high, left, right in old.merged_cells:
        sheet.merge_cells(start_row=low + 1, end_row=high, start_column=left + 1, end_column=right)
        _restore_borders(old, sheet, styles, (low, high, left, right))


def _restore_borders(
    old: OldSheet, sheet: Worksheet, styles: Styles, area: tuple[int, int, int, int]
) -> None:
    """Merging in openpyxl redraws the edges; the file's own styles are put back."""
    low, high, left, right = area
    for row in range(low, min(high, old.nrows)):
        for column in range(left, min(right, old.row_len(row))):
            if old.cell_type(row, column) != xlrd.XL_CELL_EMPTY:
                target: Any = sheet.cell(row=row + 1, column=column + 1)
                target._style = styles.array(old.cell_xf_index(row, column))


def _plain(book: Book, found: Cell) -> Any:
    match found.ctype:
        case xlrd.XL_CELL_NUMBER:
            return int(found.value) if found.value == int(found.value) else found.value
        case xlrd.XL_CELL_DATE:
            return _moment(found.value, book.datemode)
        case xlrd.XL_CELL_BOOLEAN:
            return bool(found.value)
        case xlrd.XL_CELL_ERROR:
            return xlrd.error_text_from_code.get(found.value, "#N/A")
        case xlrd.XL_CELL_BLANK:
            return None
    return found.value


def _moment(number: float, mode: int) -> datetime | time | float:
    """A number that is no calendar date (the lost days of 1900) stays a number."""
    try:
        parts = xlrd.xldate_as_tuple(number, mode)
    except xlrd.xldate.XLDateError:
        return number
    return time(*parts[3:]) if parts[:3] == (0, 0, 0) else datetime(*parts)  # noqa: DTZ001 - a cell has no zone


def _rich(book: Book, found: Cell, runs: list[tuple[int, int]]) -> CellRichText:
    text = str(found.value)
    starts = [start for start, _ in runs] + [len(text)]
    parts: list[str | TextBlock] = [text[: starts[0]]] if starts[0] else []
    for number, (start, font) in enumerate(runs):
        if piece := text[start : starts[number + 1]]:
            parts.append(TextBlock(inline_font(font_of(book, font)), piece))
    return CellRichText(parts)


def _columns(old: OldSheet, sheet: Worksheet, styles: Styles) -> None:
    if old.standardwidth:
        sheet.sheet_format.defaultColWidth = old.standardwidth / WIDTH_UNIT
    elif old.defcolwidth:
        sheet.sheet_format.baseColWidth = old.defcolwidth
    for number, held in sorted(old.colinfo_map.items()):
        letter = get_column_letter(number + 1)
        column: Any = ColumnDimension(
            sheet,
            index=letter,
            width=held.width / WIDTH_UNIT,
            hidden=bool(held.hidden),
            outlineLevel=held.outline_level,
            collapsed=bool(held.collapsed),
            customWidth=True,
        )
        column._style = styles.array(held.xf_index)
        sheet.column_dimensions[letter] = column


def _rows(old: OldSheet, sheet: Worksheet, styles: Styles) -> None:
    if old.default_row_height:
        sheet.sheet_format.defaultRowHeight = old.default_row_height / TWIPS
        sheet.sheet_format.customHeight = bool(old.default_row_height_mismatch) or None
    for number, held in old.rowinfo_map.items():
        row: Any = sheet.row_dimensions[number + 1]
        if not held.has_default_height and held.height:
            row.height = held.height / TWIPS
        row.hidden = bool(held.hidden)
        row.outlineLevel = held.outline_level
        if held.has_default_xf_index and held.xf_index is not None:
            row._style = styles.array(held.xf_index)


def _marks(old: OldSheet, sheet: Worksheet) -> None:
    for (row, column), note in old.cell_note_map.items():
        sheet.cell(row=row + 1, column=column + 1).comment = Comment(note.text, note.author or "")
    for link in old.hyperlink_list:
        if link.url_or_path:
            target: Any = sheet.cell(row=link.frowx + 1, column=link.fcolx + 1)
            style = target._style
            target.hyperlink = str(link.url_or_path)
            target._style = style
    for row, *_ in old.horizontal_page_breaks:
        sheet.row_breaks.append(Break(id=row))
    for column, *_ in old.vertical_page_breaks:
        sheet.col_breaks.append(Break(id=column))


def _view(old: OldSheet, sheet: Worksheet) -> None:
    sheet.sheet_state = VISIBILITY[old.visibility]
    view = sheet.sheet_view
    view.showGridLines = bool(old.show_grid_lines)
    view.showZeros = bool(old.show_zero_values)
    view.zoomScale = old.cooked_normal_view_mag_factor or 100
    view.tabSelected = bool(old.sheet_selected)
    if old.panes_are_frozen and (old.horz_split_pos or old.vert_split_pos):
        sheet.freeze_panes = f"{get_column_letter(old.vert_split_pos + 1)}{old.horz_split_pos + 1}"


def _print(page: PageSetup, sheet: Worksheet) -> None:
    for side, inches in page.margins.items():
        setattr(sheet.page_margins, side, inches)
    setup: Any = sheet.page_setup
    properties: Any = sheet.sheet_properties
    options = sheet.print_options
    if page.paper:
        setup.paperSize = page.paper
    if page.orientation:
        setup.orientation = page.orientation
    if page.fit_to_page:
        properties.pageSetUpPr.fitToPage = True
        setup.fitToWidth, setup.fitToHeight = page.fit_width, page.fit_height
    elif page.scale:
        setup.scale = page.scale
    options.horizontalCentered, options.verticalCentered = page.centre_across, page.centre_down
    options.gridLines = page.print_grid
    for words, target in ((page.header, sheet.oddHeader), (page.footer, sheet.oddFooter)):
        for place, text in _sections(words).items():
            getattr(target, place).text = text


def _sections(words: str) -> dict[str, str]:
    """`&L…&C…&R…` split; a header without a mark is centred."""
    names = {"L": "left", "C": "center", "R": "right"}
    pieces = re.split(r"&([LCR])", words)
    found = {"center": pieces[0]} if pieces[0] else {}
    return found | {
        names[mark]: text for mark, text in zip(pieces[1::2], pieces[2::2], strict=True)
    }


def _names(book: Book, workbook: Workbook) -> None:
    for name in book.name_obj_list:
        if name.name not in {"Print_Area", "Print_Titles"} or name.result is None:
            continue
        for area in name.result.value or ():
            first, _, low, high, left, right = area.coords
            sheet = workbook.worksheets[first]
            if name.name == "Print_Area":
                sheet.print_area = (
                    f"{get_column_letter(left + 1)}{low + 1}:{get_column_letter(right)}{high}"
                )
            elif right - left >= WHOLE_ROW:
                sheet.print_title_rows = f"{low + 1}:{high}"
            else:
                sheet.print_title_cols = f"{get_column_letter(left + 1)}:{get_column_letter(right)}"
