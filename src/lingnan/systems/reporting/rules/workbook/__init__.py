"""A department's workbook: open it as it is, fill it, write it down the same way every time."""

from .beside import Beside
from .comments import NotPatchable
from .fill import (
    CellContent,
    Filled,
    add_notes,
    blank_rows,
    decimals_of,
    loses_formulas,
    make_room,
    opened,
    write,
)
from .pack import packed
from .remarks import LIST_NAME, Remark, reasons_in, remarked
from .summary import Head, Line, Summary, summary_book
from .template import Address, Room, Template

__all__ = [
    "Address",
    "Beside",
    "Room",
    "Template",
    "CellContent",
    "Filled",
    "Head",
    "Line",
    "LIST_NAME",
    "NotPatchable",
    "Remark",
    "Summary",
    "add_notes",
    "blank_rows",
    "decimals_of",
    "loses_formulas",
    "make_room",
    "opened",
    "packed",
    "reasons_in",
    "remarked",
    "summary_book",
    "write",
]
