"""Bytes of an .xls, .xlsx or .csv file → grids. Refuses what is too big before it is unpacked."""

from collections.abc import Callable

from ...terms import UnreadableWorkbook
from ..grid import Grid
from .limits import (
    MAX_BYTES,
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_ROWS,
    MAX_SHEETS,
    Refusal,
)
from .text import open_text
from .xls import open_xls
from .xlsx import open_xlsx

__all__ = ["MAX_BYTES", "MAX_CELLS", "MAX_COLUMNS", "MAX_ROWS", "MAX_SHEETS", "open_grids"]

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
_OPENERS: dict[str, Callable[[bytes, str], list[Grid]]] = {
    "xls": open_xls,
    "xlsx": open_xlsx,
    "csv": open_text,
}


def open_grids(data: bytes, name: str) -> list[Grid]:
    """UnreadableWorkbook names the file and says why. Blank and hidden sheets are left out; what
    hidden sheets hold is told `aside` in the first grid."""
    if len(data) > MAX_BYTES:
        raise UnreadableWorkbook(name=name, why="文件超过 64 MiB。")
    if not data.strip():
        raise UnreadableWorkbook(name=name, why="文件是空的。")
    kind = _kind(data, name)
    stem = name.replace("\\", "/").rpartition("/")[2]
    try:
        grids = _OPENERS[kind](data, stem.rpartition(".")[0] or stem)
    except Refusal as no:
        raise UnreadableWorkbook(name=name, why=no.why) from no
    except MemoryError:
        raise UnreadableWorkbook(name=name, why="内容过大，内存不够。") from None
    except Exception as broken:  # the parsers raise anything on damaged files
        raise UnreadableWorkbook(
            name=name, why="文件已损坏、加密，或不是真正的表格文件。"
        ) from broken
    found = [grid for grid in grids if grid.texts]
    if not found:
        raise UnreadableWorkbook(name=name, why="里面没有任何文字。")
    return found


def _kind(data: bytes, name: str) -> str:
    """By content first: offices rename files freely."""
    if data.startswith(OLE):
        return "xls"
    if data.startswith(ZIP):
        return "xlsx"
    suffix = name.rpartition(".")[2].lower()
    if suffix in {"xls", "xlsx", "xlsm"}:
        raise UnreadableWorkbook(name=name, why="文件内容与扩展名不符，不是 Excel 工作簿。")
    if suffix not in {"csv", "tsv", "txt"}:
        raise UnreadableWorkbook(name=name, why="只能读取 .xls、.xlsx 和 .csv 文件。")
    return "csv"
