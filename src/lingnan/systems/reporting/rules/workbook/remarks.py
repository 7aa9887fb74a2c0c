"""A workbook given back with its faults: cells coloured, a comment on each, a list with links.

The package is patched, not written anew: what is not faulty keeps its bytes, so a file of a hundred
thousand rows takes seconds and no drawing, rule or width is lost.
"""

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from openpyxl.workbook import Workbook

from .comments import (
    DOC,
    KIND,
    LISTED,
    MAIN,
    REF,
    REMARKED,
    NotPatchable,
    add_comments,
    comment,
    put_before,
    safe,
    set_type,
)

LIST_NAME = re.compile(rf"{LISTED}\d*")
REASON = "说明"
HEADS = ("单元格", "问题", "怎样改", f"{REASON}（确实如此的，在本列写明原因，连同本文件交回）")
NONE_ASKED = "—"
COLOUR = "FFFFC7CE"
MOST = 512 * 2**20  # unpacked
_CELL = re.compile(rb'<c r="([A-Z]{1,3}[0-9]+)"([^>]*?)(/?)>')
_ROW = re.compile(rb'<row\b(?: r="([0-9]+)")?')
_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_STYLE = re.compile(rb' s="(\d+)"')
_DRAWN = re.compile(rb"<legacyDrawing\b")


@dataclass(frozen=True, slots=True)
class Remark:
    """`cell` such as `D5` on `sheet`; a problem of no cell has "". `asks`: it may stay as it is for a
    reason, which the list has a place for."""

    sheet: str
    cell: str
    words: str
    fix: str = ""
    asks: bool = False

    @property
    def where(self) -> str:
        return f"{self.sheet}!{self.cell}" if self.cell else self.sheet


Pieces = list[bytes | memoryview]


def remarked(data: bytes, remarks: Sequence[Remark]) -> bytes:
    """The .xlsx again. NotPatchable for a package without the usual parts."""
    parts = _parts(data)
    sheets = _sheets(parts)
    by_sheet: dict[str, dict[str, list[str]]] = {}
    for one in remarks:
        if one.sheet in sheets and REF.match(one.cell):
            by_sheet.setdefault(one.sheet, {}).setdefault(one.cell, []).append(one.words + one.fix)
    styles = _Styles(parts["xl/styles.xml"])
    written: dict[str, Pieces] = {}
    for number, (name, faults) in enumerate(by_sheet.items(), 9001):
        path = sheets[name]
        pieces = _coloured(parts[path], faults, styles)
        if not _DRAWN.search(parts[path]):
            while f"xl/comments{number}.xml" in parts:
                number += 1
            comment(parts, path, number, faults)
            pieces[-1] = _drawn(bytes(pieces[-1]))  # its place is behind the last cell
        else:
            add_comments(parts, path, dict(list(faults.items())[:REMARKED]))
        written[path] = pieces
    parts["xl/styles.xml"] = styles.text()
    _list(parts, remarks, sheets)
    return _packed(data, parts, written)


def _parts(data: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as pack:
            if sum(one.file_size for one in pack.infolist()) > MOST:
                raise NotPatchable("too big")
            parts = {name: pack.read(name) for name in pack.namelist()}
    except zipfile.BadZipFile as broken:
        raise NotPatchable("no package") from broken
    wanted = {"xl/workbook.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels"}
    if wanted - set(parts) or b"<cellXfs" not in parts["xl/styles.xml"]:
        raise NotPatchable("parts are missing")
    return parts


def _sheets(parts: Mapping[str, bytes]) -> dict[str, str]:
    """Name → path of the part."""
    targets = {}
    for tag in re.findall(r"<Relationship [^>]+>", parts["xl/_rels/workbook.xml.rels"].decode()):
        one = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        path = one["Target"].lstrip("/")
        targets[one["Id"]] = path if path.startswith("xl/") else f"xl/{path}"
    found = {}
    for tag in re.findall(r"<sheet [^>]+>", parts["xl/workbook.xml"].decode()):
        one = dict(re.findall(r'([\w:]+)="([^"]*)"', tag))
        path = targets.get(one.get("r:id", ""), "")
        if path in parts:
            found[_plain(one["name"])] = path
    return found


def _plain(text: str) -> str:
    for name, sign in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'")):
        text = text.replace(name, sign)
    return text.replace("&amp;", "&")


class _Styles:
    """Each style that a faulty cell has, once more with the colour."""

    def __init__(self, text: bytes) -> None:
        self._text = text
        body = re.search(rb"<cellXfs[^>]*>(.*?)</cellXfs>", text, re.S)
        fills = re.search(rb"<fills[^>]*>(.*?)</fills>", text, re.S)
        if body is None or fills is None:
            raise NotPatchable("no styles")
        self._xfs = re.findall(rb"<xf\b[^>]*?/>|<xf\b.*?</xf>", body[1], re.S)
        self._fill = len(re.findall(rb"<fill\b", fills[1]))
        self._made: dict[int, int] = {}

    def coloured(self, style: int) -> int:
        if style not in self._made:
            old = self._xfs[style] if style < len(self._xfs) else b'<xf numFmtId="0" fontId="0"/>'
            xf = re.sub(rb' (fillId|applyFill)="[^"]*"', b"", old)
            fill = b'<xf fillId="%d" applyFill="1"' % self._fill
            self._made[style] = len(self._xfs)
            self._xfs.append(xf.replace(b"<xf", fill, 1))
        return self._made[style]

    def text(self) -> bytes:
        fill = (
            f'<fill><patternFill patternType="solid"><fgColor rgb="{COLOUR}"/>'
            '<bgColor indexed="64"/></patternFill></fill></fills>'
        ).encode()
        xfs = b'<cellXfs count="%d">' % len(self._xfs) + b"".join(self._xfs) + b"</cellXfs>"
        text = re.sub(rb"<cellXfs[^>]*>.*?</cellXfs>", lambda _: xfs, self._text, flags=re.S)
        text = text.replace(b"</fills>", fill, 1)
        return re.sub(rb"<fills[^>]*>", b'<fills count="%d">' % (self._fill + 1), text, count=1)


def _coloured(sheet: bytes, faults: Mapping[str, Sequence[str]], styles: _Styles) -> Pieces:
    """Cells that are not there at all stay so: the comment shows where they would be. What lies
    between faulty cells is cut out in one piece: a million cells must not become a million strings."""
    wanted = {cell.encode() for cell in faults}
    rows = {ref.lstrip(_LETTERS) for ref in wanted}
    whole, done = memoryview(sheet), 0
    pieces: Pieces = []
    for row in _ROW.finditer(sheet):
        if row[1] and row[1] not in rows:
            continue
        end_of_row = sheet.find(b"</row>", row.end())
        for found in _CELL.finditer(
            sheet, row.end(), end_of_row if end_of_row >= 0 else len(sheet)
        ):
            ref, rest, end = found.groups()
            if ref in wanted and found.start() >= done:
                held = _STYLE.search(rest)
                style = styles.coloured(int(held[1]) if held else 0)
                pieces.append(whole[done : found.start()])
                pieces.append(b'<c r="%s" s="%d"%s%s>' % (ref, style, _STYLE.sub(b"", rest), end))
                done = found.end()
    return [*pieces, whole[done:]]


def _drawn(sheet: bytes) -> bytes:
    """`legacyDrawing` has its place near the end of a sheet."""
    tag = f'<legacyDrawing xmlns:r="{DOC}" r:id="rIdRemark2"/>'.encode()
    for after in (b"<legacyDrawingHF", b"<picture", b"<oleObjects", b"<controls", b"<webPublish",
                  b"<tableParts", b"<extLst", b"</worksheet>"):  # fmt: skip
        if after in sheet:
            return put_before(sheet, after, tag)
    raise NotPatchable("a sheet without end")


def _list(parts: dict[str, bytes], remarks: Sequence[Remark], sheets: Mapping[str, str]) -> None:
    """The sheet that lists every problem, each with a link to its cell and a place for its reason. In
    a file that has been here before it takes the place of the old one."""
    old = next((path for name, path in sheets.items() if is_list(name, parts[path], parts)), "")
    title, number = LISTED, 1
    while title in sheets:
        number += 1
        title = f"{LISTED}{number}"
    rows, links = [_row(1, HEADS)], []
    for at, one in enumerate(remarks, 2):
        rows.append(_row(at, (one.where, one.words, one.fix, "" if one.asks else NONE_ASKED)))
        if one.sheet in sheets and REF.match(one.cell):
            inner = one.sheet.replace("'", "''")
            target = quoteattr(f"'{inner}'!{one.cell}")
            links.append(f'<hyperlink ref="A{at}" location={target}/>')
    hyper = f"<hyperlinks>{''.join(links)}</hyperlinks>" if links else ""
    widths = "".join(
        f'<col min="{n}" max="{n}" width="{wide}" customWidth="1"/>'
        for n, wide in enumerate((18, 70, 50, 50), 1)
    )
    path = old or "xl/worksheets/sheet9000.xml"
    parts[path] = (
        f'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="{MAIN}"><cols>{widths}</cols>'
        f"<sheetData>{''.join(rows)}</sheetData>{hyper}</worksheet>"
    ).encode()
    if old:
        folder, name = old.rsplit("/", 1)
        parts.pop(f"{folder}/_rels/{name}.rels", None)
        return
    set_type(parts, "/xl/worksheets/sheet9000.xml", f"{KIND}.worksheet+xml")
    relation = (
        f'<Relationship Id="rIdRemark0" Type="{DOC}/worksheet"'
        ' Target="/xl/worksheets/sheet9000.xml"/>'
    ).encode()
    rels = "xl/_rels/workbook.xml.rels"
    parts[rels] = put_before(parts[rels], b"</Relationships>", relation)
    entry = f'<sheet xmlns:r="{DOC}" name="{title}" sheetId="9000" r:id="rIdRemark0"/>'.encode()
    parts["xl/workbook.xml"] = put_before(parts["xl/workbook.xml"], b"</sheets>", entry)


def reasons_in(book: Workbook) -> dict[tuple[str, str], str]:
    """(where, words) of a problem → what was written as its reason into the list that came back."""
    found = {}
    for name in book.sheetnames:
        rows = book[name].iter_rows(max_col=len(HEADS), values_only=True)
        if not LIST_NAME.fullmatch(name) or next(rows, ()) != HEADS:
            continue
        for where, words, _, reason in rows:
            said = "" if reason is None else str(reason).strip()
            if said and said != NONE_ASKED:
                found[str(where), str(words)] = said
    return found


def is_list(name: str, sheet: bytes, parts: Mapping[str, bytes]) -> bool:
    """Ours, as we wrote it or as a spreadsheet program wrote it down again."""
    if not LIST_NAME.fullmatch(name):
        return False
    head = escape(HEADS[-1]).encode()
    shared = re.findall(rb"<si>.*?</si>", parts.get("xl/sharedStrings.xml", b""), re.S)
    last = re.search(rb'<c r="D1"[^>]*t="s"[^>]*><v>(\d+)</v>', sheet)
    said = shared[int(last[1])] if last and int(last[1]) < len(shared) else sheet
    return head in said


def _row(at: int, texts: Sequence[str]) -> str:
    cells = "".join(
        f'<c r="{"ABCD"[n]}{at}" t="inlineStr"><is><t xml:space="preserve">{safe(text)}</t></is></c>'
        for n, text in enumerate(texts)
        if text
    )
    return f'<row r="{at}">{cells}</row>'


def _packed(data: bytes, parts: Mapping[str, bytes], written: Mapping[str, Pieces]) -> bytes:
    """`written`: parts in pieces, which are never put together."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as pack:
        known = {one.filename: one for one in old.infolist()}
        for name, body in parts.items():
            kept = known.get(name)
            info = zipfile.ZipInfo(name, kept.date_time if kept else (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            if name not in written:
                pack.writestr(info, body, compresslevel=1)
                continue
            info._compresslevel = 1  # type: ignore[attr-defined]  # as `writestr` sets it
            with pack.open(info, "w") as target:
                target.writelines(written[name])
    return out.getvalue()
