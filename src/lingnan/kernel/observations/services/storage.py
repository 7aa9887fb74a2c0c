"""Immutable files: written, fsynced, renamed; a full disk is said plainly and leaves nothing."""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any, BinaryIO, ParamSpec, TypeVar
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.db import DatabaseError

from lingnan.base import ids
from lingnan.base.errors import StorageFull, says_full
from lingnan.base.periods import Period

from ..models import segments_folder
from ..queries import sums
from ..queries.trees import tree_tables
from ..rules.rows import NARROW, ROWS
from ..rules.sums import add_up, cuts, pack

P = ParamSpec("P")
R = TypeVar("R")
NARROW_LIMIT = 10**18  # scaled integers below it fit DECIMAL(18,6)


@dataclass(frozen=True, kw_only=True)
class Written:
    """A file that is on disk but in no manifest yet."""

    uuid: UUID
    path: str
    rows: int
    bytes: int
    sha256: str
    is_wide: bool
    has_text: bool
    periods: list[int]
    place_low: int
    place_high: int
    contenders: int

    def fields(self) -> dict[str, Any]:
        return dict(self.__dict__)

    def discard(self) -> None:
        (segments_folder() / self.path).unlink(missing_ok=True)


def says_when_full(use_case: Callable[P, R]) -> Callable[P, R]:
    """A database without room becomes `StorageFull`, as a file system without room does."""

    @wraps(use_case)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return use_case(*args, **kwargs)
        except DatabaseError as wrong:
            if not (says_full(wrong) or "disk I/O error" in str(wrong)):
                raise
            raise StorageFull from wrong

    return guarded


@contextmanager
def unless_full(files: list[Written]) -> Iterator[None]:
    """Around the transaction that lists the files: when the database has no room, they go at once.

    After any other error it is not sure what was committed; `collect` finds what is left.
    """
    try:
        yield
    except DatabaseError as wrong:
        if says_full(wrong):
            discard(files)
        raise


def write_segment(table: pa.Table, uuid: UUID) -> Written:
    """`table` is shaped and sorted like the README says. `StorageFull` leaves no file."""
    periods = sorted(pc.unique(table.column("period")).to_pylist())
    path = f"values/{periods[0] if len(periods) == 1 else 'several'}/{uuid}.parquet"
    wide = not all(_is_narrow(table.column(name)) for name in ("value", "prior"))
    if not wide:
        table = _narrow(table)
    target = segments_folder() / path
    packed = None if wide else _sums_of(table, periods)
    try:
        _put(table, target, packed)
    except OSError as wrong:
        raise StorageFull from wrong
    places = pc.min_max(table.column("place")).as_py()
    return Written(
        uuid=uuid,
        path=path,
        rows=len(table),
        bytes=target.stat().st_size,
        sha256=file_sha256(target),
        is_wide=wide,
        has_text=table.column("text").null_count < len(table),
        periods=periods,
        place_low=places["min"],
        place_high=places["max"],
        contenders=pc.sum(pc.not_equal(table.column("effect"), 0)).as_py() or 0,
    )


def write_segments(tables: Iterable[pa.Table], at: datetime) -> list[Written]:
    """All of them or none."""
    files: list[Written] = []
    try:
        for table in tables:
            files.append(write_segment(table, ids.uuid7(int(at.timestamp() * 1000))))
    except BaseException:
        discard(files)
        raise
    return files


def discard(files: Iterable[Written]) -> None:
    """Only files that surely are in no manifest; what a kill leaves is for `collect`."""
    for file in files:
        file.discard()


def file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is_narrow(values: pa.ChunkedArray) -> bool:
    span = pc.min_max(values).as_py()
    return all(v is None or abs(v.scaleb(6)) < NARROW_LIMIT for v in span.values())


def _narrow(table: pa.Table) -> pa.Table:
    fields = [f.with_type(NARROW) if f.name in {"value", "prior"} else f for f in ROWS]
    return table.cast(pa.schema(fields))


def _sums_of(table: pa.Table, periods: list[int]) -> bytes | None:
    """By the homes of the period's last day; None where sums would save nothing."""
    if len(table) < sums.LARGE or len(periods) > 1:
        return None
    homes = tree_tables(Period.from_code(periods[0]).end, "code").by_place
    found = add_up(table, lambda places: cuts(places, homes), worth=sums.WORTH)
    return None if found is None else pack(found)


def _put(table: pa.Table, target: Path, packed: bytes | None) -> None:
    new_folder = not target.parent.exists()
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_suffix(".tmp")
    try:
        with draft.open("wb") as file:
            _write(table, file, packed)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(target)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    sync_folder(target.parent)
    if new_folder:
        sync_folder(target.parent.parent)
        sync_folder(target.parent.parent.parent)


def _write(table: pa.Table, file: BinaryIO, packed: bytes | None) -> None:
    """The sums lie between the rows and the footer, which finds everything else by offset."""
    with pq.ParquetWriter(
        file,
        table.schema,
        compression="zstd",
        # 5 instead of 16 MB a month of 2.6 M rows, and read a third faster
        use_dictionary=[name for name in table.column_names if name != "n"],
        column_encoding={"n": "DELTA_BINARY_PACKED"},
        store_decimal_as_integer=True,
        store_schema=True,
    ) as writer:
        writer.write_table(table, row_group_size=131_072)
        if packed is not None:
            told = f"{file.tell()} {len(packed)}"
            file.write(packed)
            writer.add_key_value_metadata({sums.SUMS_KEY: told.encode()})


def sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
