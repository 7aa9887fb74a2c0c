"""One xls cell format as openpyxl styles; colours become RGB, since xlsx has another palette."""

from dataclasses import dataclass
from typing import Any

from openpyxl.cell.text import InlineFont
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.styles.colors import Color
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from xlrd.book import Book
from xlrd.formatting import XF

# Line, fill and alignment codes of [MS-XLS] 2.5 in the words of ECMA-376 18.18.
LINES: tuple[Any, ...] = (
    None, "thin", "medium", "dashed", "dotted", "thick", "double", "hair", "mediumDashed",
    "dashDot", "mediumDashDot", "dashDotDot", "mediumDashDotDot", "slantDashDot",
)  # fmt: skip
FILLS: tuple[Any, ...] = (
    None, "solid", "mediumGray", "darkGray", "lightGray", "darkHorizontal", "darkVertical",
    "darkDown", "darkUp", "darkGrid", "darkTrellis", "lightHorizontal", "lightVertical",
    "lightDown", "lightUp", "lightGrid", "lightTrellis", "gray125", "gray0625",
)  # fmt: skip
ACROSS: tuple[Any, ...] = (
    "general", "left", "center", "right", "fill", "justify", "centerContinuous", "distributed",
)  # fmt: skip
DOWN: tuple[Any, ...] = ("top", "center", "bottom", "justify", "distributed")
UNDERLINES: dict[int, Any] = {
    1: "single",
    2: "double",
    0x21: "singleAccounting",
    0x22: "doubleAccounting",
}
ESCAPEMENTS: dict[int, Any] = {1: "superscript", 2: "subscript"}


@dataclass(frozen=True)
class Style:
    font: Font
    fill: PatternFill
    border: Border
    alignment: Alignment
    protection: Protection
    number_format: str


def style_of(book: Book, xf: XF) -> Style:
    return Style(
        font=font_of(book, xf.font_index),
        fill=_fill(book, xf),
        border=_border(book, xf),
        alignment=_alignment(xf),
        protection=Protection(
            locked=bool(xf.protection.cell_locked), hidden=bool(xf.protection.formula_hidden)
        ),
        number_format=book.format_map[xf.format_key].format_str,
    )


def font_of(book: Book, index: int) -> Font:
    found = book.font_list[index]
    return Font(
        name=found.name,
        size=found.height / 20,
        bold=bool(found.bold),
        italic=bool(found.italic),
        strike=bool(found.struck_out),
        outline=bool(found.outline) or None,
        shadow=bool(found.shadow) or None,
        underline=UNDERLINES.get(found.underline_type),
        vertAlign=ESCAPEMENTS.get(found.escapement),
        charset=found.character_set,
        family=found.family,
        color=_colour(book, found.colour_index),
    )


def inline_font(font: Font) -> InlineFont:
    """The same font for a run inside a cell."""
    return InlineFont(
        rFont=font.name,
        sz=font.size,
        b=font.b,
        i=font.i,
        strike=font.strike,
        u=font.u,
        vertAlign=font.vertAlign,
        color=font.color,
        charset=font.charset,
        family=font.family,
    )


class Styles:
    """Styles of one book, each registered once with the new workbook and then shared by number."""

    def __init__(self, book: Book, workbook: Workbook) -> None:
        self.book = book
        self.known: dict[int, object] = {}
        self.bench: Worksheet = workbook.create_sheet("_")

    def array(self, xf_index: int) -> object:
        """openpyxl's style record of that format."""
        if xf_index not in self.known:
            cell: Any = self.bench.cell(row=len(self.known) + 1, column=1)
            style = style_of(self.book, self.book.xf_list[xf_index])
            cell.font, cell.fill, cell.border = style.font, style.fill, style.border
            cell.alignment, cell.protection = style.alignment, style.protection
            cell.number_format = style.number_format
            self.known[xf_index] = cell._style  # the only way to share a style without a search
        return self.known[xf_index]


def _colour(book: Book, index: int) -> Color | None:
    """None for the system's own colours: the reader of the file then uses its defaults."""
    rgb = book.colour_map.get(index)
    return Color(rgb="FF{:02X}{:02X}{:02X}".format(*rgb)) if rgb else None


def _fill(book: Book, xf: XF) -> PatternFill:
    ground = xf.background
    if not ground.fill_pattern:
        return PatternFill()
    return PatternFill(
        patternType=FILLS[ground.fill_pattern],
        fgColor=_colour(book, ground.pattern_colour_index) or Color(indexed=64),
        bgColor=_colour(book, ground.background_colour_index) or Color(indexed=65),
    )


def _border(book: Book, xf: XF) -> Border:
    edge = xf.border

    def side(style: int, colour: int) -> Side:
        return Side(style=LINES[style], color=_colour(book, colour) if style else None)

    diagonal = edge.diag_line_style if edge.diag_up or edge.diag_down else 0
    return Border(
        left=side(edge.left_line_style, edge.left_colour_index),
        right=side(edge.right_line_style, edge.right_colour_index),
        top=side(edge.top_line_style, edge.top_colour_index),
        bottom=side(edge.bottom_line_style, edge.bottom_colour_index),
        diagonal=side(diagonal, edge.diag_colour_index),
        diagonalUp=bool(edge.diag_up),
        diagonalDown=bool(edge.diag_down),
    )


def _alignment(xf: XF) -> Alignment:
    held = xf.alignment
    across = ACROSS[held.hor_align]
    return Alignment(
        horizontal=None if across == "general" else across,
        vertical=DOWN[held.vert_align],
        textRotation=held.rotation,
        wrapText=bool(held.text_wrapped) or None,
        shrinkToFit=bool(held.shrink_to_fit) or None,
        indent=held.indent_level,
        readingOrder=held.text_direction,
    )
