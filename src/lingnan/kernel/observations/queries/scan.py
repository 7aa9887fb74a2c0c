"""From a snapshot to named sources of rows, pruned by period, element, place and sequence number.

A file in which nothing superseded anything and nothing was disputed is *lean*: its rows are new and
current, so `value` alone adds up. In all others (*full*), and in the pending rows, Σ(value − prior) does.
Narrow and wide files are read apart: casting a month to DECIMAL(24,6) costs more than summing it.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import TypeVar

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from lingnan.base.actors import Range

from . import engine
from .store import StoreBusy
from .visible import AsOf, File, Visible, Wanted, batch_orders, look_anew, visible

NARROW, WIDE = "decimal(18, 6)", "decimal(24, 6)"
COLUMNS = {
    "place": "int64",
    "subject": "int64",
    "element": "int32",
    "period": "int32",
    "value": NARROW,
    "text": "string",
    "quality": "int8",
    "effect": "int8",
    "prior": NARROW,
    "prior_present": "boolean",
    "source": "int32",
    "batch": "int64",
    "n": "int32",
    "seq": "int64",
    "recorded_at": "timestamp('UTC', 6)",
}
_SQL = {
    "int64": "BIGINT",
    "int32": "INTEGER",
    "int8": "TINYINT",
    "string": "VARCHAR",
    "boolean": "BOOLEAN",
    "timestamp('UTC', 6)": "TIMESTAMPTZ",
}
Sources = dict[str, engine.Source]
T = TypeVar("T")


@dataclass(frozen=True)
class Rows:
    """`shape`: the names of the sources there are, sorted; expressions are compiled once a shape."""

    shape: tuple[str, ...]
    sources: Sources


def rows(seen: Visible, wanted: Wanted, *, every: bool = False) -> Rows:
    """Sources `lean`, `lean_wide`, `full`, `full_wide` and `pending`, those that have rows.

    `every`: contenders too, and all of it as `full`.
    """
    groups: dict[str, list[str]] = {}
    for file in seen.files:
        is_full = every or is_late(file, seen)
        groups.setdefault(source_of(file, is_full=is_full), []).append(file.path)
    sources: Sources = {}
    exact = all(file.periods == set(wanted.periods) for file in seen.files)
    for name, paths in groups.items():
        where = _where(wanted, exact, "" if name.startswith("lean") else _versions(seen, every))
        sources[name] = engine.Files(tuple(sorted(paths)), columns(name), where)
    pending = seen.pending if every else seen.pending.filter(_current(seen.pending))
    if len(pending) or not sources:
        sources["pending"] = pending
    return Rows(tuple(sorted(sources)), sources)


def table(name: str) -> ir.Table:
    """The unbound table of a source."""
    kind = WIDE if name.endswith("_wide") or name == "pending" else NARROW
    return ibis.table(
        {c: kind if c in {"value", "prior"} else t for c, t in COLUMNS.items()}, name=name
    )


def newest(shape: tuple[str, ...]) -> ir.Table:
    """The newest current row of each key, with `at`: its order among rows of one key.

    Whatever superseded something lies in a full source, so a key that is in none of them has one row.
    Needs the source `orders` (batch, place_in_line).
    """
    lean = [_plain(table(name)) for name in shape if name.startswith("lean")]
    rest = [_plain(table(name)) for name in shape if not name.startswith("lean")]
    keys = ["place", "subject", "element", "period"]
    if not rest:
        return ibis.union(*lean) if len(lean) > 1 else lean[0]
    later = ibis.union(*rest) if len(rest) > 1 else rest[0]
    ranked = later.mutate(
        rank=ibis.row_number().over(ibis.window(group_by=keys, order_by=later["at"].desc()))
    )
    best = ranked.filter(ranked["rank"] == 0).drop("rank")
    if not lean:
        return best
    first = ibis.union(*lean) if len(lean) > 1 else lean[0]
    return first.anti_join(later, keys).union(best)


def versions(shape: tuple[str, ...]) -> ir.Table:
    """Every row there is, contenders too, with `at`, `effect` and `n`. Needs `orders`."""
    parts = [_plain(table(name), "effect", "n") for name in shape]
    return ibis.union(*parts) if len(parts) > 1 else parts[0]


def _plain(source: ir.Table, *more: str) -> ir.Table:
    orders = ibis.table({"of_batch": "int64", "line": "int64"}, name="orders")
    seated = source.left_join(orders, source["batch"] == orders["of_batch"])
    return seated.select(
        "place",
        "subject",
        "element",
        "period",
        value=seated["value"].cast(WIDE),
        text=seated["text"],
        quality=seated["quality"],
        source=seated["source"],
        batch=seated["batch"],
        recorded_at=seated["recorded_at"],
        at=ibis.coalesce(seated["seq"], seated["line"]),
        **{name: seated[name] for name in more},
    )


def orders(seen: Visible) -> pa.Table:
    """Batches whose rows carry no sequence number of their own → their order."""
    raw = batch_orders([file.batch for file in seen.files if file.batch is not None])
    return pa.table(
        {"of_batch": pa.array(raw, pa.int64()), "line": pa.array(raw.values(), pa.int64())}
    )


def read(
    wanted: Wanted,
    as_of: AsOf,
    make: engine.Make,
    shape: tuple[Hashable, ...],
    extra: Callable[[Visible], Sources],
    *,
    every: bool = False,
) -> pa.Table:
    """The rows of `make(sources, *shape)` over what is visible."""

    def work(seen: Visible) -> pa.Table:
        found = rows(seen, wanted, every=every)
        return engine.run(make, (found.shape, *shape), {**found.sources, **extra(seen)})

    return over_visible(wanted, as_of, work)


def over_visible(wanted: Wanted, as_of: AsOf, work: Callable[[Visible], T]) -> T:
    """A file that was collected meanwhile: once more, with what is visible now."""
    for _ in range(2):
        try:
            return work(visible(wanted, as_of))
        except (duckdb.IOException, FileNotFoundError) as gone:
            look_anew()
            reason: Exception = gone
    raise StoreBusy from reason


def source_of(file: File, *, is_full: bool = False) -> str:
    is_lean = not (is_full or file.superseded or file.contenders)
    return ("lean" if is_lean else "full") + ("_wide" if file.is_wide else "")


def is_late(file: File, seen: Visible) -> bool:
    """Some of its rows came after the moment asked for."""
    return seen.seq is not None and file.max_seq > seen.seq


def _versions(seen: Visible, every: bool) -> str:
    effect = "" if every else "effect = 0"
    until = "" if seen.seq is None else f"(seq IS NULL OR seq <= {seen.seq:d})"
    return " AND ".join(filter(None, [effect, until]))


def _where(wanted: Wanted, exact: bool, more: str) -> str:
    """Whole numbers only, so that no text of a reader reaches the engine."""
    found = [more]
    if not exact:
        found.append(f"period IN ({_list(wanted.periods)})")
    if wanted.elements is not None:
        found.append(f"element IN ({_list(wanted.elements or (-1,))})")
    if wanted.ranges:
        found.append("(" + " OR ".join(map(_between, wanted.ranges)) + ")")
    return " AND ".join(filter(None, found))


def _between(run: Range) -> str:
    return f"place BETWEEN {run[0]:d} AND {run[1]:d}"


def _list(numbers: tuple[int, ...]) -> str:
    return ", ".join(f"{number:d}" for number in numbers)


def columns(name: str) -> tuple[tuple[str, str], ...]:
    number = "DECIMAL(24, 6)" if name.endswith("_wide") else "DECIMAL(18, 6)"
    return tuple((c, number if c in {"value", "prior"} else _SQL[t]) for c, t in COLUMNS.items())


def _current(pending: pa.Table) -> pa.ChunkedArray:
    return pc.equal(pending["effect"], 0)
