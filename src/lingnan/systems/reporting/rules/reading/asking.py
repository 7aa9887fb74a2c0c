"""Which cells outside tables ask something: labels with a place to answer beside them."""

import re

from ..grid import Grid, Span
from ..labels import squeeze
from ..units_words import parse_unit
from .cells import Kind, kind_of
from .surround import furniture_of, is_filled, is_note

SIGNED = re.compile(
    r"^(填\s*表|填\s*报|制\s*表|审\s*核|复\s*核|录\s*入|报\s*出|报\s*送|上\s*报)"
    r"(人员?|单位|日\s*期|时间|机关)$|^(?:单位|统计)负责人$"
)
COUNTED = {"户数", "人数", "代码", "编码", "选项", "百分比", "期", "场次", "人次"}


_PLACES = {Kind.BLANK, Kind.ANSWER, Kind.VALUE, Kind.BARRED}


def is_card_row(grid: Grid, row: int, area: Span, *, in_band: bool) -> bool:
    """Labels with a place to answer: two of them, or one that is lined, merged, or says how."""
    if not in_band and _is_signed(grid, row, area):
        return False
    answered = 0
    for col, text in grid.row_cells(row):
        if not area.left <= col <= area.right or not asks(grid, row, col, text, area):
            continue
        at = (row, grid.span(row, col).right + 1)
        if at[1] > area.right + 1 or kind_of(grid, *at) not in _PLACES:
            continue
        if _says_so(grid, at):
            return True
        shown = in_band or answered > 0 or _is_open_end(text)
        if not _may_answer(grid, row, col, area, shown=shown):
            continue
        answered += 1
        if text.strip().endswith(("：", ":", "?", "？")):
            return True
    return answered >= 2 or (answered == 1 and in_band)


def _says_so(grid: Grid, at: tuple[int, int]) -> bool:
    """Lined, merged, with a hint of how to answer in it, or with its unit behind it."""
    return kind_of(grid, *at) is not Kind.BLANK or _is_place(grid, at) or _unit_after(grid, at)


def _may_answer(grid: Grid, row: int, col: int, area: Span, *, shown: bool) -> bool:
    """A bare blank: none where answers are lined, and beyond the sheet's words only in a run."""
    span = grid.span(row, col)
    at = (row, span.right + 1)
    if grid.framed and at not in grid.framed and not _is_open_end(grid.text(row, col)):
        return False
    return at[1] <= area.right or (span.width == 1 and shown)


def is_note_row(grid: Grid, row: int, area: Span) -> bool:
    """From here on sentences stand below the table."""
    cells = [t for c, t in grid.row_cells(row) if area.left <= c <= area.right]
    return (
        bool(cells)
        and is_note(cells[0])
        and (len(cells) == 1 or ":" in cells[0].replace("：", ":"))
    )


def _is_signed(grid: Grid, row: int, area: Span) -> bool:
    """A line to sign, seal or date."""
    cells = [(c, t) for c, t in grid.row_cells(row) if area.left <= c <= area.right]
    signed = any(SIGNED.match(squeeze(text)) for _, text in cells)
    return (
        signed
        or any(furniture_of(text) in {"seal", "date"} for _, text in cells)
        or any(
            furniture_of(text) and _is_open_end(text) and not _in_run(grid, row, col, area)
            for col, text in cells
        )
    )


def asks(grid: Grid, row: int, col: int, text: str, area: Span) -> bool:
    """A label; `联系电话` in a lined cell; `姓名：` in a run of such rows. A unit asks nothing."""
    kind = kind_of(grid, row, col)
    if kind is Kind.LABEL:
        said = squeeze(text)
        return parse_unit(said) is None or said in COUNTED
    if kind is not Kind.FURNITURE or is_note(text):
        return False
    if _is_open_end(text):
        return furniture_of(text) in {"blank", "signature"} and _in_run(grid, row, col, area)
    said = squeeze(text)
    return (
        furniture_of(text) in {"signature", "opinion"}
        and not SIGNED.match(said)
        and not is_filled(said)
    )


def _unit_after(grid: Grid, at: tuple[int, int]) -> bool:
    """A cell that holds only the unit follows the answer."""
    said = squeeze(grid.texts.get((at[0], grid.span(*at).right + 1), ""))
    return said not in COUNTED and parse_unit(said) is not None


def _is_open_end(text: str) -> bool:
    return text.strip().endswith(("：", ":"))


def _in_run(grid: Grid, row: int, col: int, area: Span) -> bool:
    """Whether `姓名：` is lined together with its answer, or one of three such rows."""
    if SIGNED.match(squeeze(grid.text(row, col)).rstrip("：:")):
        return False
    answer = (row, grid.span(row, col).right + 1)
    rows = [r for r in range(max(area.top, row - 2), row + 3) if _is_open_row(grid, r, col)]
    if (row, col) in grid.framed and answer in grid.framed:
        return bool({row - 1, row + 1} & set(rows))
    return any(set(range(first, first + 3)) <= set(rows) for first in rows)


def _is_open_row(grid: Grid, row: int, col: int) -> bool:
    text = grid.text(row, col)
    right = grid.span(row, col).right + 1
    signed = SIGNED.match(squeeze(text).rstrip("：:"))
    return _is_open_end(text) and not signed and kind_of(grid, row, right) is not Kind.LABEL


def _is_place(grid: Grid, at: tuple[int, int]) -> bool:
    """A blank cell that was made to be written in."""
    return at in grid.framed or grid.anchor(*at) != at or grid.span(*at).width > 1
