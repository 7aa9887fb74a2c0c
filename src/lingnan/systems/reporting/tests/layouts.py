"""Forms drawn as text, so that a test shows the sheet and its answers at one glance.

One line a row, cells between bars. `?` is an answer's place (`?人`: with this unit; `?*`: any unit),
`<` is merged with the cell on its left, `^` with the one above, `~` is a full-width blank, `?O…` an
answer's place with words in it.
"""

import io
from dataclasses import dataclass, field

import openpyxl
from openpyxl.styles import Border, Side

from lingnan.systems.reporting.rules.grid import cell_name

_BLANKS = {"平方米": "平方米", "年": "年"}
_LINE = Side(style="thin")
_BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)


@dataclass
class Layout:
    cells: dict[tuple[int, int], str] = field(default_factory=dict)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    """Cell → unit."""
    width: int = 0
    height: int = 0


def drawn(text: str) -> Layout:
    layout = Layout()
    spans: dict[tuple[int, int], tuple[int, int]] = {}
    for r, line in enumerate(text.strip("\n").splitlines(), start=1):
        for c, said in enumerate((cell.strip(" ") for cell in line.split("|")), start=1):
            layout.width, layout.height = max(layout.width, c), r
            if said == "<":
                spans[r, c] = spans.get((r, c - 1), (r, c - 1))
            elif said == "^":
                spans[r, c] = spans.get((r - 1, c), (r - 1, c))
            else:
                _put(layout, r, c, said)
    for anchor in dict.fromkeys(spans.values()):
        covered = [at for at, origin in spans.items() if origin == anchor]
        bottom, right = max(r for r, _ in covered), max(c for _, c in covered)
        layout.merges.append((*anchor, bottom, right))
    return layout


def _put(layout: Layout, row: int, col: int, said: str) -> None:
    if said.startswith("?O"):  # the answer's cell says how to answer
        words = said[2:].replace("~", "\u3000")
        layout.cells[row, col] = words
        layout.answers[cell_name(row, col)] = _BLANKS.get(words.strip(), "")
    elif said.startswith("?"):
        layout.answers[cell_name(row, col)] = said[1:]
    elif said:
        layout.cells[row, col] = said.replace("~", "\u3000").replace("\\n", "\n")


def workbook(layout: Layout, *, lines: bool) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for (row, col), said in layout.cells.items():
        value: object = int(said) if said.isdigit() else said
        sheet.cell(row, col, value)
    if lines:
        for row in _lined(layout):
            for col in range(1, layout.width + 1):
                sheet.cell(row, col).border = _BOX
    for top, left, bottom, right in layout.merges:
        sheet.merge_cells(start_row=top, start_column=left, end_row=bottom, end_column=right)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _lined(layout: Layout) -> range:
    """From the first row of two labels to the last row with an answer."""
    said: dict[int, list[str]] = {}
    for (row, _), text in layout.cells.items():
        said.setdefault(row, []).append(text)
    tops = [r for r, texts in said.items() if len(texts) > 1 and not any("：" in t for t in texts)]
    last = max(int("".join(d for d in cell if d.isdigit())) for cell in layout.answers)
    return range(min(tops, default=2), last + 1)
