"""Where a table ends: before notes, signatures, the next head, its caption, or a card."""

from ..grid import Grid, Span
from ..labels import squeeze, take_numbering
from ..units_words import parse_unit
from .asking import COUNTED
from .cells import Kind, kind_of, kind_of_text
from .heads import Head
from .side import framed, heads_at
from .surround import furniture_of, is_note, is_signature

_WIDE = 0.8


def end_of(grid: Grid, head: Head, area: Span) -> int:
    """The last row of the table: before notes, signatures, the next head or its caption. In a
    filled table only the same head again is looked for: it may have many rows."""
    span, last, blank = head.span, head.span.bottom, False
    untouched = True
    told: set[int] = set()
    for row in range(span.bottom + 1, area.bottom + 1):
        cells = [(c, t) for c, t in grid.row_cells(row) if span.left <= c <= span.right]
        if not cells:
            if grid.anchor(row, span.left)[1] < span.left:
                break  # words that run over this table and its neighbour
            blank = True
            last = row if _is_lined(grid, row, span) else last
            continue
        if row > span.bottom + 1 and all(is_furniture(grid, row, c) for c, _ in cells):
            blank = True
            continue
        if _ends(row, cells):
            break
        if untouched and row > span.bottom + 1 and _is_other(grid, row, area, told, blank=blank):
            break
        if _next_head(grid, head, row, area, blank=blank, untouched=untouched):
            break
        labels = {col for col, _ in cells if kind_of(grid, row, col) is Kind.LABEL}
        told |= labels
        untouched = untouched and len(labels) < _WIDE * span.width
        last, blank = row, False
    return last


def is_furniture(grid: Grid, row: int, col: int) -> bool:
    return kind_of(grid, row, col) is Kind.FURNITURE


def _is_lined(grid: Grid, row: int, span: Span) -> bool:
    return (row, span.left) in grid.framed or grid.anchor(row, span.left) != (row, span.left)


def _is_other(grid: Grid, row: int, area: Span, told: set[int], *, blank: bool) -> bool:
    """A card's row below a table: labels in columns that were for answers so far."""
    cells = [c for c, _ in grid.row_cells(row) if area.left <= c <= area.right]
    fresh = [c for c in cells if c not in told and kind_of(grid, row, c) is Kind.LABEL]
    if not fresh or not told:
        return False
    labels = [c for c in cells if kind_of(grid, row, c) is Kind.LABEL]
    kinds = (kind_of(grid, row, grid.span(row, c).right + 1) for c in labels)
    places = {Kind.BLANK, Kind.VALUE, Kind.BARRED} if blank else {Kind.BLANK}
    beside = [kind for kind in kinds if kind in places]
    return len(beside) >= 2 and (blank or len(beside) == len(labels))


def _ends(row: int, cells: list[tuple[int, str]]) -> bool:
    """A note, a sentence, or a line to sign; what has a code or a unit is an item."""
    first = cells[0][1]
    said = squeeze(first)
    if is_note(first) or (said.endswith("。") and len(said) > 12):
        return True
    open_end = said.endswith(("：", ":")) and "其中" not in said and not take_numbering(said)[0]
    dated = any(furniture_of(text) in {"date", "seal"} for _, text in cells)
    if not (is_signature(first) or (open_end and (dated or len(cells) > 1)) or dated):
        return False
    coded = any(kind_of_text(text) is Kind.VALUE for _, text in cells[1:])
    units = any(parse_unit(squeeze(text)) for _, text in cells[1:])
    return not (coded or units)


def _next_head(
    grid: Grid, head: Head, row: int, area: Span, *, blank: bool, untouched: bool
) -> bool:
    if not untouched and not blank and not _begins_alike(grid, head, row):
        return False
    found = heads_at(grid, row, area)
    if found:
        first = found[0]
        if take_numbering(first.words()[0])[0].startswith("arabic"):
            return False
        if first.words() == head.words():
            return True
        if _holds_units(first):
            return False
        width = sum(one.span.width for one in found)
        reaches = max(one.span.right for one in found) >= head.span.right
        if untouched and reaches and width >= _WIDE * head.span.width:
            return row > head.span.bottom + 1
        return blank and untouched and len(first.leaves) >= 3
    return _is_caption(grid, row, area, head, blank=blank) and _heads_soon(grid, row, area, head)


def _begins_alike(grid: Grid, head: Head, row: int) -> bool:
    return squeeze(grid.text(row, head.span.left)) == squeeze(
        head.leaves[0].texts[0] if head.leaves[0].texts else ""
    )


def _is_caption(grid: Grid, row: int, area: Span, head: Head, *, blank: bool) -> bool:
    """A label alone that is no row of the table: after a blank row, over the width, or without
    the table's lines."""
    if not is_heading(grid, row, area):
        return False
    col = next(c for c, _ in grid.row_cells(row) if c >= area.left)
    wide = grid.span(row, col).width
    lined = framed(grid, head.span) and (row, head.span.right) in grid.framed
    return (
        blank
        or (wide > 1 and wide >= 0.6 * head.span.width)
        or (framed(grid, head.span) and not lined)
    )


def _holds_units(head: Head) -> bool:
    """Rows of an item list hold units; heads hold words that only look like them."""
    return any(parse_unit(word) and word not in COUNTED for word in head.words())


def _heads_soon(grid: Grid, row: int, area: Span, head: Head) -> bool:
    """Whether the lines from here on lead to another head: a caption, its unit line, the head."""
    for below in range(row + 1, min(row + 4, area.bottom) + 1):
        found = heads_at(grid, below, area)
        if found:
            words = found[0].words()
            wide = sum(one.span.width for one in found) >= _WIDE * head.span.width
            return (wide or len(words) >= 3) and not _holds_units(found[0])
        cells = grid.row_cells(below)
        if cells and not is_heading(grid, below, area) and not is_signature(cells[0][1]):
            return False
    return False


def is_heading(grid: Grid, row: int, area: Span) -> bool:
    """One label alone in the row."""
    cells = [c for c, _ in grid.row_cells(row) if area.left <= c <= area.right]
    return len(cells) == 1 and kind_of(grid, row, cells[0]) is Kind.LABEL
