"""The one place that knows DuckDB: Ibis expressions over named tables, bound to files or Arrow and run.

An expression speaks of unbound tables; `run` binds their names on a cursor of its own, whose temporary
views vanish with it, so that nothing is left behind and threads do not meet. `run_on_spark` binds the
same names on a Spark session. Ibis only writes the SQL: its own DuckDB backend leaves a view per call.
"""

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa
from django.conf import settings

Make = Callable[..., ir.Table]


@dataclass(frozen=True)
class Files:
    """Rows of Parquet files. `where` is SQL made of our own numbers only; `columns` name → SQL type."""

    paths: tuple[str, ...]
    columns: tuple[tuple[str, str], ...]
    where: str = ""
    absent: frozenset[str] = frozenset()  # columns none of the files has: null
    is_varied: bool = False  # some columns are in some files only

    @property
    def names(self) -> str:
        return ", ".join(
            f'CAST(NULL AS {kind}) AS "{name}"' if name in self.absent else f'"{name}"'
            for name, kind in self.columns
        )


@dataclass(frozen=True)
class Kept:
    """A table copied into the engine once: with statistics, so that joins go by array, not by hash.

    `key` must change whenever the content does.
    """

    key: Hashable
    table: pa.Table


Source = Files | Kept | Any  # Any: a pyarrow.Table, which has no types

_KEPT = 48
_lock = threading.Lock()
_connections: dict[int, duckdb.DuckDBPyConnection] = {}
_kept: OrderedDict[Hashable, tuple[str, pa.Table]] = OrderedDict()


def run(make: Make, shape: tuple[Hashable, ...], tables: Mapping[str, Source]) -> pa.Table:
    """The rows of `make(*shape)`, its unbound tables bound to `tables` by name."""
    sql = _sql(make, shape)
    with _connection().cursor() as cursor:
        for name, source in tables.items():
            _bind(cursor, name, source)
        return cursor.sql(sql).to_arrow_table()


def run_on_spark(
    session: Any, make: Make, shape: tuple[Hashable, ...], tables: Mapping[str, Source]
) -> pa.Table:
    """The same on a Spark session, which must see the same paths."""
    for name, source in tables.items():
        if isinstance(source, Files):
            frame = session.read.parquet(*source.paths).where(source.where or "true")
            frame = frame.selectExpr(*(column for column, _ in source.columns))
        else:
            table = source.table if isinstance(source, Kept) else source
            frame = session.createDataFrame(table)
        frame.createOrReplaceTempView(name)
    return ibis.pyspark.connect(session).to_pyarrow(make(*shape))


@lru_cache(maxsize=512)
def _sql(make: Make, shape: tuple[Hashable, ...]) -> str:
    return str(ibis.to_sql(make(*shape), dialect="duckdb"))


def _connection() -> duckdb.DuckDBPyConnection:
    """One a process. A child of a fork must not touch its parent's, so it is found by process id."""
    pid = os.getpid()
    found = _connections.get(pid)
    if found is None:
        with _lock:
            found = _connections.get(pid)
            if found is None:
                _kept.clear()
                found = _connections[pid] = _open()
    return found


def _open() -> duckdb.DuckDBPyConnection:
    connection = _connect("tmp", preserve_insertion_order=False)
    connection.execute("SET GLOBAL parquet_metadata_cache = true")  # segments never change
    return connection


@contextmanager
def apart() -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection of its own, for what must not wait for queries of people, nor trust a cache."""
    connection = _connect("spill")
    try:
        yield connection
    finally:
        connection.close()


def _connect(spill: str, **config: Any) -> duckdb.DuckDBPyConnection:
    env = settings.ENV
    options: dict[str, Any] = {
        "threads": env.threads or os.cpu_count() or 1,
        "memory_limit": env.memory_limit,
        "temp_directory": str(env.folder / spill),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    connection = duckdb.connect(":memory:", config=options | config)
    connection.execute("SET GLOBAL TimeZone = 'UTC'")
    return connection


def _bind(cursor: duckdb.DuckDBPyConnection, name: str, source: Source) -> None:
    if isinstance(source, Files):
        cursor.execute(f'CREATE TEMP VIEW "{name}" AS {_select(source)}')
    elif isinstance(source, Kept):
        cursor.execute(f'CREATE TEMP VIEW "{name}" AS SELECT * FROM {_keep(source)}')
    else:
        cursor.register(name, source)


def _select(files: Files) -> str:
    if not files.paths:
        nothing = ", ".join(f'CAST(NULL AS {kind}) AS "{name}"' for name, kind in files.columns)
        return f"SELECT {nothing} WHERE FALSE"  # read_parquet([]) is refused
    paths = ", ".join("'" + path.replace("'", "''") + "'" for path in files.paths)
    where = f" WHERE {files.where}" if files.where else ""
    by_name = ", union_by_name = true" if files.is_varied else ""
    return f"SELECT {files.names} FROM read_parquet([{paths}]{by_name}){where}"


def _keep(source: Kept) -> str:
    """Its table's name. The least used are dropped, so that new editions do not pile up."""
    with _lock:
        if source.key in _kept:
            _kept.move_to_end(source.key)
            return _kept[source.key][0]
        connection = _connections[os.getpid()]
        name = f"kept_{abs(hash(source.key)):x}"
        with connection.cursor() as cursor:
            cursor.register("incoming", source.table)
            cursor.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM incoming")
            while len(_kept) >= _KEPT:
                _, (old, _) = _kept.popitem(last=False)
                cursor.execute(f"DROP TABLE IF EXISTS {old}")
        _kept[source.key] = (name, source.table)
        return name
