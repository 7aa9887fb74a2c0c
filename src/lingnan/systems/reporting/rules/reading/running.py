"""Cells of running text that ask at several places: which of them do, and their fields."""

from dataclasses import replace
from functools import lru_cache

from ...terms import FieldDraft
from ...terms.reading import ReadingWords
from ..blanks import Blank, blanks_of
from ..grid import Grid, blank_name, cell_name
from ..labels import read_label, split_options, squeeze
from .fitting import implied
from .surround import signs
from .types import type_of

At = tuple[int, int]


def running(grid: Grid, at: At) -> tuple[Blank, ...]:
    text = grid.texts.get(at, "")
    return (
        _running(text, grid.words)
        if "_" in text or "＿" in text or "（" in text or "(" in text
        else ()
    )


@lru_cache(4096)
def _running(text: str, words: ReadingWords) -> tuple[Blank, ...]:
    """Two places, or one with its unit. Brackets without a unit are boxes to tick; names of places
    and offices, signatures and dates stand around a form and ask nothing."""
    if split_options(squeeze(text))[1]:
        return ()
    asked = [one for one in blanks_of(text) if not one.dated]
    named = [one.unit is None and _names(one.label, words) for one in asked]
    if not asked or all(named) or any(signs(one.label) for one in asked):
        return ()
    if any(len(one.label) < 2 or (one.boxed and one.unit is None) for one in asked):
        return ()
    return tuple(asked) if len(asked) > 1 or asked[0].unit else ()


def _names(label: str, words: ReadingWords) -> bool:
    return bool(words.places.search(label) or words.units.search(label))


def running_fields(grid: Grid, at: At) -> list[FieldDraft]:
    """One a place, in the order of the text; 其中 is a part of the one before."""
    fields: list[FieldDraft] = []
    whole: FieldDraft | None = None
    beside = named_by(grid, at)
    for one in running(grid, at):
        label = read_label(one.label)
        unit = one.unit or implied(label.clean, grid.words)
        part = label.among and whole is not None and whole.unit == unit
        found = FieldDraft(
            code=f"{cell_name(*at)}-{one.number}",
            label=label.clean,
            path=(squeeze(grid.texts[beside]).rstrip("：:"),) if beside else (),
            sheet=grid.sheet,
            row=at[0],
            col=at[1],
            cell=blank_name(*at, one.number),
            label_cell=cell_name(*at),
            type=type_of(label.clean, unit, (), grid.words),
            unit=unit,
            within=grid.texts[at],
        )
        if part and whole is not None:
            path = (*found.path, whole.label)
            found = replace(found, path=path, parent=whole.code, among=True)
        elif not label.among:
            whole = found
        fields.append(found)
    return fields


def named_by(grid: Grid, at: At) -> At | None:
    """The cell on its left that says what the text is about."""
    left = grid.anchor(at[0], at[1] - 1) if at[1] > 1 else (0, 0)
    return left if left in grid.texts and not running(grid, left) else None
