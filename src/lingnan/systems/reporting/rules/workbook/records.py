"""What xlrd leaves out of a BIFF8 file: page set-up, margins, headers ([MS-XLS] 2.4)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from xlrd.compdoc import CompDoc

BOUNDSHEET, BOF, EOF, FORMULA = 0x85, 0x809, 0x0A, 0x06
HEADER, FOOTER, SETUP, WSBOOL = 0x14, 0x15, 0xA1, 0x81
HORIZONTAL_CENTRE, VERTICAL_CENTRE, PRINT_GRID = 0x83, 0x84, 0x2B
MARGINS = {0x26: "left", 0x27: "right", 0x28: "top", 0x29: "bottom"}
FIT_TO_PAGE = 0x0100
NO_SETUP, NO_ORIENTATION, PORTRAIT = 0x04, 0x40, 0x02


@dataclass
class PageSetup:
    """Margins in inches; `orientation` empty when the file says nothing."""

    margins: dict[str, float] = field(default_factory=dict)
    header: str = ""
    footer: str = ""
    centre_across: bool = False
    centre_down: bool = False
    print_grid: bool = False
    fit_to_page: bool = False
    paper: int = 0
    scale: int = 0
    fit_width: int = 1
    fit_height: int = 1
    first_page: int = 0
    orientation: str = ""


def page_setups(data: bytes) -> list[PageSetup]:
    """One a sheet, in the workbook's order; empty for a file that is no compound document."""
    stream = _stream(data)
    return [_page(stream, start) for start in _sheet_starts(stream)] if stream else []


def has_formulas(data: bytes) -> bool:
    """Whether any sheet holds a formula, whose text is not carried over."""
    stream = _stream(data)
    return any(
        kind == FORMULA for start in _sheet_starts(stream) for kind, _ in _records(stream, start)
    )


def _stream(data: bytes) -> bytes:
    document = CompDoc(data)
    found = document.get_named_stream("Workbook") or document.get_named_stream("Book")
    return bytes(found) if found else b""


def _records(stream: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    position, depth = start, 0
    while position + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, position)
        yield kind, stream[position + 4 : position + 4 + size]
        depth += (kind == BOF) - (kind == EOF)
        if depth <= 0:
            return
        position += 4 + size


def _sheet_starts(stream: bytes) -> list[int]:
    return [
        struct.unpack_from("<I", body)[0]
        for kind, body in _records(stream, 0)
        if kind == BOUNDSHEET and body[5] == 0
    ]


def _page(stream: bytes, start: int) -> PageSetup:
    page = PageSetup()
    for kind, body in _records(stream, start):
        if kind in MARGINS:
            page.margins[MARGINS[kind]] = struct.unpack("<d", body)[0]
        elif kind in {HEADER, FOOTER} and body:
            setattr(page, "header" if kind == HEADER else "footer", _text(body))
        elif kind == SETUP:
            _setup(page, body)
        else:
            _switch(page, kind, body)
    return page


def _switch(page: PageSetup, kind: int, body: bytes) -> None:
    if kind == HORIZONTAL_CENTRE:
        page.centre_across = bool(body[0])
    elif kind == VERTICAL_CENTRE:
        page.centre_down = bool(body[0])
    elif kind == PRINT_GRID:
        page.print_grid = bool(body[0])
    elif kind == WSBOOL:
        page.fit_to_page = bool(struct.unpack_from("<H", body)[0] & FIT_TO_PAGE)


def _setup(page: PageSetup, body: bytes) -> None:
    paper, scale, first, width, height, flags = struct.unpack_from("<6H", body)
    page.margins["header"], page.margins["footer"] = struct.unpack_from("<2d", body, 16)
    page.fit_width, page.fit_height = width, height
    if flags & NO_SETUP:  # no printer was ever chosen: these fields mean nothing
        return
    page.paper, page.scale, page.first_page = paper, scale, first
    if not flags & NO_ORIENTATION:
        page.orientation = "portrait" if flags & PORTRAIT else "landscape"


def _text(body: bytes) -> str:
    """A BIFF8 string: length, a flag for wide characters, the characters."""
    length, wide = struct.unpack_from("<HB", body)
    raw = body[3:]
    return raw[: length * 2].decode("utf-16-le") if wide & 1 else raw[:length].decode("latin-1")
