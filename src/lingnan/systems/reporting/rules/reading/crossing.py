"""Where a labelled row meets a column: one field, or none where a cross is printed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from ...terms import Dimension, FieldDraft, Unit
from ...terms.reading import ReadingWords
from ..grid import Grid, cell_name
from ..labels import Label, read_label, squeeze
from ..units_words import split_unit
from .cells import Kind, is_crossed, kind_of
from .choices import listed
from .fitting import fitting, implied
from .heads import Leaf
from .hierarchy import Position
from .roles import Stub
from .running import running
from .types import type_of

_RATE = re.compile(r"(率|比重|比例|占比|增减|增长|增幅|增速|同比|环比|[%％±])$")
_SHARE = re.compile(r"(率|比重|比例|占比)$")
_TOTAL = re.compile(r"^(?:合计|总计|小计|共计|计|总数)$")
_PERCENT = re.compile(r"[%％]\W*$")


@dataclass(frozen=True, slots=True)
class Asked:
    """A row that asks: its number, label cell, code, label, unit, place in the outline."""

    row: int
    at: tuple[int, int]
    code: str
    label: Label
    unit: Unit | None
    position: Position
    hint: str = ""
    filled: bool = False
    """Some cell of the table is answered."""


def cross_field(
    grid: Grid, stub: Stub, asked: Asked, leaf: Leaf, units: tuple[Unit, ...]
) -> FieldDraft | None:
    at = (asked.row, leaf.col)
    if grid.anchor(*at) != at or _is_barred(grid, at, asked) or running(grid, at):
        return None
    words = [split_unit(squeeze(text)) for text in leaf.texts]
    outer = tuple(text for text, _ in words[:-1])
    inner = read_label(words[-1][0]) if words else Label("")
    crossed = len(stub.answers) > 1
    label, path, code = asked.label.clean, asked.position.path, asked.code
    if crossed:
        path = (*path, label, *outer)
        code = f"{code}-{leaf.number or stub.answers.index(leaf) + 1}"
        label = label if not inner.clean else f"{label}（{inner.clean}）"
    options = asked.label.options or inner.options or listed(grid, asked.row, leaf.col)
    unit = _unit(words, inner.clean, asked, crossed=crossed)
    if unit is None and not options and _SHARE.search(inner.clean if crossed else ""):
        unit = next((one for one in units if one.dimension is Dimension.RATIO), None)
    elif unit is None and not options and not _RATE.search(inner.clean if crossed else ""):
        said = (inner.clean, *reversed(outer)) if crossed else ()
        unit = fitting(grid.words, units, *said, asked.label.clean, alone=True)
        unit = unit or next(
            (u for label in (*said, asked.label.clean) if (u := implied(label, grid.words))), None
        )
    filled = grid.texts.get(at, "")
    return FieldDraft(
        code=code,
        label=label,
        path=path,
        sheet=grid.sheet,
        row=asked.row,
        col=leaf.col,
        cell=cell_name(*at),
        label_cell=cell_name(*asked.at),
        type=type_of(asked.label.clean, unit, options, grid.words),
        unit=unit,
        options=options,
        parent=_parent(asked, leaf, stub, crossed=crossed),
        among=asked.position.among,
        hint=asked.hint,
        samples=(squeeze(filled),) if filled and at not in grid.formulas else (),
        formula=grid.formulas.get(at, ""),
        column=inner.clean if crossed else "",
    )


def _is_barred(grid: Grid, at: tuple[int, int], asked: Asked) -> bool:
    """A dash bars a cell of a blank form; in a filled one it says that nothing applies."""
    barred = kind_of(grid, *at) is Kind.BARRED
    return barred and (not asked.filled or is_crossed(grid.texts.get(at, "")))


def _parent(asked: Asked, leaf: Leaf, stub: Stub, *, crossed: bool) -> str:
    parent = asked.position.parent
    if not (parent and crossed):
        return parent
    return f"{parent}-{leaf.number or stub.answers.index(leaf) + 1}"


def _unit(
    words: list[tuple[str, Unit | None]], column: str, asked: Asked, *, crossed: bool
) -> Unit | None:
    """The column's own unit before the row's: 万元 beside a row of persons."""
    own = next((unit for _, unit in reversed(words) if unit), None)
    if own:
        return own
    if crossed and _RATE.search(column):
        return split_unit("(%)")[1] if _PERCENT.search(column) else None
    return asked.unit


def shared_units(
    row: list[FieldDraft], whole: Mapping[str, Unit | None], words: ReadingWords
) -> list[FieldDraft]:
    """A part is counted in its whole's unit, the total of a row in that of its columns."""
    shared: list[FieldDraft] = []
    said = {one.unit for one in row if one.unit is not None}
    for one in row:
        unit = one.unit
        if unit is None and not one.options:
            unit = whole.get(one.parent)
            if unit is None and len(said) == 1 and _TOTAL.match(one.column):
                unit = next(iter(said))
        kind = one.type if unit is one.unit else type_of(one.label, unit, (), words)
        shared.append(replace(one, unit=unit, type=kind))
    return shared
