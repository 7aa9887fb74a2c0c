"""Which of several workbooks are blank: they tell the layout of those that are filled."""

from collections.abc import Iterable

from ...terms.filled import FilledWords
from ...terms.forms import FormDraft
from ..reading import read_workbook
from .blanking import answers_in
from .cells import open_sheets
from .rows import row_fields


def known_blanks(files: Iterable[tuple[str, bytes]], words: FilledWords) -> tuple[FormDraft, ...]:
    """Drafts of the blank forms among (name, bytes). UnreadableWorkbook."""
    found: list[FormDraft] = []
    for name, data in files:
        sheets = {sheet.grid.sheet: sheet for sheet in open_sheets(data, name)}
        for form in read_workbook(data, name, words.reading):
            sheet = sheets.get(form.sheet)
            if sheet is None or not form.asked():
                continue
            rows, own = row_fields(form, words)
            answers = set(answers_in(sheet, words))
            columns = {f.col + right for f in rows for right in (0, *form.again)}
            cells = {(f.row, f.col) for f in own}
            cells |= {at for at in answers if rows and at[0] >= rows[0].row and at[1] in columns}
            if not cells & answers:
                found.append(form)
    return tuple(found)
