"""An Excel 97 workbook → grids: what xlrd reads, and the formulas it leaves out."""

import io
import struct
from collections.abc import Iterator
from typing import Any

import xlrd
from xlrd.compdoc import CompDoc
from xlrd.formula import FMLA_TYPE_CELL, FMLA_TYPE_DATA_VAL, decompile_formula

from ..grid import Grid, Span
from .limits import MAX_BLANKS, MAX_FRAMES, MAX_SHEETS, Refusal, shown, text_of, too_big, visible
from .lists import Lists

Texts = dict[tuple[int, int], str]

_BOF, _EOF, _FORMULA, _BLANKS, _MERGED = 0x809, 0x0A, 0x06, 0xBE, 0xE5
_INPUT_RULE, _LIST, _TEXT, _MAX_REFS = 0x1BE, 3, b"\x17", 200
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
    lists, texts, grids = input_lists(data, book), {}, []
    for index in range(book.nsheets):
        sheet = book.sheet_by_index(index)
        grid, texts[sheet.name] = _grid(
            book, sheet, printed.get(index, []), formulas.get(index, {})
        )
        grids.append((grid, sheet.visibility != 0))
        book.unload_sheet(index)
    for index, (grid, _) in enumerate(grids):
        grid.choices = Lists(texts, {}, grid.sheet).of(lists.get(index, []))
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


def _grid(book: Any, sheet: Any, printed: list[Span], formulas: Texts) -> tuple[Grid, Texts]:
    """The grid, and all texts of the sheet, hidden ones too: lists may stand there."""
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
    grid = Grid(sheet.name, kept, merges, formulas=formulas, framed=framed, aside=aside)
    return grid, texts


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


def input_lists(data: bytes, book: Any) -> dict[int, list[tuple[str, str]]]:
    """Sheet → (ranges, formula) of each list, both as an .xlsx writes them."""
    found: dict[int, list[tuple[str, str]]] = {}
    for sheet, kind, body in _of_sheets(data):
        if kind == _INPUT_RULE and len(body) > 4 and body[0] & 0x0F == _LIST:
            try:
                found.setdefault(sheet, []).append(input_rule(body, book))
            except (struct.error, IndexError, UnicodeDecodeError):
                continue  # a damaged rule offers nothing
    return found


def input_rule(body: bytes, book: Any) -> tuple[str, str]:
    """[MS-XLS] 2.4.91 Dv: four texts, two formulas, the ranges."""
    at = 4
    for _ in range(4):
        at = _after_text(body, at)
    size = struct.unpack_from("<H", body, at)[0]
    code, at = body[at + 4 : at + 4 + size], at + 4 + size
    at += 4 + struct.unpack_from("<H", body, at)[0]
    count = struct.unpack_from("<H", body, at)[0]
    refs = [struct.unpack_from("<HHHH", body, at + 2 + 8 * n) for n in range(min(count, _MAX_REFS))]
    where = " ".join(
        str(Span(top + 1, left + 1, low + 1, right + 1)) for top, low, left, right in refs
    )
    return where, _offered(code, book)


def _after_text(body: bytes, at: int) -> int:
    letters, flags = struct.unpack_from("<HB", body, at)
    return int(at + 3 + letters * (2 if flags & 1 else 1))


def _offered(code: bytes, book: Any) -> str:
    """Words written out, parted by NUL, or the range where they stand."""
    if code[:1] == _TEXT:
        letters, flags = code[1], code[2]
        wide = bool(flags & 1)
        text = code[3 : 3 + letters * (2 if wide else 1)].decode("utf-16-le" if wide else "latin-1")
        return '"{}"'.format(text.replace("\0", ","))
    try:
        said = decompile_formula(book, code, len(code), FMLA_TYPE_DATA_VAL)
    except Exception:  # xlrd raises anything on formulas it does not know
        return ""
    return str(said or "")


def _of_sheets(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """(number of the sheet, kind, body) of every record inside a sheet."""
    sheet, depth = -1, 0
    for kind, body in _records(_stream(data)):
        if kind == _BOF:
            depth += 1
            sheet += depth == 1
        elif kind == _EOF:
            depth -= 1
        yield sheet - 1, kind, body


def _formulas(data: bytes, book: Any) -> dict[int, dict[tuple[int, int], str]]:
    """Sheet → cell → formula as text; `=` alone when it cannot be put into words."""
    found: dict[int, dict[tuple[int, int], str]] = {}
    for sheet, kind, body in _of_sheets(data):
        if kind == _FORMULA and len(body) >= 22:
            row, col = struct.unpack_from("<HH", body)
            found.setdefault(sheet, {})[row + 1, col + 1] = _words(book, body, row, col)
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
