"""From a click on a cell to a correction: anchored, and no more of it kept than what differs."""

from collections.abc import Sequence
from dataclasses import fields, replace

from ...terms.forms import FieldDraft, FormDraft
from ...terms.profiles import Anchor, Applied, BadCorrection, Correction, Say, Told
from ...terms.reading import NO_WORDS, ReadingWords
from ..grid import Grid, cell_name
from ..opening import open_grids
from .anchors import Cell, anchor_of, cell_of, find
from .applying import BREAKDOWN, PERIOD


def grid_in(data: bytes, name: str, sheet: str, words: ReadingWords = NO_WORDS) -> Grid:
    """The sheet a draft was read from, in that file, with the words by which new questions on it are
    read. KeyError when it has none of that name."""
    for grid in open_grids(data, name):
        if grid.sheet == sheet:
            grid.words = words
            return grid
    raise KeyError(sheet)


def place_of(cell: str) -> Cell:
    """BadCorrection where the address names no cell."""
    found = cell_of(cell.strip().upper())
    if found is None:
        raise BadCorrection(cell=cell, why="没有这样的单元格。")
    return found


def field_at(draft: FormDraft, cell: str) -> FieldDraft | None:
    """The field that is answered there, else the one whose label stands there."""
    answered = next((one for one in draft.fields if one.cell == cell), None)
    return answered or next((one for one in draft.fields if one.label_cell == cell), None)


def correction_at(
    grid: Grid,
    draft: FormDraft,
    cell: str,
    say: Say,
    told: Told,
    *,
    total: str = "",
    covers: bool = False,
) -> Correction:
    """`draft` is as the reader saw it: what is told against it is kept, what agrees is not."""
    if say is Say.FORM:
        return Correction(say, told=_form_told(draft, told))
    at = place_of(cell)
    known = next((one for one in draft.fields if one.cell == cell_name(*grid.anchor(*at))), None)
    if say is Say.FIELD:
        told = _differing(known, told) if known else told
    label = cell_of(known.label_cell) if known else None
    whole = anchor_of(grid, draft, place_of(total)) if say is Say.PART else None
    return Correction(
        say,
        anchor_of(grid, draft, at),
        told if say is Say.FIELD else Told(),
        label_at=anchor_of(grid, draft, label) if label and say is Say.FIELD else None,
        total=whole,
        covers=covers and say is Say.HEADING,
    )


def merged(before: Sequence[Correction], new: Sequence[Correction]) -> tuple[Correction, ...]:
    """A later word about the same cell takes the place of the earlier one; parts of totals and what
    a cell is are two different words."""
    told = {_about(one) for one in new}
    kept = [one for one in before if _about(one) not in told]
    return (*kept, *(one for one in new if one.say is not Say.READ))


def reanchored(
    grid: Grid, read: FormDraft, said: Sequence[Correction], applied: Applied
) -> tuple[Correction, ...]:
    """By the words of this version, so that a form may change a little every year; what was lost
    keeps the words by which it was known. Two that turn out to mean one cell become the later. A field
    that was added keeps the code it was given."""
    done = list(zip(applied.done, applied.cells, strict=True))
    found: list[Correction] = []
    for one in said:
        if done and done[0][0] is one:
            one = _here(grid, read, one, done.pop(0)[1])
            one = _numbered(read, applied.draft, one)
        found.append(one)
    last = {_about(one): one for one in found}
    return tuple(one for one in found if last[_about(one)] is one)


def _here(grid: Grid, read: FormDraft, one: Correction, cell: str) -> Correction:
    if not cell:
        return one

    def again(anchor: Anchor | None) -> Anchor | None:
        at = find(grid, read, anchor) if anchor else ""
        return anchor if isinstance(at, str) else anchor_of(grid, read, at)

    at = anchor_of(grid, read, place_of(cell))
    return replace(one, at=at, label_at=again(one.label_at), total=again(one.total))


def _numbered(read: FormDraft, now: FormDraft, one: Correction) -> Correction:
    if one.say is not Say.FIELD or one.told.code is not None:
        return one
    made = next((f for f in now.fields if f.cell == one.at.cell), None)
    if made is None or any(f.cell == one.at.cell for f in read.fields):
        return one
    return replace(one, told=replace(one.told, code=made.code))


def _about(one: Correction) -> tuple[str, str, str]:
    if one.say is Say.PART:
        return "part", one.at.cell, one.total.cell if one.total else ""
    return ("form", "", "") if one.say is Say.FORM else ("cell", one.at.cell, one.at.text)


def _form_told(draft: FormDraft, told: Told) -> Told:
    return Told(
        title=_unless(told.title, draft.title),
        period=_unless(told.period, draft.period),
        subject=_unless(told.subject, draft.subject),
    )


def _unless(said: str | None, known: str) -> str | None:
    return None if said == known else said


def _differing(known: FieldDraft, told: Told) -> Told:
    has = {
        "code": known.code,
        "label": known.label,
        "path": known.path,
        "unit": known.unit.written if known.unit else "",
        "type": known.type,
        "options": known.options,
        "role": known.role,
        "period": period_of(known),
        "breakdown": breakdown_of(known),
    }
    same = {
        one.name: None
        for one in fields(Told)
        if one.name in has and getattr(told, one.name) == has[one.name]
    }
    return replace(told, **same)


def period_of(one: FieldDraft) -> str:
    noted = next((n.removeprefix(PERIOD) for n in one.notes if n.startswith(PERIOD)), "")
    return str(getattr(one, "period", "") or noted)


def breakdown_of(one: FieldDraft) -> tuple[str, ...]:
    """As people write them: `性别=女`."""
    held = getattr(one, "breakdown", ())
    noted = tuple(n.removeprefix(BREAKDOWN) for n in one.notes if n.startswith(BREAKDOWN))
    return tuple(f"{b.concept}={b.value}" for b in held) or noted
