"""Sums that a form says in words: `04=05+06`, `栏1=栏2+栏3`, and 合计 beside what it adds up."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from ...terms import FieldDraft, FieldType, SumHint
from ..labels import EQUATION, simplified

WRITTEN = "表内写明"
ADDS_UP = "合计与所列各项"
_COUNTED = {FieldType.INTEGER, FieldType.NUMBER, FieldType.MONEY}
_MOST, _LONGEST = 4_000, 2_000
Line = Sequence[FieldDraft]


def written_sums(
    fields: Sequence[FieldDraft],
    texts: Iterable[str],
    heads: Iterable[str],
    numbers: Mapping[int, str],
) -> tuple[SumHint, ...]:
    """`numbers`: column → its printed number. What a head says is of columns and holds in each row;
    what is said elsewhere is of rows, unless it names columns."""
    columns = {col: _bare(said) for col, said in numbers.items()}
    by_row, by_col = _lines(fields)
    found: list[SumHint] = []

    def column(one: FieldDraft) -> str:
        return columns.get(one.col, "")

    for text in heads:
        for total, parts in _equations(text[:_LONGEST]):
            found += _held(by_row, column, total, parts)
    for text in list(texts)[:_MOST]:
        for total, parts in _equations(text[:_LONGEST]):
            of_rows = [] if "栏" in text else _held(by_col, _number, total, parts)
            found += of_rows or _held(by_row, column, total, parts)
    return tuple(dict.fromkeys(found))


def _equations(text: str) -> Iterator[tuple[str, list[str]]]:
    if "=" not in text and "＝" not in text:
        return
    for found in EQUATION.finditer(simplified(text)):
        total, _, parts = found[0].partition("=")
        yield _bare(total), [_bare(part) for part in parts.split("+")]


def _bare(word: str) -> str:
    """`（01）`, `第1栏` → `1`."""
    return re.sub(r"[^\d.A-Za-z]", "", word).lstrip("0")


def _number(one: FieldDraft) -> str:
    return _bare(simplified(one.code.rpartition("-")[0] if one.column else one.code))


def _lines(fields: Sequence[FieldDraft]) -> tuple[list[Line], list[Line]]:
    rows, cols = defaultdict[int, list[FieldDraft]](list), defaultdict[int, list[FieldDraft]](list)
    for one in fields:
        rows[one.row].append(one)
        if not one.repeats:
            cols[one.col].append(one)
    return list(rows.values()), list(cols.values())


def _held(
    lines: Sequence[Line], name: Callable[[FieldDraft], str], total: str, parts: list[str]
) -> list[SumHint]:
    found = []
    for line in lines:
        named: dict[str, FieldDraft] = {}
        for one in line:
            named.setdefault(name(one), one)
        some = [named[word] for word in (total, *parts) if word and word in named]
        whole = len(some) == len(parts) + 1 == len({one.code for one in some})
        if whole and len({one.unit for one in some if one.unit}) <= 1:
            codes = [one.code for one in some]
            found.append(SumHint(codes[0], tuple(codes[1:]), WRITTEN))
    return found


def total_sums(fields: Sequence[FieldDraft], totals: frozenset[str]) -> tuple[SumHint, ...]:
    """合计 and 小计 with what stands before them, or after one that begins: all of one unit. Where one
    of another unit stands among them nothing is added up."""
    rows, cols = _lines([one for one in fields if one.role.value == "asked"])
    found: list[SumHint] = []
    for line in cols:
        found += _along(sorted(line, key=lambda one: one.row), totals, of_rows=True)
    for line in rows:
        found += _along(sorted(line, key=lambda one: one.col), totals, of_rows=False)
    return tuple(found)


def _along(line: Line, totals: frozenset[str], *, of_rows: bool) -> list[SumHint]:
    groups: defaultdict[object, list[FieldDraft]] = defaultdict(list)
    for one in line:
        path = tuple(part for part in one.path if part != _row(one)) if of_rows else one.path
        groups[(path, one.parent)].append(one)
    found: list[SumHint] = []
    for some in groups.values():
        found += _group(some, totals, of_rows=of_rows)
    return found


def _row(one: FieldDraft) -> str:
    return one.label.removesuffix(f"（{one.column}）") if one.column else one.label


def _group(some: Line, totals: frozenset[str], *, of_rows: bool) -> list[SumHint]:
    said = [_row(one) if of_rows else one.column or one.label for one in some]
    at = [n for n, text in enumerate(said) if text in totals]
    found: list[SumHint] = []
    for nth, n in enumerate(at):
        start = at[nth - 1] + 1 if nth else 0
        end = at[nth + 1] if nth + 1 < len(at) else len(some)
        parts = list(some[start:n]) or (list(some[n + 1 : end]) if n == 0 else [])
        if not parts and n and n == at[-1] and said[n] != said[n - 1]:
            parts = [some[m] for m in at[:nth] if said[m] == said[n - 1]]
        units = {_unit(one) for one in (*parts, some[n])}
        counted = all(one.type in _COUNTED for one in (*parts, some[n]))
        if len(parts) > 1 and len(units) == 1 and None not in units and counted:
            found.append(SumHint(some[n].code, tuple(one.code for one in parts), ADDS_UP))
    return found


def _unit(one: FieldDraft) -> tuple[object, ...] | None:
    return (one.unit.base, one.unit.multiplier, one.unit.per) if one.unit else None
