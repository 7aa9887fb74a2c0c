"""The roll-up workbook (汇总表): one row a place, the form's own heads above, sums on top."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from .fill import CellContent, add_notes
from .pack import packed

LINE = Side(style="thin", color="FF999999")
BOX = Border(left=LINE, right=LINE, top=LINE, bottom=LINE)
GREY = PatternFill("solid", fgColor="FFEFEFEF")
FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", None))
LONGEST = 31
FIRST = ("区划代码", "地区", "已报／应报村数")
TITLE_FONT, HEAD_FONT, FONT = (
    Font(name="宋体", size=14, bold=True),
    Font(name="宋体", size=10, bold=True),
    Font(name="宋体", size=10),
)


@dataclass(frozen=True)
class Head:
    """A column: the headings above it, its own label last, and its unit."""

    path: tuple[str, ...]
    unit: str
    decimals: int | None = None


@dataclass(frozen=True)
class Line:
    """A place: code, name, coverage, and one content a head."""

    code: str
    name: str
    coverage: str
    cells: Sequence[CellContent]
    is_sum: bool = False


@dataclass(frozen=True)
class Summary:
    """One sheet. `subtitle`: period, unit of time, as of when."""

    sheet: str
    title: str
    subtitle: str
    heads: Sequence[Head]
    lines: Sequence[Line]


def summary_book(sheets: Sequence[Summary], notes: Sequence[str]) -> bytes:
    """Equal sheets give equal bytes."""
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for one in sheets:
        _sheet(workbook.create_sheet(_name(one.sheet, workbook.sheetnames)), one)
    add_notes(workbook, notes)
    return packed(workbook)


def _name(wanted: str, taken: Sequence[str]) -> str:
    plain = wanted.translate(FORBIDDEN).replace("\n", "").strip("' ")[:LONGEST] or "表"
    name, number = plain, 1
    while name.lower() in {one.lower() for one in taken}:
        number += 1
        name = f"{plain[: LONGEST - 3]}_{number}"
    return name


def _sheet(sheet: Worksheet, one: Summary) -> None:
    depth = max((len(head.path) for head in one.heads), default=1)
    width = len(FIRST) + len(one.heads)
    _text(sheet, 1, 1, one.title.replace("\n", ""), TITLE_FONT, box=False)
    _text(sheet, 2, 1, one.subtitle, FONT, box=False)
    top = 3
    for column, words in enumerate(FIRST, 1):
        _text(sheet, top, column, words, HEAD_FONT)
        sheet.merge_cells(
            start_row=top, end_row=top + depth, start_column=column, end_column=column
        )
    _heads(sheet, one.heads, top, depth)
    for row, line in enumerate(one.lines, top + depth + 1):
        _line(sheet, row, line, one.heads)
    sheet.freeze_panes = f"{get_column_letter(len(FIRST) + 1)}{top + depth + 1}"
    sheet.print_title_rows = f"{top}:{top + depth}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9
    properties: Any = sheet.sheet_properties
    properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.fitToHeight = 0
    for column in range(1, width + 1):
        size = {1: 15, 2: 18, 3: 14}.get(column, 13)
        sheet.column_dimensions[get_column_letter(column)].width = size


def _heads(sheet: Worksheet, heads: Sequence[Head], top: int, depth: int) -> None:
    """Neighbours under one heading share a cell; a short path reaches down to the units."""
    paths = [(*head.path[:-1], *[""] * (depth - len(head.path)), head.path[-1]) for head in heads]
    for level in range(depth):
        start = 0
        for number in range(1, len(heads) + 1):
            same = (
                number < len(heads)
                and level < depth - 1
                and (paths[number][: level + 1] == paths[start][: level + 1])
            )
            if same:
                continue
            column = len(FIRST) + 1 + start
            _text(sheet, top + level, column, paths[start][level].strip(), HEAD_FONT)
            for more in range(start + 1, number):
                _text(sheet, top + level, len(FIRST) + 1 + more, None, HEAD_FONT)
            if number - start > 1:
                sheet.merge_cells(start_row=top + level, end_row=top + level, start_column=column,
                                  end_column=len(FIRST) + number)  # fmt: skip
            start = number
    for number, head in enumerate(heads):
        _text(sheet, top + depth, len(FIRST) + 1 + number, head.unit, FONT, fill=True)


def _line(sheet: Worksheet, row: int, line: Line, heads: Sequence[Head]) -> None:
    font = HEAD_FONT if line.is_sum else FONT
    for column, words in enumerate((line.code, line.name, line.coverage), 1):
        _text(sheet, row, column, words, font, across="left")
    for number, (content, head) in enumerate(zip(line.cells, heads, strict=True)):
        cell: Any = sheet.cell(row, len(FIRST) + 1 + number, content)
        if isinstance(content, str):
            cell.data_type = "s"  # never a formula
        cell.font, cell.border = font, BOX
        if head.decimals is not None:
            cell.number_format = "0." + "0" * head.decimals if head.decimals else "0"


def _text(  # noqa: PLR0913 - one cell and how it looks
    sheet: Worksheet,
    row: int,
    column: int,
    words: str | None,
    font: Font,
    *,
    across: str = "center",
    box: bool = True,
    fill: bool = False,
) -> None:
    cell: Any = sheet.cell(row, column, words)
    if words:
        cell.data_type = "s"
    cell.font = font
    if box:
        cell.border = BOX
        style: Any = across
        cell.alignment = Alignment(horizontal=style, vertical="center", wrap_text=True)
    if font is HEAD_FONT and across == "center" or fill:
        cell.fill = GREY
