"""Filled workbooks made from the forms' own files, and small ones made here."""

import openpyxl

from lingnan.systems.reporting import queries
from lingnan.systems.reporting.rules import workbook as book
from lingnan.systems.reporting.rules.workbook import Filled

from .conftest import form_file


def saved(workbook):
    """The same cells give the same bytes, whatever the clock says."""
    return book.packed(workbook)


def filled(form, answers, *, sheet="", heads=()):
    """The form's own file with `answers` by field code, a new name for its sheet, head cells."""
    made = book.opened(form_file(form.file_name))
    fields = {field.code: field for field in form.fields}
    cells = [
        Filled(fields[code].sheet, fields[code].row, fields[code].col, value)
        for code, value in answers.items()
    ]
    book.write(made, [*cells, *(Filled(form.sheet, *head) for head in heads)])
    for other in [one for one in made.sheetnames if one != form.sheet]:
        del made[other]
    if sheet:
        made[form.sheet].title = sheet
    return saved(made)


def table(title, rows, *, sheet="Sheet1"):
    """A small workbook: a title over rows of cells."""
    made = openpyxl.Workbook()
    made.active.title = sheet
    made.active.append([title])
    for row in rows:
        made.active.append(list(row))
    made.active.merge_cells(start_row=1, start_column=1, end_row=1, end_column=max(map(len, rows)))
    return saved(made)


def current(place, form, code, period, *, to, on):
    from lingnan.kernel.observations import queries as observations

    field = form.field(code)
    held = observations.current(place, elements=[field.element], periods=[period], to=to, on=on)
    return held.get((field.element, period))


__all__ = ["current", "filled", "queries", "saved", "table"]
