"""What a sheet is made of: tables, cards, and the captions they stand under."""

from dataclasses import dataclass

from ..grid import Grid, Span
from .heads import Head


@dataclass(frozen=True, slots=True)
class Table:
    """`body` is what lies under the head; `path` the captions and sections it stands in."""

    head: Head
    body: Span
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Card:
    """Rows of labels with places to answer beside or below them."""

    span: Span
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parts:
    tables: tuple[Table, ...] = ()
    cards: tuple[Card, ...] = ()
    captions: tuple[tuple[int, int], ...] = ()
    """Cells whose words became part of a path."""

    def __bool__(self) -> bool:
        return bool(self.tables or self.cards)

    def and_(self, other: "Parts") -> "Parts":
        return Parts(
            self.tables + other.tables,
            self.cards + other.cards,
            self.captions + other.captions,
        )


def whole(grid: Grid) -> Span:
    """Up to the last word, merge or frame that belongs to the words."""
    right, bottom = grid.right, grid.bottom
    for span in grid.merges:
        if span.top <= bottom and span.left <= right + 1:
            right = max(right, min(span.right, grid.right + 16))
    for row, col in grid.framed:
        if row <= grid.bottom + 1 and col <= grid.right + 16:
            right, bottom = max(right, col), max(bottom, row)
    return Span(1, 1, bottom, right)
