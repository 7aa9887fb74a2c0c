"""Rows of the first sheet, one after the other: a hundred thousand of them need no grid."""

import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..grid import column_number
from .limits import MAX_COLUMNS, MAX_TEXT, Refusal
from .parts import Package
from .sheets import Styles, number_text, unescaped
from .xlsx import first_sheet

MAX_LINES = 1_048_576
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


def _rows(package: Package, path: str, scan: "_Scan") -> Iterator[tuple[int, Line]]:
    for _ in package.stream(path, scan.start, scan.end):
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
        self._seen: dict[str, str] = {}

    def start(self, tag: str, said: Mapping[str, str]) -> None:
        if tag == "c":
            self._cell, self._text = said, ""
            ref = said.get("r")
            self._col = self._column(ref) if ref else self._col + 1
        elif tag == "row":
            self._number = int(said.get("r") or self._number + 1)
            self._col, self._line = 0, {}
            if self._number > MAX_LINES:
                raise Refusal(f"行数超过 {MAX_LINES}。")
        elif tag == "rPh":
            self._phonetic = True

    def end(self, tag: str, text: str) -> None:
        if tag == "v":
            self._text = text
        elif tag == "c":
            if self._text:
                self._keep(self._cell.get("t", "n"))
        elif tag == "row":
            if self._line:
                self.done.append((self._number, self._line))
        elif tag == "t" and not self._phonetic:
            self._text += text
        elif tag == "rPh":
            self._phonetic = False

    def _column(self, ref: str) -> int:
        letters = ref.rstrip("0123456789")
        found = self._columns.get(letters)
        if found is None:
            found = self._columns[letters] = column_number(letters)
            if found > MAX_COLUMNS:
                raise Refusal(f"列数 {found} 超过 {MAX_COLUMNS}。")
        return found

    def _keep(self, kind: str) -> None:
        text = self._text
        if kind == "s":
            text = self._strings[int(text)]
        elif kind == "n":
            text = number_text(text, int(self._cell.get("s") or 0), self._styles)
        elif kind == "b":
            self._line[self._col] = text.strip() == "1"
            return
        else:
            text = unescaped(text)
        if text:
            text = text[:MAX_TEXT]
            # Equal texts are one object: most answers are small numbers.
            self._line[self._col] = self._seen.setdefault(text, text) if len(text) < 9 else text
