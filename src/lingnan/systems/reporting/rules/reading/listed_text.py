"""A .csv with a header row: a column's name is its code and its label, the rows are samples."""

from ...terms import FieldDraft, FormDraft, Furniture, Layout, Role, Unread
from ..grid import Grid, Span, cell_name
from ..labels import read_label, squeeze
from ..units_words import split_unit
from .cells import Kind, kind_of
from .columns import role_of_name
from .heads import head_at
from .roles import role_of
from .sheet import subject_of_fields
from .types import type_of, type_of_values

_MAX_SAMPLES = 200


def has_header(grid: Grid) -> bool:
    """The first row names the columns. A title line, or an item list whose answers are all blank,
    is a form that was saved as text."""
    first = grid.rows()[0]
    named = len(grid.row_cells(first))
    if named < 2 and grid.right > 1:
        return False
    head = head_at(grid, first, Span(first, 1, grid.bottom, grid.right))
    if head is None or grid.bottom == first:
        return True
    roles = {role_of(leaf, grid.words): leaf.col for leaf in head.leaves}
    if "item" not in roles or "unit" not in roles:
        return True
    rest = [
        leaf.col
        for leaf in head.leaves
        if role_of(leaf, grid.words) not in {"item", "unit", "code"}
    ]
    below = range(first + 1, grid.bottom + 1)
    return any(kind_of(grid, row, col) is not Kind.BLANK for row in below for col in rest)


def read_text(grid: Grid, stem: str) -> FormDraft:
    head = grid.rows()[0]
    counters = [col for col, name in grid.row_cells(head) if _is_counter(grid, head, col, name)]
    fields = [one for one in _fields(grid, head) if one.col not in counters]
    named = {found.col for found in fields} | set(counters)
    unread = [
        Unread(cell_name(row, col), squeeze(text), "这一列没有列名。")
        for (row, col), text in sorted(grid.texts.items())
        if col not in named
    ]
    unread[:0] = [Unread(cell_name(*one.at), squeeze(one.text), one.why) for one in grid.aside]
    subject, word = subject_of_fields(fields)
    return FormDraft(
        form=stem,
        title=stem,
        sheet=grid.sheet,
        layout=Layout.LIST,
        fields=tuple(fields),
        unread=tuple(unread[:100]),
        furniture=tuple(
            Furniture(cell_name(head, col), "head", squeeze(grid.text(head, col)))
            for col in counters
        ),
        subject=subject or "row",
        subject_name=word,
    )


def _is_counter(grid: Grid, head: int, col: int, name: str) -> bool:
    """The register's own running number: blank, or 1, 2, 3 …; other numbers name their rows."""
    if squeeze(name) not in grid.words.counters | {"编号"} or len(grid.row_cells(head)) < 2:
        return False
    rows = range(head + 1, min(grid.bottom, head + 1 + _MAX_SAMPLES) + 1)
    said = [squeeze(text) for row in rows if (text := grid.text(row, col))]
    return said == [str(number) for number in range(1, len(said) + 1)]


def _fields(grid: Grid, head: int) -> list[FieldDraft]:
    fields, taken, leading = list[FieldDraft](), set[str](), True
    for col, raw in grid.row_cells(head):
        name = squeeze(raw)
        rows = range(head + 1, min(grid.bottom, head + 1 + _MAX_SAMPLES) + 1)
        samples = tuple(squeeze(text) for row in rows if (text := grid.text(row, col)))
        code, number = name, 2
        while code in taken:
            code, number = f"{name}#{number}", number + 1
        taken.add(code)
        label, unit = split_unit(name)
        read = read_label(label)
        kind = type_of(read.clean, unit, read.options, grid.words) if unit or read.options else None
        role = role_of_name(read.clean, grid.words) if unit is None and leading else Role.ASKED
        leading = role is not Role.ASKED or (
            leading and squeeze(name) in grid.words.counters | {"编号"}
        )
        fields.append(
            FieldDraft(
                code=code,
                label=read.clean or name,
                path=(),
                sheet=grid.sheet,
                row=head + 1,
                col=col,
                cell=cell_name(head + 1, col),
                label_cell=cell_name(head, col),
                type=kind or type_of_values(samples),
                unit=unit,
                options=read.options,
                samples=samples,
                repeats=True,
                role=role,
            )
        )
    return fields
