"""Many rows at once, and the stamp that tells every process the trees have changed."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, cast

from django.db import connection, models
from django.db.models import UUIDField

from lingnan.base.ids import uuid7

from ..models import TreeState


def insert(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Rows without objects: COPY on PostgreSQL, executemany on SQLite.

    The ORM's bulk_create builds an object a row and takes four times as long for the closure's
    280,000.
    Values must be plain (int, str, date, UUID, None). Returns how many.
    """
    waiting = list(rows)
    unique = [i for i, c in enumerate(columns) if isinstance(model._meta.get_field(c), UUIDField)]
    table = connection.ops.quote_name(model._meta.db_table)
    names = ", ".join(connection.ops.quote_name(column) for column in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cast(Any, cursor).copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in waiting:
                    copy.write_row(row)
            # The planner must not take a full table for an empty one until the transaction ends.
            cursor.execute(f"ANALYZE {table}")
        else:
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(
                f"INSERT INTO {table} ({names}) VALUES ({marks})",
                [_hex(row, unique) for row in waiting] if unique else waiting,
            )
    return len(waiting)


def _hex(row: Sequence[Any], places: Sequence[int]) -> list[Any]:
    """SQLite has no type for a UUID; Django keeps its hex digits."""
    plain = list(row)
    for i in places:
        plain[i] = row[i].hex
    return plain


def lock() -> TreeState | None:
    """The one row all changes of the trees queue for; None before the first load."""
    return TreeState.objects.select_for_update().filter(pk=1).first()


def stamp(at: datetime, *, content: str | None = None) -> None:
    """Tell every reader, in every process, that what it remembers is old."""
    fresh = {"stamp": uuid7(int(at.timestamp() * 1000))}
    if content is not None:
        fresh["content"] = content  # type: ignore[assignment]
    TreeState.objects.update_or_create(pk=1, defaults=fresh)
