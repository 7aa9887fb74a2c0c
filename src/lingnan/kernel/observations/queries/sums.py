"""Telescoped sums by home: files never change, so what a large one adds up to is found once a process.

It lies in the file beside the rows, under the same checksum; a file without it, or whose runs of
places this tree cuts, is added up. This takes the place of a stored roll-up: nothing to refresh,
nothing that could be out of date. What came since lies in small files and pending rows, which are
read every time.
"""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ..rules.sums import Block, Sums, unpack
from . import engine, groups, guesses, regular, scan
from .trees import TreeTables
from .visible import AsOf, File, Visible, Wanted

LARGE = 50_000  # rows; below it reading is cheaper than remembering
WORTH = 4  # rows a cell, below which sums in the file save nothing
REMEMBERED = 6_000_000  # cells of sums: three years of a province's months, about 100 MB
SUMS_KEY = b"lingnan.sums"  # in a file's own description: where in it the sums lie
ROWS_OF_SUMS = pa.schema(
    [
        ("home", pa.int32()),
        ("element", pa.int32()),
        ("total", pa.decimal128(38, 6)),
        ("reported", pa.int64()),
    ]
)
Part = Block | Any  # Any: a pyarrow.Table, which has no types
Key = tuple[str, Hashable]  # the path that was added up, and the tree
_sums: OrderedDict[Key, Part] = OrderedDict()
_lock = Lock()


@dataclass(frozen=True)
class Base:
    """`rows` are shaped like `ROWS_OF_SUMS`. A home and element may occur in several of these, and
    elements nobody wanted too. `guessed`: home and element of every value that is an estimate."""

    blocks: tuple[Block, ...]
    rows: pa.Table
    guessed: pa.Table


def sums(wanted: Wanted, as_of: AsOf, tree: TreeTables, *, texts: bool) -> Base:
    def work(seen: Visible) -> Base:
        parts, rest = [], []
        for file in seen.files:
            part = _whole(file, tree, wanted) if _is_fit(file, seen, wanted) else None
            if part is None:
                rest.append(file)
            else:
                parts.append(part)
        tables = [part for part in parts if isinstance(part, pa.Table)]
        if rest or len(seen.pending):
            found = scan.rows(Visible(tuple(rest), seen.pending, seen.seq), wanted)
            tables.append(_run(found, tree.homes, texts=texts))
        blocks = tuple(part for part in parts if isinstance(part, Block))
        rows = pa.concat_tables([ROWS_OF_SUMS.empty_table(), *tables])
        return Base(blocks, rows, guesses.held(seen, wanted, tree.homes))

    return scan.over_visible(wanted, as_of, work)


def written(path: str | Path) -> Sums | None:
    """The sums that lie in a file, if any do. ValueError when they cannot be read."""
    told = (pq.read_metadata(path).metadata or {}).get(SUMS_KEY)
    if told is None:
        return None
    start, length = (int(word) for word in told.split())
    with Path(path).open("rb") as file:
        file.seek(start)
        return unpack(file.read(length))


def _is_fit(file: File, seen: Visible, wanted: Wanted) -> bool:
    """Read as a whole, whatever the elements asked for."""
    whole = file.periods == set(wanted.periods) and not scan.is_late(file, seen)
    return whole and file.rows >= LARGE


def _whole(file: File, tree: TreeTables, wanted: Wanted) -> Part | None:
    """None when it is faster to read a part of the file."""
    key = (file.path, tree.homes.key)
    with _lock:
        if key in _sums:
            _sums.move_to_end(key)
            return _sums[key]
    held = written(file.path)
    part: Part | None = held.block(tree.by_place) if held else None
    if part is None and not wanted.ranges:
        part = _added_up(file, tree)
    if part is not None:
        _remember(key, part)
    return part


def _added_up(file: File, tree: TreeTables) -> Part:
    name = scan.source_of(file)
    if name == "lean" and not file.has_text:
        whole = regular.added_up(file.path, tree.by_place)
        if whole is not None:
            return whole
    where = "" if name.startswith("lean") else "effect = 0"
    files = engine.Files((file.path,), scan.columns(name), where)
    return _run(scan.Rows((name,), {name: files}), tree.homes, texts=file.has_text)


def _remember(key: Key, part: Part) -> None:
    with _lock:
        _sums[key] = part
        while sum(map(_size, _sums.values())) > REMEMBERED:
            _sums.popitem(last=False)


def _size(part: Part) -> int:
    return part.cells if isinstance(part, Block) else len(part)


def _run(found: scan.Rows, homes: engine.Kept, *, texts: bool) -> pa.Table:
    table = engine.run(groups.added_up, (found.shape, texts), {**found.sources, "homes": homes})
    return table.select(ROWS_OF_SUMS.names).cast(ROWS_OF_SUMS)
