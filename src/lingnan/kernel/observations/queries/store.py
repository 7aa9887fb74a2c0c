"""The two halves of history as one: the live segments and the rows no segment holds yet."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from lingnan.base.actors import Range
from lingnan.base.errors import Refused

from ..models import PendingValue, Segment
from ..rules.rows import ROWS
from ..terms import Shape
from .engine import apart

TRIES = 20
# Rows without a sequence number come after all that have one, in the order of their events.
UNSEQUENCED = 2**61
PENDING = pa.schema([*ROWS, ("event", pa.int64())])
HELD = pa.schema(
    [
        ("i", pa.int64()),
        ("value", pa.decimal128(24, 6)),
        ("text", pa.string()),
        ("quality", pa.int8()),
        ("source", pa.int32()),
        ("recorded_at", pa.timestamp("us", "UTC")),
    ]
)


class StoreBusy(Refused):
    code = "store_busy"
    status = 503
    tell = "数据正在整理，请稍后再试。"


@dataclass(frozen=True)
class Snapshot:
    """Every row exactly once: `pending` is shaped like `PENDING`."""

    segments: list[Segment]
    pending: pa.Table

    def orders(self) -> pa.Table:
        """(batch, event order) of the raw segments' batches."""
        raw = {s.batch_id: order_of(s.batch) for s in self.segments if s.batch and s.batch.event}
        return pa.table(
            {
                "batch": pa.array(raw, pa.int64()),
                "place_in_order": pa.array(raw.values(), pa.int64()),
            }
        )


def order_of(batch: Any) -> int:
    seq: int | None = batch.event.seq
    return seq if seq is not None else UNSEQUENCED + int(batch.event_id)


def snapshot(periods: Collection[int] | None = None, places: Range | None = None) -> Snapshot:
    """Rows of these periods and places, and whatever else lies in the same files."""
    for _ in range(TRIES):
        segments = live_segments(periods, places)
        pending = _pending(periods, places)
        if [s.pk for s in segments] == [s.pk for s in live_segments(periods, places)]:
            return Snapshot(segments, pending)
    raise StoreBusy


def live_segments(
    periods: Collection[int] | None = None, places: Range | None = None
) -> list[Segment]:
    found = Segment.objects.filter(shape=Shape.VALUE, replaced_at=None)
    if places:
        found = found.filter(place_low__lte=places[1], place_high__gte=places[0])
    wanted = None if periods is None else set(periods)
    return [
        s
        for s in found.select_related("batch__event").order_by("pk")
        if wanted is None or not wanted.isdisjoint(s.periods)
    ]


def _pending(periods: Collection[int] | None, places: Range | None) -> pa.Table:
    rows = PendingValue.objects.order_by()
    if periods is not None:
        rows = rows.filter(period__in=periods)
    if places:
        rows = rows.filter(place__range=places)
    names = [n if n != "seq" else "batch__event__seq" for n in ROWS.names]
    return table_of(rows.values_list(*names, "batch__event_id"))


def table_of(rows: Collection[tuple[Any, ...]]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(PENDING)
    arrays = [pa.array(c, f.type) for c, f in zip(columns, PENDING, strict=True)]
    return pa.Table.from_arrays(arrays, schema=PENDING)


def readable(taken: Snapshot) -> Snapshot:
    """Without files that are lost or broken, so that the rest can still be verified."""
    return Snapshot([s for s in taken.segments if _is_readable(s)], taken.pending)


def _is_readable(segment: Segment) -> bool:
    try:
        return set(ROWS.names) <= set(pq.read_schema(segment.file).names)
    except (OSError, pa.ArrowInvalid):
        return False


def register_history(con: duckdb.DuckDBPyConnection, taken: Snapshot) -> None:
    """A view `history`: the columns of `ROWS`, and `place_in_order`, the greater the newer."""
    con.register("pending", taken.pending)
    con.register("raw", taken.orders())
    names = ", ".join(n for n in ROWS.names if n not in {"value", "prior"})
    wide = "value::DECIMAL(24,6) AS value, prior::DECIMAL(24,6) AS prior"
    parts = [
        f"SELECT {names}, {wide}, COALESCE(seq, {UNSEQUENCED} + event) AS place_in_order "
        "FROM pending"
    ]
    if taken.segments:
        files = ", ".join("'" + str(s.file).replace("'", "''") + "'" for s in taken.segments)
        parts.append(
            f"SELECT {', '.join('p.' + n for n in names.split(', '))}, p.value::DECIMAL(24,6), "
            "p.prior::DECIMAL(24,6), COALESCE(p.seq, raw.place_in_order) "
            f"FROM read_parquet([{files}]) p LEFT JOIN raw ON raw.batch = p.batch"
        )
    con.execute(f"CREATE OR REPLACE TEMP VIEW history AS {' UNION ALL '.join(parts)}")


def held_in_history(keys: pa.Table, places: Range) -> pa.Table:
    """The winner of each key that has one, shaped like `HELD`; `i` counts the keys from 0."""
    periods = sorted(set(keys.column("period").to_pylist()))
    with apart() as con:
        register_history(con, snapshot(periods, places))
        numbered = keys.select(["place", "subject", "element", "period"]).append_column(
            "i", pa.array(range(len(keys)), pa.int64())
        )
        con.register("wanted", numbered)
        found = con.sql(
            "SELECT w.i, h.value, h.text, h.quality, h.source, h.recorded_at "
            "FROM history h JOIN wanted w USING (place, subject, element, period) "
            f"WHERE h.effect = 0 AND h.place BETWEEN {places[0]} AND {places[1]} "
            f"AND h.period IN ({', '.join(map(str, periods))}) "
            "QUALIFY row_number() OVER (PARTITION BY w.i ORDER BY h.place_in_order DESC) = 1"
        )
        return found.to_arrow_table().cast(HELD)


def winners_of_period(period: int) -> pa.Table:
    """The newest current row of every key, shaped like `ROWS`, in the order of places."""
    with apart() as con:
        register_history(con, snapshot([period]))
        found = con.sql(
            f"SELECT {', '.join(ROWS.names)} FROM history WHERE effect = 0 AND period = {period:d} "
            "QUALIFY row_number() OVER (PARTITION BY place, subject, element "
            "ORDER BY place_in_order DESC) = 1 ORDER BY place, subject, element"
        )
        return found.to_arrow_table().cast(ROWS)
