"""A register as it comes in a file: its head found, its rows by attribute, each with its cells."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from ...terms.ledgers import LedgerKind
from ..grid import Grid, cell_name
from ..opening.rows import Line
from .kinds import titles_of

PLACE, DIED, MOVED = "place", "died", "moved_to"
EXTRA = {
    "村代码": PLACE, "地区代码": PLACE, "区划代码": PLACE, "place": PLACE,
    "死亡日期": DIED, "去世日期": DIED, "died": DIED,
    "迁往": MOVED, "迁入村代码": MOVED, "moved_to": MOVED,
}  # fmt: skip
LOOKED = 20


class CellNames(Mapping[str, str]):
    """Key → where it stands in this row: a register has forty thousand of them, and few are asked."""

    __slots__ = ("_columns", "_row")

    def __init__(self, row: int, columns: Mapping[str, str]) -> None:
        """`columns`: key → letters."""
        self._row, self._columns = row, columns

    def __getitem__(self, key: str) -> str:
        return f"{self._columns[key]}{self._row}"

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)


@dataclass(frozen=True, slots=True)
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
    named = _letters(columns)
    for row in sorted(by_row):
        yield RegisterRow(row, by_row[row], CellNames(row, named))


def rows_of_lines(
    lines: Iterable[tuple[int, Line]], names: Mapping[str, str]
) -> Iterator[RegisterRow]:
    """The same of a sheet read line by line; nothing when none of the first lines names two columns."""
    left = iter(lines)
    looked = list(islice(left, LOOKED))
    head, columns = _head_among(looked, names)
    if len(columns) < 2:
        return
    named, seen = _letters(columns), {}  # type: ignore[var-annotated]
    for number, line in chain(looked, left):
        if number <= head:
            continue
        given = {
            key: seen.setdefault(text, text)
            for col, key in columns.items()
            if col in line and (text := str(line[col]).strip())
        }
        if given:
            yield RegisterRow(number, given, CellNames(number, named))


def _head_among(
    lines: Sequence[tuple[int, Line]], names: Mapping[str, str]
) -> tuple[int, dict[int, str]]:
    best: tuple[int, dict[int, str]] = (0, {})
    for number, line in lines:
        found: dict[int, str] = {}
        for col, text in line.items():
            key = names.get("".join(str(text).split()))
            if key and key not in found.values():
                found[col] = key
        if len(found) > len(best[1]):
            best = (number, found)
    return best


def _letters(columns: Mapping[int, str]) -> dict[str, str]:
    return {key: cell_name(1, col)[:-1] for col, key in columns.items()}
