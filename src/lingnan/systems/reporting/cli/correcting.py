"""Corrections put onto a workbook that is not registered, for `read --profile`."""

from pathlib import Path

from lingnan.base import clock
from lingnan.base.actors import system_actor

from .. import queries
from ..content import reading_words
from ..rules.profiles import apply_corrections, export_of, grid_in
from ..terms.forms import FormDraft
from ..terms.profiles import Applied, Correction, Lost


def corrections_from(named: str) -> tuple[Correction, ...]:
    """Of an exported file, or of the registered form of that code."""
    path = Path(named)
    if path.is_file():
        return export_of(path.read_text(encoding="utf-8"))
    return queries.profile(named, to=system_actor(), on=clock.today()).corrections


def corrected(
    drafts: list[FormDraft], data: bytes, name: str, said: tuple[Correction, ...]
) -> list[Applied]:
    """Each correction goes to the form where its cell is found; lost is what no form has."""
    applied = [
        apply_corrections(one, grid_in(data, name, one.sheet, reading_words()), said)
        for one in drafts
    ]
    found = {lost for one in applied for lost in one.lost}
    everywhere = [lost for lost in found if all(lost in one.lost for one in applied)]
    return [
        Applied(one.draft, one.done, one.cells, tuple(n for n in one.lost if n in everywhere))
        for one in applied
    ]


def lost_rows(lost: tuple[Lost, ...]) -> list[tuple[str, ...]]:
    return [("未能沿用", f"{one.cell} {one.text} → {one.said}：{one.why}") for one in lost]
