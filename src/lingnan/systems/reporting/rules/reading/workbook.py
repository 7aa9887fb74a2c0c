"""A workbook → drafts: one form a sheet that holds a table or a card."""

from dataclasses import replace

from lingnan.base.errors import Sentence

from ...terms import FormDraft, UnreadableWorkbook
from ...terms.reading import ReadingWords
from ..opening import open_grids
from .listed_text import has_header, read_text
from .sheet import MAX_FIELDS, TooManyFields, read_sheet


def read_workbook(data: bytes, name: str, words: ReadingWords) -> list[FormDraft]:
    """Drafts in sheet order. UnreadableWorkbook says in Chinese what is wrong with which file."""
    grids = open_grids(data, name)
    for grid in grids:
        grid.words = words
    stem = name.replace("\\", "/").rpartition("/")[2]
    stem = stem.rpartition(".")[0] or stem
    if name.lower().endswith((".csv", ".tsv", ".txt")) and has_header(grids[0]):
        return [read_text(grids[0], stem)]
    try:
        forms = [read_sheet(grid) for grid in grids]
    except TooManyFields:
        raise UnreadableWorkbook(
            name=name, why=Sentence("填报项超过 {most} 个，不是报表。", (("most", MAX_FIELDS),))
        ) from None
    if len(forms) == 1:
        return [replace(forms[0], form=stem)]
    return [replace(form, form=f"{stem}#{form.sheet}") for form in forms]
