"""What the columns of a table are for: codes, items, units, answers, explanations."""

import re
from dataclasses import dataclass

from ...terms.reading import ReadingWords
from ..grid import Grid, Span
from ..labels import plain, split_options, squeeze
from ..units_words import parse_unit
from .cells import Kind, kind_of
from .heads import Head, Leaf

_TOTAL = re.compile(r"^(?:合计|总计|小计|共计|计)$")
_CODES = re.compile(r"(编码|代码|编号|代号|标识码|码)(?:[（(].*[）)])?$")
_BRACKETS = re.compile(r"[（(][^（）()]*[）)]")
_FEW = 0.5
_WORDS = {Kind.LABEL, Kind.FURNITURE, Kind.RUNNING}


@dataclass(frozen=True, slots=True)
class Stub:
    """Columns by role; 0 when there is none. `answers` are what a row is asked."""

    labels: tuple[int, ...]
    answers: tuple[Leaf, ...]
    code: int = 0
    unit: int = 0
    hints: tuple[int, ...] = ()
    marks: int = 0
    """A column of printed codes that not every row has, beside the labels."""


def role_of(leaf: Leaf, words: ReadingWords) -> str:
    if len(leaf.texts) != 1:
        return ""
    said = plain(leaf.text)
    return next((role for role, heads in words.roles.items() if said in heads), "")


def stub_of(grid: Grid, head: Head, body: Span) -> Stub | None:
    """How the rows under the head are labelled, or None: then each row is a subject of its own."""
    rows = [r for r in range(body.top, body.bottom + 1) if _has_text(grid, r, body)]
    if not rows:
        return None
    roles = {leaf.col: role_of(leaf, grid.words) for leaf in head.leaves}
    first = _first_label(grid, head, roles, rows)
    if first is None:
        return None
    labels = _labels(grid, head, roles, rows, first)
    rest = [leaf for leaf in head.leaves if leaf.col > max(labels)]
    unit = _unit_column(grid, head, roles, rows, labels)
    code = next((c for c, role in roles.items() if role == "code" and c not in labels), 0)
    hints = [
        leaf.col
        for leaf in head.leaves
        if leaf.col not in {*labels, unit, code} and roles[leaf.col] == "hint"
    ]
    marks = 0 if code else _marks(grid, rest, rows)
    free = [leaf for leaf in rest if leaf.col not in {unit, code, marks, *hints}]
    told = any(_is_told(grid, leaf, roles, rows) for leaf in free)
    if told and not unit and not any(_is_blank(grid, leaf, rows) for leaf in free):
        return None
    if not free and hints and not _printed(grid, hints[0], rows):
        return None
    hints += [
        leaf.col
        for leaf in free
        if not roles[leaf.col] and _printed(grid, leaf.col, rows) and len(free) > 1
    ]
    free = [leaf for leaf in free if leaf.col not in hints]
    answers = tuple(free) or (Leaf(head.span.right + 1, (), (head.span.bottom, head.span.right)),)
    return Stub(tuple(labels), answers, code, unit, tuple(hints), marks)


def _marks(grid: Grid, rest: list[Leaf], rows: list[int]) -> int:
    """地类编码 with 01, 0101 …: constants, all different, where most rows have one and no other
    column is answered."""
    for leaf in rest:
        if len(leaf.texts) != 1 or not _CODES.search(squeeze(leaf.text)) or len(rest) < 2:
            continue
        said = [text for row in rows if (text := squeeze(grid.seen(row, leaf.col)))]
        if len(said) > _FEW * len(rows) and len(set(said)) == len(said):
            return leaf.col
    return 0


def _has_text(grid: Grid, row: int, body: Span) -> bool:
    return any(body.left <= col <= body.right for col, _ in grid.row_cells(row))


def _first_label(grid: Grid, head: Head, roles: dict[int, str], rows: list[int]) -> Leaf | None:
    """The first column that says what its rows are about; names of subjects say whose they are."""
    items = [leaf for leaf in head.leaves if roles[leaf.col] == "item"]
    for leaf in items:
        if _printed(grid, leaf.col, rows):
            before = [one for one in head.leaves if one.col < leaf.col and roles[one.col] != "code"]
            outer = [one for one in before if _printed(grid, one.col, rows)]
            return outer[0] if outer and not _is_name(outer[0], grid.words) else leaf
    if items:
        return None
    for leaf in head.leaves:
        skipped = roles[leaf.col] if leaf is not head.leaves[-1] else ""
        if skipped == "code" or (skipped and leaf is not head.leaves[0]):
            continue
        said = [squeeze(grid.seen(row, leaf.col)) for row in rows]
        if not _printed(grid, leaf.col, rows) or all(_TOTAL.match(s) for s in said if s):
            return None
        return None if _is_name(leaf, grid.words) and not _asked_alike(grid, leaf, rows) else leaf
    return None


def _asked_alike(grid: Grid, leaf: Leaf, rows: list[int]) -> bool:
    """Names merged over rows that ask each of them the same: 甲村 over 广场 and 公厕, 乙村 too."""
    asked: dict[tuple[int, int], list[str]] = {}
    for row in rows:
        beside = grid.span(row, leaf.col).right + 1
        said = grid.text(row, beside) if _own(grid, row, beside) is Kind.LABEL else ""
        asked.setdefault(grid.anchor(row, leaf.col), []).append(squeeze(said))
    first, *others = asked.values()
    alike = all(said == first for said in others)
    return (
        bool(others) and alike and len(first) > 1 and len(set(first)) == len(first) and all(first)
    )


def _is_name(leaf: Leaf, words: ReadingWords) -> bool:
    text = _BRACKETS.sub("", squeeze(leaf.text))
    if not text or words.whats.search(text):
        return False
    named = (words.persons, words.places, words.units)
    return any(pattern.search(text) for pattern in named)


def _labels(
    grid: Grid, head: Head, roles: dict[int, str], rows: list[int], first: Leaf
) -> list[int]:
    """The first label column, the columns its wide head covers, and stubs that follow it."""
    last = grid.span(*first.at).right if first.texts else first.col
    labels = list(range(first.col, last + 1))
    for leaf in head.leaves:
        if leaf.col <= last:
            continue
        if roles[leaf.col] not in {"", "item"} or len(leaf.texts) > 1:
            break
        if not _printed(grid, leaf.col, rows, share=_FEW) or _all_units(grid, leaf.col, rows):
            break
        labels += range(leaf.col, grid.span(*leaf.at).right + 1)
    return labels


def _unit_column(
    grid: Grid, head: Head, roles: dict[int, str], rows: list[int], labels: list[int]
) -> int:
    for leaf in head.leaves:
        if leaf.col in labels:
            continue
        if roles[leaf.col] == "unit" or _all_units(grid, leaf.col, rows):
            return leaf.col
    return 0


def _own(grid: Grid, row: int, col: int) -> Kind:
    """Of what begins in this column: a section merged over the row says nothing about it."""
    return kind_of(grid, row, col) if grid.anchor(row, col)[1] == col else Kind.BLANK


def _all_units(grid: Grid, col: int, rows: list[int]) -> bool:
    cells = [grid.anchor(row, col) for row in rows]
    said = [text for at in cells if at[1] == col and (text := squeeze(grid.texts.get(at, "")))]
    return bool(said) and all(parse_unit(text) for text in said)


def _printed(grid: Grid, col: int, rows: list[int], *, share: float = 0.0) -> bool:
    kinds = [_own(grid, row, col) for row in rows]
    said = [kind for kind in kinds if kind in _WORDS]
    return len(said) > share * len(kinds) if share else bool(said)


def _is_blank(grid: Grid, leaf: Leaf, rows: list[int]) -> bool:
    return all(_own(grid, row, leaf.col) in {Kind.BLANK, Kind.BARRED} for row in rows)


def _is_told(grid: Grid, leaf: Leaf, roles: dict[int, str], rows: list[int]) -> bool:
    """Words in an answer column: a filled register, unless they are options to choose from."""
    if roles[leaf.col] in {"value", "hint"}:
        return False
    words = [grid.seen(r, leaf.col) for r in rows if _own(grid, r, leaf.col) is Kind.LABEL]
    return any(not split_options(squeeze(t))[1] for t in words)
