"""The current state of every ledger entry against its versions, which are proved by their blocks."""

from collections.abc import Iterator
from typing import Any

import duckdb
from django.db.models import Q

from lingnan.kernel.evidence.terms import Finding

from ..models import Batch, LedgerEntry
from .versions import data_of, named, rows, versions

NOUN = "observations.ledger_entry"
SAID = ("kind", "place", "party_id", "valid_from", "valid_to", "batch_id", "n")
# Of the latest beginning, what was said last: as `standing` and the use case have it.
NEWEST = """
SELECT *, min(entry) OVER mine AS low, max(entry) OVER mine AS high FROM versions
WHERE key IS NOT NULL AND uuid IS NOT NULL WINDOW mine AS (PARTITION BY uuid)
QUALIFY row_number() OVER (PARTITION BY uuid ORDER BY valid_from DESC, "order" DESC, n DESC) = 1
ORDER BY uuid
"""
Row = dict[str, Any]


def check_entries(until: int) -> Iterator[Finding]:
    """A merge of two streams in the order of the uuid."""
    held = LedgerEntry.objects.order_by("uuid").iterator(2000)
    entry = next(held, None)
    with versions(until) as con:
        for newest in rows(con.execute(NEWEST)):
            while entry and str(entry.uuid) < newest["uuid"]:
                yield from _stray(entry, until)
                entry = next(held, None)
            if entry and str(entry.uuid) == newest["uuid"]:
                yield from _compare(entry, newest, until)
                yield from _misplaced(con, newest, entry.pk)
                entry = next(held, None)
            else:
                yield Finding(NOUN, named(newest), "台账历史中有，现状里没有：被删除")
    while entry:
        yield from _stray(entry, until)
        entry = next(held, None)


def _stray(entry: LedgerEntry, until: int) -> Iterator[Finding]:
    if not _is_later(entry, until):
        yield Finding(NOUN, _name(entry), "台账历史中没有：自行插入")


def _compare(entry: LedgerEntry, newest: Row, until: int) -> Iterator[Finding]:
    there = newest | {"party_id": newest["party"], "batch_id": newest["batch"]}
    wrong = [name for name in SAID if getattr(entry, name) != there[name]]
    if entry.data != data_of(newest):
        wrong.append("data")
    if newest["low"] == newest["high"] != entry.pk:
        wrong.append("id")
    if wrong and not _is_later(entry, until):
        version = f"批次 {newest['key']} 第 {newest['n']} 行"
        what = f"与台账历史（{version}）不符：{'、'.join(wrong)} 被改动"
        yield Finding(NOUN, _name(entry), what)


def _misplaced(con: duckdb.DuckDBPyConnection, newest: Row, entry: int) -> Iterator[Finding]:
    """Versions that were turned to another entry."""
    if newest["low"] == newest["high"]:
        return
    with con.cursor() as beside:
        found = beside.execute(
            "SELECT * FROM versions WHERE uuid = ? AND entry <> ? ORDER BY batch, n LIMIT 20",
            [newest["uuid"], entry],
        )
        for row in rows(found):
            where = f"批次 {row['key']} 第 {row['n']} 行 {named(row)}"
            yield Finding("observations.ledger_version", where, "所属对象与其他版本不符：被改动")


def _is_later(entry: LedgerEntry, until: int) -> bool:
    """Moved by a batch that came after the moment that is checked."""
    later = Q(event__seq=None, event__isnull=False) | Q(event__seq__gt=until)
    return Batch.objects.filter(later, pk=entry.batch_id).exists()


def _name(entry: LedgerEntry) -> str:
    return f"地点 {entry.place} · {entry.kind} {entry.uuid}"
