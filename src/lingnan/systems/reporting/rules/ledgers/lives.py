"""The life of an entry as dated states: a new state from a day on, an end, a change long ago."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Life:
    """One state: true from `start` until the next state begins or `end` is reached (not counted).

    `data`: attribute key → text."""

    start: date
    end: date | None
    place: int
    data: Mapping[str, str]

    def holds(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day < self.end)


def on_day(states: Sequence[Life], day: date) -> Life | None:
    """`states` rise by start. None when it was not there."""
    begun = [one for one in states if one.start <= day]
    return begun[-1] if begun and begun[-1].holds(day) else None


def said_from(state: Life, day: date, patch: Mapping[str, str], place: int | None = None) -> Life:
    """The same entry from `day` on, changed; an empty text takes an attribute away."""
    data = {k: v for k, v in {**state.data, **patch}.items() if v}
    return Life(day, state.end, state.place if place is None else place, data)


def ended(state: Life, first_day_without: date) -> Life | None:
    """None when it began no earlier: a state of no day cannot be kept."""
    return replace(state, end=first_day_without) if first_day_without > state.start else None


def later(states: Sequence[Life], day: date, patch: Mapping[str, str]) -> list[Life]:
    """What must be said when a change of `day` becomes known late: the state from that day, and every
    later one for as long as it only carried the old word on."""
    base = on_day(states, day)
    if base is None:
        return []
    said = [said_from(base, day, patch)]
    open_, before = dict(patch), base
    for one in states:
        if one.start <= day:
            continue
        open_ = {k: v for k, v in open_.items() if one.data.get(k) == before.data.get(k)}
        if open_:
            said.append(said_from(one, one.start, open_))
        before = one
    return said


def day_before(day: date) -> date:
    return day - timedelta(days=1)
