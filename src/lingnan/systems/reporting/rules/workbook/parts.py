"""The parts of an .xlsx package as bytes: sheets cut around the cells that will be filled."""

import io
import re
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import unescape
from itertools import pairwise

from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import column_index_from_string as number_of
from openpyxl.utils.cell import coordinate_from_string

MOST = 256 * 2**20  # unpacked
_ROW = re.compile(rb"<row\b([^>]*?)(?:/>|>(.*?)</row>)", re.S)
_CELL = re.compile(rb"<c\b([^>]*?)(?:/>|>(.*?)</c>)", re.S)
_DATA = re.compile(rb"<sheetData\s*/>|<sheetData[^>]*>(.*?)</sheetData>", re.S)
_FORMULA = re.compile(rb"<f\b[^>]*?/>|<f\b.*?</f>", re.S)
_VALUE = re.compile(rb"<v\b[^>]*?/>|<v\b.*?</v>", re.S)
_COLUMN = re.compile(rb"<col\b[^>]*?/>")
_NAMED = re.compile(rb'([\w:]+)="([^"]*)"')
Spot = tuple[int, int]
"""Row and column, from 1."""


class Unusual(ValueError):
    """The package is not laid out as spreadsheet programs do; openpyxl may still write it anew."""


@dataclass
class Slot:
    """A cell to be filled: how it begins (`<c r="B3" s="7"`), the formula that stays in it, and how
    it is written when nothing is put into it."""

    spot: Spot
    start: bytes
    formula: bytes
    before: bytes


@dataclass
class Cut:
    """A sheet's text between its slots: one text more than slots."""

    texts: list[bytes] = field(default_factory=list)
    slots: list[Slot] = field(default_factory=list)


def unpacked(data: bytes) -> dict[str, bytes]:
    """Unusual for what is no package, or one too big."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as pack:
            if sum(one.file_size for one in pack.infolist()) > MOST:
                raise Unusual("too big")
            parts = {name: pack.read(name) for name in pack.namelist() if not name.endswith("/")}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as broken:
        raise Unusual("no package") from broken
    if {"xl/workbook.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels"} - set(parts):
        raise Unusual("parts are missing")
    return parts


def sheet_paths(parts: Mapping[str, bytes]) -> dict[str, str]:
    """Name of the sheet → path of its part."""
    targets = {}
    for tag in re.findall(rb"<Relationship\s[^>]+>", parts["xl/_rels/workbook.xml.rels"]):
        one = named(tag)
        path = one.get("Target", "").lstrip("/")
        targets[one.get("Id", "")] = path if path.startswith("xl/") else f"xl/{path}"
    found = {}
    for tag in re.findall(rb"<sheet\s[^>]+>", parts["xl/workbook.xml"]):
        one = named(tag)
        path = targets.get(one.get("r:id", ""), "")
        if path in parts:
            found[unescape(one.get("name", ""))] = path
    return found


def named(tag: bytes) -> dict[str, str]:
    return {name.decode(): value.decode() for name, value in _NAMED.findall(tag)}


def cut(text: bytes, spots: Iterable[Spot]) -> Cut:
    """The sheet around these cells; cells that are not written yet get their place in the row.

    What other formulas last said is taken out: it would be stale beside the new figures.
    """
    found = _DATA.search(text)
    if found is None:
        raise Unusual("no rows")
    rows = _rows(found[1] or b"")
    wanted: dict[int, set[int]] = {}
    for row, column in spots:
        wanted.setdefault(row, set()).add(column)
    styles = _column_styles(text[: found.start()])
    made = Cut([text[: found.start()] + b"<sheetData>"])
    for row in sorted({*rows, *wanted}):
        _cut_row(made, row, rows.get(row), wanted.get(row, set()), styles)
    made.texts[-1] += b"</sheetData>" + text[found.end() :]
    return made


@dataclass
class _Row:
    start: bytes
    cells: dict[int, tuple[bytes, bytes]] = field(default_factory=dict)  # attributes, content


def _rows(text: bytes) -> dict[int, _Row]:
    whole = list(_ROW.finditer(text))
    if text[: whole[0].start() if whole else None].strip():
        raise Unusual("more than rows")
    if any(text[a.end() : b.start()].strip() for a, b in pairwise(whole)):
        raise Unusual("more than rows")
    found = {}
    for one in whole:
        held = named(one[1])
        if not held.get("r", "").isdigit():
            raise Unusual("rows without numbers")
        row = _Row(one[1])
        for cell in _cells(one[2] or b""):
            ref = named(cell[1]).get("r", "")
            if not ref:
                raise Unusual("cells without names")
            row.cells[number_of(coordinate_from_string(ref)[0])] = (cell[1], cell[2] or b"")
        found[int(held["r"])] = row
    return found


def _cells(text: bytes) -> list[re.Match[bytes]]:
    found = list(_CELL.finditer(text))
    if sum(len(one[0]) for one in found) != len(text) and _CELL.sub(b"", text).strip():
        raise Unusual("more than cells in a row")
    return found


def _column_styles(head: bytes) -> list[tuple[int, int, str]]:
    tags = [named(tag) for tag in _COLUMN.findall(head)]
    return [(int(t["min"]), int(t["max"]), t["style"]) for t in tags if t.get("style")]


def _cut_row(
    made: Cut, number: int, row: _Row | None, wanted: set[int], styles: list[tuple[int, int, str]]
) -> None:
    held = row or _Row(b' r="%d"' % number)
    start = (
        re.sub(rb'\s+spans="[^"]*"', b"", held.start) if wanted - set(held.cells) else held.start
    )
    made.texts[-1] += b"<row" + start + b">"
    of_row = named(held.start).get("s", "")
    for column in sorted({*held.cells, *wanted}):
        attributes, content = held.cells.get(column, (b"", b""))
        formula = _FORMULA.search(content)
        if formula:
            content = _VALUE.sub(b"", content)
        name = f"{get_column_letter(column)}{number}"
        style = named(attributes).get("s", "") if attributes else of_row or _style(styles, column)
        begin = (f'<c r="{name}"' + (f' s="{style}"' if style else "")).encode()
        before = b"<c" + attributes if attributes else begin
        before += b">" + content + b"</c>" if content else b"/>"
        if column in wanted:
            kept = formula[0] if formula else b""
            made.slots.append(Slot((number, column), begin, kept, before))
            made.texts.append(b"")
        else:
            made.texts[-1] += before
    made.texts[-1] += b"</row>"


def _style(styles: list[tuple[int, int, str]], column: int) -> str:
    return next((style for low, high, style in styles if low <= column <= high), "")
