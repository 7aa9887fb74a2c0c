"""What somebody who writes tables and files, but has no key, may try; in a transaction never kept."""

import hashlib
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.db import connection, transaction

from lingnan.kernel.evidence.rules import signing
from lingnan.kernel.evidence.terms import Head
from lingnan.kernel.observations.models import Segment

from . import world

Said = Iterator[dict[str, Any]]


def forge(statements: list[str]) -> Said:
    """The findings with these statements done; the process ends without keeping them."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA foreign_keys = OFF")
        else:
            cursor.execute("SET session_replication_role = replica")
    with transaction.atomic():
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
                assert cursor.rowcount, f"nothing to forge: {statement}"
        yield {"findings": [str(found) for found in world.verify()]}
        transaction.set_rollback(True)


def verify(head: dict[str, Any] | None = None) -> Said:
    outside: Head | None = signing.read_head(head) if head else None
    yield {"findings": [str(found) for found in world.verify(outside)]}


def head() -> Said:
    from lingnan.kernel.evidence import queries

    newest = queries.latest_head()
    assert newest
    yield {"head": signing.head_dict(newest)}


def rewrite(kind: str, seed: int) -> Said:
    """One row of one file changed, the file and its manifest made to agree."""
    segment = segments()[kind]
    rows = pq.read_table(segment.file).to_pylist()
    chance = random.Random(seed)
    row = rows[chance.choice([n for n, r in enumerate(rows) if r["value"] is not None])]
    row["value"] += 1
    _write(segment, rows)
    yield {"place": row["place"], "n": row["n"], "uuid": str(segment.uuid)}


def cut(kind: str) -> Said:
    """A row taken out of a file."""
    segment = segments()[kind]
    rows = pq.read_table(segment.file).to_pylist()
    row = rows.pop(5)
    _write(segment, rows)
    yield {"place": row["place"], "n": row["n"], "uuid": str(segment.uuid)}


def segments() -> dict[str, Segment]:
    live = Segment.objects.filter(replaced_at=None, shape="value")
    return {
        "raw": live.filter(batch__isnull=False).order_by("-pk")[0],
        "sealed": live.filter(batch__isnull=True, periods=[world.YEAR]).order_by("-pk")[0],
        "merged": live.filter(batch__isnull=True)
        .exclude(periods=[world.YEAR])
        .order_by("-rows")[0],
    }


def _write(segment: Segment, rows: list[dict[str, Any]]) -> None:
    file: Path = segment.file
    pq.write_table(pa.Table.from_pylist(rows, schema=pq.read_schema(file)), file)
    raw = file.read_bytes()
    Segment.objects.filter(pk=segment.pk).update(
        sha256=hashlib.sha256(raw).hexdigest(), bytes=len(raw), rows=len(rows)
    )


def go_on(what: str) -> Said:
    """The honest service, which does not know."""
    from lingnan.base import clock
    from lingnan.kernel.observations import services as values

    world.drain()
    if what == "seal":
        values.seal(by=world.SYSTEM, at=clock.now())
    elif what == "compact":
        values.compact(by=world.SYSTEM, at=clock.now(), fewest=2)
    elif what == "bring":
        world.bring(77)
        world.correct_value(78)
    world.drain()
    yield {}
