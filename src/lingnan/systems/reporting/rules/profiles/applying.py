"""Corrections onto a draft: what is said of a cell wins over what the reader thought of it."""

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from typing import Any

from ...terms import forms as words
from ...terms.forms import (
    FieldDraft,
    FieldType,
    FormDraft,
    Furniture,
    Note,
    Role,
    SumHint,
    Unit,
)
from ...terms.profiles import SAY_WORDS, Anchor, Applied, Correction, Lost, Say, Told
from ..grid import Grid, cell_name
from ..labels import squeeze
from ..reading.types import type_of
from ..units_words import parse_unit, split_unit
from .anchors import Cell, cell_of, find

BY_HAND = "人工指定"
PERIOD, BREAKDOWN = "报告期：", "分组："
_KNOWN = {one.name for one in fields(FieldDraft)}


def apply_corrections(draft: FormDraft, grid: Grid, corrections: Iterable[Correction]) -> Applied:
    """In the order in which they were said. Every one is either done or among the lost."""
    read, done, cells, lost = draft, [], [], []
    for one in corrections:
        at = (0, 0) if one.say is Say.FORM else find(grid, read, one.at)
        if isinstance(at, str):
            lost.append(_lost(one, at))
            continue
        outcome = _said(draft, grid, one, at)
        if isinstance(outcome, str):
            lost.append(_lost(one, outcome))
            continue
        draft = outcome
        done.append(one)
        cells.append(cell_name(*at) if at != (0, 0) else "")
    return Applied(draft, tuple(done), tuple(cells), tuple(lost))


def _lost(one: Correction, why: str) -> Lost:
    text = one.at.text or one.told.label or next(iter(one.at.left), "")
    return Lost(one.at.cell, SAY_WORDS[one.say], text, why)


def _said(draft: FormDraft, grid: Grid, one: Correction, at: Cell) -> FormDraft | str:
    match one.say:
        case Say.FORM:
            return _form(draft, one.told)
        case Say.FIELD:
            return _field(draft, grid, one, at)
        case Say.PART:
            return _part(draft, grid, one, at)
    text = squeeze(grid.text(*at))
    draft = _without(draft, cell_name(*at))
    if one.say is Say.NOTE:
        return replace(draft, notes=(*draft.notes, Note(cell_name(*at), text)))
    if one.say is Say.NOTHING:
        return _furnished(draft, at, "nothing", text)
    draft = _furnished(draft, at, "section" if one.covers else "head", text)
    return _covering(draft, at, text) if one.covers else draft


def _form(draft: FormDraft, told: Told) -> FormDraft:
    return replace(
        draft,
        title=draft.title if told.title is None else told.title,
        period=draft.period if told.period is None else told.period,
        subject=draft.subject if told.subject is None else told.subject,
    )


def _without(draft: FormDraft, cell: str) -> FormDraft:
    """No field answers here or takes its label from here; nothing else is said of the cell."""
    gone = {one.code for one in draft.fields if cell in {one.cell, one.label_cell}}
    heirs = {one.code: one.parent for one in draft.fields if one.code in gone}
    kept = tuple(
        replace(one, parent=heirs.get(one.parent, one.parent))
        for one in draft.fields
        if one.code not in gone
    )
    return replace(
        draft,
        fields=kept,
        unread=tuple(one for one in draft.unread if one.cell != cell),
        notes=tuple(one for one in draft.notes if one.cell != cell),
        furniture=tuple(one for one in draft.furniture if one.cell != cell),
        sums=tuple(_sums_without(draft.sums, gone)),
    )


def _sums_without(sums: Sequence[SumHint], gone: set[str]) -> Iterable[SumHint]:
    for hint in sums:
        parts = tuple(code for code in hint.parts if code not in gone)
        if hint.total not in gone and parts:
            yield replace(hint, parts=parts)


def _furnished(draft: FormDraft, at: Cell, kind: str, text: str) -> FormDraft:
    return replace(draft, furniture=(*draft.furniture, Furniture(cell_name(*at), kind, text)))


def _covering(draft: FormDraft, at: Cell, text: str) -> FormDraft:
    """The heading goes behind the headings above it and before the items that hold others."""
    sections = {one.text: cell_of(one.cell) for one in draft.furniture if one.kind == "section"}
    below = [cell[0] for cell in sections.values() if cell and cell[0] > at[0]]
    end = min(below, default=10**9)
    moved = []
    for one in draft.fields:
        if at[0] < one.row < end and text not in one.path:
            depth = next(
                (n for n, part in enumerate(one.path) if part not in sections), len(one.path)
            )
            one = replace(one, path=(*one.path[:depth], text, *one.path[depth:]))
        moved.append(one)
    return replace(draft, fields=tuple(moved))


def _part(draft: FormDraft, grid: Grid, one: Correction, at: Cell) -> FormDraft | str:
    whole = find(grid, draft, one.total or Anchor())
    if isinstance(whole, str):
        return f"合计一格：{whole}"
    total, part = _at(draft, whole), _at(draft, at)
    if total is None or part is None or total is part:
        return "合计与部分须是两个不同的填报项。"
    found = next((hint for hint in draft.sums if hint.total == total.code), None)
    if found is None:
        return replace(draft, sums=(*draft.sums, SumHint(total.code, (part.code,), BY_HAND)))
    grown = replace(found, parts=tuple(dict.fromkeys([*found.parts, part.code])), why=BY_HAND)
    return replace(draft, sums=tuple(grown if hint is found else hint for hint in draft.sums))


def _at(draft: FormDraft, at: Cell) -> FieldDraft | None:
    cell = cell_name(*at)
    return next((one for one in draft.fields if cell in {one.cell, one.label_cell}), None)


def _field(draft: FormDraft, grid: Grid, one: Correction, at: Cell) -> FormDraft | str:
    cell = cell_name(*at)
    known = next((found for found in draft.fields if found.cell == cell), None)
    if known is not None:
        changed = _changed(known, one.told)
        rest = tuple(changed if found is known else found for found in draft.fields)
        return replace(draft, fields=rest)
    label_at = _label_cell(draft, grid, one, at)
    made = _made(draft, grid, (at, label_at), one.told)
    if not made.label.strip():
        return "没有名称：旁边没有文字，也没有填写名称。"
    if made.code in {found.code for found in draft.fields}:
        return f"编号“{made.code}”已被另一项占用。"
    draft = _unclaimed(draft, {cell, made.label_cell})
    after = sum(1 for found in draft.fields if (found.row, found.col) < (made.row, made.col))
    return replace(draft, fields=(*draft.fields[:after], made, *draft.fields[after:]))


def _label_cell(draft: FormDraft, grid: Grid, one: Correction, at: Cell) -> Cell:
    """Where the label stands: as it was said, else the words left of the cell, else above it."""
    if one.label_at is not None and not isinstance(there := find(grid, draft, one.label_at), str):
        return there
    for cell in (*((at[0], c) for c in range(at[1] - 1, 0, -1)),
                 *((r, at[1]) for r in range(at[0] - 1, 0, -1))):  # fmt: skip
        anchor = grid.anchor(*cell)
        if anchor in grid.texts and anchor != at:
            return anchor
    return at


def _made(draft: FormDraft, grid: Grid, cells: tuple[Cell, Cell], told: Told) -> FieldDraft:
    (row, col), label_at = cells
    label, unit = split_unit(squeeze(grid.text(*label_at)))
    near = [one for one in draft.fields if one.row <= row]
    path = max(near, key=lambda one: one.row).path if near else ()
    fresh = FieldDraft(
        code=told.code or free_code(draft),
        label=label,
        path=path,
        sheet=grid.sheet,
        row=row,
        col=col,
        cell=cell_name(row, col),
        label_cell=cell_name(*label_at),
        type=type_of(label, unit, (), grid.words),
        unit=unit,
    )
    return _changed(fresh, replace(told, code=None))


def free_code(draft: FormDraft) -> str:
    """`h1`, `h2` …: the codes of fields that people added by hand."""
    taken = {one.code for one in draft.fields}
    return next(code for n in range(1, len(taken) + 2) if (code := f"h{n}") not in taken)


def _changed(one: FieldDraft, told: Told) -> FieldDraft:
    unit = one.unit if told.unit is None else unit_of(told.unit)
    options = one.options if told.options is None else told.options
    kind = told.type or (FieldType.CODE if told.options else one.type)
    # A place is nobody's answer: it says whose the answers are.
    role = Role.PLACE if kind is FieldType.PLACE else told.role
    given: dict[str, Any] = {
        "code": told.code, "label": told.label, "path": told.path, "role": role,
    }  # fmt: skip
    plain = {name: value for name, value in given.items() if value is not None}
    changed = replace(one, unit=unit, options=options, type=kind, **plain)
    return _timed(_broken_down(changed, told), told)


def unit_of(written: str) -> Unit | None:
    """'' is no unit; a word we do not know is one all the same."""
    said = written.strip()
    return (parse_unit(said) or Unit(said, said)) if said else None


def _timed(one: FieldDraft, told: Told) -> FieldDraft:
    if told.period is None:
        return one
    if "period" in _KNOWN:
        later: dict[str, Any] = {"period": told.period}
        return replace(one, **later)
    return _noted(one, PERIOD, (told.period,) if told.period else ())


def _broken_down(one: FieldDraft, told: Told) -> FieldDraft:
    if told.breakdown is None:
        return one
    kind = getattr(words, "Breakdown", None)
    if kind is None:
        return _noted(one, BREAKDOWN, told.breakdown)
    pairs = [
        (said.partition("=")[0].strip(), said.partition("=")[2].strip()) for said in told.breakdown
    ]
    broken: dict[str, Any] = {"breakdown": tuple(kind(c, v, v) for c, v in pairs)}
    return replace(one, **broken)


def _noted(one: FieldDraft, head: str, said: Sequence[str]) -> FieldDraft:
    others = [note for note in one.notes if not note.startswith(head)]
    return replace(one, notes=(*others, *(f"{head}{text}" for text in said)))


def _unclaimed(draft: FormDraft, cells: set[str]) -> FormDraft:
    return replace(
        draft,
        unread=tuple(one for one in draft.unread if one.cell not in cells),
        notes=tuple(one for one in draft.notes if one.cell not in cells),
        furniture=tuple(one for one in draft.furniture if one.cell not in cells),
    )
