"""Ledgers as they stood on a day, as known at a moment."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.db.models import Count, Q, QuerySet

from lingnan.base.actors import Actor, Range
from lingnan.base.numbers import number
from lingnan.kernel.places import queries as places

from ..models import Element, LedgerEntry, PendingLedger, Segment, segments_folder
from ..rules.ledgers import masked
from ..rules.rows import DECIMAL
from ..terms import LedgerVersion, Shape, ValueType
from . import engine
from .store import UNSEQUENCED, StoreBusy
from .visible import AsOf, mark, seq_of, within

FIXED = {
    "entry": pa.int64(),
    "uuid": pa.string(),
    "place": pa.int64(),
    "party": pa.int64(),
    "valid_from": pa.date32(),
    "valid_to": pa.date32(),
    "batch": pa.int64(),
    "n": pa.int32(),
    "seq": pa.int64(),
    "recorded_at": pa.timestamp("us", "UTC"),
}
# The attributes as they were written, as JSON: a typed `3` may have been said as `3.0`, and nothing
# tells an attribute said to be empty from one not said. No element's code begins so.
DATA = "_data"
_SQL = {
    pa.int64(): ("BIGINT", "int64"),
    pa.int32(): ("INTEGER", "int32"),
    pa.string(): ("VARCHAR", "string"),
    pa.date32(): ("DATE", "date"),
    pa.timestamp("us", "UTC"): ("TIMESTAMPTZ", "timestamp('UTC', 6)"),
    DECIMAL: ("DECIMAL(24, 6)", "decimal(24, 6)"),
}
Columns = tuple[tuple[str, str], ...]  # attribute → "number" or "text"


def ledger(
    kind: str, place: int, *, to: Actor, on: date, as_of: AsOf = None
) -> list[LedgerVersion]:
    """Entries that live on a place, or below it, on a day; those within reach.

    Attributes whose label the actor does not hold are left out; personal ones are masked instead.
    """
    ranges = places.ranges(place, on=on, tree="code")
    if not ranges:
        return []
    newest = LedgerEntry.objects.filter(kind=kind)
    if as_of is None and not newest.filter(valid_from__gt=on).exists():
        found = _current(newest.filter(within(ranges)), on)
    else:
        found = _then(kind, ranges, on, as_of)
    within_reach = {place for place in {v.place for v in found} if to.reaches(place, on)}
    return shown([v for v in found if v.place in within_reach], to)


def entry_ids(uuids: Iterable[str]) -> dict[str, int]:
    """Lasting ids by uuid; no facts of an entry, so nobody's reach is asked. One query a chunk."""
    wanted = list(uuids)
    found: dict[str, int] = {}
    for start in range(0, len(wanted), 10_000):
        rows = LedgerEntry.objects.filter(uuid__in=wanted[start : start + 10_000])
        found |= {str(uuid): number for uuid, number in rows.values_list("uuid", "id")}
    return found


def entries_of_batch(batch: int) -> list[int]:
    """Lasting ids of the entries whose last word a batch is, by place and uuid. One query."""
    rows = LedgerEntry.objects.filter(batch=batch).order_by("n")
    return list(rows.values_list("id", flat=True))


def ledger_counts(place: int, *, to: Actor, on: date) -> dict[str, int]:
    """How many entries of each kind live on a place or below it that day, as known now; one query.

    Empty for a place out of reach: a count of persons is no public fact.
    """
    ranges = places.ranges(place, on=on, tree="code")
    if not ranges or not to.reaches(place, on):
        return {}
    rows = LedgerEntry.objects.filter(within(ranges), valid_from__lte=on)
    alive = rows.filter(Q(valid_to=None) | Q(valid_to__gt=on)).order_by("kind")
    return dict(alive.values("kind").annotate(n=Count("id")).values_list("kind", "n"))


def _current(entries: QuerySet[LedgerEntry], on: date) -> list[LedgerVersion]:
    return [
        version_of(e)
        for e in entries.order_by("place", "id")
        if e.valid_to is None or e.valid_to > on
    ]


def version_of(e: LedgerEntry) -> LedgerVersion:
    return LedgerVersion(
        entry=e.id,
        uuid=str(e.uuid),
        kind=e.kind,
        place=e.place,
        party=e.party_id,
        valid_from=e.valid_from,
        valid_to=e.valid_to,
        data=e.data,
    )


def _then(kind: str, ranges: Sequence[Range], on: date, as_of: AsOf) -> list[LedgerVersion]:
    columns = attributes(kind)
    table = engine.run(standing, (columns,), sources(kind, columns, on, as_of))
    rows = table.sort_by([("place", "ascending"), ("entry", "ascending")]).to_pylist()
    return [
        LedgerVersion(
            entry=row["entry"],
            uuid=row["uuid"],
            kind=kind,
            place=row["place"],
            party=row["party"],
            valid_from=row["valid_from"],
            valid_to=row["valid_to"],
            data={n: _text(row[n]) for n, _ in columns if row[n] is not None},
        )
        for row in rows
        if any(low <= row["place"] <= high for low, high in ranges)
    ]


def _text(cell: Any) -> str:
    return cell if isinstance(cell, str) else format(cell.normalize(), "f")


def shown(found: list[LedgerVersion], to: Actor) -> list[LedgerVersion]:
    names = {name for version in found for name in version.data}
    labels = dict(Element.objects.filter(code__in=names).values_list("code", "label"))
    hidden = {name for name in names if labels.get(name, "secret") not in to.labels}
    if not hidden:
        return found
    return [_narrowed(version, hidden, labels) for version in found]


def _narrowed(version: LedgerVersion, hidden: set[str], labels: dict[str, str]) -> LedgerVersion:
    data = {
        name: masked(text) if name in hidden else text
        for name, text in version.data.items()
        if name not in hidden or labels.get(name) == "personal"
    }
    return LedgerVersion(**{**version.__dict__, "data": data, "party": None})


@dataclass(frozen=True)
class _Seen:
    paths: tuple[str, ...]
    pending: pa.Table


def attributes(kind: str) -> Columns:
    """Every element a ledger of this kind can hold."""
    rows = Element.objects.filter(subject_kind=kind).order_by("code").values_list("code", "type")
    return tuple((c, "number" if ValueType(t).is_numeric else "text") for c, t in rows)


def sources(kind: str, columns: Columns, on: date, as_of: AsOf) -> dict[str, engine.Source]:
    """Versions that began by that day and were known by then, in two halves; and `today`."""
    seq = seq_of(as_of)
    seen = _seen(kind, seq)
    held = frozenset(name for path in seen.paths for name in _names_in(path))
    kinds = {**FIXED, **{n: DECIMAL if k == "number" else pa.string() for n, k in columns}}
    until = "" if seq is None else f" AND seq <= {seq:d}"
    sealed = engine.Files(
        seen.paths,
        tuple((name, _SQL[t][0]) for name, t in kinds.items()),
        f"valid_from <= DATE '{on.isoformat()}'{until}",
        frozenset(kinds) - held,
        is_varied=True,
    )
    pending = seen.pending.filter(pc.less_equal(seen.pending["valid_from"], pa.scalar(on)))
    for name, t in kinds.items():
        if name not in pending.column_names:
            pending = pending.append_column(name, pa.nulls(len(pending), t))
    today = pa.table({"today": pa.array([on], pa.date32())})
    return {
        "entries_sealed": sealed,
        "entries_pending": pending.select(list(kinds)),
        "today": today,
    }


def standing(columns: Columns) -> ir.Table:
    """The state of each entry on the day: of the latest beginning, what was said last."""
    kinds = {name: _SQL[t][1] for name, t in FIXED.items()}
    kinds |= {n: "decimal(24, 6)" if k == "number" else "string" for n, k in columns}
    rows = ibis.table(kinds, name="entries_sealed").union(ibis.table(kinds, name="entries_pending"))
    window = ibis.window(
        group_by="entry", order_by=[rows["valid_from"].desc(), rows["seq"].desc(), rows["n"].desc()]
    )
    best = rows.mutate(rank=ibis.row_number().over(window))
    best = best.filter(best["rank"] == 0).cross_join(ibis.table({"today": "date"}, name="today"))
    alive = best.filter(best["valid_to"].isnull() | (best["valid_to"] > best["today"]))
    return alive.drop("rank", "today")


def typed_rows(kind: str, rows: QuerySet[PendingLedger]) -> pa.Table:
    """Pending versions as columns, attributes typed by their elements."""
    names = ("entry", "uuid", "place", "party", "valid_from", "valid_to", "batch", "n")
    taken = list(
        rows.values_list(*names, "batch__event__seq", "recorded_at", "batch__event_id", "data")
    )
    columns = list(zip(*taken, strict=True)) or [()] * (len(FIXED) + 2)
    by_name = dict(zip(FIXED, columns, strict=False))
    by_name["uuid"] = tuple(map(str, by_name["uuid"]))
    lines = zip(by_name["seq"], columns[-2], strict=True)
    by_name["seq"] = tuple(seq or UNSEQUENCED + event for seq, event in lines)
    arrays = {name: pa.array(by_name[name], t) for name, t in FIXED.items()}
    arrays[DATA] = pa.array([json_of(data) for data in columns[-1]], pa.string())
    said = {name for data in columns[-1] for name in data}
    for name, sort in attributes(kind):
        if name in said:
            texts = [data.get(name) for data in columns[-1]]
            arrays[name] = (
                pa.array([None if t is None else number(t) for t in texts], DECIMAL)
                if sort == "number"
                else pa.array(texts, pa.string())
            )
    return pa.table(arrays)


def json_of(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _seen(kind: str, seq: int | None) -> _Seen:
    """As for values: both halves between two equal marks."""
    for _ in range(50):
        before = mark(Shape.LEDGER)
        files = Segment.objects.filter(
            shape=Shape.LEDGER, replaced_at=None, path__startswith=f"ledgers/{kind}/"
        )
        rows = PendingLedger.objects.filter(kind=kind)
        if seq is not None:
            files, rows = files.filter(min_seq__lte=seq), rows.filter(batch__event__seq__lte=seq)
        paths = tuple(
            f"{segments_folder()}/{path}" for path in files.values_list("path", flat=True)
        )
        pending = typed_rows(kind, rows)
        if mark(Shape.LEDGER) == before:
            return _Seen(tuple(sorted(paths)), pending)
    raise StoreBusy


@lru_cache(maxsize=4_096)
def _names_in(path: str) -> tuple[str, ...]:
    return tuple(pq.read_schema(path).names)
