"""Rows as every spreadsheet program writes them, taken out of a sheet before the XML parser sees it.

The parser calls back for each of three tags a cell; a pattern reads a whole row. What does not fit
it to the letter (a formula without a value, rich text, an entity, another encoding) goes to the parser.
"""

import re
from collections.abc import Callable
from typing import IO

Cells = list[tuple[str, str, str, str]]
"""Letters of the column, attributes, value, text in the cell."""
Take = Callable[[int, Cells], None]

_ATTRIBUTES = r'(?: [A-Za-z:]++="[^"<>&]*+")*+'
_SAID = r"[^<>&\x00-\x08\x0b-\x1f]*+"
_FORMULA = rf"(?:<f{_ATTRIBUTES}(?:/>|>{_SAID}</f>))?+"
_CELL = (
    rf'<c r="%s[A-Z]{{1,3}}+%s[0-9]++"%s{_ATTRIBUTES}%s(?:/>|>(?:{_FORMULA}<v>%s{_SAID}%s</v>'
    rf'|<is><t(?: xml:space="preserve")?>%s{_SAID}%s</t></is>)?+</c>)'
)
_ROW = re.compile(
    rf'\s*+<row r="([0-9]{{1,7}}+)"{_ATTRIBUTES}(?:/>|>((?:{_CELL % (("",) * 8)})*+)</row>)'
)
_CELLS = re.compile(_CELL % (("(", ")") * 4))
_UTF_8 = re.compile(rb"(?:\xef\xbb\xbf)?<\?xml[^>?]*?encoding=[\"']utf-8[\"'][^>?]*\?>", re.I)
_LONGEST = 1_000_000
_NOTHING = b"\n"  # no bytes at all would be the end of the part
_BEGIN, _END, _CLOSED = b"<sheetData>", b"</sheetData", b"</row>"


class Sieve:
    """What is left of a sheet's part, to be read as the part itself. Rows are told in their order:
    what `read` gives ends where the parser must look before the next row is taken."""

    def __init__(self, part: IO[bytes], take: Take) -> None:
        self._part, self._take = part, take
        self._held = b""
        self._text, self._at = "", 0
        self._begun = self._through = False

    def read(self, size: int) -> bytes:
        if self._at < len(self._text):
            return self._sifted()
        chunk = self._part.read(size)
        if self._through:
            held, self._held = self._held, b""
            return held + chunk
        return self._rows(chunk) if self._begun else self._head(chunk)

    def _head(self, chunk: bytes) -> bytes:
        """Up to the first row. A sheet whose first piece has none is not looked into."""
        at = chunk.find(_BEGIN) + len(_BEGIN)
        head = chunk[:at]
        self._through = at < len(_BEGIN) or b"<!" in head or not _is_utf_8(head)
        if self._through:
            return chunk
        self._begun, self._held = True, chunk[at:]
        return head

    def _rows(self, chunk: bytes) -> bytes:
        """Whole rows are looked through; the beginning of the next waits for the rest of it."""
        held = self._held + chunk
        end = held.find(_END)
        cut = end if end >= 0 else held.rfind(_CLOSED) + len(_CLOSED)
        unfinished = end < 0 and cut < len(_CLOSED)
        if unfinished and chunk and len(held) < _LONGEST:
            self._held = held
            return _NOTHING
        whole = held[:cut]
        if unfinished or b"<!" in whole or b"<?" in whole:
            self._through, self._held = True, b""
            return held
        self._through, self._held = end >= 0, held[cut:]
        self._text, self._at = whole.decode(), 0
        return self._sifted()

    def _sifted(self) -> bytes:
        text = self._text
        while found := _ROW.match(text, self._at):
            self._at = found.end()
            self._take(int(found[1]), _CELLS.findall(found[2]) if found[2] else [])
        begun, end = self._at, text.find("</row>", self._at)
        self._at = len(text) if end < 0 else end + len("</row>")
        return text[begun : self._at].encode() or _NOTHING


def _is_utf_8(head: bytes) -> bool:
    """Without a declaration it is, unless a mark of order says otherwise."""
    return bool(_UTF_8.match(head)) or head.startswith(b"<") and not head.startswith(b"<?xml")
