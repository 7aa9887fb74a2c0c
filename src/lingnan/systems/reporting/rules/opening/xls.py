"""An Excel 97 workbook → grids: what xlrd reads, and the formulas it leaves out."""

import io
import struct
from collections.abc import Iterator
from typing import Any

import xlrd
from xlrd.compdoc import CompDoc
from xlrd.formula import FMLA_TYPE_CELL, decompile_formula

from ..grid import Grid, Span
from .limits import MAX_BLANKS, MAX_FRAMES, MAX_SHEETS, Refusal, shown, text_of, too_big, visible

_BOF, _EOF, _FORMULA, _BLANKS, _MERGED = 0x809, 0x0A, 0x06, 0xBE, 0xE5
_BLANK_KINDS = (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK)


def open_xls(data: bytes, stem: str) -> list[Grid]:
    _weigh(data)
    book = xlrd.open_workbook(
        file_contents=data,
        formatting_info=True,
        on_demand=True,
        ragged_rows=True,
        logfile=io.StringIO(),
    )
    if book.nsheets > MAX_SHEETS:
        raise Refusal("工作表超过 {most} 张。", most=MAX_SHEETS)
    printed = _print_areas(book)
    formulas = _formulas(data, book)
    grids = []
    for index in range(book.nsheets):
        sheet = book.sheet_by_index(index)
        grid = _grid(book, sheet, printed.get(index, []), formulas.get(index, {}))
        grids.append((grid, sheet.visibility != 0))
        book.unload_sheet(index)
    return visible(grids)


def _weigh(data: bytes) -> None:
    """One short record claims 256 blank cells: they are counted before a library keeps them."""
    blanks = 0
    for kind, body in _records(_stream(data)):
        if kind == _BLANKS:
            blanks += len(body) // 2
        if blanks > MAX_BLANKS:
            raise Refusal("空白单元格过多。")


def _stream(data: bytes) -> bytes:
    document = CompDoc(data, logfile=io.StringIO())
    found = document.get_named_stream("Workbook") or document.get_named_stream("Book")
    return bytes(found) if found else b""


def _records(stream: bytes) -> Iterator[tuple[int, bytes]]:
    position = 0
    while position + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, position)
        yield kind, stream[position + 4 : position + 4 + size]
        position += 4 + size


def _grid(book: Any, sheet: Any, printed: list[Span], formulas: dict[tuple[int, int], str]) -> Grid:
    # Formatted blank cells are cells here too: they may be many, so they count ten times less.
    cells = sum(sheet.row_len(row) for row in range(sheet.nrows))
    too_big(rows=sheet.nrows, columns=sheet.ncols, cells=cells // 10)
    merges = [Span(r0 + 1, c0 + 1, r1, c1) for r0, r1, c0, c1 in sheet.merged_cells]
    merges = [m for m in merges if m.width > 0 and m.height > 0]
    too_big(cells=sum(m.width * min(m.height, sheet.nrows + 1) for m in merges))
    frames = [_is_framed(xf) for xf in book.xf_list]
    texts: dict[tuple[int, int], str] = {}
    framed: set[tuple[int, int]] = set()
    for row in range(sheet.nrows):
        for col, cell in enumerate(sheet.row(row)):
            at = (row + 1, col + 1)
            if cell.ctype not in _BLANK_KINDS:
                texts[at] = _text(cell, book.datemode)
            if frames[cell.xf_index or 0] and len(framed) < MAX_FRAMES:
                framed.add(at)
    kept, aside = shown(
        texts,
        hidden_rows={row + 1 for row, info in sheet.rowinfo_map.items() if info.hidden},
        hidden_columns={col + 1 for col, info in sheet.colinfo_map.items() if info.hidden},
        printed=printed,
    )
    return Grid(sheet.name, kept, merges, formulas=formulas, framed=framed, aside=aside)


def _is_framed(xf: Any) -> bool:
    border = xf.border
    return bool(border.left_line_style and border.right_line_style) or bool(
        border.top_line_style and border.bottom_line_style
    )


def _text(cell: Any, datemode: int) -> str:
    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            return text_of(xlrd.xldate.xldate_as_datetime(cell.value, datemode))
        except (ValueError, OverflowError):
            return text_of(cell.value)
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return ""
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return str(bool(cell.value)).upper()
    return text_of(cell.value)


def _print_areas(book: Any) -> dict[int, list[Span]]:
    areas: dict[int, list[Span]] = {}
    for name in book.name_obj_list:
        if not (name.builtin and name.name == "\x06" and name.result):
            continue
        for ref in getattr(name.result, "value", None) or []:
            first, end, top, bottom, left, right = getattr(ref, "coords", (0, 0, 0, 0, 0, 0))
            if end == first + 1 and bottom > top and right > left:
                areas.setdefault(first, []).append(Span(top + 1, left + 1, bottom, right))
    return areas


def _formulas(data: bytes, book: Any) -> dict[int, dict[tuple[int, int], str]]:
    """Sheet → cell → formula as text; `=` alone when it cannot be put into words."""
    found: dict[int, dict[tuple[int, int], str]] = {}
    sheet, depth = -1, 0
    for kind, body in _records(_stream(data)):
        if kind == _BOF:
            depth += 1
            sheet += depth == 1
        elif kind == _EOF:
            depth -= 1
        elif kind == _FORMULA and len(body) >= 22:
            row, col = struct.unpack_from("<HH", body)
            found.setdefault(sheet - 1, {})[row + 1, col + 1] = _words(book, body, row, col)
    return found


def _words(book: Any, body: bytes, row: int, col: int) -> str:
    size = struct.unpack_from("<H", body, 20)[0]
    try:
        words = decompile_formula(
            book, body[22 : 22 + size], size, FMLA_TYPE_CELL, browx=row, bcolx=col
        )
        return "=" if "SHARED FMLA" in words else f"={words}"
    except Exception:
        return "="
