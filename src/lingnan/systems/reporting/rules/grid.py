"""A sheet as a neutral grid: texts and merged spans, 1-based, whatever file it came from."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from ..terms.reading import NO_WORDS, ReadingWords

_NEAR = 32


@dataclass(frozen=True, slots=True)
class Span:
    """A rectangle of cells, both ends included."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def width(self) -> int:
        return self.right - self.left + 1

    @property
    def height(self) -> int:
        return self.bottom - self.top + 1

    def covers(self, row: int, col: int) -> bool:
        return self.top <= row <= self.bottom and self.left <= col <= self.right

    def __str__(self) -> str:
        first = cell_name(self.top, self.left)
        last = cell_name(self.bottom, self.right)
        return first if first == last else f"{first}:{last}"


@dataclass(frozen=True, slots=True)
class Aside:
    """A text that nobody is asked about: hidden, not printed, or of a hidden `sheet`."""

    at: tuple[int, int]
    text: str
    why: str
    sheet: str = ""


@dataclass(slots=True)
class Grid:
    """`texts` holds only cells that say something; a merged span speaks at its top left corner.
    `framed`: cells with lines on two opposite sides; `choices`: drop-down lists by range."""

    sheet: str
    texts: dict[tuple[int, int], str]
    merges: list[Span] = field(default_factory=list)
    formulas: dict[tuple[int, int], str] = field(default_factory=dict)
    framed: set[tuple[int, int]] = field(default_factory=set)
    choices: list[tuple[Span, tuple[str, ...]]] = field(default_factory=list)
    aside: list[Aside] = field(default_factory=list)
    _anchors: dict[tuple[int, int], Span] = field(default_factory=dict, repr=False)
    _covered: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict, repr=False)
    _rows: dict[int, list[tuple[int, str]]] = field(default_factory=dict, repr=False)
    bottom: int = 0
    right: int = 0
    words: ReadingWords = NO_WORDS
    """By which it is read."""
    found: dict[object, Any] = field(default_factory=dict, init=False, repr=False)
    """What a reader found out about a place and need not look for again."""

    def __post_init__(self) -> None:
        for at in [at for at, text in self.texts.items() if not text.strip()]:
            del self.texts[at]
        for (row, col), text in self.texts.items():
            self._rows.setdefault(row, []).append((col, text))
        for cells in self._rows.values():
            cells.sort()
        self.bottom = max(self._rows, default=0)
        self.right = max((cells[-1][0] for cells in self._rows.values()), default=0)
        for span in self.merges:
            anchor = (span.top, span.left)
            self._anchors[anchor] = span
            # A merge may claim a million rows; only the part near texts matters.
            for row in range(span.top, min(span.bottom, self.bottom + _NEAR) + 1):
                for col in range(span.left, min(span.right, self.right + _NEAR) + 1):
                    self._covered[row, col] = anchor

    def text(self, row: int, col: int) -> str:
        """What stands in that very cell ('' when nothing, or covered by a merge from elsewhere)."""
        return self.texts.get((row, col), "")

    def anchor(self, row: int, col: int) -> tuple[int, int]:
        """The cell whose text is seen at (row, col)."""
        return self._covered.get((row, col), (row, col))

    def seen(self, row: int, col: int) -> str:
        return self.texts.get(self.anchor(row, col), "")

    def span(self, row: int, col: int) -> Span:
        return self._anchors.get((row, col), Span(row, col, row, col))

    def row_cells(self, row: int) -> list[tuple[int, str]]:
        """(column, text) of the texts that begin in this row, left to right."""
        return self._rows.get(row, [])

    def upper(self, *, rows: int, cells: int) -> "Grid":
        """The part that is read for its shape: so many rows and cells from the top."""
        last, seen = 0, 0
        for row in self.rows()[: rows + 1]:
            seen += len(self._rows[row])
            if row > rows or (seen > cells and last):
                break
            last = row
        if last == self.bottom:
            return self
        texts = {at: text for at, text in self.texts.items() if at[0] <= last}
        merges = [span for span in self.merges if span.top <= last]
        framed = {at for at in self.framed if at[0] <= last}
        return replace(
            self, texts=texts, merges=merges, framed=framed, _anchors={}, _covered={}, _rows={}
        )

    def rows(self) -> list[int]:
        return sorted(self._rows)


def cell_name(row: int, col: int) -> str:
    """(5, 4) → `D5`."""
    return f"{column_name(col)}{row}"


def blank_name(row: int, col: int, blank: int) -> str:
    """The second place to write in of (3, 1) → `A3#2`; without one, the cell's own name."""
    return f"{cell_name(row, col)}#{blank}" if blank else cell_name(row, col)


def column_name(col: int) -> str:
    letters = ""
    while col:
        col, rest = divmod(col - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """`D` → 4."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def blocks(cells: Iterable[tuple[int, int]], *, gap: int = 1) -> Iterator[Span]:
    """Rectangles around cells that lie within `gap` rows and columns of each other."""
    left = sorted(cells)
    todo = set(left)
    for start in left:
        if start not in todo:
            continue
        todo.discard(start)
        group, edge = [start], [start]
        while edge:
            row, col = edge.pop()
            for near in _around(row, col, gap):
                if near in todo:
                    todo.discard(near)
                    group.append(near)
                    edge.append(near)
        rows, cols = [r for r, _ in group], [c for _, c in group]
        yield Span(min(rows), min(cols), max(rows), max(cols))


def _around(row: int, col: int, gap: int) -> Iterator[tuple[int, int]]:
    for down in range(-gap, gap + 1):
        for across in range(-gap, gap + 1):
            yield row + down, col + across
