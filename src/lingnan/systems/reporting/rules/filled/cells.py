"""Sheets with what their cells hold, not only what they show: numbers, days, formats, formulas."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import openpyxl
import xlrd

from ..grid import Grid
from ..opening import OLE, ZIP, open_grids

At = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Sheet:
    """`raws` and `formats` by (row, column) from 1; `formulas` have no saved result."""

    grid: Grid
    raws: dict[At, Any] = field(default_factory=dict)
    formats: dict[At, str] = field(default_factory=dict)
    formulas: frozenset[At] = frozenset()

    def raw(self, at: At) -> Any:
        """What stands there; a cell of text only, as in CSV, holds its text."""
        anchor = self.grid.anchor(*at)
        return self.raws.get(anchor, self.grid.texts.get(anchor))

    def format(self, at: At) -> str:
        return self.formats.get(self.grid.anchor(*at), "")


def open_sheets(data: bytes, name: str) -> list[Sheet]:
    """In order, blank ones left out. UnreadableWorkbook, as `open_grids`."""
    grids = open_grids(data, name)
    opener = _xls if data.startswith(OLE) else _xlsx if data.startswith(ZIP) else None
    try:
        held = dict(opener(data)) if opener else {}
    except Exception:  # the texts were read; what the cells hold beside them is not told
        held = {}
    return [Sheet(grid, *held.get(grid.sheet, ({}, {}, frozenset()))) for grid in grids]


def _xls(data: bytes) -> Iterator[tuple[str, tuple[dict[At, Any], dict[At, str], frozenset[At]]]]:
    book = xlrd.open_workbook(
        file_contents=data, formatting_info=True, ragged_rows=True, logfile=io.StringIO()
    )
    for sheet in book.sheets():
        raws: dict[At, Any] = {}
        formats: dict[At, str] = {}
        for row in range(sheet.nrows):
            for col, cell in enumerate(sheet.row(row)):
                if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK, xlrd.XL_CELL_ERROR):
                    continue
                at = (row + 1, col + 1)
                raws[at] = cell.value
                if cell.ctype == xlrd.XL_CELL_DATE:
                    raws[at] = xlrd.xldate.xldate_as_datetime(cell.value, book.datemode)
                if cell.ctype in (xlrd.XL_CELL_DATE, xlrd.XL_CELL_NUMBER):
                    known = book.format_map.get(book.xf_list[cell.xf_index].format_key)
                    formats[at] = known.format_str if known else ""
        yield sheet.name, (raws, formats, frozenset())


def _xlsx(data: bytes) -> Iterator[tuple[str, tuple[dict[At, Any], dict[At, str], frozenset[At]]]]:
    book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    made = openpyxl.load_workbook(io.BytesIO(data)) if _has_formulas(data) else None
    for sheet in book.worksheets:
        cells = {at: cell for at, cell in sheet._cells.items() if cell.value is not None}
        raws = {at: cell.value for at, cell in cells.items() if cell.data_type != "e"}
        formats = {at: str(cell.number_format) for at, cell in cells.items() if cell.is_date or
                   isinstance(cell.value, int | float)}  # fmt: skip
        empty = frozenset[At]()
        if made is not None:
            written = made[sheet.title]._cells.items()
            empty = frozenset(at for at, c in written if c.data_type == "f" and at not in raws)
        yield sheet.title, (raws, formats, empty)


def _has_formulas(data: bytes) -> bool:
    """Only a file with formulas is worth opening a second time."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = [n for n in archive.namelist() if n.startswith("xl/worksheets/sheet")]
        return any(b"<f" in archive.read(part) for part in parts)
