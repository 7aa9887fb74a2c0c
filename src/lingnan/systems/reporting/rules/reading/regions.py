"""Where the tables and cards of a sheet are, from top to bottom; sections recurse."""

from ..grid import Grid, Span
from ..labels import squeeze, take_numbering
from ..units_words import split_unit
from .asking import is_card_row, is_note_row
from .cells import Kind, kind_of
from .ends import end_of, is_furniture, is_heading
from .heads import Head
from .parts import Card, Parts, Table
from .side import heads_at


def find_parts(grid: Grid, area: Span, path: tuple[str, ...] = ()) -> Parts:
    found = Parts()
    row, band_top, blanks = area.top, 0, 0
    noted = False
    while row <= area.bottom:
        step, parts = _at(grid, row, area, path, later=bool(found) or bool(band_top))
        noted = (noted or is_note_row(grid, row, area)) and not parts
        if parts:
            found = _closed(grid, found, band_top, row - 1, area, path).and_(parts)
            band_top, row, blanks = 0, row + step, 0
            continue
        in_band = bool(band_top) and blanks <= 1
        if not noted and is_card_row(grid, row, area, in_band=in_band):
            if not in_band:
                found = _closed(grid, found, band_top, row - 1, area, path)
                band_top = row
            blanks = 0
        elif band_top:
            blanks += not is_heading(grid, row, area)
        row += 1
    return _closed(grid, found, band_top, area.bottom, area, path)


def _closed(
    grid: Grid, found: Parts, top: int, bottom: int, area: Span, path: tuple[str, ...]
) -> Parts:
    if not top:
        return found
    while bottom > top and not is_card_row(grid, bottom, area, in_band=True):
        bottom -= 1
    card = Card(Span(top, area.left, bottom, area.right), path)
    return found.and_(Parts(cards=(card,)))


def _at(
    grid: Grid, row: int, area: Span, path: tuple[str, ...], *, later: bool
) -> tuple[int, Parts]:
    """What begins in this row, and how many rows it takes; `later`: something stands above."""
    if not any(area.left <= col <= area.right for col, _ in grid.row_cells(row)):
        return 1, Parts()
    heads = heads_at(grid, row, area)
    if heads:
        tables, captions = _tables(grid, heads, area, path, later=later)
        last = max(table.body.bottom for table in tables)
        return last - row + 1, Parts(tables=tuple(tables), captions=tuple(captions))
    return _section(grid, row, area, path)


def _section(grid: Grid, row: int, area: Span, path: tuple[str, ...]) -> tuple[int, Parts]:
    """A label as tall as the rows on its right, which hold their own table or card."""
    col = grid.row_cells(row)[0][0]
    col = next(c for c, _ in grid.row_cells(row) if c >= area.left)
    span = grid.span(row, col)
    if span.height < 2 or span.right >= area.right or kind_of(grid, row, col) is not Kind.LABEL:
        return 1, Parts()
    bottom = min(span.bottom, area.bottom)
    inner = Span(row, span.right + 1, bottom, area.right)
    if not any(inner.covers(*at) for at in _texts(grid, inner)):
        return 1, Parts()
    parts = find_parts(grid, inner, (*path, squeeze(grid.text(row, col))))
    if not parts:
        return 1, parts
    return bottom - row + 1, parts.and_(Parts(captions=((row, col),)))


def _texts(grid: Grid, span: Span) -> list[tuple[int, int]]:
    return [
        (row, col)
        for row in range(span.top, span.bottom + 1)
        for col, _ in grid.row_cells(row)
        if span.left <= col <= span.right
    ]


def _tables(
    grid: Grid, heads: list[Head], area: Span, path: tuple[str, ...], *, later: bool
) -> tuple[list[Table], list[tuple[int, int]]]:
    """Tables side by side share no rows below one another; each ends by itself."""
    top = heads[0].span.top
    caption = _caption(grid, top, area, later=later) if top > area.top else None
    tables = []
    for head, own in zip(heads, _areas(heads, area), strict=True):
        span = head.span
        body = Span(span.bottom + 1, span.left, end_of(grid, head, own), span.right)
        tables.append(Table(head, body, (*path, head.about) if head.about else path))
    if caption is None:
        return tables, []
    text = split_unit(squeeze(grid.texts[caption]).rstrip("：:"))[0]
    tables = [Table(t.head, t.body, (*path, text, *t.path[len(path) :])) for t in tables]
    return tables, [caption]


def _areas(heads: list[Head], area: Span) -> list[Span]:
    """The columns that are each table's own: its neighbour's labels do not end it."""
    lefts = [area.left, *(head.span.left for head in heads[1:])]
    rights = [*(left - 1 for left in lefts[1:]), area.right]
    return [Span(area.top, a, area.bottom, b) for a, b in zip(lefts, rights, strict=True)]


def _caption(grid: Grid, top: int, area: Span, *, later: bool) -> tuple[int, int] | None:
    """`二、收入情况` alone above a head, numbered or below other tables: what the table is about."""
    for row in range(top - 1, max(area.top, top - 3) - 1, -1):
        cells = [(c, t) for c, t in grid.row_cells(row) if area.left <= c <= area.right]
        if not cells:
            continue
        if len(cells) == 1 and kind_of(grid, row, cells[0][0]) is Kind.LABEL:
            kind, _ = take_numbering(squeeze(cells[0][1]))
            counted = kind.startswith(("cn", "arabic"))
            return (row, cells[0][0]) if later or counted else None
        if not all(is_furniture(grid, row, c) for c, _ in cells):
            return None
    return None
