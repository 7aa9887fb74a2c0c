"""A drawn sheet as a real workbook: .xlsx, .xls or .csv."""

import csv
import re
import zipfile
from pathlib import Path

import xlwt
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side

from .grid import Sheet, letter

_SIDE = Side(style="thin")
_BOX = Border(left=_SIDE, right=_SIDE, top=_SIDE, bottom=_SIDE)


def write(path: Path, sheets: list[Sheet]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    {".xlsx": _xlsx, ".xls": _xls, ".csv": _csv}[path.suffix](path, sheets)


def _xlsx(path: Path, sheets: list[Sheet]) -> None:
    book = Workbook()
    book.remove(book.worksheets[0])
    for sheet in sheets:
        page = book.create_sheet(sheet.name)
        for row in range(1, sheet.last_row + 1):
            for column in range(1, sheet.last_column + 1):
                cell = page.cell(row, column, sheet.cells.get((row, column)))
                bold = (row, column) in sheet.bold
                title = bold and row in sheet.plain
                cell.font = Font(
                    name="黑体" if bold else "宋体", size=16 if title else 10, bold=bold
                )
                side = "left" if isinstance(cell.value, str) and not bold else "center"
                cell.alignment = Alignment(horizontal=side, vertical="center", wrap_text=True)
                if row not in sheet.plain:
                    cell.border = _BOX
        for r0, c0, r1, c1 in sheet.merges:
            page.merge_cells(start_row=r0, start_column=c0, end_row=r1, end_column=c1)
        for column in range(1, sheet.last_column + 1):
            page.column_dimensions[letter(column)].width = sheet.widths.get(column, 12)
        for row, height in sheet.heights.items():
            page.row_dimensions[row].height = height
        page.print_area = f"A1:{letter(sheet.last_column)}{sheet.last_row}"
    book.save(path)
    _dated(path)


def _dated(path: Path) -> None:
    """The same bytes whenever it is drawn: no clock in the archive."""
    with zipfile.ZipFile(path) as old:
        held = [(item.filename, old.read(item)) for item in old.infolist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in held:
            if name == "docProps/core.xml":
                data = re.sub(rb"\d{4}-\d\d-\d\dT[\d:]+Z", b"2026-01-01T00:00:00Z", data)
            new.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)


def _xls(path: Path, sheets: list[Sheet]) -> None:
    book = xlwt.Workbook(encoding="utf-8")
    line = "borders: left thin, right thin, top thin, bottom thin; "
    wrap = "align: wrap on, vert centre"
    styles = {
        (bold, boxed): xlwt.easyxf(
            f"font: name 宋体, bold {'on' if bold else 'off'}; {line if boxed else ''}{wrap}"
        )
        for bold in (True, False)
        for boxed in (True, False)
    }
    for sheet in sheets:
        page = book.add_sheet(sheet.name)
        merged = {(m[0], m[1]): m for m in sheet.merges}
        hidden = {
            (r, c)
            for r0, c0, r1, c1 in sheet.merges
            for r in range(r0, r1 + 1)
            for c in range(c0, c1 + 1)
        } - set(merged)
        for row in range(1, sheet.last_row + 1):
            for column in range(1, sheet.last_column + 1):
                at, value = (row, column), sheet.cells.get((row, column))
                style = styles[at in sheet.bold, row not in sheet.plain]
                if at in merged:
                    r0, c0, r1, c1 = merged[at]
                    page.write_merge(r0 - 1, r1 - 1, c0 - 1, c1 - 1, value, style)
                elif at not in hidden:
                    page.write(row - 1, column - 1, value, style)
        for column, wide in sheet.widths.items():
            page.col(column - 1).width = int(wide * 256)
    book.save(str(path))


def _csv(path: Path, sheets: list[Sheet]) -> None:
    sheet = sheets[0]
    last = max(r for (r, _), v in sheet.cells.items() if v is not None)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        for row in range(1, last + 1):
            writer.writerow(
                [
                    "" if (v := sheet.cells.get((row, c))) is None else v
                    for c in range(1, sheet.last_column + 1)
                ]
            )
