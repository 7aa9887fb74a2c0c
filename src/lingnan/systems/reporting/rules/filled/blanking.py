"""A filled workbook without its answers: answers beside labels look like labels to a reader."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ...terms.filled import FilledWords
from ...terms.forms import FieldDraft, FormDraft
from ..grid import Grid
from ..labels import plain, squeeze
from ..opening import OLE, ZIP
from ..reading import read_workbook
from ..units_words import parse_unit
from ..workbook import opened, packed
from .cells import At, Sheet
from .contents import folded
from .days import written_day
from .rows import COUNTERS, counts_columns

_NUMBER = re.compile(
    r"^(?:约|近|大约)?[+-]?[\d,]*\.?\d+\s*(?:余|多)?(?P<unit>[^\d\s]{0,5}?)(?:左右)?$"
)
_CIRCLED = re.compile(r"^[①-⑳]$")
_ENUMERATED = re.compile(r"^\d{1,3}[.、．)）]|^\d{1,3}\s*[=＝]|年$|季度$|月$")
_PLACE = re.compile(r"^[\u3400-\u9fff（）()]{1,14}(?:村|社区|居委会|委员会|镇|乡|街道?)$")
_RUN = 3  # so many numbers in a row, each one more than the last, are numbering


def read_blanked(
    data: bytes, name: str, sheets: list[Sheet], words: FilledWords
) -> list[FormDraft]:
    """The drafts of the file as if it were blank; of a sheet that gives fewer, as it is. Types that
    only the answers show are kept."""
    first = read_workbook(data, name, words.reading)
    if not data.startswith((OLE, ZIP)):
        return first
    try:
        again = {draft.sheet: draft for draft in _read_again(data, name, sheets, words)}
    except Exception:  # what cannot be written again is read as it is
        again = {}
    return [_joined(one, again.get(one.sheet)) for one in first]


def _read_again(data: bytes, name: str, sheets: list[Sheet], words: FilledWords) -> list[FormDraft]:
    book = opened(data)
    for sheet in sheets:
        if sheet.grid.sheet in book.sheetnames:
            _clear(book[sheet.grid.sheet], sheet, words)
    return read_workbook(packed(book), f"{name}.xlsx", words.reading)


def _joined(as_is: FormDraft, blank: FormDraft | None) -> FormDraft:
    if blank is None or len(blank.fields) < len(as_is.fields):
        return as_is
    typed = {(f.row, f.col): f for f in as_is.fields}
    fields = tuple(_typed(f, typed.get((f.row, f.col))) for f in blank.fields)
    return replace(blank, form=as_is.form, fields=fields)


def _typed(blank: FieldDraft, seen: FieldDraft | None) -> FieldDraft:
    if seen is None or blank.unit or blank.options or blank.type != "text":
        return blank
    return replace(blank, type=seen.type, samples=seen.samples)


def _clear(target: Any, sheet: Sheet, words: FilledWords) -> None:
    for at in answers_in(sheet, words):
        target.cell(*at).value = None
    for at, text in sheet.grid.texts.items():
        if (bare := _unticked(text, words)) != text:
            target.cell(*at).value = bare


def answers_in(sheet: Sheet, words: FilledWords) -> Iterator[At]:
    """Cells that are answers by their own words: numbers, marks, days; not numbering or codes."""
    grid = sheet.grid
    numbering = set(_numbering(grid, words))
    for at, text in grid.texts.items():
        if at not in numbering and _answers(grid, at, text, words):
            yield at
    yield from _named_rows(grid, words)


def _named_rows(grid: Grid, words: FilledWords) -> Iterator[At]:
    """Names of places under a head that asks for them: they would be taken for items."""
    for col in range(1, grid.right + 1):
        under = False
        for row in grid.rows():
            text = grid.text(row, col)
            head = plain(re.sub(r"[（(].*?[）)]", "", text))
            if head in words.place_heads:
                under = True
            elif under and _PLACE.search(squeeze(text)) and head not in words.totals:
                yield (row, col)


def _answers(grid: Grid, at: At, text: str, words: FilledWords) -> bool:
    plainly = folded(text)
    if plainly in words.missing or plainly in words.not_applicable or _CIRCLED.match(text.strip()):
        return at[0] > 1
    if plainly in words.zero | words.yes | words.no:
        return _asks_choice(grid, at)
    if _is_number(text):
        return True
    day = written_day(text)
    return len(day) >= 7 and grid.seen(at[0], max(at[1] - 1, 1)) != ""


def _is_number(text: str) -> bool:
    shown = unicodedata.normalize("NFKC", text).strip()
    found = _NUMBER.match(shown)
    if found is None or _ENUMERATED.search(shown):
        return False
    return not found["unit"] or found["unit"] == "万" or parse_unit(found["unit"]) is not None


def _asks_choice(grid: Grid, at: At) -> bool:
    """A word is an answer beside a question or a unit, not among the heads of columns."""
    left = grid.seen(at[0], at[1] - 1) if at[1] > 1 else ""
    return bool(left) and folded(left) not in {"是", "否", "有", "无"}


def _unticked(text: str, words: FilledWords) -> str:
    ticks = {mark for mark in words.ticks if not mark.isascii() and len(mark) == 1}
    if not any(mark in text for mark in ticks) or len(text.strip()) < 2:
        return text
    return "".join("□" if mark in ticks else mark for mark in text)


def _numbering(grid: Grid, words: FilledWords) -> Iterator[At]:
    """Codes and running numbers of rows, numbers of columns."""
    for row in grid.rows():
        if counts_columns([text for _, text in grid.row_cells(row)]):
            yield from ((row, col) for col, _ in grid.row_cells(row))
    for col in range(1, grid.right + 1):
        yield from _numbers_of(grid, col, words)


def _numbers_of(grid: Grid, col: int, words: FilledWords) -> Iterator[At]:
    """Under a head of codes, and runs of rising numbers before words."""
    coded, run = False, list[At]()
    for row in grid.rows():
        text = grid.text(row, col)
        if text and not _is_code(text):
            coded, run = plain(squeeze(text)) in words.code_heads, []
        elif text and coded:
            yield (row, col)
        elif text and _is_number(text):
            run = [*run, (row, col)] if run and _follows(grid, run[-1], text) else [(row, col)]
            beside = grid.seen(row, col + 1)
            if len(run) >= _RUN and beside and not _is_number(beside):
                yield from run


def _is_code(text: str) -> bool:
    """`12`, `5-1`, `乙`: no word that would head other columns."""
    return _is_number(text) or plain(text) in COUNTERS or text.replace("-", "").isdecimal()


def _follows(grid: Grid, before: At, text: str) -> bool:
    last = grid.text(*before).strip()
    return last.isdecimal() and text.strip().isdecimal() and int(text) == int(last) + 1
