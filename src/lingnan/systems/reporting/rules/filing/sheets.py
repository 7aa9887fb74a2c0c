"""Read answers out of a filled copy of a form's own workbook."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from ...terms.filings import Answer, FieldInfo, FormInfo
from ...terms.forms import FormDraft, Layout, Role
from ..blanks import written_in
from ..labels import squeeze
from .answers import typed

MISSING_SHEET = "没有名为“{sheet}”的工作表。"
MOVED = "“{cell}”处应为“{label}”，现为“{found}”；请用本报表的原样文件填写。"
# So many labels must stand where they stood: a corrected word is forgiven, a moved row is not.
FEW = 0.8


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One subject's answers. `named`: what its place column says; `row` 0: a whole sheet."""

    row: int
    answers: Mapping[str, Answer]
    named: str = ""
    cells: Mapping[str, str] = field(default_factory=dict)

    def at(self, code: str) -> str:
        return self.cells.get(code, "")


def fault_of(blank: Workbook, filled: Workbook, form: FormInfo, draft: FormDraft) -> str:
    """Why the filled file is not this form; empty when it is."""
    if form.sheet not in filled.sheetnames:
        return MISSING_SHEET.format(sheet=form.sheet)
    ours, theirs = blank[form.sheet], filled[form.sheet]
    within = {one.label_cell for one in draft.fields if one.within}
    labels = sorted({one.label_cell for one in draft.fields if one.label_cell})
    wrong = [
        cell
        for cell in labels
        if (
            _words(ours, cell) != _words(theirs, cell)
            if cell not in within
            else written_in(_text(ours[cell].value), _text(theirs[cell].value)) is None
        )
    ]
    if len(wrong) <= len(labels) * (1 - FEW):
        return ""
    return MOVED.format(cell=wrong[0], label=_words(ours, wrong[0]), found=_words(theirs, wrong[0]))


def rows_of(
    blank: Workbook, filled: Workbook, form: FormInfo, again: Sequence[int] = ()
) -> list[SheetRow]:
    """`again`: so many columns to the right a list goes on."""
    sheet, ours = filled[form.sheet], blank[form.sheet]
    if form.layout is Layout.ITEMS:
        fields = [f for f in form.fields if f.is_asked]
        answers = {
            f.code: _within(ours, sheet, f) if f.blank else _answer(sheet, f, f.row) for f in fields
        }
        return [SheetRow(0, answers, cells={f.code: f.where for f in fields})]
    return [row for right in (0, *again) for row in _table(sheet, form, right)]


def _table(sheet: Worksheet, form: FormInfo, right: int) -> Iterator[SheetRow]:
    """Down to the first row in which nothing is written."""
    if not form.fields:
        return
    fields = [f for f in form.fields if f.is_asked]
    place = next((f for f in form.fields if f.role is Role.PLACE), None)
    for row in range(form.fields[0].row, sheet.max_row + 1):
        answers = {f.code: _answer(sheet, f, row, right) for f in fields}
        named = _text(sheet.cell(row, place.col + right).value) if place else ""
        if not named and all(answer.is_blank for answer in answers.values()):
            return
        cells = {f.code: f"{f.sheet}!{sheet.cell(row, f.col + right).coordinate}" for f in fields}
        yield SheetRow(row, answers, named, cells)


def _answer(sheet: Worksheet, one: FieldInfo, row: int, right: int = 0) -> Answer:
    cell = sheet.cell(row, one.col + right)
    return typed(one, cell.value, number_format=str(cell.number_format))


def _within(blank: Worksheet, filled: Worksheet, one: FieldInfo) -> Answer:
    """What stands at its place of the cell's text; of another text, all of it is what was said."""
    ours = _text(blank.cell(one.row, one.col).value)
    theirs = _text(filled.cell(one.row, one.col).value)
    said = written_in(ours, theirs)
    return typed(one, theirs if said is None else said.get(one.blank, ""))


def _words(sheet: Worksheet, cell: str) -> str:
    return squeeze(_text(sheet[cell].value))


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()
