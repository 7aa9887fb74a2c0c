"""What is held now on one place: the prefill of every form."""

from collections.abc import Sequence
from datetime import UTC, date
from decimal import Decimal
from typing import Any

import pyarrow as pa
from django.db import connection

from lingnan.base.actors import Actor

from ..models import CurrentValue, Element, ImportProjection, PeriodHead, Segment, Source
from ..terms import Quality, Shape, ValueInfo
from . import engine, scan
from .elements import PUBLIC, hidden, source_codes
from .visible import Wanted

COLUMNS = ("element", "period", "value", "text", "quality", "source", "batch", "recorded_at")
_QUALITIES = {int(quality): quality for quality in Quality}
Key = tuple[int, int]
Found = dict[Key, tuple[int, tuple[Any, ...]]]


def current(
    place: int,
    *,
    elements: Sequence[int] | None = None,
    periods: Sequence[int] | None = None,
    subject: int = 0,
    to: Actor,
    on: date,
) -> dict[Key, ValueInfo]:
    """The newest value of each (element, period) held on a place, or on a ledger entry that lives there.

    `periods` None: those still kept at hand (open, previous, year ago). Elements whose label the actor
    does not hold are left out; of a place out of reach, all but the public ones.
    """
    labels = to.labels if to.reaches(place, on) else to.labels & {PUBLIC}
    found = _held(place, subject, periods, labels)
    others = _elsewhere(place, subject, elements, periods)
    if others:
        _add_rows(found, others, hidden(labels))
    wanted = None if elements is None else frozenset(elements)
    return {
        key: ValueInfo(
            value=value,
            text=text,
            quality=_QUALITIES[quality],
            source=source,
            batch=batch,
            recorded_at=recorded_at,
            disputed=disputed,
        )
        for key, (_, (value, text, quality, source, batch, recorded_at, disputed)) in found.items()
        if wanted is None or key[0] in wanted
    }


def _held(place: int, subject: int, periods: Sequence[int] | None, labels: frozenset[str]) -> Found:
    """SQL by hand: every form begins here, and building it by the ORM takes longer than running it."""
    held = sorted(labels) or [""]
    names = _tables()
    text = (
        f"SELECT v.element, v.period, v.value, v.text, v.quality, s.code, v.batch, v.recorded_at,"
        f" v.disputed, v.event FROM {names[0]} v JOIN {names[1]} e ON e.id = v.element"
        f" JOIN {names[2]} s ON s.id = v.source WHERE v.place = %s AND v.subject = %s"
        f" AND e.label IN ({', '.join(['%s'] * len(held))})"
    )
    params: list[Any] = [place, subject, *held]
    if periods is not None:
        text += f" AND v.period IN ({', '.join(['%s'] * len(periods)) or 'NULL'})"
        params += periods
    with connection.cursor() as cursor:
        cursor.execute(text, params)
        rows = cursor.fetchall()
    if connection.vendor == "sqlite":
        return {(r[0], r[1]): (r[9], _from_sqlite(r)) for r in rows}
    return {(r[0], r[1]): (r[9], r[2:9]) for r in rows}


def _tables() -> list[str]:
    quote = connection.ops.quote_name
    return [quote(model._meta.db_table) for model in (CurrentValue, Element, Source)]


def _from_sqlite(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Decimals are kept there as text, instants without their zone."""
    value = None if row[2] is None else Decimal(row[2])
    return value, *row[3:7], row[7].replace(tzinfo=UTC), bool(row[8])


def _add_rows(found: Found, rows: list[tuple[Any, ...]], secret: frozenset[int]) -> None:
    """Rows that end with the order of their batch's event; the greater wins."""
    names = source_codes(row[5] for row in rows)
    for element, period, value, text, quality, source, batch, recorded_at, event in rows:
        key = element, period
        if element not in secret and (key not in found or found[key][0] < event):
            told = (value, text, quality, names.get(source, ""), batch, recorded_at, False)
            found[key] = event, told


def _elsewhere(
    place: int, subject: int, elements: Sequence[int] | None, periods: Sequence[int] | None
) -> list[tuple[Any, ...]]:
    """Rows CurrentValue does not have: of an import under way, and of periods no longer kept."""
    found: list[tuple[Any, ...]] = []
    if not _anything_elsewhere(place, periods):
        return found
    open_here = ImportProjection.objects.filter(from_place__lte=place, to_place__gte=place)
    for batch, event, covered in open_here.values_list("batch", "batch__event", "periods"):
        wanted = [p for p in covered if periods is None or p in periods]
        if event is not None and wanted:
            found += _of_batch(batch, event, wanted, place, subject)
    if periods is not None:
        past = PeriodHead.objects.filter(period__in=periods, is_kept=False)
        gone = tuple(past.values_list("period", flat=True))
        if gone:
            found += _of_past(gone, place, subject)
    return [row for row in found if elements is None or row[0] in elements]


def _anything_elsewhere(place: int, periods: Sequence[int] | None) -> bool:
    """Mostly not, so it is asked first, by hand like `_held`."""
    quote = connection.ops.quote_name
    imports, heads = (quote(one._meta.db_table) for one in (ImportProjection, PeriodHead))
    text = f"SELECT EXISTS(SELECT 1 FROM {imports} WHERE from_place <= %s AND to_place >= %s)"
    params = [place, place]
    if periods:
        marks = ", ".join(["%s"] * len(periods))
        text += f" OR EXISTS(SELECT 1 FROM {heads} WHERE period IN ({marks}) AND NOT is_kept)"
        params += periods
    with connection.cursor() as cursor:
        cursor.execute(text, params)
        return bool(cursor.fetchone()[0])


def _of_batch(
    batch: int, event: int, periods: list[int], place: int, subject: int
) -> list[tuple[Any, ...]]:
    files = Segment.objects.filter(
        batch=batch, shape=Shape.VALUE, place_low__lte=place, place_high__gte=place
    )
    groups: dict[str, list[str]] = {}
    for file in files:
        groups.setdefault("full_wide" if file.is_wide else "full", []).append(str(file.file))
    if not groups:
        return []
    where = f"effect = 0 AND place = {place:d} AND subject = {subject:d}"
    within = f" AND period IN ({', '.join(f'{p:d}' for p in periods)})"
    sources: scan.Sources = {
        name: engine.Files(tuple(paths), scan.columns(name), where + within)
        for name, paths in groups.items()
    }
    orders = pa.table({"of_batch": pa.array([batch]), "line": pa.array([event])})
    return _tuples(engine.run(scan.newest, (tuple(sorted(groups)),), {**sources, "orders": orders}))


def _of_past(periods: tuple[int, ...], place: int, subject: int) -> list[tuple[Any, ...]]:
    wanted = Wanted(periods, None, ((place, place),))
    table = scan.read(wanted, None, scan.newest, (), lambda now: {"orders": scan.orders(now)})
    rows = zip(table["subject"].to_pylist(), _tuples(table), strict=True)
    return [row for owner, row in rows if owner == subject]


def _tuples(table: pa.Table) -> list[tuple[Any, ...]]:
    return list(zip(*(table[name].to_pylist() for name in (*COLUMNS, "at")), strict=True))
