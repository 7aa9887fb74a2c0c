"""Place values worked out from ledgers and from values of their entries: how many households are poor."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import sqlglot

from lingnan.base.actors import Actor
from lingnan.base.periods import Period
from lingnan.kernel.places import queries as places

from ..rules.expressions import Expression
from ..terms import ElementInfo
from . import ledgers, scan
from .assembly import CannotDerive, as_decimal, readable
from .compiled import compiled
from .elements import PUBLIC, element_map, elements
from .trees import VILLAGE
from .visible import AsOf, Wanted, seq_of

DERIVED = pa.schema(
    [("place", pa.int64()), ("element", pa.int32()), ("value", pa.decimal128(38, 6))]
)
Ids = tuple[tuple[str, int], ...]  # attribute → element id
Asked = tuple[tuple[str, str, str, str], ...]  # name, function, of, where; texts of checked trees


def derived_values(
    wanted: Sequence[int | str],
    period: int,
    *,
    under: int | None = None,
    as_of: AsOf = None,
    to: Actor,
) -> pa.Table:
    """Columns place, element, value for every village within reach (under a place), shaped like `DERIVED`.

    The ledger is read as it stood at the period's end; values of its entries in that period stand
    before it. A place without an entry has null: nobody reported, which is not none. Raises
    CannotDerive, SecretElement, NoSuchElement.
    """
    parts = [DERIVED.empty_table()]
    day = Period.from_code(period).end
    seq = seq_of(as_of)
    shown = _shown_places(day, under)
    reach = to.ranges_on(day)
    for element in elements(wanted, to=to):
        expression, kind = _read(element)
        found = _values(element, expression, kind, period, seq)
        if element.label == PUBLIC:
            here = shown
        else:
            here = [p for p in shown if any(low <= p <= high for low, high in reach)]
        rows = {p: found.get(p) for p in here}
        column = pa.repeat(pa.scalar(element.id, pa.int32()), len(rows))
        values = pa.array(rows.values(), DERIVED.field("value").type)
        parts.append(pa.table([pa.array(rows, pa.int64()), column, values], schema=DERIVED))
    return pa.concat_tables(parts)


def _shown_places(day: date, under: int | None) -> list[int]:
    table = places.hierarchy(on=day, under=under)
    rows = zip(table["place"].to_pylist(), table["level"].to_pylist(), strict=True)
    return [place for place, level in rows if level == VILLAGE]


def _read(element: ElementInfo) -> tuple[Expression, str]:
    """The checked expression and the kind of ledger it reads (households when it names no attribute)."""
    expression = readable(element)
    named = element_map(expression.columns)
    kinds = {e.subject_kind for e in named.values()} or {"household"}
    if not expression.aggregates:
        raise CannotDerive(element=element.code, why="没有汇总")
    if len(kinds) > 1 or "place" in kinds:
        raise CannotDerive(element=element.code, why="只能用同一种台账的数据项")
    missing = expression.columns - named.keys()
    if missing:
        raise CannotDerive(element=element.code, why=f"没有数据项 {sorted(missing)[0]}")
    return expression, kinds.pop()


def _values(
    element: ElementInfo, expression: Expression, kind: str, period: int, seq: int | None
) -> dict[int, Decimal | None]:
    columns = tuple(c for c in ledgers.attributes(kind) if c[0] in expression.columns)
    ids: Ids = tuple((code, info.id) for code, info in element_map(expression.columns).items())
    day = Period.from_code(period).end
    extra = ledgers.sources(kind, columns, day, seq)
    asked: Asked = tuple(
        (f"#{n}", a.function, _text(a.of), _text(a.where))
        for n, a in enumerate(expression.aggregates)
    )
    wanted = Wanted((period,), tuple(number for _, number in ids))
    table = scan.read(
        wanted,
        seq,
        grouped,
        (columns, ids, asked),
        lambda now: {"orders": scan.orders(now), **extra},
    )
    found = {}
    for row in table.to_pylist():
        cells = {name: as_decimal(row[name]) for name, *_ in asked}
        found[row["place"]] = as_decimal(expression.value(cells))
    return found


def _text(tree: sqlglot.exp.Expression | None) -> str:
    return "" if tree is None else tree.sql(dialect="duckdb")


def _tree(text: str) -> Any:
    return sqlglot.parse_one(text, dialect="duckdb")


def grouped(sources: tuple[str, ...], columns: ledgers.Columns, ids: Ids, asked: Asked) -> ir.Table:
    """One row a place that has entries, one column an aggregate."""
    rows = _entries(sources, columns, ids)
    measures = {name: _measure(rows, function, of, where) for name, function, of, where in asked}
    return rows.group_by("place").agg(**measures)


def _entries(sources: tuple[str, ...], columns: ledgers.Columns, ids: Ids) -> ir.Table:
    """The ledger with the period's values of its entries beside it; entries known only by values too."""
    standing = ledgers.standing(columns)
    if not ids:
        return standing
    said = scan.newest(sources)
    said = said.filter(said["subject"] != 0)
    kinds = dict(columns)
    by_entry = said.group_by("subject").agg(
        lived=said["place"].max(),
        **{
            f"said_{code}": said["value" if kinds[code] == "number" else "text"].max(
                where=said["element"] == number
            )
            for code, number in ids
        },
    )
    both = standing.outer_join(by_entry, standing["entry"] == by_entry["subject"])
    return both.select(
        place=ibis.coalesce(both["lived"], both["place"]),
        **{code: ibis.coalesce(both[f"said_{code}"], both[code]) for code, _ in ids},
    )


def _measure(rows: ir.Table, function: str, of: str, where: str) -> ir.Value:
    test = compiled(_tree(where), rows) if where else None
    if not of:
        return rows.count(where=test)
    column = compiled(_tree(of), rows)
    return getattr(column, function)(where=test)
