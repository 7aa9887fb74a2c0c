"""A table of yes and no, drawn on the server as SVG beside its table twin.

    {{ figure.svg }} from `grid(["户籍人口"], ["民政月报", "统计年报"], {(0, 0), (0, 1)}, "谁问什么")`

Rows are read along, columns down; the number at the end of a row says how many columns it meets.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from html import escape

from django.utils.safestring import mark_safe

from .components import Column, Table
from .figures import Figure

STEP, LABEL, TAIL, ROW, LETTER = 28, 240, 40, 26, 13
LONGEST_ROW, LONGEST_COLUMN = 17, 13
Mark = tuple[int, int]


def grid(
    rows: Sequence[str], columns: Sequence[str], marks: Collection[Mark], title: str
) -> Figure:
    """Column heads are written downwards, as Chinese may be; long names end in an ellipsis."""
    head = 24 + LETTER * max((min(len(c), LONGEST_COLUMN + 1) for c in columns), default=0)
    width, height = LABEL + STEP * len(columns) + TAIL, head + ROW * len(rows) + 8
    parts = [_column(i, name, head, height) for i, name in enumerate(columns)]
    met = Counter(row for row, _ in marks)
    parts += [_row(i, name, head, width, met[i]) for i, name in enumerate(rows)]
    parts += [_mark(row, column, rows, columns, head) for row, column in sorted(marks)]
    svg = (
        f'<svg class="grid" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="img" aria-label="{escape(title, quote=True)}">{"".join(parts)}</svg>'
    )
    return Figure(title, mark_safe(svg), _twin(rows, columns, marks, title))  # escaped above


def _column(index: int, name: str, head: int, height: int) -> str:
    x = LABEL + STEP * (index + 0.5)
    band = (
        f'<rect class="band" x="{LABEL + STEP * index}" y="{head}" width="{STEP}" '
        f'height="{height - head - 8}"/>'
        if index % 2
        else ""
    )
    return (
        f"{band}<g><title>{escape(name)}</title>"
        f'<text class="down" x="{x:.0f}" y="{head - 10}">{escape(_cut(name, LONGEST_COLUMN))}</text></g>'
    )


def _row(index: int, name: str, head: int, width: int, met: int) -> str:
    y = head + ROW * (index + 0.5)
    return (
        f'<line class="rule" x1="0" x2="{width}" y1="{y + ROW / 2:.0f}" y2="{y + ROW / 2:.0f}"/>'
        f"<g><title>{escape(name)}</title>"
        f'<text class="name" x="0" y="{y + 4.5:.1f}">{escape(_cut(name, LONGEST_ROW))}</text></g>'
        f'<text class="count" x="{width}" y="{y + 4.5:.1f}">{met}</text>'
    )


def _mark(row: int, column: int, rows: Sequence[str], columns: Sequence[str], head: int) -> str:
    x, y = LABEL + STEP * column, head + ROW * row
    return (
        f'<rect class="met" x="{x + 4}" y="{y + 4}" width="{STEP - 8}" height="{ROW - 8}" rx="3">'
        f"<title>{escape(columns[column])} · {escape(rows[row])}</title></rect>"
    )


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}…"


def _twin(
    rows: Sequence[str], columns: Sequence[str], marks: Collection[Mark], title: str
) -> Table:
    found: dict[int, list[str]] = {}
    for row, column in sorted(marks):
        found.setdefault(row, []).append(columns[column])
    lines = [
        [name, len(found.get(i, [])), "、".join(found.get(i, []))] for i, name in enumerate(rows)
    ]
    return Table([Column(""), Column("", number=True), Column(title)], lines, caption=title)
