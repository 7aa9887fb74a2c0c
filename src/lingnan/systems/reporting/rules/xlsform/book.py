"""The three sheets as a workbook people can open, change and hand to any ODK server."""

from collections.abc import Mapping, Sequence

from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from ...terms.xlsform import CHINESE, OURS, XlsForm
from ..workbook import packed
from .writing import columns_of

FIRST = {
    "survey": (
        "type", "name", f"label::{CHINESE}", f"hint::{CHINESE}", "required", "relevant",
        "constraint", "calculation", "choice_filter", "appearance",
    ),
    "choices": ("list_name", "name", f"label::{CHINESE}"),
    "settings": ("form_title", "form_id", "version", "default_language"),
}  # fmt: skip
WIDE = ("label", "hint", "constraint", "relevant", "form_title")


def book_of(form: XlsForm) -> bytes:
    """An .xlsx file; the same form gives the same bytes."""
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for title, rows in (
        ("survey", form.survey),
        ("choices", form.choices),
        ("settings", (form.settings,)),
    ):
        _fill(workbook.create_sheet(title), rows, FIRST[title])
    return packed(workbook)


def _fill(sheet: Worksheet, rows: Sequence[Mapping[str, str]], first: Sequence[str]) -> None:
    columns = columns_of(rows, first)
    for col, name in enumerate(columns, start=1):
        head = sheet.cell(1, col, name)
        head.font = Font(bold=True, color="FF4D5A5F" if name.startswith(OURS) else "FF1C2528")
        head.fill = PatternFill("solid", fgColor="FFEFE9DD")
        sheet.column_dimensions[get_column_letter(col)].width = 36 if name.startswith(WIDE) else 16
    for number, row in enumerate(rows, start=2):
        for col, name in enumerate(columns, start=1):
            text = row.get(name, "")
            if not text:
                continue
            cell = sheet.cell(number, col, text)
            cell.data_type = "s"  # `=1+1` as somebody's label is a text
            cell.alignment = Alignment(vertical="top", wrap_text=True)
    sheet.freeze_panes = "A2"
