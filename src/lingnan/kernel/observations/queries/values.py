"""Values as they were said, one row a key; and everything that was ever said about one key."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from lingnan.base.actors import ANYWHERE, Actor, Range, runs
from lingnan.base.periods import Period

from ..models import Batch
from ..rules.rows import DECIMAL
from ..terms import Effect, ElementInfo, Quality
from . import scan
from .elements import PUBLIC, elements, source_codes
from .visible import AsOf, Wanted

VALUES = pa.schema(
    [
        ("place", pa.int64()),
        ("subject", pa.int64()),
        ("element", pa.int32()),
        ("period", pa.int32()),
        ("value", DECIMAL),
        ("text", pa.string()),
        ("quality", pa.int8()),
        ("source", pa.int32()),
        ("batch", pa.int64()),
        ("recorded_at", pa.timestamp("us", "UTC")),
    ]
)
_MANY = 64  # runs of places named to the engine; more are cut out afterwards


@dataclass(frozen=True, kw_only=True)
class Version:
    """One thing said about a key. `seq` is None until its event is numbered."""

    value: Decimal | None
    text: str | None
    quality: Quality
    effect: Effect
    source: str
    batch: int
    event: int
    seq: int | None
    recorded_at: datetime


def values(
    wanted: Sequence[int | str],
    periods: Sequence[int],
    *,
    places: Iterable[int] | None = None,
    as_of: AsOf = None,
    to: Actor,
    on: date,
) -> pa.Table:
    """The newest value of each key, shaped like `VALUES`, unordered. `source` is read with `source_codes`.

    Rows of places out of reach on that day show public elements only. Raises NoSuchElement, SecretElement.
    """
    asked = elements(wanted, to=to)
    ids = None if places is None else sorted(set(places))
    if not asked or not periods or ids == []:
        return VALUES.empty_table()
    chosen = () if ids is None else runs(ids)
    where = ((chosen[0][0], chosen[-1][1]),) if len(chosen) > _MANY else chosen
    look = Wanted(tuple(periods), tuple(e.id for e in asked), where)
    table = scan.read(look, as_of, scan.newest, (), lambda now: {"orders": scan.orders(now)})
    table = table.select(VALUES.names).cast(VALUES)
    if len(chosen) > _MANY:
        table = table.filter(pc.is_in(table["place"], pa.array(ids, pa.int64())))
    return within_reach(table, asked, to.ranges_on(on))


def within_reach(
    table: pa.Table, asked: Sequence[ElementInfo], ranges: tuple[Range, ...]
) -> pa.Table:
    if ranges == ANYWHERE:
        return table
    public = pa.array([e.id for e in asked if e.label == PUBLIC], pa.int32())
    allowed = pc.is_in(table["element"], public)
    for low, high in ranges:
        inside = pc.and_(pc.greater_equal(table["place"], low), pc.less_equal(table["place"], high))
        allowed = pc.or_(allowed, inside)
    return table.filter(allowed)


def history(
    place: int, element: int | str, period: int, *, to: Actor, subject: int = 0
) -> list[Version]:
    """Every version of one key, oldest first, contenders too. Reach is asked at the period's end.

    Empty when the place is out of reach and the element is not public. Raises SecretElement.
    """
    asked = elements([element], to=to)
    look = Wanted((period,), (asked[0].id,), ((place, place),))
    table = scan.read(
        look, None, scan.versions, (), lambda now: {"orders": scan.orders(now)}, every=True
    )
    table = within_reach(table, asked, to.ranges_on(Period.from_code(period).end))
    rows = [r for r in table.sort_by("at").to_pylist() if r["subject"] == subject]
    events = Batch.objects.filter(id__in={r["batch"] for r in rows})
    seqs = {b: (e, s) for b, e, s in events.values_list("id", "event_id", "event__seq")}
    names = source_codes(r["source"] for r in rows)
    return [
        Version(
            value=r["value"],
            text=r["text"],
            quality=Quality(r["quality"]),
            effect=Effect(r["effect"]),
            source=names.get(r["source"], ""),
            batch=r["batch"],
            event=seqs[r["batch"]][0],
            seq=seqs[r["batch"]][1],
            recorded_at=r["recorded_at"],
        )
        for r in rows
    ]
