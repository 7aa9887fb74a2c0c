"""Comments on cells of a workbook's package: added where there are none, and beside those there are."""

import re
from collections.abc import Iterable, Mapping, Sequence
from posixpath import normpath
from xml.sax.saxutils import escape

LISTED = "问题"
MARK = f"【{LISTED}】"
REMARKED = 2000  # comments on one sheet; the list has all of them
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
DOC = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACK = "http://schemas.openxmlformats.org/package/2006/relationships"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
REF = re.compile(r"^([A-Z]{1,3})([0-9]+)$")
_LIST = re.compile(r"<commentList>.*?</commentList>|<commentList/>", re.S)
_COMMENT = re.compile(r"<comment\b([^>]*)>.*?</comment>", re.S)
_ADDED = re.compile(
    rf"<r>(?:<rPr>(?:(?!</?r>).)*?</rPr>)?<t[^>]*>\s*{MARK}(?:(?!</t>).)*</t></r>", re.S
)
_SHAPE = re.compile(r"<v:shape\s.*?</v:shape>", re.S)
_SHAPES = (
    '<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" '
    'path="m,l,21600r21600,l21600,xe"/>'
)


class NotPatchable(ValueError):
    """The package is not laid out as spreadsheet programs do."""


def comment(
    parts: dict[str, bytes], path: str, number: int, faults: Mapping[str, Sequence[str]]
) -> None:
    """A comments part, the old drawing that shows it, and the two relations."""
    chosen = dict(list(faults.items())[:REMARKED])
    notes = "".join(_comment_of(cell, 0, words) for cell, words in chosen.items())
    parts[f"xl/comments{number}.xml"] = (
        f'<?xml version="1.0" encoding="UTF-8"?><comments xmlns="{MAIN}"><authors>'
        f"<author>{LISTED}</author></authors><commentList>{notes}</commentList></comments>"
    ).encode()
    parts[f"xl/drawings/vmlDrawing{number}.vml"] = _vml(chosen).encode()
    folder, name = path.rsplit("/", 1)
    rels = f"{folder}/_rels/{name}.rels"
    held = parts.get(rels, f'<Relationships xmlns="{PACK}"></Relationships>'.encode())
    added = (
        f'<Relationship Id="rIdRemark1" Type="{DOC}/comments" Target="/xl/comments{number}.xml"/>'
        f'<Relationship Id="rIdRemark2" Type="{DOC}/vmlDrawing"'
        f' Target="/xl/drawings/vmlDrawing{number}.vml"/>'
    ).encode()
    parts[rels] = put_before(opened_up(held, b"Relationships"), b"</Relationships>", added)
    set_type(parts, f"/xl/comments{number}.xml", f"{KIND}.comments+xml")
    if b'Extension="vml"' not in parts["[Content_Types].xml"]:
        kind = b"application/vnd.openxmlformats-officedocument.vmlDrawing"
        default = b'<Default Extension="vml" ContentType="%s"/>' % kind
        types = parts["[Content_Types].xml"]
        parts["[Content_Types].xml"] = re.sub(rb"(<Types[^>]*>)", rb"\1" + default, types, count=1)


def _vml(cells: Iterable[str]) -> str:
    return (
        '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:'
        'office" xmlns:x="urn:schemas-microsoft-com:office:excel">'
        f"{_SHAPES}{_shapes(cells)}</xml>"
    )


def _shapes(cells: Iterable[str]) -> str:
    shapes = []
    for cell in cells:
        column, row = _place(cell)
        shapes.append(
            '<v:shape type="#_x0000_t202" style="position:absolute;visibility:hidden;width:220px;'
            'height:80px" fillcolor="#ffffe1"><v:textbox/><x:ClientData ObjectType="Note">'
            f"<x:MoveWithCells/><x:SizeWithCells/><x:Row>{row}</x:Row><x:Column>{column}</x:Column>"
            "</x:ClientData></v:shape>"
        )
    return "".join(shapes)


def add_comments(parts: dict[str, bytes], path: str, faults: Mapping[str, Sequence[str]]) -> None:
    """To a sheet that shows comments already. Theirs stay, with ours below; ours of an earlier time
    are taken away. NotPatchable where the parts are not laid out as spreadsheet programs do."""
    folder, name = path.rsplit("/", 1)
    related = _related(parts, f"{folder}/_rels/{name}.rels", folder)
    at, drawing = related.get("comments", ""), related.get("vmlDrawing", "")
    if at not in parts or drawing not in parts:
        raise NotPatchable("drawings of another kind")
    text = parts[at].decode()
    authors = re.findall(r"<author(?:/>|>(.*?)</author>)", text, re.S)
    ours = authors.index(LISTED) if LISTED in authors else len(authors)
    if ours == len(authors):
        text = text.replace("</authors>", f"<author>{LISTED}</author></authors>", 1)
        text = text.replace("<authors/>", f"<authors><author>{LISTED}</author></authors>", 1)
    kept, gone = _sorted_out(text, ours)
    new = [cell for cell in faults if cell not in kept]
    lines = [_with_ours(one, faults.get(cell, ())) for cell, one in kept.items()]
    lines += [_comment_of(cell, ours, faults[cell]) for cell in new]
    listed = f"<commentList>{''.join(lines)}</commentList>"
    text, found = _LIST.subn(lambda _: listed, text, count=1)
    if not found:
        raise NotPatchable("no list of comments")
    parts[at] = text.encode()
    shown = _SHAPE.sub(lambda one: "" if _is_of(one[0], gone) else one[0], parts[drawing].decode())
    more = _shapes(new) if "_x0000_t202" in shown else _SHAPES + _shapes(new)
    parts[drawing] = put_before(shown.encode(), b"</xml>", more.encode())


def _sorted_out(text: str, ours: int) -> tuple[dict[str, str], set[tuple[int, int]]]:
    """Comments that stay, by cell, without what we once added; places of those that were ours."""
    kept: dict[str, str] = {}
    gone: set[tuple[int, int]] = set()
    for one in _COMMENT.finditer(text):
        head = dict(re.findall(r'(\w+)="([^"]*)"', one[1]))
        if head.get("authorId") == str(ours):
            gone.add(_place(head["ref"]))
        else:
            kept[head["ref"]] = _ADDED.sub("", one[0])
    return kept, gone


def _with_ours(theirs: str, words: Sequence[str]) -> str:
    if not words:
        return theirs
    said = f"\n{MARK}{chr(10).join(words)}"
    run = f'<r><t xml:space="preserve">{safe(said)}</t></r></text>'
    return theirs.replace("<text/>", "<text></text>").replace("</text>", run, 1)


def _comment_of(cell: str, author: int, words: Sequence[str]) -> str:
    return (
        f'<comment ref="{cell}" authorId="{author}"><text><t xml:space="preserve">'
        f"{safe(chr(10).join(words))}</t></text></comment>"
    )


def _is_of(shape: str, cells: set[tuple[int, int]]) -> bool:
    row, column = (
        re.search(rf"<x:{one}>\s*(\d+)\s*</x:{one}>", shape) for one in ("Row", "Column")
    )
    return bool(row and column and (int(column[1]), int(row[1])) in cells)


def _related(parts: Mapping[str, bytes], rels: str, folder: str) -> dict[str, str]:
    """Kind of part → its path."""
    found = {}
    for tag in re.findall(r"<Relationship [^>]+>", parts.get(rels, b"").decode()):
        one = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        target = one["Target"]
        path = target.lstrip("/") if target.startswith("/") else normpath(f"{folder}/{target}")
        found[one["Type"].rpartition("/")[2]] = path
    return found


def set_type(parts: dict[str, bytes], path: str, kind: str) -> None:
    entry = f'<Override PartName="{path}" ContentType="{kind}"/>'.encode()
    types = parts["[Content_Types].xml"]
    parts["[Content_Types].xml"] = put_before(types, b"</Types>", entry)


def opened_up(text: bytes, tag: bytes) -> bytes:
    """`<Relationships …/>` without content, as a pair of tags."""
    return re.sub(rb"<%s([^>]*?)/>" % tag, rb"<%s\1></%s>" % (tag, tag), text)


def put_before(text: bytes, mark: bytes, added: bytes) -> bytes:
    at = text.rfind(mark)
    if at < 0:
        raise NotPatchable(mark.decode())
    whole = memoryview(text)
    return b"".join((whole[:at], added, whole[at:]))


def _place(cell: str) -> tuple[int, int]:
    """Column and row from 0."""
    found = REF.match(cell)
    if found is None:
        raise NotPatchable(cell)
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return column - 1, int(found[2]) - 1


def safe(text: str) -> str:
    """Without what XML cannot hold."""
    return escape(re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "�", text))
