"""Which rows under the heads are answers: not totals, not column numbers, not notes."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from openpyxl.utils import coordinate_to_tuple

from ...terms.filled import FilledWords
from ...terms.forms import FieldDraft, FormDraft, Layout
from ..grid import Grid
from ..labels import plain, squeeze

_ENDS = re.compile(
    r"^(?:注|备注|说明|填表说明|填报说明|注释|填表人|填报人|制表人?|审核人?|审核|负责人|单位负责人|统计负责人"
    r"|联系电话|经办人|复核人?|报出日期|填表日期|填报日期|签名|签字)\s*[:：]"
)
_COLUMNS = 3  # fewer side by side are no table of rows
COUNTERS = frozenset({"甲", "乙", "丙", "丁", "戊", "己", "庚", "辛"})


@dataclass(frozen=True, slots=True)
class AnswerRow:
    number: int
    total: str = ""
    """The word that makes it a row of sums: 合计."""


def row_fields(
    form: FormDraft, words: FilledWords
) -> tuple[tuple[FieldDraft, ...], tuple[FieldDraft, ...]]:
    """The columns of the table that has one row a subject, and the questions with a cell of their
    own: a sheet may hold both. A printed row of totals under the columns is neither."""
    if not form.fields:
        return (), ()
    by_row: dict[int, list[FieldDraft]] = {}
    for one in form.fields:
        by_row.setdefault(one.row, []).append(one)
    row, group = max(by_row.items(), key=lambda pair: len(pair[1]))
    columns = {one.col for one in group}
    rest = [one for one in form.fields if one.row != row]
    below = [one for one in rest if one.col in columns and one.row > row]
    totals = [one for one in below if plain(one.label) in words.totals]
    if form.layout is Layout.ITEMS and not _is_list(group, below, totals):
        return (), form.fields
    return tuple(group), tuple(one for one in rest if one not in totals)


def _is_list(
    group: Sequence[FieldDraft], below: Sequence[FieldDraft], totals: Sequence[FieldDraft]
) -> bool:
    """Heads above their columns and nothing asked under them but totals."""
    if len(group) < _COLUMNS or len(below) != len(totals):
        return False
    heads = [coordinate_to_tuple(one.label_cell or one.cell) for one in group]
    return all(row < one.row for (row, _), one in zip(heads, group, strict=True))


def answer_rows(
    grid: Grid, fields: Sequence[FieldDraft], own: Sequence[FieldDraft], words: FilledWords
) -> Iterator[AnswerRow]:
    """From the first row under the heads to a line of notes, of signatures, or the next table."""
    if not fields:
        return
    first, columns = fields[0].row, sorted({field.col for field in fields})
    ends = min((f.row for f in own if f.row > first), default=grid.bottom + 1)
    for number in (n for n in grid.rows() if first <= n < ends):
        if any(_ENDS.match(squeeze(text)) for _, text in grid.row_cells(number)):
            return
        texts = [text for col, text in grid.row_cells(number) if col <= columns[-1]]
        if counts_columns(texts) or not any(grid.text(number, c) for c in columns):
            continue
        yield AnswerRow(number, _total([grid.seen(number, c) for c in range(1, 8)], words))


def _total(texts: list[str], words: FilledWords) -> str:
    """A total's word stands alone in one of the first cells that say something."""
    said = [squeeze(text) for text in texts if text.strip()][:3]
    return next((text for text in said if plain(text) in words.totals), "")


def counts_columns(texts: list[str]) -> bool:
    """`甲 乙 1 2 3 …`: the numbers of the columns, printed under the heads."""
    said = [squeeze(text).strip("()（）") for text in texts]
    numbers = [int(text) for text in said if text.isdecimal()]
    others = [text for text in said if not text.isdecimal()]
    if not all(text in COUNTERS for text in others):
        return False
    if {"甲", "乙"} & set(others):
        return True
    if len(numbers) < 3:
        return False
    return numbers == list(range(numbers[0], numbers[0] + len(numbers))) and numbers[0] <= 3
