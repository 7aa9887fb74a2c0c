"""Every version of every ledger entry, in files and pending rows, laid out for who verifies them."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from ..models import Batch, PendingLedger, Segment
from ..rules.ledgers import KINDS
from ..rules.rows import DECIMAL
from ..terms import LedgerKept, Shape
from .engine import apart
from .ledgers import DATA, FIXED, json_of
from .store import TRIES, StoreBusy

PAGE = 10_000  # rows held at once
PENDING = pa.schema(
    [("kind", pa.string()), *((n, t) for n, t in FIXED.items() if n != "seq"), (DATA, pa.string())]
)
BATCHES = pa.schema(
    [
        ("batch", pa.int64()),
        ("key", pa.string()),
        ("order", pa.int64()),
        ("said_at", pa.timestamp("us", "UTC")),
    ]
)
_TABLES = """
CREATE TABLE pending (kind VARCHAR, entry BIGINT, uuid VARCHAR, place BIGINT, party BIGINT,
    valid_from DATE, valid_to DATE, batch BIGINT, n INTEGER, recorded_at TIMESTAMPTZ, "_data" VARCHAR);
CREATE TABLE batches (batch BIGINT, key VARCHAR, "order" BIGINT, said_at TIMESTAMPTZ);
"""
_SAID = "entry, uuid, place, party, valid_from, valid_to, batch, n, recorded_at"


@contextmanager
def versions(until: int) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with a view `versions`: of batches numbered up to `until`, and of none we know.

    Each row has its `kind`, the columns of a ledger file, what its batch says (`key`, `order`,
    `said_at`; null when there is no such batch) and `typed`, the typed attributes as text (null
    for a pending row). Everything lies in the engine, which spills to disk.
    """
    for _ in range(TRIES):
        with apart() as con:
            con.execute(_TABLES)
            before = _live()
            _load(con, "pending", PENDING, _pending_rows())
            if [s.pk for s in before] == [s.pk for s in _live()]:
                # After the rows: a batch that comes meanwhile is not taken for a missing one.
                _load(con, "batches", BATCHES, _batch_rows())
                con.execute(_view(before, until))
                yield con
                return
    raise StoreBusy


def rows(found: duckdb.DuckDBPyConnection) -> Iterator[dict[str, Any]]:
    for page in found.to_arrow_reader(PAGE):
        yield from page.to_pylist()


def _live() -> list[Segment]:
    return list(Segment.objects.filter(shape=Shape.LEDGER, replaced_at=None).order_by("pk"))


def _pending_rows() -> Iterable[tuple[Any, ...]]:
    # By `batch_id`: a join would hide rows of a batch that is gone.
    names = [name if name != "batch" else "batch_id" for name in PENDING.names[:-1]]
    held = PendingLedger.objects.order_by().values_list(*names, "data")
    at = names.index("uuid")
    for row in held.iterator(PAGE):
        yield (*row[:at], str(row[at]), *row[at + 1 : -1], json_of(row[-1]))


def _batch_rows() -> Iterable[tuple[Any, ...]]:
    held = Batch.objects.filter(event__kind=LedgerKept.kind).order_by()
    return held.values_list("pk", "key", "event__seq", "recorded_at").iterator(PAGE)


def _load(
    con: duckdb.DuckDBPyConnection, table: str, schema: pa.Schema, given: Iterable[tuple[Any, ...]]
) -> None:
    left = iter(given)
    while page := list(islice(left, PAGE)):
        columns = zip(*page, strict=True)
        arrays = [pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)]
        con.register("page", pa.Table.from_arrays(arrays, schema=schema))
        con.execute(f"INSERT INTO {table} SELECT * FROM page")
        con.unregister("page")


def _view(segments: list[Segment], until: int) -> str:
    nothing = "CAST(NULL AS MAP(VARCHAR, VARCHAR))"
    parts = [
        f'SELECT kind, {_SAID}, NULL::BIGINT AS seq, "{DATA}" AS data, {nothing} AS typed '
        "FROM pending"
    ]
    by_kind: dict[str, list[tuple[Segment, list[str]]]] = defaultdict(list)
    for segment in segments:
        names = _attributes_in(segment)
        if names is not None:
            by_kind[segment.path.split("/")[1]].append((segment, names))
    for kind, found in by_kind.items():
        names = sorted({name for _, each in found for name in each})
        cells = ", ".join(f"{_text(n)}: CAST({_name(n)} AS VARCHAR)" for n in names)
        typed = f"MAP {{{cells}}}" if names else "MAP([]::VARCHAR[], []::VARCHAR[])"
        files = ", ".join(_text(str(s.file)) for s, _ in found)
        parts.append(
            f'SELECT {_text(kind)}, {_SAID}, seq, "{DATA}", {typed} '
            f"FROM read_parquet([{files}], union_by_name = true)"
        )
    return (
        "CREATE VIEW versions AS SELECT v.* REPLACE (COALESCE(v.batch, 0) AS batch, "
        'COALESCE(v.n, -1) AS n), b.key, b."order", b.said_at '
        f"FROM ({' UNION ALL '.join(parts)}) v LEFT JOIN batches b ON b.batch = v.batch "
        f'WHERE b.batch IS NULL OR b."order" <= {until:d}'
    )


def _attributes_in(segment: Segment) -> list[str] | None:
    """None when the file is lost, broken or no ledger file: the rest can still be verified.

    It is read through: the engine would stop at the first broken page of any file.
    """
    folder, kind, *_ = [*segment.path.split("/"), "", ""]
    if folder != "ledgers" or kind not in KINDS:
        return None
    try:
        with pq.ParquetFile(segment.file) as file:
            for _ in file.iter_batches(PAGE):
                pass
            schema = file.schema_arrow
    except (OSError, pa.ArrowException):
        return None
    wanted = FIXED | {DATA: pa.string()}
    if any(n not in schema.names or schema.field(n).type != t for n, t in wanted.items()):
        return None
    rest = [field for field in schema if field.name not in wanted]
    sound = all(field.type in {DECIMAL, pa.string()} for field in rest)
    return [field.name for field in rest] if sound else None


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def said(row: dict[str, Any]) -> dict[str, Any]:
    """What the digest of a version covers. Data that is no JSON stands for itself: no digest fits."""
    names = ("uuid", "kind", "place", "party", "valid_from", "valid_to")
    return {name: row[name] for name in names} | {"data": data_of(row)}


def data_of(row: dict[str, Any]) -> Any:
    """Anything but texts and nothing has no canonical form here, and was never written."""
    try:
        data = json.loads(row["data"])
    except (TypeError, ValueError):
        return str(row["data"])
    plain = isinstance(data, dict) and all(isinstance(t, str | None) for t in data.values())
    return data if plain else str(row["data"])


def named(row: dict[str, Any]) -> str:
    return f"地点 {row['place']} · {row['kind']} {row['uuid']}"
