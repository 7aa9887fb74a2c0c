"""CurrentValue and Contender against history, which is proved by its blocks."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa
from django.db.models import Q

from lingnan.kernel.evidence.models import Event
from lingnan.kernel.evidence.terms import Finding

from ..models import Batch, Contender, CurrentValue, ImportProjection, PeriodHead
from ..rules.rows import KEY, ROWS
from ..terms import ContenderResolved
from .engine import apart
from .store import readable, register_history, snapshot
from .verify_rows import Names

PAGE = 100_000
SAID = ("value", "text", "quality", "source", "batch", "n", "recorded_at")
CURRENT = pa.schema([ROWS.field(name) for name in (*KEY, *SAID)])
Key = tuple[int, int, int, int]


class Held(NamedTuple):
    rows: dict[Key, tuple[Any, ...]]
    disputed: dict[Key, bool]


def check_current(until: int) -> Iterator[Finding]:
    names = Names()
    for period in PeriodHead.objects.filter(is_kept=True).values_list("period", flat=True):
        with apart() as con:
            first: int | None = 0
            while first is not None:
                last = _page_end(period, first)
                yield from _check_places(con, period, first, last, until, names)
                first = None if last is None else last + 1


def _page_end(period: int, first: int) -> int | None:
    """The last place of a page; None: the page is all that is left."""
    rows = CurrentValue.objects.filter(place__gte=first).order_by("place")
    return rows.values_list("place", flat=True)[PAGE : PAGE + 1].first()


def _check_places(
    con: duckdb.DuckDBPyConnection,
    period: int,
    first: int,
    last: int | None,
    until: int,
    names: Names,
) -> Iterator[Finding]:
    """Twice when something differs: what moved meanwhile is the same the second time."""
    top = 2**62 if last is None else last
    faults = _faults(con, period, first, top, until)
    if faults:
        again = _faults(con, period, first, top, until)
        for key in sorted(faults.keys() & again.keys()):
            yield Finding("observations.current_value", names.of(*key), again[key])


def _faults(
    con: duckdb.DuckDBPyConnection, period: int, first: int, last: int, until: int
) -> dict[Key, str]:
    held = _held(period, first, last)
    recent = _recent(until)
    won = _won(con, period, first, last, until)
    disputes = _open_disputes(period, first, last)
    under_way = _under_way(period)
    faults = {}
    for key in held.rows.keys() | won.keys():
        row = held.rows.get(key)
        if (row and row[SAID.index("batch")] in recent) or _inside(key[0], under_way):
            continue
        what = _fault(row, won.get(key))
        if not what and held.disputed[key] != (key in disputes):
            what = "争议标记与争议值不符：被改动"
        if what:
            faults[key] = what
    return faults


def _fault(row: tuple[Any, ...] | None, won: tuple[Any, ...] | None) -> str:
    if row is None:
        return "历史中有值，现行值里没有：被删除"
    if won is None:
        return "历史中没有这个值：自行插入"
    wrong = [name for name, a, b in zip(SAID, row, won, strict=True) if a != b]
    return f"与历史不符：{'、'.join(wrong)} 被改动" if wrong else ""


def _held(period: int, first: int, last: int) -> Held:
    rows = CurrentValue.objects.filter(period=period, place__range=(first, last))
    held = Held({}, {})
    for *row, disputed in rows.values_list(*KEY, *SAID, "disputed").iterator(20_000):
        key = (row[0], row[1], row[2], row[3])
        held.rows[key] = tuple(row[4:])
        held.disputed[key] = disputed
    return held


def _won(
    con: duckdb.DuckDBPyConnection, period: int, first: int, last: int, until: int
) -> dict[Key, tuple[Any, ...]]:
    register_history(con, readable(snapshot([period], (first, last))))
    found = con.sql(
        f"SELECT {', '.join(CURRENT.names)} FROM history WHERE effect = 0 AND period = {period:d} "
        f"AND place BETWEEN {first:d} AND {last:d} AND place_in_order <= {until:d} "
        "QUALIFY row_number() OVER "
        "(PARTITION BY place, subject, element ORDER BY place_in_order DESC) = 1"
    )
    table = found.to_arrow_table().cast(CURRENT)
    rows = zip(*(table.column(name).to_pylist() for name in CURRENT.names), strict=True)
    return {(r[0], r[1], r[2], r[3]): r[4:] for r in rows}


def _recent(until: int) -> set[int]:
    """Batches that came after the moment that is checked."""
    later = Batch.objects.filter(Q(event__seq=None) | Q(event__seq__gt=until))
    return set(later.values_list("pk", flat=True))


def _open_disputes(period: int, first: int, last: int) -> set[Key]:
    rows = Contender.objects.filter(
        period=period, place__range=(first, last), resolved_at=None
    ).values_list(*KEY)
    return {(r[0], r[1], r[2], r[3]) for r in rows}


def _under_way(period: int) -> list[tuple[int, int]]:
    return [
        (p.from_place, p.to_place) for p in ImportProjection.objects.all() if period in p.periods
    ]


def _inside(place: int, runs: list[tuple[int, int]]) -> bool:
    return any(low <= place <= high for low, high in runs)


def check_contenders(until: int) -> Iterator[Finding]:
    """Page by page in the order of (batch, n), merged with the disputes of history."""
    names, decided = Names(), _decided()
    under_way = {p.batch_id: p for p in ImportProjection.objects.all()}
    held = _contenders(until)
    row = next(held, None)
    for there in _disputes(until):
        at = (there["batch"], there["n"])
        while row and (row.batch, row.n) < at:
            yield _stray(row, names)
            row = next(held, None)
        if row and (row.batch, row.n) == at:
            yield from _differs(row, there, decided, names)
            row = next(held, None)
        elif at[0] not in under_way:
            yield _finding(names, there, "历史中有争议，争议值里没有：被删除")
    while row:
        yield _stray(row, names)
        row = next(held, None)


def _contenders(until: int) -> Iterator[Contender]:
    """Without those of later batches."""
    recent = _recent(until)
    rows = Contender.objects.order_by("batch", "n").iterator(2000)
    return (row for row in rows if row.batch not in recent)


def _disputes(until: int) -> Iterator[dict[str, Any]]:
    with apart() as con:
        register_history(con, readable(snapshot()))
        con.execute(
            f"SELECT {', '.join(CURRENT.names)} FROM history WHERE effect <> 0 "
            f"AND place_in_order <= {until:d} ORDER BY batch, n"
        )
        for page in con.to_arrow_reader(PAGE):
            yield from pa.Table.from_batches([page]).cast(CURRENT).to_pylist()


def _decided() -> dict[tuple[str, int], bool]:
    texts = Event.objects.filter(kind=ContenderResolved.kind).values_list("facts", flat=True)
    facts = map(json.loads, texts.iterator(500))
    return {(f["batch"], f["n"]): f["taken"] for f in facts}


def _differs(
    row: Contender, there: dict[str, Any], decided: dict[tuple[str, int], bool], names: Names
) -> Iterator[Finding]:
    wrong = [name for name in CURRENT.names if getattr(row, name) != there[name]]
    if decided.get((f"{row.batch:016x}", row.n)) != row.taken:
        wrong.append("taken")
    if (row.taken is None) != (row.resolved_at is None):
        wrong.append("resolved_at")
    if wrong:
        yield _finding(names, there, f"与历史不符：{'、'.join(wrong)} 被改动")


def _stray(row: Contender, names: Names) -> Finding:
    key = {name: getattr(row, name) for name in KEY}
    return _finding(names, key, "历史中没有这个争议：自行插入")


def _finding(names: Names, row: dict[str, Any], what: str) -> Finding:
    key = (row["place"], row["subject"], row["element"], row["period"])
    return Finding("observations.contender", names.of(*key), what)
