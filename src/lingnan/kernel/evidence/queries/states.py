"""What other nouns say of the state of their rows, for events to tell and verifiers to compare."""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Manager, QuerySet, UUIDField
from django.db.models.expressions import RawSQL


class State(NamedTuple):
    """`key`: what follows the colon of the subject; `shown`: what people call it; `value`: JSON."""

    key: str
    shown: str
    value: Any


Loader = Callable[[Sequence[str] | None], Iterator[State]]
_loaders: dict[str, Loader] = {}


def add_states(kind: str, fn: Loader) -> None:
    """`kind` is `noun.kind`. `fn(keys)` reads those rows, `fn(None)` every row that is told of."""
    if _loaders.setdefault(kind, fn) is not fn:
        raise ValueError(f"two loaders tell the state of {kind}")


def remove_states(kind: str) -> None:
    _loaders.pop(kind, None)


def loaders() -> dict[str, Loader]:
    return dict(sorted(_loaders.items()))


def is_told(subject: str) -> bool:
    """Whether some noun tells the state of this kind of subject."""
    return subject.partition(":")[0] in _loaders


def states_of(subjects: Sequence[str]) -> Iterator[tuple[str, State]]:
    """(subject, state) of those whose noun tells it; the others are passed over."""
    by_kind: dict[str, list[str]] = {}
    for subject in dict.fromkeys(subjects):
        kind, _, key = subject.partition(":")
        by_kind.setdefault(kind, []).append(key)
    for kind, keys in by_kind.items():
        if kind in _loaders:
            for state in _loaders[kind](keys):
                yield f"{kind}:{state.key}", state


MANY = 10_000  # keys in one list; more are found by reading everything


def narrowed(
    rows: "QuerySet[Any, Any] | Manager[Any]", name: str, keys: Sequence[Any] | None
) -> "QuerySet[Any, Any]":
    """Those whose column `name` is among the keys; all when there are none or too many to ask."""
    if keys is None or len(keys) > MANY:
        return rows.all()
    return among(rows, name, keys)


FEW = 20


def among(
    rows: "QuerySet[Any, Any] | Manager[Any]", name: str, keys: Sequence[Any]
) -> "QuerySet[Any, Any]":
    """Those whose column is one of the keys. Many go to SQLite as one parameter: the ORM would look
    at each of them three times before the database sees it."""
    if len(keys) <= FEW or connection.vendor != "sqlite":
        return rows.filter(**{f"{name}__in": list(keys)})
    field = rows.model._meta.pk if name == "pk" else rows.model._meta.get_field(name)
    kept = field.target_field if field.is_relation else field  # type: ignore[union-attr]
    if isinstance(kept, UUIDField):
        told: list[Any] = [str(key).replace("-", "") for key in keys]
    else:
        told = [kept.get_prep_value(key) for key in keys]
    listed = RawSQL("SELECT value FROM json_each(%s)", [json.dumps(told)])
    return rows.filter(**{f"{name}__in": listed})


def numbers_of(
    rows: "QuerySet[Any, Any] | Manager[Any]", keys: Sequence[str] | None
) -> list[int] | None:
    """Primary keys of the rows with these `uuid`s, to ask their parts by; None: all.

    A join would leave the order to a planner that, within the transaction of a bulk load, knows
    nothing of the tables yet and may compare every row with every other.
    """
    if keys is None or len(keys) > MANY:
        return None
    return list(narrowed(rows, "uuid", keys).values_list("pk", flat=True))


def grouped(
    rows: "QuerySet[Any, Any] | Manager[Any]", owner: str, *columns: str
) -> dict[Any, list[tuple[Any, ...]]]:
    """Values of the columns by owner, in the order of the primary keys."""
    found: dict[Any, list[tuple[Any, ...]]] = {}
    for key, *values in rows.order_by("pk").values_list(owner, *columns).iterator(2000):
        found.setdefault(key, []).append(tuple(values))
    return found


def wanted(keys: Sequence[str] | None) -> Callable[[Any], bool]:
    if keys is None:
        return lambda key: True
    held = set(keys)
    return lambda key: str(key) in held
