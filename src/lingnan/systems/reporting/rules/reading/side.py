"""Heads of one row: one, or several side by side."""

from dataclasses import replace

from ..grid import Grid, Span
from ..labels import squeeze
from .cells import Kind, kind_of
from .heads import Head, Leaf, head_at, numbers_at
from .roles import role_of

_GAP = 8
_SOON = 12
_SIDES = 4


def heads_at(grid: Grid, row: int, area: Span) -> list[Head]:
    """One head, or several side by side: with a gap between them, or the same words again. Where
    tables end asks this of every row again: what was found is kept."""
    known: list[Head] | None = grid.found.get((row, area))
    if known is None:
        known = grid.found[row, area] = _heads_at(grid, row, area)
    return known


def _heads_at(grid: Grid, row: int, area: Span) -> list[Head]:
    whole_head = head_at(grid, row, area)
    if whole_head is not None:
        found = _repeated(grid, whole_head, row, area)
        return found if all(_is_credible(grid, head, area) for head in found) else []
    groups = _groups(grid, row, area)
    if len(groups) < 2:
        return []
    groups = [group for group in groups if _has_label(grid, row, group)]  # a stray number is none
    heads = [head_at(grid, row, group) for group in groups]
    real = [head for head in heads if head is not None]
    proven = any(_is_credible(grid, head, area) for head in real)
    return real if len(real) == len(groups) and proven else []


def _has_label(grid: Grid, row: int, group: Span) -> bool:
    cells = (col for col, _ in grid.row_cells(row) if group.left <= col <= group.right)
    return any(kind_of(grid, row, col) is Kind.LABEL for col in cells)


def _groups(grid: Grid, row: int, area: Span) -> list[Span]:
    """The area cut where a column between two labels is blank in this row and the next ones."""
    cells = [c for c, _ in grid.row_cells(row) if area.left <= c <= area.right]
    groups, left = [], area.left
    for one, other in zip(cells, cells[1:], strict=False):
        start = grid.span(row, one).right + 1
        gap = range(start, min(other, start + _GAP))
        clear = [c for c in gap if not any(grid.seen(r, c) for r in range(row, row + 4))]
        if clear and not any(grid.anchor(row, c) != (row, c) for c in clear):
            groups.append(Span(area.top, left, area.bottom, clear[0]))
            left = other
    return [*groups, Span(area.top, left, area.bottom, area.right)]


def _repeated(grid: Grid, head: Head, row: int, area: Span) -> list[Head]:
    """项目 数量 项目 数量: two lists side by side; 男 女 男 女 under groups is none."""
    if facing := _facing(grid, head, area):
        return facing
    words = head.words()
    if head.grouped:
        return [head]
    for size in range(2, len(words) // 2 + 1):
        chunk = words[:size]
        if words[0] in chunk[1:] or len(words) % size or words != chunk * (len(words) // size):
            continue
        starts = [leaf.col for leaf in head.leaves[::size]]
        ends = [*(start - 1 for start in starts[1:]), head.span.right]
        spans = [Span(area.top, a, area.bottom, b) for a, b in zip(starts, ends, strict=True)]
        heads = [found for span in spans if (found := head_at(grid, row, span))]
        if len(heads) == len(spans):
            return heads
        break  # longer pieces only repeat the same ones
    return _role_again(grid, head, row, area)


def _facing(grid: Grid, head: Head, area: Span) -> list[Head]:
    """收入 行次 金额 │ 支出 行次 金额, or 项目 金额 under each of both: every side has printed labels
    of its own and the same columns after them."""
    leaves = head.leaves
    for many in range(2, _SIDES + 1):
        size, rest = divmod(len(leaves), many)
        if rest or size < 2:
            continue
        sides = [leaves[n : n + size] for n in range(0, len(leaves), size)]
        groups = [_group(side) for side in sides]
        if all(groups):
            sides = [tuple(replace(leaf, texts=leaf.texts[1:]) for leaf in s) for s in sides]
        lead = int(role_of(sides[0][0], grid.words) == "code" and size > 2)
        if not _face(grid, sides, lead, Span(head.span.bottom + 1, 1, area.bottom, area.right)):
            continue
        leads = [squeeze(side[lead].text) for side in sides]
        about = groups if all(groups) else leads if len(set(leads)) > 1 else [""] * len(sides)
        ends = [*(side[0].col - 1 for side in sides[1:]), head.span.right]
        edges = zip(sides, ends, about, strict=True)
        return [_side(grid, head.span, side, end, squeeze(word)) for side, end, word in edges]
    return []


def _side(grid: Grid, span: Span, side: tuple[Leaf, ...], right: int, about: str) -> Head:
    left = side[0].col
    grouped = any(len(leaf.texts) > 1 for leaf in side)
    numbers = numbers_at(grid, span.bottom + 1, left, right)
    if numbers:  # 甲 乙 1 甲 乙 1 begin anew on every side
        side = tuple(replace(leaf, number=numbers.get(leaf.col, "")) for leaf in side)
    bottom = span.bottom + bool(numbers)
    return Head(Span(span.top, left, bottom, right), side, grouped, about)


def _group(side: tuple[Leaf, ...]) -> str:
    """The word that stands over the whole side, or ''."""
    over = {leaf.texts[0] if len(leaf.texts) > 1 else "" for leaf in side}
    return over.pop() if len(over) == 1 else ""


def _face(grid: Grid, sides: list[tuple[Leaf, ...]], lead: int, below: Span) -> bool:
    rows = range(below.top, min(below.top + _SOON, below.bottom + 1))

    def printed(leaf: Leaf) -> bool:
        own = (row for row in rows if grid.anchor(row, leaf.col) == (row, leaf.col))
        return any(kind_of(grid, row, leaf.col) is Kind.LABEL for row in own)

    def tail(side: tuple[Leaf, ...]) -> list[tuple[str, ...]]:
        kept = [leaf for n, leaf in enumerate(side) if n != lead]
        return [tuple(squeeze(text) for text in leaf.texts) for leaf in kept]

    if any(tail(side) != tail(sides[0]) for side in sides[1:]):
        return False
    others = [leaf for side in sides for n, leaf in enumerate(side) if n != lead]
    told = [leaf for leaf in others if not role_of(leaf, grid.words) and printed(leaf)]
    return all(printed(side[lead]) for side in sides) and not told


def _role_again(grid: Grid, head: Head, row: int, area: Span) -> list[Head]:
    """The item column met again begins the next list, with its code column if that has one."""
    roles = [role_of(leaf, grid.words) for leaf in head.leaves]
    if roles.count("item") < 2:
        return [head]
    lead = roles.index("item")
    starts = [n - lead for n, role in enumerate(roles) if role == "item"]
    if any(roles[a] != roles[0] for a in starts) or any(
        b - a < 2 for a, b in zip(starts, starts[1:], strict=False)
    ):
        return [head]
    columns = [head.leaves[n].col for n in starts]
    ends = [*(col - 1 for col in columns[1:]), head.span.right]
    spans = [Span(area.top, a, area.bottom, b) for a, b in zip(columns, ends, strict=True)]
    heads = [found for span in spans if (found := head_at(grid, row, span))]
    return heads if len(heads) == len(spans) else [head]


def _is_credible(grid: Grid, head: Head, area: Span) -> bool:
    """Two words side by side are a head when they play roles, are framed, or have rows below
    that are blank beside their labels; three or more need no proof unless they fill few columns."""
    below = head.span.bottom + 1
    if len(head.leaves) >= 3:
        width = area.right - head.span.left + 1
        return width <= 12 or head.span.width >= 0.4 * width or framed(grid, head.span)
    roles = {role_of(leaf, grid.words) for leaf in head.leaves}
    if roles & {"item", "value", "unit"} or framed(grid, head.span):
        return True
    if any(kind_of(grid, below, leaf.col) is Kind.VALUE for leaf in head.leaves):
        return True
    return _is_labelled(grid, below, head)


def _is_labelled(grid: Grid, row: int, head: Head) -> bool:
    first, *others = head.leaves
    return kind_of(grid, row, first.col) is Kind.LABEL and all(
        kind_of(grid, row, leaf.col) is Kind.BLANK for leaf in others
    )


def framed(grid: Grid, span: Span) -> bool:
    return all((span.top, col) in grid.framed for col in (span.left, span.right))
