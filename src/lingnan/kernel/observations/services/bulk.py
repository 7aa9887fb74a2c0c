"""Many rows in one statement. By hand, because the ORM builds an object and a literal a cell."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import repeat
from typing import Any

from django.db import connection, models


class Told(str):
    """A cell of a JSON column that is JSON already."""


NONE: Mapping[Any, str] = {dict: "{}", list: "[]"}  # what most such cells of a new row hold
Columns = Mapping[str, Sequence[Any]]


def insert(
    model: type[models.Model], columns: Columns, same: Mapping[str, Any], *, conflict: str = ""
) -> None:
    """`columns` by field name, all of one length; `same` holds the fields every row shares."""
    count = len(next(iter(columns.values())))
    if not count:
        return
    fields: list[Any] = [model._meta.get_field(name) for name in (*columns, *same)]
    quote = connection.ops.quote_name
    names = ", ".join(quote(f.column) for f in fields)
    head = f"INSERT INTO {quote(model._meta.db_table)} ({names})"
    told = [_column(f, c) for f, c in zip(fields, columns.values(), strict=False)]
    constants = [
        _prepared(f, v) for f, v in zip(fields[len(columns) :], same.values(), strict=True)
    ]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            arrays = ", ".join(f"%s::{f.db_type(connection)}[]" for f in fields[: len(columns)])
            cells = ", ".join(f"%s::{f.db_type(connection)}" for f in fields[len(columns) :])
            chosen = ", ".join(f"u.c{i}" for i in range(len(columns)))
            aliases = ", ".join(f"c{i}" for i in range(len(columns)))
            cursor.execute(
                f"{head} SELECT {', '.join(filter(None, [chosen, cells]))} "
                f"FROM unnest({arrays}) AS u({aliases}) {conflict}",
                [*constants, *told],
            )
        else:
            marks = ", ".join(["%s"] * len(fields))
            rows = zip(*told, *(repeat(c, count) for c in constants), strict=False)
            cursor.executemany(f"{head} VALUES ({marks}) {conflict}", list(rows))


def _column(field: Any, values: Sequence[Any]) -> list[Any]:
    """As the database keeps them: the ORM would look at the field anew for every cell. A UUID may
    be its text."""
    if isinstance(field, models.JSONField):
        return [
            str(one)
            if type(one) is Told
            else json.dumps(one)
            if one
            else NONE.get(type(one)) or json.dumps(one)
            for one in values
        ]
    if connection.vendor != "sqlite":
        return list(values)
    if isinstance(field, models.UUIDField):
        return [one.replace("-", "") if type(one) is str else one.hex for one in values]
    if type(field) is models.DateField:
        told = {one: one and one.isoformat() for one in set(values)}
        return [told[one] for one in values]
    return list(values)


def _prepared(field: Any, value: Any) -> Any:
    if isinstance(field, models.JSONField | models.UUIDField) or type(field) is models.DateField:
        return _column(field, [value])[0]
    if isinstance(value, datetime) and connection.vendor == "sqlite":
        return connection.ops.adapt_datetimefield_value(value)
    return value


def upsert_clause(key: Sequence[str], changed: Sequence[str], guard: str = "") -> str:
    sets = ", ".join(f'"{name}" = excluded."{name}"' for name in changed)
    keys = ", ".join(f'"{name}"' for name in key)
    return f"ON CONFLICT ({keys}) DO UPDATE SET {sets}" + (f" WHERE {guard}" if guard else "")


def keys_clause(keys: Sequence[Sequence[int]]) -> tuple[str, list[Any]]:
    """A table `k(i, place, subject, element, period)` of the given columns, and its parameters."""
    if connection.vendor == "postgresql":
        return (
            "unnest(%s::bigint[], %s::bigint[], %s::integer[], %s::integer[]) "
            "WITH ORDINALITY AS k(place, subject, element, period, i)",
            [list(k) for k in keys],
        )
    packed = ",".join(f"[{p},{s},{e},{t}]" for p, s, e, t in zip(*keys, strict=True))
    return (
        "(SELECT key + 1 AS i, json_extract(value, '$[0]') AS place, "
        "json_extract(value, '$[1]') AS subject, json_extract(value, '$[2]') AS element, "
        "json_extract(value, '$[3]') AS period FROM json_each(%s)) AS k",
        [f"[{packed}]"],
    )
