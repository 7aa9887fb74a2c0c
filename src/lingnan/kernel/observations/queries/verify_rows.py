"""Every row of history against the blocks its batch was recorded with."""

from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from lingnan.base.periods import Period
from lingnan.kernel.evidence.terms import Finding

from ..models import Batch, Element
from ..rules.rows import ROWS, blocks_of, encode, locate, row_numbers, row_root, unpack
from ..terms import BLOCK, Block, ValuesRecorded
from .engine import apart
from .store import readable, register_history, snapshot

PAGE = 500_000  # rows held at once
NOUN = "observations.value"


class Expected(NamedTuple):
    batch: int
    number: int
    key: str
    rows: int
    block: Block | None  # None: the sketch itself was changed and proves nothing


class Actual(NamedTuple):
    """The rows that say they belong to a block, in the order of `n`."""

    batch: int
    number: int
    rows: np.ndarray
    seqs: np.ndarray


class Names:
    """How a row is named to a person."""

    def __init__(self) -> None:
        self.codes = dict(Element.objects.values_list("id", "code"))

    def __call__(self, row: np.void) -> str:
        return self.of(*(int(row[n]) for n in ("place", "subject", "element", "period")))

    def of(self, place: int, subject: int, element: int, period: int) -> str:
        try:
            when = str(Period.from_code(period))
        except ValueError:
            when = str(period)
        whose = f" 主体 {subject}" if subject else ""
        return f"地点 {place}{whose} · {self.codes.get(element, element)} · {when}"


def check_rows(until: int) -> Iterator[Finding]:
    """A merge of two streams in the order of (batch, block); memory is bounded by `PAGE`."""
    names = Names()
    sequenced = Batch.objects.filter(event__seq__lte=until).values_list("id", "event__seq")
    seqs: dict[int, int | None] = dict(sequenced)
    expected = expected_blocks(until, ValuesRecorded.kind)
    wanted = next(expected, None)
    for actual in _actual(until):
        here = (actual.batch, actual.number)
        lost = []
        while wanted and (wanted.batch, wanted.number) < here:
            lost.append(wanted)
            wanted = next(expected, None)
        yield from lost_blocks(NOUN, lost)
        if wanted and (wanted.batch, wanted.number) == here:
            yield from _compare(wanted, actual, seqs[actual.batch], names)
            wanted = next(expected, None)
        else:
            yield from _strangers(actual, names)
    yield from lost_blocks(NOUN, [wanted, *expected] if wanted else [])


def expected_blocks(until: int, event: str) -> Iterator[Expected]:
    """Of every batch recorded by events of this kind, in the order of (batch, block)."""
    known = Batch.objects.filter(event__kind=event, event__seq__lte=until).order_by("pk")
    for pk, key, rows, sketch, root in known.values_list(
        "pk", "key", "rows", "sketch", "row_root"
    ).iterator(200):
        count = -(-rows // BLOCK)
        raw = bytes(sketch)
        whole = row_root(raw) == root and len(raw) == 48 * count
        blocks: list[Block | None] = list(unpack(raw)) if whole else [None] * count
        for number, block in enumerate(blocks):
            yield Expected(pk, number, key, min(BLOCK, rows - number * BLOCK), block)


def _actual(until: int) -> Iterator[Actual]:
    """Sorted by the engine, which spills to disk; blocks are cut where batch or number changes."""
    with apart() as con:
        register_history(con, readable(snapshot()))
        con.execute(
            f"SELECT {', '.join(ROWS.names)}, place_in_order FROM history "
            f"WHERE place_in_order <= {until:d} ORDER BY batch, n"
        )
        carried = None
        for page in con.to_arrow_reader(PAGE):
            table = pa.Table.from_batches([page])
            if carried is not None:
                table = pa.concat_tables([carried, table])
            blocks = list(_cut(table))
            carried = table.slice(len(table) - len(blocks[-1].rows)) if blocks else None
            yield from blocks[:-1]
        if carried is not None:
            yield from _cut(carried)


def _cut(table: pa.Table) -> Iterator[Actual]:
    if not len(table):
        return
    batches = table.column("batch").to_numpy()
    seqs = table.column("place_in_order").to_numpy()
    rows = encode(table.select(ROWS.names).cast(ROWS))
    numbers = rows["n"] // BLOCK
    changes = (batches[1:] != batches[:-1]) | (numbers[1:] != numbers[:-1])
    edges = [0, *(np.flatnonzero(changes) + 1).tolist(), len(rows)]
    for start, end in zip(edges[:-1], edges[1:], strict=True):
        yield Actual(int(batches[start]), int(numbers[start]), rows[start:end], seqs[start:end])


def lost_blocks(noun: str, blocks: list[Expected]) -> Iterator[Finding]:
    """One finding a batch, however many of its blocks are gone."""
    for _, gone in groupby(blocks, key=lambda block: block.batch):
        own = list(gone)
        first, last = own[0], own[-1]
        span = str(first.number) if len(own) == 1 else f"{first.number}–{last.number}"
        until = last.number * BLOCK + last.rows - 1
        what = f"第 {first.number * BLOCK}–{until} 行都不在了：被删除"
        yield Finding(noun, f"批次 {first.key} 第 {span} 块", what)


def _strangers(actual: Actual, names: Names) -> Iterator[Finding]:
    known = Batch.objects.filter(pk=actual.batch).values_list("key", flat=True).first()
    whose = f"批次 {known}" if known else f"批次 {actual.batch:016x}（不存在）"
    for row in actual.rows[:20]:
        yield Finding(NOUN, f"{whose} 第 {int(row['n'])} 行 {names(row)}", "不属于该批次：自行插入")


def _compare(wanted: Expected, actual: Actual, seq: int | None, names: Names) -> Iterator[Finding]:
    where = f"批次 {wanted.key} 第 {wanted.number} 块"
    if (actual.seqs != seq).any():
        row = actual.rows[int(np.flatnonzero(actual.seqs != seq)[0])]
        yield Finding(NOUN, f"{where} {names(row)}", "行内顺序号与批次不符：被改动")
    numbers = np.arange(wanted.rows) + wanted.number * BLOCK
    if len(actual.rows) != wanted.rows or (actual.rows["n"] != numbers).any():
        yield from _miscounted(where, numbers, actual.rows, names)
    elif wanted.block and blocks_of(actual.rows)[0] != wanted.block:
        yield _changed(where, wanted.block, actual.rows, names)


def _changed(where: str, block: Block, rows: np.ndarray, names: Names) -> Finding:
    index = locate(row_numbers(rows), block)
    if index is None:
        span = f"{names(rows[0])} 至 {names(rows[-1])}"
        return Finding(NOUN, where, f"有不止一行被改动，在 {span} 之间")
    return Finding(NOUN, f"{where} 第 {int(rows[index]['n'])} 行 {names(rows[index])}", "被改动")


def _miscounted(
    where: str, numbers: np.ndarray, rows: np.ndarray, names: Names
) -> Iterator[Finding]:
    found, counts = np.unique(rows["n"], return_counts=True)
    for n in np.setdiff1d(numbers, found)[:20]:
        after = rows[max(int(np.searchsorted(rows["n"], n)) - 1, 0)]
        yield Finding(NOUN, f"{where} 第 {int(n)} 行", f"被删除（邻近 {names(after)}）")
    twice = set(found[counts > 1].tolist())
    for row in rows[np.isin(rows["n"], [*twice, *np.setdiff1d(found, numbers)])][:20]:
        yield Finding(
            NOUN, f"{where} 第 {int(row['n'])} 行 {names(row)}", "行号重复或越界：自行插入"
        )
