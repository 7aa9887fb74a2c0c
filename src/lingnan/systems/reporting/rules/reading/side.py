"""Heads of one row: one, or several side by side."""

from dataclasses import replace

from ..grid import Grid, Span
from ..labels import squeeze
from .cells import Kind, kind_of
from .heads import Head, head_at
from .roles import role_of

_GAP = 8
_SIDED = 4


def heads_at(grid: Grid, row: int, area: Span) -> list[Head]:
    """One head, or several side by side: with a gap between them, or the same words again."""
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
    words = head.words()
    if sides := _sides(grid, head, area):
        return sides
    if head.grouped:
        return [head]
    for size in range(2, len(words) // 2 + 1):
        chunk = words[:size]
        if len(words) % size or words != chunk * (len(words) // size):
            continue
        starts = [leaf.col for leaf in head.leaves[::size]]
        ends = [*(start - 1 for start in starts[1:]), head.span.right]
        spans = [Span(area.top, a, area.bottom, b) for a, b in zip(starts, ends, strict=True)]
        heads = [found for span in spans if (found := head_at(grid, row, span))]
        if len(heads) == len(spans):
            return heads
    return _role_again(grid, head, row, area)


def _sides(grid: Grid, head: Head, area: Span) -> list[Head]:
    """收入 金额 支出 金额, 资产 行次 期末数 负债 行次 期末数: two lists of rows, each with the same
    columns beside its own name; below, both names have labels."""
    words, size = head.words(), len(head.leaves) // 2
    if len(words) != 2 * size or size < 2 or words[1:size] != words[size + 1 :]:
        return []
    leads = head.leaves[0], head.leaves[size]
    alike = words[0] == words[size]
    if alike != head.grouped or (alike and words[0] not in grid.words.roles.get("item", ())):
        return []
    below = range(head.span.bottom + 1, min(head.span.bottom + 1 + _SIDED, area.bottom) + 1)
    labelled = [r for r in below if all(kind_of(grid, r, one.col) is Kind.LABEL for one in leads)]
    if not labelled:
        return []
    spans = [
        Span(area.top, leads[0].col, area.bottom, leads[1].col - 1),
        Span(area.top, leads[1].col, area.bottom, head.span.right),
    ]
    names = leads[0].at[0]  # below 收入 and 支出, each over its own columns
    heads = [found for span in spans if (found := head_at(grid, names, span))]
    if len(heads) < len(spans):
        return []
    return [
        replace(
            one,
            span=Span(head.span.top, one.span.left, one.span.bottom, one.span.right),
            under=tuple(squeeze(text) for text in lead.texts[:-1]),
        )
        for one, lead in zip(heads, leads, strict=True)
    ]


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
