"""Put answers into a department's workbook and leave everything else as it was."""

import io
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl
from openpyxl.styles import Alignment, Font
from openpyxl.utils import range_boundaries
from openpyxl.workbook import Workbook
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.worksheet import Worksheet

from .convert import converted
from .records import has_formulas

OLE = b"\xd0\xcf\x11\xe0"
NOTES = "说明"
CellContent = Decimal | int | str | date | None


@dataclass(frozen=True, slots=True)
class Filled:
    """`row` and `col` from 1."""

    sheet: str
    row: int
    col: int
    value: CellContent


def opened(data: bytes) -> Workbook:
    """The department's file, ready to be filled; an .xls becomes an .xlsx of the same looks."""
    if data.startswith(OLE):
        return converted(data)
    return openpyxl.load_workbook(io.BytesIO(data), rich_text=True)


def loses_formulas(data: bytes) -> bool:
    """An .xls with formulas keeps their last values only."""
    return data.startswith(OLE) and has_formulas(data)


def write(workbook: Workbook, cells: Iterable[Filled]) -> None:
    """A cell inside a merged area is written at the area's corner, the only one that shows."""
    corners = {sheet.title: _corners(sheet) for sheet in workbook.worksheets}
    for cell in cells:
        at = corners[cell.sheet].get((cell.row, cell.col), (cell.row, cell.col))
        target = workbook[cell.sheet].cell(*at)
        target.value = cell.value
        if isinstance(cell.value, str):
            target.data_type = "s"  # `=1+1` typed by a person is a text, never a formula


def decimals_of(number_format: str) -> int | None:
    """Decimals a cell's own format shows; None for General and for text."""
    first = number_format.split(";")[0]
    if first in {"General", "@", ""} or not any(c in first for c in "0#"):
        return None
    _, point, rest = first.partition(".")
    return len([c for c in rest if c in "0#?"]) if point else 0


def blank_rows(sheet: Worksheet, first: int, columns: Sequence[int]) -> int:
    """How many rows from `first` on are free to be filled: at least one."""
    count = 0
    for row in range(first, sheet.max_row + 1):
        if any(sheet.cell(row, c).value is not None for c in range(1, sheet.max_column + 1)):
            break
        if any(area.min_row < row <= area.max_row for area in sheet.merged_cells.ranges):
            break
        if not any(sheet.cell(row, column).has_style for column in columns):
            break
        count += 1
    return max(count, 1)


def make_room(sheet: Worksheet, first: int, rows: int, columns: Sequence[int]) -> None:
    """Rows `first` … `first + rows - 1` look like the first one; what stood below moves down."""
    have = blank_rows(sheet, first, columns)
    if rows > have:
        _push_down(sheet, first + have, rows - have)
    width = sheet.max_column
    for row in range(first + 1, first + rows):
        for column in range(1, width + 1):
            pattern: Any = sheet.cell(first, column)
            if pattern.has_style:
                target: Any = sheet.cell(row, column)
                target._style = copy(pattern._style)
        if (height := sheet.row_dimensions[first].height) is not None:
            sheet.row_dimensions[row].height = height
    _reach(sheet, first + rows - 1)


def add_notes(workbook: Workbook, lines: Sequence[str]) -> None:
    """A last sheet of footnotes; the department's own sheets stay as they were."""
    title = NOTES
    while title in workbook.sheetnames:
        title += "_"
    sheet = workbook.create_sheet(title)
    sheet.column_dimensions["A"].width = 100
    for number, line in enumerate(lines, start=1):
        cell = sheet.cell(number, 1, line)
        cell.data_type = "s"
        cell.font = Font(name="宋体", size=12 if number > 1 else 14, bold=number == 1)
        cell.alignment = Alignment(wrap_text=True, vertical="top")


def _corners(sheet: Worksheet) -> dict[tuple[int, int], tuple[int, int]]:
    return {
        (row, column): (area.min_row, area.min_col)
        for area in sheet.merged_cells.ranges
        for row in range(area.min_row, area.max_row + 1)
        for column in range(area.min_col, area.max_col + 1)
    }


def _push_down(sheet: Worksheet, start: int, by: int) -> None:
    """openpyxl's insert_rows leaves merges, heights and breaks behind, so they are moved here."""
    heights = {r: d for r, d in sheet.row_dimensions.items() if r >= start}
    merges = [area for area in sheet.merged_cells.ranges if area.min_row >= start]
    for area in merges:
        sheet.merged_cells.remove(area)
    sheet.move_range(
        CellRange(
            min_row=start,
            max_row=max(start, sheet.max_row),
            min_col=1,
            max_col=sheet.max_column,
        ),
        rows=by,
        translate=True,
    )
    for area in merges:
        area.shift(row_shift=by)
        sheet.merged_cells.add(area)
    for row in heights:
        del sheet.row_dimensions[row]
    for row, held in heights.items():
        target = sheet.row_dimensions[row + by]
        target.height, target.hidden = held.height, held.hidden
    for mark in sheet.row_breaks.brk:
        if mark.id >= start - 1:
            mark.id += by
    _stretch(sheet, start, by)


def _stretch(sheet: Worksheet, start: int, by: int) -> None:
    areas = _print_areas(sheet)
    if areas:
        sheet.print_area = ",".join(
            _named(left, low, right, high + by if high >= start - 1 else high)
            for left, low, right, high in areas
        )


def _reach(sheet: Worksheet, last: int) -> None:
    """The print area holds every filled row."""
    areas = _print_areas(sheet)
    if areas and max(high for *_, high in areas) < last:
        left, low, right, _ = areas[-1]
        areas[-1] = (left, low, right, last)
        sheet.print_area = ",".join(_named(*area) for area in areas)


def _print_areas(sheet: Worksheet) -> list[tuple[int, int, int, int]]:
    named = str(sheet.print_area or "")
    parts = [part.rpartition("!")[2].replace("$", "") for part in named.split(",") if part]
    found = []
    for part in parts:
        left, low, right, high = range_boundaries(part)
        if left and low and right and high:
            found.append((left, low, right, high))
    return found


def _named(left: int, low: int, right: int, high: int) -> str:
    return CellRange(min_col=left, min_row=low, max_col=right, max_row=high).coord
