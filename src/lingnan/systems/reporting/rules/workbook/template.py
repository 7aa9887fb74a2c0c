"""A department's workbook prepared once: its parts stay bytes, only the cells to be filled change.

What is not filled keeps its bytes: merges, widths, fonts, rules, drawings, seals, print areas. A
formula stays a formula; beside it stands the figure, so that readers who do not calculate see it.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from xml.sax.saxutils import escape

from .fill import NOTES, OLE, CellContent, loses_formulas, make_room, opened
from .pack import DAWN, STAMP, packed
from .parts import Cut, Slot, Spot, Unusual, cut, sheet_paths, unpacked

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
DOC = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
EPOCH = date(1899, 12, 30)
Room = tuple[str, int, int, tuple[int, ...]]
"""A list of that sheet, from that row on, of so many rows, in these columns."""
Address = tuple[str, int, int]


class Template:
    """`filled` gives the same bytes for the same contents."""

    def __init__(self, raw: bytes, wanted: Iterable[Address], rooms: Sequence[Room] = ()) -> None:
        """`wanted`: the cells that may be filled, sheet, row and column from 1."""
        self.loses_formulas = loses_formulas(raw)
        workbook = opened(raw)
        for sheet, first, rows, columns in rooms:
            make_room(workbook[sheet], first, rows, list(columns))
        self._corners = {
            (sheet.title, row, column): (sheet.title, area.min_row, area.min_col)
            for sheet in workbook.worksheets
            for area in sheet.merged_cells.ranges
            for row in range(area.min_row, area.max_row + 1)
            for column in range(area.min_col, area.max_col + 1)
        }
        spots = {self.at(one) for one in wanted}
        self.formats = {
            spot: str(workbook[spot[0]].cell(spot[1], spot[2]).number_format) for spot in spots
        }
        self.texts = {spot: str(workbook[spot[0]].cell(*spot[1:]).value or "") for spot in spots}
        if raw.startswith(OLE) or rooms:
            self._prepare(packed(workbook), spots)
            return
        try:
            self._prepare(raw, spots)
        except Unusual:
            self._prepare(packed(workbook), spots)

    def at(self, cell: Address) -> Address:
        """A cell inside a merged area stands for the area's corner, the only one that shows."""
        return self._corners.get(cell, cell)

    def format_of(self, cell: Address) -> str:
        return self.formats.get(self.at(cell), "")

    def text_of(self, cell: Address) -> str:
        return self.texts.get(self.at(cell), "")

    def filled(self, contents: Mapping[Address, CellContent], notes: Sequence[str]) -> bytes:
        """The .xlsx: a wanted cell holds what is given, else what it held; a last sheet the notes."""
        held = {self.at(cell): content for cell, content in contents.items()}
        parts = dict(self._parts)
        for sheet, (path, pieces) in self._cuts.items():
            parts[path] = _joined(sheet, pieces, held)
        parts[self._notes] = _notes_sheet(notes, self._styles)
        return _zipped(parts)

    def _prepare(self, data: bytes, spots: set[Address]) -> None:
        parts = unpacked(data)
        paths = sheet_paths(parts)
        by_sheet: dict[str, set[Spot]] = {name: set() for name in paths}
        for sheet, row, column in spots:
            if sheet not in by_sheet:
                raise Unusual(sheet)
            by_sheet[sheet].add((row, column))
        has_formulas = any(b"<f" in parts[path] for path in paths.values())
        self._cuts: dict[str, tuple[str, Cut]] = {
            name: (paths[name], cut(parts[paths[name]], by_sheet[name])) for name in paths
        }
        self._styles = _note_styles(parts)
        self._notes = _note_part(parts, set(paths))
        if has_formulas:
            parts["xl/workbook.xml"] = _calculates(parts["xl/workbook.xml"])
        if (core := parts.get("docProps/core.xml")) is not None:
            parts["docProps/core.xml"] = _nameless(core)
        self._parts = parts


def _joined(sheet: str, pieces: Cut, held: Mapping[Address, CellContent]) -> bytes:
    out = [pieces.texts[0]]
    for slot, text in zip(pieces.slots, pieces.texts[1:], strict=True):
        spot = (sheet, *slot.spot)
        out.append(_cell(slot, held[spot]) if spot in held else slot.before)
        out.append(text)
    return b"".join(out)


def _cell(slot: Slot, content: CellContent) -> bytes:
    """`=1+1` typed by a person is a text, never a formula."""
    match content:
        case None:
            return slot.start + (b">" + slot.formula + b"</c>" if slot.formula else b"/>")
        case str():
            if slot.formula:
                text = f' t="str">{slot.formula.decode()}<v>{_safe(content)}</v></c>'
            else:
                text = f' t="inlineStr"><is><t xml:space="preserve">{_safe(content)}</t></is></c>'
            return slot.start + text.encode()
        case date():
            number = str((content - EPOCH).days)
        case Decimal():
            number = format(content, "f")
        case _:
            number = str(content)
    return slot.start + b">" + slot.formula + f"<v>{number}</v></c>".encode()


def _note_styles(parts: dict[str, bytes]) -> tuple[int, int]:
    """Two styles more, of a title and of a line; their numbers."""
    text = parts["xl/styles.xml"]
    fonts = re.search(rb"<fonts[^>]*>(.*?)</fonts>", text, re.S)
    xfs = re.search(rb"<cellXfs[^>]*>(.*?)</cellXfs>", text, re.S)
    if fonts is None or xfs is None:
        raise Unusual("no styles")
    font = len(re.findall(rb"<font\b(?!s)", fonts[1]))
    style = len(re.findall(rb"<xf\b", xfs[1]))
    new_fonts = '<font><b/><sz val="14"/><name val="宋体"/></font><font><sz val="12"/>'
    new_fonts += '<name val="宋体"/></font>'
    new = b"".join(
        b'<xf numFmtId="0" fontId="%d" fillId="0" borderId="0" xfId="0" applyFont="1" '
        b'applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf>' % number
        for number in (font, font + 1)
    )
    made = b'<cellXfs count="%d">' % (style + 2) + xfs[1] + new + b"</cellXfs>"
    text = text[: xfs.start()] + made + text[xfs.end() :]
    made = b'<fonts count="%d">' % (font + 2) + fonts[1] + new_fonts.encode() + b"</fonts>"
    parts["xl/styles.xml"] = text.replace(fonts[0], made, 1)
    return style, style + 1


def _note_part(parts: dict[str, bytes], taken: set[str]) -> str:
    """The path of the sheet of notes, told to the workbook, its relations and its types."""
    title = NOTES
    while title in taken:
        title += "_"
    path = "xl/worksheets/sheet9000.xml"
    ids = [int(one) for one in re.findall(rb'sheetId="(\d+)"', parts["xl/workbook.xml"])]
    entry = f'<sheet xmlns:r="{DOC}" name="{title}" sheetId="{max(ids) + 1}" r:id="rIdNotes0"/>'
    relation = f'<Relationship Id="rIdNotes0" Type="{DOC}/worksheet" Target="/{path}"/>'
    kind = f'<Override PartName="/{path}" ContentType="{SHEET}"/>'
    for part, mark, new in (
        ("xl/workbook.xml", b"</sheets>", entry),
        ("xl/_rels/workbook.xml.rels", b"</Relationships>", relation),
        ("[Content_Types].xml", b"</Types>", kind),
    ):
        where = parts[part].rfind(mark)
        if where < 0:
            raise Unusual(part)
        parts[part] = parts[part][:where] + new.encode() + parts[part][where:]
    return path


def _notes_sheet(lines: Sequence[str], styles: tuple[int, int]) -> bytes:
    rows = "".join(
        f'<row r="{n}"><c r="A{n}" s="{styles[n > 1]}" t="inlineStr"><is>'
        f'<t xml:space="preserve">{_safe(line)}</t></is></c></row>'
        for n, line in enumerate(lines, 1)
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><worksheet xmlns="{MAIN}"><cols>'
        f'<col min="1" max="1" width="100" customWidth="1"/></cols><sheetData>{rows}</sheetData>'
        "</worksheet>"
    ).encode()


def _calculates(workbook: bytes) -> bytes:
    """Formulas are worked out when the file is opened."""
    tag = re.search(rb"<calcPr\b([^>]*?)/>", workbook)
    if tag:
        kept = re.sub(rb'\s+fullCalcOnLoad="[^"]*"', b"", tag[1])
        return workbook.replace(tag[0], b"<calcPr" + kept + b' fullCalcOnLoad="1"/>', 1)
    for after in (b"</definedNames>", b"</externalReferences>", b"</functionGroups>", b"</sheets>"):
        if after in workbook:
            return workbook.replace(after, after + b'<calcPr calcId="0" fullCalcOnLoad="1"/>', 1)
    return workbook


def _nameless(core: bytes) -> bytes:
    """No clock and no person in the file."""
    core = STAMP.sub(rb"\g<1>2000-01-01T00:00:00Z\g<3>", core)
    core = re.sub(rb"(<dc:creator[^>]*>)[^<]*(</dc:creator>)", rb"\g<1>Lingnan\g<2>", core)
    return re.sub(rb"<cp:lastModifiedBy[^>]*>[^<]*</cp:lastModifiedBy>", b"", core)


def _zipped(parts: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for name in sorted(parts, key=lambda n: (n != "[Content_Types].xml", n)):
            entry = zipfile.ZipInfo(name, DAWN)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            target.writestr(entry, parts[name])
    return out.getvalue()


def _safe(text: str) -> str:
    """Without what XML cannot hold."""
    return escape(re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "�", text))
