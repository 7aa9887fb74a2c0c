"""Heads of tables: several labels side by side, in one row or in groups over more rows, merged or
not, and a row of column numbers below them."""

from dataclasses import dataclass

from ..grid import Grid, Span
from ..labels import plain, split_options, squeeze
from ..units_words import parse_unit
from .asking import COUNTED
from .cells import Kind, is_ordinal_row, is_period, kind_of, kind_of_text, years
from .surround import unit_line

_TALLEST = 6
_SPARSE = 4


@dataclass(frozen=True, slots=True)
class Leaf:
    """One column of a table: texts from the outermost group to the leaf, the leaf's cell, and the
    column's printed number."""

    col: int
    texts: tuple[str, ...]
    at: tuple[int, int]
    number: str = ""

    @property
    def text(self) -> str:
        return self.texts[-1] if self.texts else ""


@dataclass(frozen=True, slots=True)
class Head:
    """`span` includes the row of column numbers; `grouped`: some leaf stands under a group;
    `about`: what one side of a table is about, 收入 or 支出."""

    span: Span
    leaves: tuple[Leaf, ...]
    grouped: bool = False
    about: str = ""

    def words(self) -> tuple[str, ...]:
        return tuple(squeeze(leaf.text) for leaf in self.leaves)


def head_at(grid: Grid, row: int, area: Span) -> Head | None:
    """The head that begins in this row of the area, or None."""
    cells = [(c, t) for c, t in grid.row_cells(row) if area.left <= c <= area.right]
    if len(cells) < 2 or is_ordinal_row([t for _, t in cells]) or not _may_head(grid, row, cells):
        return None
    left, right = cells[0][0], max(grid.span(row, c).right for c, _ in cells)
    covered = sum(grid.span(row, c).width for c, _ in cells)
    if right - left > _SPARSE * covered + 16:
        return None
    bottom = _bottom(grid, row, left, right, area)
    if bottom is None or _is_section(grid, row, left, right, bottom):
        return None
    right = _right(grid, row, bottom, right, area)
    left = _left(grid, row, bottom, left, area)
    if not _is_full(grid, Span(row, left, bottom, right)):
        return None
    numbers = numbers_at(grid, bottom + 1, left, right)
    under = _units_at(grid, bottom + 2, left, right) if numbers else {}
    leaves = _leaves(grid, Span(row, left, bottom, right), numbers, under)
    if len([leaf for leaf in leaves if leaf.texts]) < 2:
        return None
    grouped = any(len(leaf.texts) > 1 for leaf in leaves)
    last = bottom + bool(numbers) + bool(under)
    return Head(Span(row, left, last, right), tuple(leaves), grouped)


def _may_head(grid: Grid, row: int, cells: list[tuple[int, str]]) -> bool:
    """Labels only: values, answers to tick and lines for seals and dates head nothing."""
    labels = 0
    numbered = years([text for _, text in cells])
    for col, text in cells:
        kind = kind_of(grid, row, col)
        if squeeze(text) in numbered:
            labels += 1
            continue
        if kind in {Kind.VALUE, Kind.ANSWER, Kind.BARRED, Kind.RUNNING}:
            return False
        said = squeeze(text)
        open_end = ("：" in said or ":" in said) and not split_options(said)[1]
        labels += kind is Kind.LABEL and not open_end and unit_line(said) is None
        labels += is_period(said)
    # 备注： or 联系人 may be one of many columns, but not half of them.
    return labels >= 2 and labels * 2 > len(cells)


def _bottom(grid: Grid, top: int, left: int, right: int, area: Span) -> int | None:
    """None when a label is taller than the head can be: it is a section beside its own table."""
    bottom = top
    while True:
        spans = [
            grid.span(r, c)
            for r in range(top, bottom + 1)
            for c, _ in grid.row_cells(r)
            if left <= c <= right
        ]
        lowest = max((span.bottom for span in spans), default=bottom)
        if lowest - top >= _TALLEST:
            return None
        if lowest > bottom:
            bottom = lowest
            continue
        if bottom + 1 > area.bottom or not _goes_on(grid, top, bottom, left, right, area):
            return bottom
        bottom += 1


def _goes_on(grid: Grid, top: int, bottom: int, left: int, right: int, area: Span) -> bool:
    """Whether the next row holds heads too: labels below a group that is wider than they are."""
    row = bottom + 1
    cells = [(c, t) for c, t in grid.row_cells(row) if left <= c <= area.right]
    if not cells or is_ordinal_row([t for _, t in cells]):
        return False
    if _is_units(grid, row, cells, left):
        return True
    if _is_stubbed(grid, top, row, cells, Span(top, left, bottom, right)):
        return False
    under = known = 0
    for col, text in cells:
        if kind_of_text(text) is not Kind.LABEL:
            return False
        group = _above(grid, top, bottom, col, left)
        if group is None:
            if col != left:
                return False
            continue
        known += 1
        under += grid.span(*group).width > grid.span(row, col).width or _is_open(grid, group, row)
    return under >= 2 and under == known


def _is_stubbed(grid: Grid, top: int, row: int, cells: list[tuple[int, str]], head: Span) -> bool:
    """A corner over several columns of labels: its first row begins the body when it says nothing
    under the other heads, which do not reach down to it, and the row below says as little."""
    corner = grid.span(*grid.anchor(top, head.left))
    if corner.left != head.left or corner.width < 2 or corner.right >= head.right:
        return False
    if any(col > corner.right for col, _ in cells):
        return False
    others = range(corner.right + 1, head.right + 1)
    if any(grid.anchor(row, col)[0] < row for col in others):
        return False
    below = [col for col, _ in grid.row_cells(row + 1) if head.left <= col <= head.right]
    return bool(below) and max(below) <= corner.right


def _is_units(grid: Grid, row: int, cells: list[tuple[int, str]], left: int) -> bool:
    """A row of units below the heads: （户） （人） 万元. Bare ones of a body stand alone; above the
    numbers of the columns, or under a blank corner, they are the heads'."""
    said = cells
    if cells and cells[0][0] == left and _heads_units(grid, cells[0][1]):
        said = cells[1:]
    width = sum(grid.span(row, col).width for col, _ in said)
    known = [text for _, text in said if _unit_alone(text) is not None]
    if width < 2 or len(known) * 2 <= len(said):
        return False
    apart = said is not cells or not grid.text(row, left)
    if is_ordinal_row([text for _, text in grid.row_cells(row + 1)]) and apart:
        return True
    if len(known) < len(said):
        return False
    return (apart and len(said) > 1) or any(squeeze(text)[:1] in "（(" for text in known)


def _unit_alone(text: str) -> str | None:
    """`（户）` and 万元; 户数 without brackets is a head."""
    said = squeeze(text)
    inner = said.strip("（()）")
    return inner if parse_unit(inner) and said not in COUNTED else None


def _above(grid: Grid, top: int, bottom: int, col: int, left: int) -> tuple[int, int] | None:
    """The group over this column: what stands above, or left of what is blank above."""
    for row in range(bottom, top - 1, -1):
        for c in range(col, left - 1, -1):
            at = grid.anchor(row, c)
            if at in grid.texts:
                blank = all(grid.anchor(row, k) == (row, k) for k in range(c + 1, col + 1))
                return at if c == col or blank else None
    return None


def _is_open(grid: Grid, group: tuple[int, int], row: int) -> bool:
    """An unmerged group: blank on its right, with heads below itself and below that blank."""
    if grid.span(*group).width > 1 or (row, group[1]) not in grid.texts:
        return False
    right = group[1] + 1
    while grid.anchor(group[0], right) == (group[0], right) and right <= grid.right:
        if (group[0], right) in grid.texts:
            return False
        if (row, right) in grid.texts:
            return True
        right += 1
    return False


def _right(grid: Grid, top: int, bottom: int, right: int, area: Span) -> int:
    found = [
        grid.span(row, col).right
        for row in range(top, bottom + 1)
        for col, _ in grid.row_cells(row)
        if col <= area.right
    ]
    return max([right, *(r for r in found if r <= area.right)])


def _left(grid: Grid, top: int, bottom: int, left: int, area: Span) -> int:
    """A blank corner: the next column to the left labels the rows below."""
    if left <= area.left:
        return left
    below = range(bottom + 1, min(bottom + 4, area.bottom) + 1)
    labelled = [row for row in below if kind_of(grid, row, left - 1) is Kind.LABEL]
    lower = [row for row in range(top + 1, bottom + 1) if grid.text(row, left - 1)]
    return left - 1 if (labelled and len(labelled) >= len(below) // 2) or lower else left


def _is_full(grid: Grid, span: Span) -> bool:
    """Every column of a head has a word in it; at most the corner is blank."""
    blank = [
        col
        for col in range(span.left, span.right + 1)
        if not any(grid.seen(row, col) for row in range(span.top, span.bottom + 1))
    ]
    return all(col == span.left for col in blank)


def _is_section(grid: Grid, row: int, left: int, right: int, bottom: int) -> bool:
    """The first label is taller than all others: a section beside its own table."""
    first = grid.span(row, left)
    others = [
        grid.span(r, c).bottom
        for r in range(row, bottom + 1)
        for c, _ in grid.row_cells(r)
        if first.right < c <= right
    ]
    return first.height > 1 and first.bottom > max(others, default=0)


def numbers_at(grid: Grid, row: int, left: int, right: int) -> dict[int, str]:
    """甲 乙 1 2 in this row, by column, or nothing."""
    cells = [(c, t) for c, t in grid.row_cells(row) if left <= c <= right]
    if len(cells) * 2 <= right - left + 1 or not is_ordinal_row([t for _, t in cells]):
        return {}
    if len(cells) <= 2 < right - left + 1:
        return {}
    return {col: squeeze(text).strip("（()）[] ").partition("=")[0].strip() for col, text in cells}


def _units_at(grid: Grid, row: int, left: int, right: int) -> dict[int, str]:
    """Units in this row, below the numbers of the columns, by column; or nothing."""
    cells = [(c, t) for c, t in grid.row_cells(row) if left <= c <= right]
    if not cells or not _is_units(grid, row, cells, left):
        return {}
    known = ((col, _unit_alone(text)) for col, text in cells)
    return {col: unit for col, unit in known if unit}


def _leaves(grid: Grid, span: Span, numbers: dict[int, str], under: dict[int, str]) -> list[Leaf]:
    leaves, seen = [], set[tuple[int, int]]()
    last = [(c, t) for c, t in grid.row_cells(span.bottom) if span.left <= c <= span.right]
    told = span.height > 1 and _is_units(grid, span.bottom, last, span.left)
    for col in range(span.left, span.right + 1):
        chain = _chain(grid, span, col)
        below = chain[-1] if chain else None
        unit = _unit_below(grid, chain, span.bottom if told else 0)
        own = "" if unit else under.get(col, "")
        if unit and grid.span(*chain[-1]).width > 1 or _heads_units(grid, unit):
            chain = chain[:-1]  # one unit over several heads, or the word before the units
        if chain and chain[-1] in seen:
            continue  # a leaf that is several columns wide asks once
        seen |= set(chain[-1:])
        at = chain[-1] if chain else (span.bottom, col)
        heads = chain[:-1] if unit and at == below else chain
        texts = tuple(grid.texts[one] for one in heads)
        if unit and not _heads_units(grid, unit):
            texts = (*texts[:-1], f"{texts[-1]}（{unit}）")
        if own and texts:
            texts = (*texts[:-1], f"{texts[-1]}（{own}）")
        leaves.append(Leaf(col, texts, at, numbers.get(col, "")))
    return leaves


def _heads_units(grid: Grid, text: str) -> bool:
    """单位 and 计量单位, as the declared words have them."""
    return plain(text) in grid.words.roles.get("unit", ())


def _unit_below(grid: Grid, chain: list[tuple[int, int]], units: int) -> str:
    """What the last cell says when it says a unit, known or, in the row of `units`, any; or ''."""
    if len(chain) < 2:
        return ""
    said = squeeze(grid.texts[chain[-1]])
    return said.strip("（()）") if chain[-1][0] == units else _unit_alone(said) or ""


def _chain(grid: Grid, span: Span, col: int) -> list[tuple[int, int]]:
    """Cells from the group down to the leaf of this column. A blank above a label belongs to the
    group on its left."""
    chain: list[tuple[int, int]] = []
    for row in range(span.top, span.bottom + 1):
        at = grid.anchor(row, col)
        if at not in grid.texts:
            below = any(
                grid.anchor(r, col) in grid.texts and grid.anchor(r, col)[0] > row
                for r in range(row + 1, span.bottom + 1)
            )
            group = _group_left(grid, row, col, span) if below and at == (row, col) else None
            if group is None:
                continue
            at = group
        if at not in chain:
            chain.append(at)
    return chain


def _group_left(grid: Grid, row: int, col: int, span: Span) -> tuple[int, int] | None:
    for c in range(col - 1, span.left - 1, -1):
        at = grid.anchor(row, c)
        if at in grid.texts:
            ends = grid.span(*at)
            open_end = ends.bottom == row and _has_below(grid, row, at[1], span)
            return at if open_end else None
        if at != (row, c):
            return None
    return None


def _has_below(grid: Grid, row: int, col: int, span: Span) -> bool:
    return any(
        grid.anchor(r, col) in grid.texts and grid.anchor(r, col)[0] > row
        for r in range(row + 1, span.bottom + 1)
    )
