"""An Office Open XML workbook → grids, streamed part by part: neither empty rows nor styles that
nobody sees cost memory. Pictures, macros and links to other files are never opened."""

import io
import posixpath
import zipfile
from collections.abc import Mapping

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from ..grid import Grid, Span
from .limits import MAX_BYTES, MAX_SHEETS, MAX_TEXT, Refusal, claimed, shown, span_of, visible
from .lists import Lists
from .parts import Package, nothing
from .sheets import SheetScan, Styles, unescaped

_PRINT_AREA = "_xlnm.Print_Area"
_SIDES = ("left", "right", "top", "bottom")
_MAX_LISTED = 5_000


def open_xlsx(data: bytes, stem: str) -> list[Grid]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
        # Sizes are declared; a lying archive fails its own check when it is read.
        if len(entries) > 10_000 or sum(entry.file_size for entry in entries) > MAX_BYTES:
            raise Refusal("解压后超过 64 MiB，可能是压缩炸弹。")
        package = Package(archive)
        if package.has("xl/workbook.bin"):
            raise Refusal("这是 .xlsb 二进制工作簿，请另存为 .xlsx。")
        if not package.has("xl/workbook.xml"):
            raise Refusal("这是压缩包，里面不是 Excel 工作簿；请先解压。")
        return _open(package)


def _open(package: Package) -> list[Grid]:
    book = _Book()
    package.scan("xl/workbook.xml", book.start, book.end)
    if len(book.sheets) > MAX_SHEETS:
        raise Refusal("工作表超过 {most} 张。", most=MAX_SHEETS)
    links = _links(package)
    styles = _styles(package)
    if book.mac_dates:
        styles.epoch = CALENDAR_MAC_1904
    strings = _strings(package)
    scans = []
    for name, link, hidden in book.sheets:
        scan = SheetScan(strings, styles)
        target = links.get(link, "")
        if "worksheet" in target.lower():
            package.scan(target, scan.start, scan.end)
        scans.append((name, scan, hidden))
    texts = {name: scan.texts for name, scan, _ in scans}
    return visible(
        [
            (_grid(name, scan, book.printed(number), Lists(texts, book.names, name)), hidden)
            for number, (name, scan, hidden) in enumerate(scans)
        ]
    )


def first_sheet(package: Package) -> tuple[str, str, list[str], Styles]:
    """Its name, its part, and the strings and styles its cells point at."""
    book = _Book()
    package.scan("xl/workbook.xml", book.start, book.end)
    if not book.sheets:
        raise Refusal("里面没有工作表。")
    styles = _styles(package)
    if book.mac_dates:
        styles.epoch = CALENDAR_MAC_1904
    name, link, _ = book.sheets[0]
    return name, _links(package).get(link, ""), _strings(package), styles


def _grid(name: str, scan: SheetScan, printed: list[Span], lists: Lists) -> Grid:
    kept, aside = shown(
        scan.texts,
        hidden_rows=scan.hidden_rows,
        hidden_columns=scan.hidden_columns,
        printed=printed,
    )
    return Grid(
        name,
        kept,
        claimed(scan.merges),
        formulas=scan.formulas,
        framed=scan.framed,
        choices=lists.of(scan.lists),
        aside=aside,
    )


class _Book:
    """`xl/workbook.xml`: sheets in order (name, link, hidden), and names of ranges."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str, bool]] = []
        self.names: dict[str, str] = {}
        self.mac_dates = False
        self._areas: dict[int, str] = {}
        self._name: Mapping[str, str] = {}

    def start(self, tag: str, said: Mapping[str, str]) -> None:
        if tag == "sheet":
            link = next((v for k, v in said.items() if k.endswith(":id")), "")
            self.sheets.append(
                (said.get("name", ""), link, said.get("state", "visible") != "visible")
            )
        elif tag == "workbookPr":
            self.mac_dates = said.get("date1904") in {"1", "true"}
        elif tag == "definedName":
            self._name = said

    def end(self, tag: str, text: str) -> None:
        if tag != "definedName":
            return
        name, sheet = self._name.get("name", ""), self._name.get("localSheetId", "")
        if name == _PRINT_AREA and sheet.isdigit():
            self._areas[int(sheet)] = text
        elif len(self.names) < _MAX_LISTED:
            self.names[name] = text

    def printed(self, number: int) -> list[Span]:
        parts = self._areas.get(number, "").split(",")
        return [span for part in parts if (span := span_of(part.strip()))]


def _links(package: Package) -> dict[str, str]:
    """Relationship id → part inside the package; links to the outside are left out."""
    found: dict[str, str] = {}

    def start(tag: str, said: Mapping[str, str]) -> None:
        if tag == "Relationship" and said.get("TargetMode") != "External":
            target = said.get("Target", "")
            path = target if target.startswith("/") else posixpath.join("xl", target)
            found[said.get("Id", "")] = posixpath.normpath(path).lstrip("/")

    package.scan("xl/_rels/workbook.xml.rels", start, nothing)
    return found


def _strings(package: Package) -> list[str]:
    strings: list[str] = []
    parts: list[str] = []
    phonetic = False

    def start(tag: str, _said: Mapping[str, str]) -> None:
        nonlocal phonetic
        if tag == "si":
            parts.clear()
        elif tag == "rPh":
            phonetic = True

    def end(tag: str, text: str) -> None:
        nonlocal phonetic
        if tag == "t" and not phonetic:
            parts.append(text)
        elif tag == "rPh":
            phonetic = False
        elif tag == "si":
            strings.append(unescaped("".join(parts)[:MAX_TEXT]))

    package.scan("xl/sharedStrings.xml", start, end)
    return strings


def _styles(package: Package) -> Styles:
    scan = _StyleScan()
    package.scan("xl/styles.xml", scan.start, scan.end)
    formats = {**BUILTIN_FORMATS, **scan.formats}
    return Styles(
        framed=[number < len(scan.borders) and scan.borders[number] for number, _ in scan.cells],
        dated=[is_date_format(formats.get(code, "")) for _, code in scan.cells],
    )


class _StyleScan:
    def __init__(self) -> None:
        self.borders: list[bool] = []
        self.cells: list[tuple[int, int]] = []
        self.formats: dict[int, str] = {}
        self._sides: set[str] = set()
        self._in_cells = False

    def start(self, tag: str, said: Mapping[str, str]) -> None:
        if tag == "numFmt":
            self.formats[int(said.get("numFmtId", 0))] = said.get("formatCode", "")
        elif tag == "border":
            self._sides = set()
        elif tag in _SIDES and said.get("style", "none") != "none":
            self._sides.add(tag)
        elif tag == "cellXfs":
            self._in_cells = True
        elif tag == "xf" and self._in_cells:
            self.cells.append((int(said.get("borderId") or 0), int(said.get("numFmtId") or 0)))

    def end(self, tag: str, _text: str) -> None:
        if tag == "border":
            across, down = {"left", "right"}, {"top", "bottom"}
            self.borders.append(self._sides >= across or self._sides >= down)
        elif tag == "cellXfs":
            self._in_cells = False
