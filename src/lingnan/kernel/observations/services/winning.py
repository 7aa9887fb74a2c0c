"""Decide, for every row of a draft, whether it wins, disputes, or says nothing new."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection
from django.db.models import F

from ..models import Contender, CurrentValue, ImportProjection, PeriodHead, Source
from ..queries.store import HELD, held_in_history
from ..rules.rows import KEY, ROWS, blocks_of, column, decimal_words, encode, pack, present
from ..rules.winners import Claims, Outcome, decide, rank_of
from ..terms import DECISION
from . import bulk
from .drafts import Draft


@dataclass(frozen=True)
class Settled:
    """What a batch writes: `rows` like `ROWS`, in the order of `n`, and their sketch."""

    rows: pa.Table
    sketch: bytes
    superseded: int
    contenders: int
    unchanged: int

    @property
    def winners(self) -> pa.Table:
        return self.rows.filter(pc.equal(self.rows.column("effect"), 0))

    @property
    def disputes(self) -> pa.Table:
        return self.rows.filter(pc.not_equal(self.rows.column("effect"), 0))


@dataclass(frozen=True)
class Claim:
    """Who says it, in which batch, when. A forced claim wins whatever is held."""

    batch: int
    source: Source
    at: datetime
    is_forced: bool = False


def lock_heads(periods: list[int]) -> list[PeriodHead]:
    """Missing heads first, then all locks in order: writers never wait for each other in a ring."""
    known = set(PeriodHead.objects.filter(period__in=periods).values_list("period", flat=True))
    missing = [PeriodHead(period=p) for p in periods if p not in known]
    PeriodHead.objects.bulk_create(missing, ignore_conflicts=True)
    locked = PeriodHead.objects.select_for_update().filter(period__in=periods)
    return list(locked.order_by("period"))


def count_batch(periods: list[int]) -> None:
    PeriodHead.objects.filter(period__in=periods).update(n=F("n") + 1)


def source_of(code: str) -> Source:
    return Source.objects.get_or_create(code=code)[0]


def held(draft: Draft, heads: list[PeriodHead]) -> pa.Table:
    """The winners of the draft's keys, shaped like `HELD`; call it under the locks of `heads`.

    Periods that nobody wrote to have none; kept ones have theirs in CurrentValue, unless an
    import is still on its way there; all others only in history.
    """
    touched = [h for h in heads if h.n]
    if not touched:
        return HELD.empty_table()
    if any(not h.is_kept for h in touched) or _is_being_projected(draft):
        return held_in_history(draft.table, draft.places)
    return _held_in_sql(draft.table)


def _is_being_projected(draft: Draft) -> bool:
    low, high = draft.places
    under_way = ImportProjection.objects.filter(from_place__lte=high, to_place__gte=low)
    return any(not set(draft.periods).isdisjoint(p.periods) for p in under_way)


def _held_in_sql(keys: pa.Table) -> pa.Table:
    """SQL by hand: the ORM cannot join a list of composite keys."""
    clause, params = bulk.keys_clause([keys.column(name).to_pylist() for name in KEY])
    table = connection.ops.quote_name(CurrentValue._meta.db_table)
    # CROSS JOIN keeps SQLite from scanning the values to look them up among the keys.
    how = "CROSS JOIN" if connection.vendor == "sqlite" else "JOIN"
    on = "WHERE" if connection.vendor == "sqlite" else "ON"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT k.i - 1, c.value, c.text, c.quality, c.source, c.recorded_at "
            f"FROM {clause} {how} {table} c {on} c.place = k.place AND c.subject = k.subject "
            "AND c.element = k.element AND c.period = k.period",
            params,
        )
        found = cursor.fetchall()
    columns = list(zip(*found, strict=True)) or [()] * len(HELD)
    return pa.Table.from_arrays(
        [_array(c, f) for c, f in zip(columns, HELD, strict=True)], schema=HELD
    )


def _array(values: tuple[Any, ...], field: pa.Field) -> pa.Array:
    """SQLite answers decimals as text, instants without their zone (which is UTC)."""
    if values and connection.vendor == "sqlite" and field.name == "value":
        return pa.array(values, pa.string()).cast(field.type)
    return pa.array(values, field.type)


def settle(draft: Draft, winners: pa.Table, claim: Claim) -> Settled:
    """Pure but for looking up contenders already raised and the codes of sources."""
    aligned = _align(winners, len(draft.table))
    found = present(aligned, "i")
    outcome = _outcomes(draft, aligned, found, claim)
    written = outcome != Outcome.UNCHANGED
    rows = _rows(draft, aligned, outcome, claim).filter(pa.array(written))
    rows = rows.set_column(
        rows.column_names.index("n"), "n", pa.array(np.arange(len(rows), dtype=np.int32))
    )
    return Settled(
        rows=rows,
        sketch=pack(blocks_of(encode(rows))),
        superseded=int((found & (outcome == Outcome.WINS)).sum()),
        contenders=int((outcome == Outcome.DISPUTES).sum()),
        unchanged=int((~written).sum()),
    )


def _align(winners: pa.Table, count: int) -> pa.Table:
    """One row for each row of the draft; nulls where nothing is held."""
    at = np.full(count, -1, np.int64)
    at[winners.column("i").to_numpy()] = np.arange(len(winners))
    return winners.take(pa.array(at, mask=at < 0))


def _outcomes(draft: Draft, aligned: pa.Table, found: np.ndarray, claim: Claim) -> np.ndarray:
    if claim.is_forced or not found.any():
        return np.full(len(found), Outcome.WINS, np.int8)
    outcome = decide(_claims(draft, aligned, found, claim.source))
    disputes = np.flatnonzero(outcome == Outcome.DISPUTES)
    if len(disputes):
        outcome[_already_raised(draft.table, aligned, disputes, claim.source)] = Outcome.UNCHANGED
    return outcome


def _claims(draft: Draft, aligned: pa.Table, found: np.ndarray, source: Source) -> Claims:
    new = draft.table
    quality, held_quality = column(new, "quality"), column(aligned, "quality", -1)
    held_source = column(aligned, "source", -1)
    rank, held_rank = _ranks(draft, held_source, source)
    return Claims(
        found=found,
        agrees=_agrees(new, aligned, quality == held_quality),
        same_source=held_source == source.pk,
        quality=quality,
        held_quality=held_quality,
        rank=rank,
        held_rank=held_rank,
    )


def _agrees(new: pa.Table, aligned: pa.Table, same_quality: np.ndarray) -> np.ndarray:
    """Same number and same text; two without a value agree only in what is wrong with them."""
    number, text = present(new, "value"), present(new, "text")
    same = (number == present(aligned, "value")) & (text == present(aligned, "text"))
    left, right = decimal_words(new.column("value")), decimal_words(aligned.column("value"))
    same &= (left == right).all(axis=1)
    if text.any():
        equal = pc.equal(new.column("text"), aligned.column("text"))
        same &= ~text | pc.fill_null(equal, False).to_numpy()
    agreed: np.ndarray = same & (number | text | same_quality)
    return agreed


def _ranks(draft: Draft, held_source: np.ndarray, source: Source) -> tuple[np.ndarray, np.ndarray]:
    codes = dict(
        Source.objects.filter(pk__in=np.unique(held_source).tolist()).values_list("id", "code")
    )
    elements = column(draft.table, "element").astype(np.int64)
    # 0 instead of -1: no source has that id, and a row without a winner needs no rank.
    sources = np.maximum(held_source, 0).astype(np.int64)
    pairs, where = np.unique(elements << 32 | sources, return_inverse=True)
    new_ranks, held_ranks = [], []
    for pair in pairs.tolist():
        listed = draft.elements[pair >> 32].precedence
        new_ranks.append(rank_of(source.code, listed, DECISION))
        held_ranks.append(rank_of(codes.get(pair & 0xFFFFFFFF, ""), listed, DECISION))
    return np.array(new_ranks)[where], np.array(held_ranks)[where]


def _already_raised(
    new: pa.Table, aligned: pa.Table, disputes: np.ndarray, source: Source
) -> list[int]:
    """The same source said the same against the same winner before: one task is enough."""
    rows = new.take(disputes)
    keys = list(zip(*(rows.column(name).to_pylist() for name in KEY), strict=True))
    places = [k[0] for k in keys]
    raised: dict[tuple[Any, ...], datetime] = {
        (*key, value, text): at
        for *key, value, text, at in Contender.objects.filter(
            source=source.pk,
            place__range=(min(places), max(places)),
            element__in={k[2] for k in keys},
            period__in={k[3] for k in keys},
        )
        .order_by("recorded_at")
        .values_list(*KEY, "value", "text", "recorded_at")
    }
    said = zip(rows.column("value").to_pylist(), rows.column("text").to_pylist(), strict=True)
    since = aligned.take(disputes).column("recorded_at").to_pylist()
    return [
        int(i)
        for i, key, what, held_at in zip(disputes, keys, said, since, strict=True)
        if (*key, *what) in raised and raised[*key, *what] >= held_at
    ]


def _rows(draft: Draft, aligned: pa.Table, outcome: np.ndarray, claim: Claim) -> pa.Table:
    new, count = draft.table, len(draft.table)
    wins = pa.array(outcome == Outcome.WINS)
    had = present(aligned, "value") | present(aligned, "text")
    columns = {name: new.column(name) for name in new.column_names} | {
        "effect": pa.array((outcome == Outcome.DISPUTES).astype(np.int8)),
        "prior": pc.if_else(wins, aligned.column("value"), None),
        "prior_present": pc.and_(wins, pa.array(had)),
        "source": pa.repeat(pa.scalar(claim.source.pk, pa.int32()), count),
        "batch": pa.repeat(pa.scalar(claim.batch, pa.int64()), count),
        "n": pa.nulls(count, pa.int32()),
        "seq": pa.nulls(count, pa.int64()),
        "recorded_at": pa.repeat(pa.scalar(claim.at, ROWS.field("recorded_at").type), count),
    }
    return pa.table([columns[f.name] for f in ROWS], schema=ROWS)
