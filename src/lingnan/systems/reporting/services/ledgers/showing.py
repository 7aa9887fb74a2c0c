"""Ledgers with their persons in full, for a reason that is evidence."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import TypeVar

from lingnan.base.actors import Actor
from lingnan.base.clock import legal_day

from ...queries import ledgers
from ...queries.masking import need_persons
from ...terms.dues import Due
from ...terms.ledgers import EntryOf, Turning
from ...terms.masking import Seen
from ..telling import checked_reason, tell_persons

T = TypeVar("T")


def show_entries(  # noqa: PLR0913 - which page of what, and why
    kind: str,
    place: int,
    day: date,
    *,
    reason: str,
    text: str = "",
    after: int = 0,
    limit: int = 50,
    by: Actor,
    at: datetime,
) -> list[EntryOf]:
    """A page of today's entries, or all of another day's."""
    on = legal_day(at)

    def read(seen: Seen) -> list[EntryOf]:
        if day != on:
            return ledgers.ledger_of(kind, place, day, to=by, on=on, in_full=seen)
        return ledgers.find_entries(
            kind, place, to=by, on=on, text=text, after=after, limit=limit, in_full=seen
        )

    return _shown(f"ledger.{kind}", place, reason, read, by, at)


def show_turning(
    place: int, age: int, first: date, last: date, *, reason: str, by: Actor, at: datetime
) -> list[Turning]:
    on = legal_day(at)
    return _shown(
        "turning",
        place,
        reason,
        lambda seen: ledgers.turning(place, age, first, last, to=by, on=on, in_full=seen),
        by,
        at,
    )


def show_dues(
    place: int, first: date, last: date, *, reason: str, by: Actor, at: datetime
) -> list[Due]:
    on = legal_day(at)
    return _shown(
        "dues",
        place,
        reason,
        lambda seen: ledgers.dues(place, first, last, to=by, on=on, in_full=seen),
        by,
        at,
    )


def _shown(
    output: str,
    place: int,
    reason: str,
    read: Callable[[Seen], Sequence[T]],
    by: Actor,
    at: datetime,
) -> list[T]:
    why, seen = checked_reason(reason), Seen()
    need_persons(by, [place], on=legal_day(at))
    found = list(read(seen))
    tell_persons(output, place, seen, why, by=by, at=at)
    return found
