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

LISTED = "问题"
HEADS = ("单元格", "问题")
COLOUR = "FFFFC7CE"
REMARKED = 2000  # comments on one sheet; the list has all of them
MOST = 512 * 2**20  # unpacked
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
DOC = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACK = "http://schemas.openxmlformats.org/package/2006/relationships"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_CELL = re.compile(rb'<c r="([A-Z]{1,3}[0-9]+)"([^>]*?)(/?)>')
_ROW = re.compile(rb'<row\b(?: r="([0-9]+)")?')
_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_STYLE = re.compile(rb' s="(\d+)"')
_REF = re.compile(r"^([A-Z]{1,3})([0-9]+)$")


@dataclass(frozen=True, slots=True)
class Remark:
    """`cell` such as `D5` on `sheet`; a problem of no cell has ""."""

    sheet: str
    cell: str
    words: str


Pieces = list[bytes | memoryview]


class NotPatchable(ValueError):
    """The package is not laid out as spreadsheet programs do."""


def remarked(data: bytes, remarks: Sequence[Remark]) -> bytes:
    """The .xlsx again. NotPatchable for a package without the usual parts."""
    parts = _parts(data)
    sheets = _sheets(parts)
    by_sheet: dict[str, dict[str, list[str]]] = {}
    for one in remarks:
        if one.sheet in sheets and _REF.match(one.cell):
            by_sheet.setdefault(one.sheet, {}).setdefault(one.cell, []).append(one.words)
    styles = _Styles(parts["xl/styles.xml"])
    written: dict[str, Pieces] = {}
    for number, (name, faults) in enumerate(by_sheet.items(), 9001):
        path = sheets[name]
        pieces = _coloured(parts[path], faults, styles)
        if b"<legacyDrawing" not in parts[path]:
            _comment(parts, path, number, faults)
            pieces[-1] = _drawn(bytes(pieces[-1]))  # its place is behind the last cell
        written[path] = pieces
    parts["xl/styles.xml"] = styles.text()
    _list(parts, remarks, set(sheets))
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


def _comment(
    parts: dict[str, bytes], path: str, number: int, faults: Mapping[str, Sequence[str]]
) -> None:
    """A comments part, the old drawing that shows it, and the two relations."""
    chosen = dict(list(faults.items())[:REMARKED])
    notes = "".join(
        f'<comment ref="{cell}" authorId="0"><text><t xml:space="preserve">'
        f"{_safe(chr(10).join(words))}</t></text></comment>"
        for cell, words in chosen.items()
    )
    parts[f"xl/comments{number}.xml"] = (
        f'<?xml version="1.0" encoding="UTF-8"?><comments xmlns="{MAIN}"><authors>'
        f"<author>{LISTED}</author></authors><commentList>{notes}</commentList></comments>"
    ).encode()
    parts[f"xl/drawings/vmlDrawing{number}.vml"] = _vml(list(chosen)).encode()
    folder, name = path.rsplit("/", 1)
    rels = f"{folder}/_rels/{name}.rels"
    held = parts.get(rels, f'<Relationships xmlns="{PACK}"></Relationships>'.encode())
    added = (
        f'<Relationship Id="rIdRemark1" Type="{DOC}/comments" Target="/xl/comments{number}.xml"/>'
        f'<Relationship Id="rIdRemark2" Type="{DOC}/vmlDrawing"'
        f' Target="/xl/drawings/vmlDrawing{number}.vml"/>'
    ).encode()
    parts[rels] = _before(_opened_up(held, b"Relationships"), b"</Relationships>", added)
    _type(parts, f"/xl/comments{number}.xml", f"{KIND}.comments+xml")
    if b'Extension="vml"' not in parts["[Content_Types].xml"]:
        kind = b"application/vnd.openxmlformats-officedocument.vmlDrawing"
        default = b'<Default Extension="vml" ContentType="%s"/>' % kind
        types = parts["[Content_Types].xml"]
        parts["[Content_Types].xml"] = re.sub(rb"(<Types[^>]*>)", rb"\1" + default, types, count=1)


def _drawn(sheet: bytes) -> bytes:
    """`legacyDrawing` has its place near the end of a sheet."""
    tag = f'<legacyDrawing xmlns:r="{DOC}" r:id="rIdRemark2"/>'.encode()
    for after in (b"<legacyDrawingHF", b"<picture", b"<oleObjects", b"<controls", b"<webPublish",
                  b"<tableParts", b"<extLst", b"</worksheet>"):  # fmt: skip
        if after in sheet:
            return _before(sheet, after, tag)
    raise NotPatchable("a sheet without end")


def _vml(cells: Sequence[str]) -> str:
    shapes = []
    for cell in cells:
        column, row = _place(cell)
        shapes.append(
            '<v:shape type="#_x0000_t202" style="position:absolute;visibility:hidden;width:220px;'
            'height:80px" fillcolor="#ffffe1"><v:textbox/><x:ClientData ObjectType="Note">'
            f"<x:MoveWithCells/><x:SizeWithCells/><x:Row>{row}</x:Row><x:Column>{column}</x:Column>"
            "</x:ClientData></v:shape>"
        )
    return (
        '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:'
        'office" xmlns:x="urn:schemas-microsoft-com:office:excel"><v:shapetype id="_x0000_t202" '
        'coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe"/>'
        f"{''.join(shapes)}</xml>"
    )


def _list(parts: dict[str, bytes], remarks: Sequence[Remark], taken: set[str]) -> None:
    """The sheet that lists every problem, each with a link to its cell."""
    title, number = LISTED, 1
    while title in taken:
        number += 1
        title = f"{LISTED}{number}"
    rows, links = [_row(1, HEADS)], []
    for at, one in enumerate(remarks, 2):
        where = f"{one.sheet}!{one.cell}" if one.cell else one.sheet
        rows.append(_row(at, (where, one.words)))
        if one.sheet in taken and _REF.match(one.cell):
            inner = one.sheet.replace("'", "''")
            target = quoteattr(f"'{inner}'!{one.cell}")
            links.append(f'<hyperlink ref="A{at}" location={target}/>')
    hyper = f"<hyperlinks>{''.join(links)}</hyperlinks>" if links else ""
    parts["xl/worksheets/sheet9000.xml"] = (
        f'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="{MAIN}"><cols><col min="1" '
        'max="1" width="18" customWidth="1"/><col min="2" max="2" width="80" customWidth="1"/>'
        f"</cols><sheetData>{''.join(rows)}</sheetData>{hyper}</worksheet>"
    ).encode()
    _type(parts, "/xl/worksheets/sheet9000.xml", f"{KIND}.worksheet+xml")
    relation = (
        f'<Relationship Id="rIdRemark0" Type="{DOC}/worksheet"'
        ' Target="/xl/worksheets/sheet9000.xml"/>'
    ).encode()
    rels = "xl/_rels/workbook.xml.rels"
    parts[rels] = _before(parts[rels], b"</Relationships>", relation)
    entry = f'<sheet xmlns:r="{DOC}" name="{title}" sheetId="9000" r:id="rIdRemark0"/>'.encode()
    parts["xl/workbook.xml"] = _before(parts["xl/workbook.xml"], b"</sheets>", entry)


def _row(at: int, texts: Sequence[str]) -> str:
    cells = "".join(
        f'<c r="{"AB"[n]}{at}" t="inlineStr"><is><t xml:space="preserve">{_safe(text)}</t></is></c>'
        for n, text in enumerate(texts)
    )
    return f'<row r="{at}">{cells}</row>'


def _type(parts: dict[str, bytes], path: str, kind: str) -> None:
    entry = f'<Override PartName="{path}" ContentType="{kind}"/>'.encode()
    types = parts["[Content_Types].xml"]
    parts["[Content_Types].xml"] = _before(types, b"</Types>", entry)


def _opened_up(text: bytes, tag: bytes) -> bytes:
    """`<Relationships …/>` without content, as a pair of tags."""
    return re.sub(rb"<%s([^>]*?)/>" % tag, rb"<%s\1></%s>" % (tag, tag), text)


def _before(text: bytes, mark: bytes, added: bytes) -> bytes:
    at = text.rfind(mark)
    if at < 0:
        raise NotPatchable(mark.decode())
    whole = memoryview(text)
    return b"".join((whole[:at], added, whole[at:]))


def _place(cell: str) -> tuple[int, int]:
    """Column and row from 0."""
    found = _REF.match(cell)
    if found is None:
        raise NotPatchable(cell)
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return column - 1, int(found[2]) - 1


def _safe(text: str) -> str:
    """Without what XML cannot hold."""
    return escape(re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "�", text))


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
