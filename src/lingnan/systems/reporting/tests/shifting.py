"""A table moved on its sheet, as a person moves it."""

from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.worksheet.cell_range import CellRange


def shift(sheet, down, right):
    """Everything moves, merges, hidden parts and the print area too; what a person does by inserting
    rows above and columns left."""
    merges = list(sheet.merged_cells.ranges)
    for area in merges:
        sheet.merged_cells.remove(area)
    if right:
        sheet.insert_cols(1, right)
    if down:
        sheet.insert_rows(1, down)
    for area in merges:
        area.shift(col_shift=right, row_shift=down)
        sheet.merge_cells(area.coord)
    shift_hidden(sheet, down, right)
    if sheet.print_area:
        areas = [CellRange(one.rpartition("!")[2]) for one in sheet.print_area.split(",")]
        for area in areas:
            area.shift(col_shift=right, row_shift=down)
        sheet.print_area = [area.coord for area in areas]


def shift_hidden(sheet, down, right):
    columns, rows = sheet.column_dimensions, sheet.row_dimensions
    hidden = [column_index_from_string(key) for key, one in columns.items() if one.hidden]
    sunk = [key for key, one in rows.items() if one.hidden]
    for one in [*columns.values(), *rows.values()]:
        one.hidden = False
    for column in hidden:
        columns[get_column_letter(column + right)].hidden = True
    for row in sunk:
        rows[row + down].hidden = True
