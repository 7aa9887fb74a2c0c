"""A department's sheet as a page can show it: cells in place, and what each is thought to be."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from openpyxl.utils import column_index_from_string, range_boundaries

from ..terms.forms import FormDraft
from .grid import Grid, Span, cell_name, column_name
from .workbook import opened

ROWS, COLUMNS, HIDDEN = 400, 60, 48
DIGIT = 7
"""Pixels a digit takes: widths of columns are counted in digits."""
ASKS, LABEL, HEAD, NOTE, UNREAD, NOTHING, PLAIN = (
    "asks", "label", "head", "note", "unread", "nothing", "plain",
)  # fmt: skip
HEADS = {"title", "subtitle", "head", "section"}


@dataclass(frozen=True, slots=True)
class Look:
    bold: bool = False
    across: str = ""
    big: bool = False


@dataclass(frozen=True, slots=True)
class SheetCell:
    """`role` is what the cell is thought to be; `said` marks one that a person has put right."""

    row: int
    col: int
    name: str
    text: str
    role: str = PLAIN
    about: str = ""
    colspan: int = 1
    rowspan: int = 1
    look: Look = Look()
    said: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class SheetView:
    """`hidden` rows and columns did not fit the page; they are said, not dropped."""

    columns: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[SheetCell, ...], ...]
    hidden: tuple[int, int] = (0, 0)

    def cell(self, name: str) -> SheetCell | None:
        return next((c for row in self.rows for c in row if c.name == name), None)


@dataclass(slots=True)
class _Looks:
    widths: dict[int, int] = field(default_factory=dict)
    cells: dict[tuple[int, int], Look] = field(default_factory=dict)


def sheet_view(grid: Grid, draft: FormDraft, data: bytes, said: Iterable[str] = ()) -> SheetView:
    looks = _looks(data, grid.sheet)
    thought = _thought(grid, draft)
    bottom = max([grid.bottom, *(one.row for one in draft.fields)])
    right = max([grid.right, *(one.col for one in draft.fields)])
    shown = Span(1, 1, min(bottom, ROWS), min(right, COLUMNS))
    marked = set(said)
    rows = tuple(
        tuple(
            _cell(grid, (row, col), thought, looks, shown, marked)
            for col in range(1, shown.right + 1)
            if grid.anchor(row, col) == (row, col)
        )
        for row in range(1, shown.bottom + 1)
    )
    return SheetView(
        columns=tuple(column_name(col) for col in range(1, shown.right + 1)),
        widths=tuple(looks.widths.get(col, 9 * DIGIT) for col in range(1, shown.right + 1)),
        rows=rows,
        hidden=(bottom - shown.bottom, right - shown.right),
    )


def _cell(
    grid: Grid,
    at: tuple[int, int],
    thought: Mapping[tuple[int, int], tuple[str, str]],
    looks: _Looks,
    shown: Span,
    said: set[str],
) -> SheetCell:
    span, text = grid.span(*at), grid.text(*at)
    role, about = thought.get(at, (PLAIN, ""))
    return SheetCell(
        row=at[0],
        col=at[1],
        name=cell_name(*at),
        text=text,
        role=role,
        about=about if role != UNREAD else "",
        why=about if role == UNREAD else "",
        colspan=min(span.right, shown.right) - span.left + 1,
        rowspan=min(span.bottom, shown.bottom) - span.top + 1,
        look=looks.cells.get(at, Look()),
        said=cell_name(*at) in said,
    )


def _thought(grid: Grid, draft: FormDraft) -> dict[tuple[int, int], tuple[str, str]]:
    """Role and words by cell; a field wins over what else is said of its cell."""
    found: dict[tuple[int, int], tuple[str, str]] = {}
    for left in draft.unread:
        for at in _covered(left.cell, grid):
            found[at] = UNREAD, left.why
    for note in draft.notes:
        found |= dict.fromkeys(_covered(note.cell, grid), (NOTE, ""))
    for one in draft.furniture:
        role = HEAD if one.kind in HEADS else NOTHING if one.kind == "nothing" else PLAIN
        found |= dict.fromkeys(_covered(one.cell, grid), (role, one.kind))
    for asked in draft.fields:
        found |= dict.fromkeys(_covered(asked.label_cell, grid), (LABEL, asked.label))
    for asked in draft.fields:
        found |= dict.fromkeys(_covered(asked.cell, grid), (ASKS, asked.label))
    return found


def _covered(name: str, grid: Grid) -> list[tuple[int, int]]:
    """The cells of a name or range that show something; [] for what is neither."""
    try:
        left, top, right, bottom = range_boundaries(name)
    except ValueError:
        return []
    if left is None or top is None or right is None or bottom is None:
        return []
    if (left, top) == (right, bottom):
        return [grid.anchor(top, left)]
    return [at for at in grid.texts if top <= at[0] <= bottom and left <= at[1] <= right]


@lru_cache(maxsize=16)
def _looks(data: bytes, sheet: str) -> _Looks:
    """Styles of the file; a text file has none. Kept for the next click on the same sheet."""
    if not data.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
        return _Looks()
    found, looks = opened(data)[sheet], _Looks()
    for letters, held in found.column_dimensions.items():
        if held.width:
            first = held.min or column_index_from_string(letters)
            last = min(held.max or first, COLUMNS)
            # Hidden columns hold the lists of choices: who corrects a form must see them.
            width = HIDDEN if held.hidden else max(24, round(held.width * DIGIT))
            looks.widths |= dict.fromkeys(range(first, last + 1), width)
    cells: dict[tuple[int, int], Any] = found._cells
    for at, cell in cells.items():
        if cell.has_style:
            looks.cells[at] = Look(
                bold=bool(cell.font.b),
                across=ACROSS.get(cell.alignment.horizontal or "", ""),
                big=bool(cell.font.sz and cell.font.sz >= 15),
            )
    return looks


ACROSS = {"center": "centre", "centerContinuous": "centre", "distributed": "centre", "right": "end"}
