"""What one process remembers of the trees, thrown away when any process changes them."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from typing import Any, TypeVar, cast
from uuid import UUID

from django.db import connection

from ..models import TreeState

T = TypeVar("T")
KEPT = 2_048

_kept: OrderedDict[tuple[Hashable, ...], Any] = OrderedDict()
_lock = Lock()
_held: ContextVar[list[UUID | None] | None] = ContextVar("tree_stamp", default=None)


def stamp() -> UUID | None:
    """New after every change, in any process; None before the first load. One primary-key read;
    inside `steady` one for all.

    SQL by hand: it is asked at every look into memory, and the ORM takes longer than the database.
    """
    held = _held.get()
    if held is None:
        return _stamp()
    if not held:
        held.append(_stamp())
    return held[0]


def _stamp() -> UUID | None:
    table = connection.ops.quote_name(TreeState._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT stamp FROM {table} WHERE id = 1")
        found = cursor.fetchone()
    return UUID(str(found[0])) if found else None


@contextmanager
def steady() -> Iterator[None]:
    """All that is read inside is read under one stamp, found when it is first asked for: a page does
    not change trees half way. Only for what changes no tree itself."""
    token = _held.set([])
    try:
        yield
    finally:
        _held.reset(token)


def remembered(key: tuple[Hashable, ...], build: Callable[[], T]) -> T:
    """The value built for this key under the present stamp. The value must not be changed by its
    readers.
    """
    now = stamp()
    if now is None:
        return build()
    full = (now, *key)
    with _lock:
        if full in _kept:
            _kept.move_to_end(full)
            return cast(T, _kept[full])
    value = build()
    with _lock:
        _kept[full] = value
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return value
