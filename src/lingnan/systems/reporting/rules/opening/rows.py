"""Rows of the first sheet, one after the other: a hundred thousand of them need no grid."""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..grid import column_number
from .limits import MAX_COLUMNS, MAX_TEXT, Refusal
from .parts import Package
from .sheets import Styles, number_text, unescaped
from .sieve import Cells
from .xlsx import first_sheet

MAX_LINES = 1_048_576
SHORT = 5
_PIECE = 1 << 20
_HIDDEN = re.compile(rb"state=[\"'](?!visible)")
DIGITS = "0123456789"
_ATTRIBUTE = re.compile(r'([a-z]+)="([^"]*)"')
Line = dict[int, str | bool]
"""Column (from 1) → what the cell says; blank cells are not there."""


@dataclass(frozen=True)
class Lines:
    """`rows`: (number, line) in the order of the file; rows that are not there are not told."""

    title: str
    rows: Iterator[tuple[int, Line]]


def open_lines(data: bytes, limit: int) -> Lines:
    """Refusal says why not; `limit`: bytes it may unpack to."""
    archive = zipfile.ZipFile(io.BytesIO(data))
    if sum(part.file_size for part in archive.infolist()) > limit:
        raise Refusal(f"解压后超过 {limit // 2**20} MiB，可能是压缩炸弹。")
    package = Package(archive)
    if not package.has("xl/workbook.xml"):
        raise Refusal("这是压缩包，里面不是 Excel 工作簿；请先解压。")
    title, path, strings, styles = first_sheet(package)
    return Lines(title, _rows(package, path, _Scan(strings, styles)))


def is_plain(data: bytes, limit: int) -> bool:
    """A workbook of one sheet with nothing hidden: read line by line it says what a person sees."""
    archive = zipfile.ZipFile(io.BytesIO(data))
    if sum(part.file_size for part in archive.infolist()) > limit:
        raise Refusal(f"解压后超过 {limit // 2**20} MiB，可能是压缩炸弹。")
    sheets = [name for name in archive.namelist() if name.lower().startswith("xl/worksheets/sheet")]
    if len(sheets) != 1:
        return False
    with archive.open(sheets[0]) as part:
        before = b""
        while chunk := part.read(_PIECE):
            if b"hidden=" in before + chunk:
                return False
            before = chunk[-8:]
    book = archive.read("xl/workbook.xml") if "xl/workbook.xml" in archive.namelist() else b""
    return bool(book) and b"Print_Area" not in book and not _HIDDEN.search(book)


def _rows(package: Package, path: str, scan: "_Scan") -> Iterator[tuple[int, Line]]:
    for _ in package.stream(path, scan.start, scan.end, scan.take):
        yield from scan.done
        scan.done.clear()
    yield from scan.done


class _Scan:
    """Few attributes and no objects: it is called millions of times."""

    def __init__(self, strings: list[str], styles: Styles) -> None:
        self.done: list[tuple[int, Line]] = []
        self._strings, self._styles = strings, styles
        self._number = self._col = 0
        self._line: Line = {}
        self._cell: Mapping[str, str] = {}
        self._text, self._phonetic = "", False
        self._columns: dict[str, int] = {}
        self._attributes: dict[str, Mapping[str, str]] = {}
        self._seen: dict[tuple[str, str], str | bool] = {}

    def take(self, number: int, cells: Cells) -> None:
        """A plain row. Equal cells are one object: most answers are small numbers."""
        self._begin(number)
        line, seen, columns = self._line, self._seen, self._columns
        for letters, attributes, value, inner in cells:
            text = value or inner
            if text:
                column = columns.get(letters) or self._column(letters)
                said = seen.get((attributes, text))
                if said is None:
                    said = self._said(self._parsed(attributes), text)
                    if len(text) < SHORT:
                        seen[attributes, text] = said
                if said != "":
                    line[column] = said
        if line:
            self.done.append((number, line))

    def start(self, tag: str, said: Mapping[str, str]) -> None:
        if tag == "c":
            self._cell, self._text = said, ""
            ref = said.get("r")
            self._col = self._column(ref.rstrip(DIGITS)) if ref else self._col + 1
        elif tag == "row":
            self._begin(int(said.get("r") or self._number + 1))
        elif tag == "rPh":
            self._phonetic = True

    def end(self, tag: str, text: str) -> None:
        if tag == "v":
            self._text = text
        elif tag == "c":
            said = self._said(self._cell, self._text) if self._text else ""
            if said != "":
                self._line[self._col] = said
        elif tag == "row":
            if self._line:
                self.done.append((self._number, self._line))
        elif tag == "t" and not self._phonetic:
            self._text += text
        elif tag == "rPh":
            self._phonetic = False

    def _begin(self, number: int) -> None:
        self._number, self._col, self._line = number, 0, {}
        if number > MAX_LINES:
            raise Refusal(f"行数超过 {MAX_LINES}。")

    def _column(self, letters: str) -> int:
        found = self._columns.get(letters)
        if found is None:
            found = self._columns[letters] = column_number(letters)
            if found > MAX_COLUMNS:
                raise Refusal(f"列数 {found} 超过 {MAX_COLUMNS}。")
        return found

    def _parsed(self, attributes: str) -> Mapping[str, str]:
        found = self._attributes.get(attributes)
        if found is None:
            found = self._attributes[attributes] = dict(_ATTRIBUTE.findall(attributes))
        return found

    def _said(self, cell: Mapping[str, str], text: str) -> str | bool:
        kind = cell.get("t", "n")
        if kind == "b":
            return text.strip() == "1"
        if kind == "s":
            text = self._strings[int(text)]
        elif kind == "n":
            text = number_text(text, int(cell.get("s") or 0), self._styles)
        else:
            text = unescaped(text)
        return text[:MAX_TEXT]
