"""How much a file may hold, and the shapes all openers share."""

import re
from collections.abc import Iterable
from datetime import date, datetime, time

from lingnan.base.errors import Sentence

from ..grid import Aside, Grid, Span, column_number

MAX_BYTES = 64 * 1024 * 1024
MAX_CELLS = 500_000
MAX_ROWS = 200_000
MAX_COLUMNS = 16_384
MAX_SHEETS = 100
MAX_TEXT = 32_767
"""Excel's own limit of a cell."""
MAX_BLANKS = 5_000_000
MAX_FRAMES = 100_000
"""Framed cells that are remembered: more than any form has."""

_RANGE = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})(?::\$?([A-Za-z]{1,3})\$?(\d{1,7}))?$")
HIDDEN_SHEET = "隐藏的工作表，不要求填写。"
HIDDEN = "隐藏的行或列，不要求填写。"
NOT_PRINTED = "在打印区域以外，不要求填写。"


class Refusal(Exception):
    """Why a file is not read; the opener's caller knows its name."""

    def __init__(self, why: str, **numbers: int) -> None:
        super().__init__(why)
        self.why = Sentence(why, tuple(numbers.items()))


def too_big(*, rows: int = 0, columns: int = 0, cells: int = 0) -> None:
    if columns > MAX_COLUMNS:
        raise Refusal("列数 {columns} 超过 {most}。", columns=columns, most=MAX_COLUMNS)
    if rows > MAX_ROWS:
        raise Refusal("行数 {rows} 超过 {most}。", rows=rows, most=MAX_ROWS)
    if cells > MAX_CELLS:
        raise Refusal("单元格超过 {most} 个。", most=MAX_CELLS)


def span_of(ref: str) -> Span | None:
    """`$B$2:C4` → the rectangle; None for whole rows, whole columns and what is no range."""
    found = _RANGE.match(ref.rpartition("!")[2])
    if not found:
        return None
    left, top = column_number(found[1]), int(found[2])
    right, bottom = (column_number(found[3]), int(found[4])) if found[3] else (left, top)
    if not (1 <= left <= right <= MAX_COLUMNS and 1 <= top <= bottom <= 1_048_576):
        return None
    return Span(top, left, bottom, right)


def claimed(refs: Iterable[str]) -> list[Span]:
    """Merged ranges; a range without an end counts as too many cells, as does what is no range."""
    spans, cells = [], 0
    for ref in refs:
        span = span_of(ref)
        cells += span.width * span.height if span else MAX_CELLS + 1
        too_big(cells=cells)
        if span:
            spans.append(span)
    return spans


def text_of(value: object) -> str:
    """101.0 → `101`; a midnight instant is a day; an instant of day zero is a time."""
    if value is None:
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        whole = (value.hour, value.minute, value.second) == (0, 0, 0)
        return value.date().isoformat() if whole else value.isoformat(" ", "seconds")
    return value.isoformat() if isinstance(value, date | time) else str(value)


def shown(
    texts: dict[tuple[int, int], str],
    *,
    hidden_rows: set[int],
    hidden_columns: set[int],
    printed: list[Span],
) -> tuple[dict[tuple[int, int], str], list[Aside]]:
    """Texts a person is asked about, and the others with the reason. A print area that leaves
    out most of the sheet's words was forgotten there and is not believed."""
    if not (hidden_rows or hidden_columns or printed):
        return texts, []
    kept: dict[tuple[int, int], str] = {}
    hidden: dict[tuple[int, int], str] = {}
    for at, text in texts.items():
        away = at[0] in hidden_rows or at[1] in hidden_columns
        (hidden if away else kept)[at] = text
    aside = [Aside(at, text, HIDDEN) for at, text in hidden.items() if text.strip()]
    if printed:
        inside = {at: t for at, t in kept.items() if any(span.covers(*at) for span in printed)}
        if sum(1 for t in inside.values() if t.strip()) > 1:
            outside = [Aside(at, t, NOT_PRINTED) for at, t in kept.items() if at not in inside]
            return inside, aside + outside
    return kept, aside


def visible(grids: list[tuple[Grid, bool]]) -> list[Grid]:
    """Hidden sheets are not asked: what they hold is told by the first that is shown."""
    seen = [grid for grid, hidden in grids if not hidden and grid.texts]
    if not seen:
        return [grid for grid, _ in grids]
    for grid, hidden in grids:
        if hidden and grid.texts:
            first = min(grid.texts)
            seen[0].aside.append(Aside(first, grid.texts[first], HIDDEN_SHEET, sheet=grid.sheet))
    return seen
