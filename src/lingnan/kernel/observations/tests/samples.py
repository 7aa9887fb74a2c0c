"""Elements, values and a model to compare the store with."""

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa

from lingnan.base.actors import system_actor
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.observations import services
from lingnan.kernel.observations.models import CurrentValue
from lingnan.kernel.observations.queries.engine import apart
from lingnan.kernel.observations.queries.store import register_history, snapshot
from lingnan.kernel.observations.terms import ElementDefinition, NewValue, Quality, ValueType

NOON = datetime(2026, 11, 2, 4, tzinfo=UTC)
SYSTEM = system_actor()
OCTOBER, NOVEMBER = 2026310, 2026311


def define(*codes: str, **fields: object) -> dict[str, int]:
    options = {"titles": {"zh-hans": "数据项"}, "type": ValueType.NUMBER} | fields
    return services.define_elements(
        [ElementDefinition(code=code, **options) for code in codes], by=SYSTEM, at=NOON
    )


def number(place: int, element: int, value: object, period: int = OCTOBER, **fields) -> NewValue:
    amount = None if value is None else Decimal(str(value))
    if value is None:
        fields.setdefault("quality", Quality.MISSING)
    return NewValue(place=place, element=element, period=period, value=amount, **fields)


def record(key: str, rows: Iterable[NewValue], source: str = "form_a", at: datetime = NOON):
    return services.record_values(key, list(rows), source=source, by=SYSTEM, at=at)


def number_sequence(at: datetime = NOON) -> None:
    """Give what was recorded its sequence numbers, as the worker does."""
    evidence.drain(at=at)


def big(places: Iterable[int], elements: Iterable[int], period: int = OCTOBER, start: int = 0):
    """A value for every place and element: start, start + 1, …"""
    pairs = [(p, e) for p in places for e in elements]
    return pa.table(
        {
            "place": [p for p, _ in pairs],
            "element": [e for _, e in pairs],
            "period": [period] * len(pairs),
            "value": [start + i for i in range(len(pairs))],
        }
    )


def bring(key: str, table: pa.Table, source: str = "form_a", at: datetime = NOON, **options):
    return services.import_values(key, table, source=source, by=SYSTEM, at=at, **options)


def held_total() -> tuple[Decimal, int]:
    """Sum and number of the values in CurrentValue."""
    found = [c for c in CurrentValue.objects.values_list("value", flat=True) if c is not None]
    return sum(found, Decimal(0)), len(found)


def history_total(until: int | None = None) -> tuple[Decimal, int]:
    """The same by Σ(value − prior) over all of history up to a sequence number."""
    with apart() as con:
        register_history(con, snapshot())
        limit = "" if until is None else f"AND place_in_order <= {until}"
        total, count = con.sql(
            "SELECT COALESCE(sum(COALESCE(value, 0) - COALESCE(prior, 0)), 0)::VARCHAR, "
            "COALESCE(sum((value IS NOT NULL)::INT - prior_present::INT), 0) "
            f"FROM history WHERE effect = 0 {limit}"
        ).fetchone()
    return Decimal(total), int(count)


def all_rows() -> list[dict[str, object]]:
    with apart() as con:
        register_history(con, snapshot())
        rows = con.sql("SELECT * EXCLUDE (seq, place_in_order) FROM history ORDER BY batch, n")
        return rows.to_arrow_table().to_pylist()
