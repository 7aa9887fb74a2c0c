"""Tables whose rows are subjects: every leaf of the head is a field, one row a subject."""

import re
from dataclasses import dataclass, replace

from ...terms import FieldDraft, FieldType, Layout, Role, Unit
from ...terms.reading import ReadingWords
from ..grid import Grid, cell_name, column_name
from ..labels import read_label, squeeze
from ..units_words import split_unit
from .cells import Kind, kind_of
from .choices import listed
from .fitting import fitting, implied
from .heads import Leaf
from .parts import Table
from .types import type_of, type_of_values

_BRACKETS = re.compile(r"[（(][^（）()]*[）)]")
_TOTAL = re.compile(r"^(?:合\s*计|总\s*计|小\s*计|共\s*计|计)$")
_MAX_SAMPLES = 200


@dataclass(frozen=True, slots=True)
class Read:
    """Fields in column order; `first` is the row of their cells."""

    fields: list[FieldDraft]
    layout: Layout
    first: int


def read_columns(grid: Grid, table: Table, *, units: tuple[Unit, ...]) -> Read:
    """A column that only counts rows is no field; leading columns that say whose row it is get
    the role of a place or unit."""
    head = table.head
    layout = Layout.COLUMNS if head.grouped or head.span.height > 1 else Layout.LIST
    first = _first_row(grid, table)
    fields: list[FieldDraft] = []
    leading = True
    for leaf in head.leaves:
        if not leaf.texts or squeeze(leaf.text) in grid.words.counters:
            continue
        found = _field(grid, table, leaf, first, units)
        if found.unit is None and fields and read_label(squeeze(leaf.text)).among:
            found = _as_part(found, fields, grid.words)
        bare = split_unit(squeeze(leaf.text))[1] is None
        leading = leading and len(leaf.texts) == 1 and bare
        role = (
            role_of_name(found.label, grid.words)
            if leading or _belongs(found.label)
            else Role.ASKED
        )
        fields.append(_with_role(found, role, grid.words))
    return Read(fields, layout, first)


def _as_part(found: FieldDraft, before: list[FieldDraft], words: ReadingWords) -> FieldDraft:
    """其中：女 is counted in the unit of the column it is part of."""
    unit = before[-1].unit
    if unit is None or found.options or found.samples and found.type is FieldType.TEXT:
        return found
    return replace(found, unit=unit, type=type_of(found.label, unit, (), words))


def _first_row(grid: Grid, table: Table) -> int:
    """The first row that a subject fills: not the printed total above the others."""
    for row in range(table.body.top, table.body.bottom + 1):
        texts = [squeeze(t) for c, t in grid.row_cells(row) if c <= table.body.right]
        if not any(_TOTAL.match(text) for text in texts[:2]):
            return row
    return table.body.bottom + 1 if table.body.height == 1 else table.body.top


def _belongs(label: str) -> bool:
    return bool(re.match(r"^所(?:属|在)", label))


def role_of_name(written: str, words: ReadingWords) -> Role:
    label = _BRACKETS.sub("", written)
    if words.place_columns.search(label):
        return Role.PLACE
    return Role.UNIT if words.unit_columns.search(label) else Role.ASKED


def _with_role(found: FieldDraft, role: Role, words: ReadingWords) -> FieldDraft:
    if role is Role.ASKED:
        return found
    return replace(found, role=role, unit=None, type=type_of(found.label, None, (), words))


def _field(grid: Grid, table: Table, leaf: Leaf, row: int, units: tuple[Unit, ...]) -> FieldDraft:
    text, own = split_unit(squeeze(leaf.text))
    outer = next((u for t in reversed(leaf.texts[:-1]) if (u := split_unit(squeeze(t))[1])), None)
    label = read_label(text)
    path = tuple(split_unit(squeeze(t))[0] for t in leaf.texts[:-1])
    at = (row, leaf.col)
    options = label.options or listed(grid, *at)
    samples = _samples(grid, leaf.col, row, table.body.bottom)
    kind = type_of(label.clean, own or outer, options, grid.words)
    unit = own or outer
    if unit is None and not options and kind not in _UNMEASURED:
        unit = fitting(grid.words, units, label.clean, *reversed(path))
        counts = label.clean.endswith(grid.words.counts)
        unit = unit or (implied(label.clean, grid.words) if counts else None)
        kind = type_of(label.clean, unit, options, grid.words)
    if unit is None and not options and samples:
        kind = type_of_values(samples)
    return FieldDraft(
        code=column_name(leaf.col),
        label=label.clean,
        path=(*table.path, *path),
        sheet=grid.sheet,
        row=row,
        col=leaf.col,
        cell=cell_name(*at),
        label_cell=cell_name(*leaf.at),
        type=kind,
        unit=unit,
        options=options,
        samples=samples,
        formula=grid.formulas.get(at, ""),
        repeats=True,
    )


_UNMEASURED = {FieldType.DATE, FieldType.NAME, FieldType.PLACE}


def _samples(grid: Grid, col: int, first: int, bottom: int) -> tuple[str, ...]:
    last = min(bottom, first + _MAX_SAMPLES)
    cells = [(row, grid.text(row, col)) for row in range(first, last + 1)]
    said = (text for row, text in cells if text and kind_of(grid, row, col) is not Kind.BLANK)
    return tuple(squeeze(text) for text in said)
