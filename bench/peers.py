"""The same roll-up on PostgreSQL, and the floor that memory bandwidth sets."""

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import psycopg
import pyarrow as pa

# place int32, element int16, period int16, quality int8, value int64: the least there is to touch.
TOUCHED_BYTES = 4 + 2 + 2 + 1 + 8


# Bytes a second of the quiet machine on which the gate was set: 14 ms for 32.1 million values.
QUIET = 39e9


@dataclass(frozen=True)
class Bandwidth:
    """Bytes a second, of one thread and of as many as there are cores; the best of what was tried."""

    one: float
    all: float

    def floor(self, rows: int) -> float:
        """Seconds to read the touched columns once, as fast as this machine was seen to read."""
        return rows * TOUCHED_BYTES / max(self.one, self.all)

    def or_better(self, other: "Bandwidth") -> "Bandwidth":
        return Bandwidth(max(self.one, other.one), max(self.all, other.all))


def bandwidth(times: int = 15) -> Bandwidth:
    block = np.ones(64 * 2**20, dtype=np.float64)
    one, every = (
        min(_seconds_to_sum(block, threads) for _ in range(times))
        for threads in (1, os.cpu_count() or 2)
    )
    return Bandwidth(block.nbytes / one, block.nbytes / every)


def _seconds_to_sum(block: np.ndarray, threads: int) -> float:
    with ThreadPoolExecutor(threads) as pool:
        parts = np.array_split(block, threads)
        list(pool.map(len, parts))  # its threads are there
        start = time.perf_counter()
        list(pool.map(np.sum, parts))
        return time.perf_counter() - start


class Postgres:
    """A lightly tuned PostgreSQL holding the same rows under a primary key."""

    def __init__(self, url: str) -> None:
        self.connection = psycopg.connect(url, autocommit=True)

    def load(self, tables: Iterator[pa.Table], places: pa.Table) -> None:
        run = self.connection.execute
        run("DROP TABLE IF EXISTS v, p")
        run(
            "CREATE UNLOGGED TABLE v (place int, element int, period int, value numeric(24,6),"
            " PRIMARY KEY (period, element, place))"
        )
        run("CREATE UNLOGGED TABLE p (place int PRIMARY KEY, town int, county int, city int)")
        with self.connection.cursor().copy("COPY v FROM STDIN") as copy:
            for table in tables:
                columns = [
                    table.column(c).to_pylist() for c in ("place", "element", "period", "value")
                ]
                for row in zip(*columns, strict=True):
                    copy.write_row(row)
        with self.connection.cursor().copy("COPY p FROM STDIN") as copy:
            columns = [places.column(c).to_pylist() for c in ("place", "town", "county", "city")]
            for row in zip(*columns, strict=True):
                copy.write_row(row)
        run("VACUUM ANALYZE v")
        run("ANALYZE p")

    def rollup(self) -> float:
        """Seconds for town, county, city and province, each from the level below, into a table."""
        run = self.connection.execute
        run("DROP TABLE IF EXISTS r")
        start = time.perf_counter()
        run(
            """
            CREATE UNLOGGED TABLE r AS
            WITH town AS MATERIALIZED (
                SELECT town, county, city, element, period, sum(value) AS value, count(*) AS n
                FROM v JOIN p USING (place) GROUP BY 1, 2, 3, 4, 5),
            county AS MATERIALIZED (
                SELECT county, city, element, period, sum(value) AS value, sum(n) AS n
                FROM town GROUP BY 1, 2, 3, 4),
            city AS MATERIALIZED (
                SELECT city, element, period, sum(value) AS value, sum(n) AS n
                FROM county GROUP BY 1, 2, 3)
            SELECT town AS place, element, period, value, n FROM town
            UNION ALL SELECT county, element, period, value, n FROM county WHERE county IS NOT NULL
            UNION ALL SELECT city, element, period, value, n FROM city
            UNION ALL SELECT 1, element, period, sum(value), sum(n) FROM city GROUP BY 2, 3
            """
        )
        return time.perf_counter() - start

    def total(self) -> object:
        row = self.connection.execute("SELECT sum(value) FROM r WHERE place = 1").fetchone()
        return row[0] if row else None

    def checksums(self) -> list[tuple[object, ...]]:
        """How many rows, their sum, and the villages behind them, for each element and period."""
        return self.connection.execute(
            "SELECT element, period, count(*), sum(value), sum(n) FROM r GROUP BY 1, 2 ORDER BY 1, 2"
        ).fetchall()
