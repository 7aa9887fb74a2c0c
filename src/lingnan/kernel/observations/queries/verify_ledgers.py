"""Every version of a ledger against the blocks its batch was recorded with."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby, islice
from typing import Any, NamedTuple

import numpy as np

from lingnan.base.numbers import number
from lingnan.kernel.evidence.terms import Finding

from ..models import Element
from ..rules.ledgers import blocks_of, digests_of, number_of, row_bytes
from ..rules.rows import locate
from ..terms import BLOCK, Block, LedgerKept, ValueType
from .verify_rows import Expected, expected_blocks, lost_blocks
from .versions import data_of, named, rows, said, versions

NOUN = "observations.ledger_version"
SHOWN = 20
Row = dict[str, Any]


class Actual(NamedTuple):
    """The versions that say they belong to a block, in the order of `n`."""

    batch: int
    number: int
    rows: list[Row]


def check_ledgers(until: int) -> Iterator[Finding]:
    """A merge of two streams in the order of (batch, block)."""
    numeric = _numeric()
    expected = expected_blocks(until, LedgerKept.kind)
    wanted = next(expected, None)
    for actual in _actual(until):
        here = (actual.batch, actual.number)
        lost = []
        while wanted and (wanted.batch, wanted.number) < here:
            lost.append(wanted)
            wanted = next(expected, None)
        yield from lost_blocks(NOUN, lost)
        if wanted and (wanted.batch, wanted.number) == here:
            yield from _compare(wanted, actual.rows)
            yield from _contradictions(actual.rows, numeric)
            wanted = next(expected, None)
        else:
            yield from _strangers(actual)
    yield from lost_blocks(NOUN, [wanted, *expected] if wanted else [])


def _numeric() -> dict[str, bool]:
    types = Element.objects.exclude(subject_kind="place").values_list("code", "type")
    return {code: ValueType(kind).is_numeric for code, kind in types}


def _actual(until: int) -> Iterator[Actual]:
    with versions(until) as con:
        found = rows(con.execute("SELECT * FROM versions ORDER BY batch, n"))
        for (batch, block), own in groupby(found, lambda r: (r["batch"], r["n"] // BLOCK)):
            yield Actual(batch, block, list(islice(own, 2 * BLOCK)))  # more is wrong anyway


def _compare(wanted: Expected, held: list[Row]) -> Iterator[Finding]:
    start = wanted.number * BLOCK
    digests = digests_of(row_bytes(said(row)) for row in held)
    if [row["n"] for row in held] != list(range(start, start + wanted.rows)):
        yield from _miscounted(wanted, held)
    elif wanted.block and blocks_of(digests)[0] != wanted.block:
        yield _changed(wanted, wanted.block, held, digests)


def _changed(wanted: Expected, block: Block, held: list[Row], digests: list[bytes]) -> Finding:
    index = locate(np.array([number_of(d) for d in digests], np.uint64), block)
    if index is None:
        span = f"{named(held[0])} 至 {named(held[-1])}"
        where = f"批次 {wanted.key} 第 {wanted.number} 块"
        return Finding(NOUN, where, f"有不止一行被改动，在 {span} 之间")
    return Finding(NOUN, _where(held[index]), "被改动")


def _miscounted(wanted: Expected, held: list[Row]) -> Iterator[Finding]:
    start, seen = wanted.number * BLOCK, {row["n"] for row in held}
    gone = (n for n in range(start, start + wanted.rows) if n not in seen)
    for n in islice(gone, SHOWN):
        after = max((row for row in held if row["n"] < n), key=lambda r: r["n"], default=held[0])
        yield Finding(NOUN, f"批次 {wanted.key} 第 {n} 行", f"被删除（邻近 {named(after)}）")
    numbers = [row["n"] for row in held]
    odd = (
        row
        for row in held
        if numbers.count(row["n"]) > 1 or not 0 <= row["n"] - start < wanted.rows
    )
    for row in islice(odd, SHOWN):
        yield Finding(NOUN, _where(row), "行号重复或越界：自行插入")


def _contradictions(held: list[Row], numeric: dict[str, bool]) -> Iterator[Finding]:
    """What no digest covers, but the batch or the same row says otherwise."""
    for row in held:
        wrong = []
        if row["recorded_at"] != row["said_at"]:
            wrong.append("recorded_at")
        if row["typed"] is not None:
            wrong += ["seq"] if row["seq"] != row["order"] else []
            wrong += _mistyped(dict(row["typed"]), data_of(row), numeric)
        if wrong:
            yield Finding(NOUN, _where(row), f"前后不一：{'、'.join(wrong)} 被改动")


def _mistyped(typed: dict[str, str | None], data: Any, numeric: dict[str, bool]) -> list[str]:
    texts: dict[str, str | None] = data if isinstance(data, dict) else {}
    return [
        name
        for name in sorted({*typed, *texts})
        if not _same(typed.get(name), texts.get(name), numeric.get(name, False))
    ]


def _same(cell: str | None, text: str | None, is_numeric: bool) -> bool:
    if cell is None or text is None or not is_numeric:
        return cell == text
    try:
        return Decimal(cell) == number(text)
    except (ValueError, ArithmeticError):
        return False


def _strangers(actual: Actual) -> Iterator[Finding]:
    for row in actual.rows[:SHOWN]:
        yield Finding(NOUN, _where(row), "不属于该批次：自行插入")


def _where(row: Row) -> str:
    whose = row["key"] or f"{row['batch'] % 2**64:016x}（不存在）"
    return f"批次 {whose} 第 {row['n']} 行 {named(row)}"
