"""A cell by the words around it: rows and columns come and go, words mostly stay."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from rapidfuzz import fuzz

from ...terms.forms import FormDraft
from ...terms.profiles import Anchor
from ..grid import Grid, cell_name
from ..labels import plain, squeeze, take_numbering

Cell = tuple[int, int]
KEPT = 4
ALIKE = 0.8
"""Two texts less alike than this are not the same label."""
ENOUGH = 0.6
"""Of the words that were around the cell, so much must be there again."""
TIE = 0.02
_YEAR = re.compile(r"(?:19|20)\d\d年?(?:度|[底末])?")
_CELL = re.compile(r"^([A-Z]{1,3})([1-9]\d{0,6})$")


def cell_of(name: str) -> Cell | None:
    """`D5` → (5, 4); None for what names no single cell."""
    found = _CELL.match(name)
    if found is None:
        return None
    col = 0
    for letter in found[1]:
        col = col * 26 + ord(letter) - 64
    return int(found[2]), col


def anchor_of(grid: Grid, draft: FormDraft, cell: Cell) -> Anchor:
    row, col = grid.anchor(*cell)
    return Anchor(
        cell=cell_name(row, col),
        text=squeeze(grid.text(row, col)),
        left=tuple(squeeze(grid.texts[at]) for at in _left(grid, row, col)),
        above=tuple(squeeze(grid.texts[at]) for at in _above(grid, row, col)),
        path=_path(draft, row),
    )


def find(grid: Grid, draft: FormDraft, anchor: Anchor) -> Cell | str:
    """The cell, or why there is none: in Chinese, for the person whose correction it was."""
    candidates = sorted(set(_candidates(grid, anchor)))
    if not candidates:
        said = anchor.text or next(iter((*anchor.left, *anchor.above)), "")
        return f"找不到“{said}”。" if said else "这个单元格周围没有可以辨认的文字。"
    scored = [(_score(anchor, anchor_of(grid, draft, at)), at) for at in candidates]
    best = max(score for score, _ in scored)
    if best < ENOUGH:
        return f"与原来最像的单元格也只有 {best:.0%} 相同，不敢沿用。"
    close = [at for score, at in scored if score >= best - TIE]
    if len(close) > 1:
        own = cell_of(anchor.cell)
        if own not in close:
            listed = "、".join(cell_name(*at) for at in close[:4])
            return f"有 {len(close)} 处一样像（{listed}），无法分辨。"
        return own
    return close[0]


def _left(grid: Grid, row: int, col: int) -> list[Cell]:
    return _distinct(grid, ((row, c) for c in range(col - 1, 0, -1)), (row, col))


def _above(grid: Grid, row: int, col: int) -> list[Cell]:
    return _distinct(grid, ((r, col) for r in range(row - 1, 0, -1)), (row, col))


def _distinct(grid: Grid, cells: Iterator[Cell], own: Cell) -> list[Cell]:
    """The first few cells with words; one that spans several is met once."""
    found: list[Cell] = []
    for cell in cells:
        at = grid.anchor(*cell)
        if at in grid.texts and at != own and at not in found:
            found.append(at)
            if len(found) == KEPT:
                break
    return found


def _path(draft: FormDraft, row: int) -> tuple[str, ...]:
    """Of the nearest field at or above that row."""
    above = [one for one in draft.fields if one.row <= row]
    nearest = max(above, key=lambda one: one.row, default=None)
    return nearest.path if nearest else ()


def _candidates(grid: Grid, anchor: Anchor) -> Iterator[Cell]:
    if anchor.text:
        yield from _saying(grid, anchor.text)
        return
    lefts = _saying(grid, anchor.left[0]) if anchor.left else []
    aboves = _saying(grid, anchor.above[0]) if anchor.above else []
    was = cell_of(anchor.cell) or (1, 1)
    rows = [(r, at[1]) for at in lefts for r in _reach(grid, at, rows=True)]
    cols = [(c, at[0]) for at in aboves for c in _reach(grid, at, rows=False)]
    for row, beyond in rows or [(was[0], 0)]:
        for col, below in cols or [(was[1], 0)]:
            if (rows or cols) and col > beyond and row > below:
                yield grid.anchor(row, col)


def _reach(grid: Grid, at: Cell, *, rows: bool) -> range:
    span = grid.span(*at)
    low, high = (span.top, span.bottom) if rows else (span.left, span.right)
    return range(low, min(high, low + 200) + 1)


def _saying(grid: Grid, text: str) -> list[Cell]:
    """Cells with that very text, else those with nearly that text."""
    wanted = bare(text)
    alike = [(_alike(wanted, bare(other)), at) for at, other in grid.texts.items()]
    exact = [at for score, at in alike if score == 1]
    return exact or [at for score, at in alike if score >= ALIKE]


@lru_cache(maxsize=65_536)
def bare(text: str) -> str:
    """Without numbering and year: `12. 2012年底总户数` and `13. 2013年底总户数` are one label."""
    return _YEAR.sub("年", plain(take_numbering(squeeze(text))[1])) or squeeze(text)


def _alike(one: str, other: str) -> float:
    return 1.0 if one == other else fuzz.ratio(one, other) / 100


def _score(wanted: Anchor, found: Anchor) -> float:
    """0 to 1: the nearest words weigh most."""
    parts = [
        (3.0, _alike(bare(wanted.text), bare(found.text)) if wanted.text else None),
        (3.0, _overlap(wanted.left, found.left)),
        (2.0, _overlap(wanted.above, found.above)),
        (2.0, _overlap(wanted.path, found.path)),
    ]
    known = [(weight, score) for weight, score in parts if score is not None]
    total = sum(weight for weight, _ in known)
    return sum(weight * score for weight, score in known) / total if total else 0.0


def _overlap(wanted: Sequence[str], found: Sequence[str]) -> float | None:
    """How much of what was there is there again; None where nothing was."""
    if not wanted:
        return None
    have = [bare(text) for text in found]
    weights = [1 / (n + 1) for n in range(len(wanted))]
    best = [
        max((score for other in have if (score := _alike(bare(text), other)) >= ALIKE), default=0.0)
        for text in wanted
    ]
    return sum(w * b for w, b in zip(weights, best, strict=True)) / sum(weights)
