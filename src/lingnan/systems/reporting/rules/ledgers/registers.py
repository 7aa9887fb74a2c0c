"""A register as it comes in a file: its head found, its rows by attribute, each with its cells."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ...terms.ledgers import LedgerKind
from ..grid import Grid, cell_name
from .kinds import titles_of

PLACE, DIED, MOVED = "place", "died", "moved_to"
EXTRA = {
    "村代码": PLACE, "地区代码": PLACE, "区划代码": PLACE, "place": PLACE,
    "死亡日期": DIED, "去世日期": DIED, "died": DIED,
    "迁往": MOVED, "迁入村代码": MOVED, "moved_to": MOVED,
}  # fmt: skip
LOOKED = 20


@dataclass(frozen=True)
class RegisterRow:
    """`given`: key → text; `cells`: key → where it stands."""

    number: int
    given: Mapping[str, str]
    cells: Mapping[str, str]


def head_of(grid: Grid, names: Mapping[str, str]) -> tuple[int, dict[int, str]]:
    """(row, column → key) of the line that names most; (0, {}) when none names two."""
    best: tuple[int, dict[int, str]] = (0, {})
    looked = sorted({r for r, _ in grid.texts})[:LOOKED]
    lines: dict[int, dict[int, str]] = {row: {} for row in looked}
    for (row, col), text in grid.texts.items():
        key = names.get("".join(text.split())) if row in lines else None
        if key and key not in lines[row].values():
            lines[row][col] = key
    for row, found in lines.items():
        if len(found) > len(best[1]):
            best = (row, found)
    return best if len(best[1]) >= 2 else (0, {})


def names_of_columns(
    kind: LedgerKind | None, more: Sequence[tuple[str, str]] = ()
) -> dict[str, str]:
    return {**EXTRA, **(titles_of(kind) if kind else {}), **dict(more)}


def rows_of(grid: Grid, head: int, columns: Mapping[int, str]) -> Iterator[RegisterRow]:
    """Rows below the head that say anything in a known column."""
    by_row: dict[int, dict[str, str]] = {}
    for (row, col), text in grid.texts.items():
        if row > head and col in columns and text.strip():
            by_row.setdefault(row, {})[columns[col]] = text.strip()
    named = {key: col for col, key in columns.items()}
    for row in sorted(by_row):
        yield RegisterRow(
            row, by_row[row], {key: cell_name(row, col) for key, col in named.items()}
        )
