"""Keyset paging: the last key seen travels as an opaque cursor, never a page number.

page = paging.page(lambda after, limit: queries.tail(to=actor, after_seq=after or 0, limit=limit),
                   key=lambda row: row.seq, cursor=request.GET.get("after"))
page.rows, page.next_cursor
"""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from lingnan.base.errors import Invalid, Problem

T = TypeVar("T")

SIZE = 50
MOST = 500


@dataclass(frozen=True)
class Page(Generic[T]):
    rows: Sequence[T]
    next_cursor: str  # empty on the last page


def page(
    read: Callable[[Any, int], Sequence[T]],
    *,
    key: Callable[[T], Any],
    cursor: str | None = None,
    size: int = SIZE,
) -> Page[T]:
    """`read(after, limit)` gives the rows after that key; one more tells whether there are more."""
    size = max(1, min(size, MOST))
    rows = list(read(decode(cursor), size + 1))
    more = len(rows) > size
    rows = rows[:size]
    return Page(rows, encode(key(rows[-1])) if more else "")


def window(rows: Sequence[T], *, cursor: str | None = None, size: int = SIZE) -> Page[T]:
    """Pages of a list already whole in memory (a few thousand rows at most), by offset."""
    start = decode(cursor) or 0
    if not isinstance(start, int) or start < 0:
        raise _wrong()
    size = max(1, min(size, MOST))
    more = start + size < len(rows)
    return Page(rows[start : start + size], encode(start + size) if more else "")


def encode(key: Any) -> str:
    raw = json.dumps(key, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def decode(cursor: str | None) -> Any:
    """None for the first page; Invalid when the cursor is not one of ours."""
    if not cursor:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        return json.loads(base64.urlsafe_b64decode(padded.encode("ascii")))
    except (ValueError, binascii.Error, UnicodeError):
        raise _wrong() from None


def _wrong() -> Invalid:
    return Invalid(problems=[Problem("after", "翻页标记无效，请从第一页看起。")])
