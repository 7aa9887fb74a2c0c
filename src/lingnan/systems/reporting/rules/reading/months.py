"""Columns or rows 1月 … 12月: a question asked of each month, not twelve different questions."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ...terms import FieldDraft, SumHint
from ...terms.reading import ReadingWords

_MONTH = re.compile(r"^(1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])月份?$")
_BARE = re.compile(r"^(?:1[0-2]|0?[1-9])$")
_NUMERALS = {
    numeral: n
    for n, numeral in enumerate(
        ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"], start=1
    )
}
_FEW = 3
"""So many months that follow one another are a row of months; one may be a date."""
EACH_MONTH = "各月与合计"


@dataclass(frozen=True, slots=True)
class Monthly:
    fields: tuple[FieldDraft, ...]
    sums: tuple[SumHint, ...] = ()


def month_of(text: str) -> int:
    """`1月`, `一月份` → 1; 0 when it is none."""
    found = _MONTH.match(text)
    return (_NUMERALS.get(found[1]) or int(found[1])) if found else 0


def monthly(fields: Sequence[FieldDraft], words: ReadingWords) -> Monthly:
    """The fields of one table: the label says what is asked, `period` of which month; the total
    beside the months is their sum by the form's shape."""
    for across in (True, False):
        months = {n: m for n, one in enumerate(fields) if (m := _month(one, across=across))}
        if _follow(set(months.values())):
            told = [
                _of_month(one, months[n], across=across) if n in months else one
                for n, one in enumerate(fields)
            ]
            return Monthly(tuple(told), _sums(fields, months, words, across=across))
    return Monthly(tuple(fields))


def _month(one: FieldDraft, *, across: bool) -> int:
    """Of the head it stands under, or else of the row it stands in."""
    if not across:
        return month_of(_row_of(one))
    if one.column or one.repeats:
        said = one.column or one.label
        under = bool(one.path) and "月" in one.path[-1] and bool(_BARE.match(said))
        return int(said) if under else month_of(said)
    return 0


def _row_of(one: FieldDraft) -> str:
    """`1月（用电量）` → `1月`: the label of the row."""
    inner = f"（{one.column}）"
    return one.label.removesuffix(inner) if one.column else one.label


def _follow(months: set[int]) -> bool:
    return len(months) >= _FEW and max(months) - min(months) + 1 == len(months)


def _of_month(one: FieldDraft, month: int, *, across: bool) -> FieldDraft:
    period = f"{month}月"
    if not one.column:
        return replace(one, period=period)
    row = _row_of(one)
    if across:
        return replace(one, label=f"{row}（{period}）", column=period, period=period)
    path = tuple(part for part in one.path if part != row)
    return replace(one, label=f"{one.column}（{period}）", path=path, period=period)


def _sums(
    fields: Sequence[FieldDraft], months: dict[int, int], words: ReadingWords, *, across: bool
) -> tuple[SumHint, ...]:
    """Months of a line, and the total of that line when it is counted alike."""
    lines: defaultdict[tuple[int, object], list[FieldDraft]] = defaultdict(list)
    for n in months:
        lines[_line(fields[n], across=across)].append(fields[n])
    found = []
    for n, one in enumerate(fields):
        parts = lines.get(_line(one, across=across), [])
        head = (one.column or one.label) if across else _row_of(one)
        alike = {part.unit for part in parts} == {one.unit}
        if n not in months and len(parts) > 1 and alike and head in words.totals:
            found.append(SumHint(one.code, tuple(part.code for part in parts), EACH_MONTH))
    return tuple(found)


def _line(one: FieldDraft, *, across: bool) -> tuple[int, object]:
    """Months across share the row, and what stands over them but the head of the months."""
    return (one.row, one.parent) if across else (one.col, one.column)
