"""Who acts, wearing which hat, over which places: an argument of every use case, never a global."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Range = tuple[int, int]
Channel = Literal["web", "api", "cli", "job", "system"]
# partial: a second factor is overdue, so nothing may be done; token: a program's key
Assurance = Literal["none", "partial", "password", "token", "two_factor", "certificate"]

EVERYTHING = "*"
ANYWHERE: tuple[Range, ...] = ((0, 2**62),)


@dataclass(frozen=True)
class Scope:
    """The places one duty reaches, as inclusive runs of ids, while one edition of the tree held.

    `valid_to` is the first day on which the ranges no longer hold (None: still in force).
    """

    place: int
    ranges: tuple[Range, ...]
    valid_from: date = date.min
    valid_to: date | None = None

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True, kw_only=True)
class Actor:
    party: int
    account: int | None = None
    duty: int | None = None
    role: str = ""
    on_behalf_of: int | None = None
    scopes: tuple[Scope, ...] = ()
    permissions: frozenset[str] = frozenset()
    labels: frozenset[str] = field(default_factory=lambda: frozenset({"public"}))
    assurance: Assurance = "none"
    channel: Channel = "web"
    lang: str = "zh-hans"

    def may(self, permission: str) -> bool:
        return EVERYTHING in self.permissions or permission in self.permissions

    def ranges_on(self, day: date) -> tuple[Range, ...]:
        """Every run of place ids within reach on that day, merged."""
        return merge(r for scope in self.scopes if scope.holds_on(day) for r in scope.ranges)

    def reaches(self, place: int, day: date) -> bool:
        return any(low <= place <= high for low, high in self.ranges_on(day))

    def tag(self) -> str:
        """How evidence names the actor: never a personal name."""
        parts = [self.role or "nobody", f"party:{self.party}"]
        if self.duty is not None:
            parts.append(f"duty:{self.duty}")
        if self.on_behalf_of is not None:
            parts.append(f"for:{self.on_behalf_of}")
        return " ".join([*parts, f"via:{self.channel}"])


def merge(ranges: Iterable[Range]) -> tuple[Range, ...]:
    """The same ids in the fewest runs. `((1, 3), (4, 6))` becomes `((1, 6),)`."""
    merged: list[Range] = []
    for low, high in sorted(ranges):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return tuple(merged)


def runs(ids: Iterable[int]) -> tuple[Range, ...]:
    """Inclusive runs that hold exactly these ids."""
    return merge((i, i) for i in ids)


PUBLIC = Actor(party=0, role="public")


def system_actor(role: str = "system", channel: Channel = "system") -> Actor:
    """The platform itself (a job, the command line): everywhere, and named so in evidence."""
    return Actor(
        party=0,
        role=role,
        scopes=(Scope(0, ANYWHERE),),
        permissions=frozenset({EVERYTHING}),
        labels=frozenset({"public", "internal", "personal", "secret"}),
        assurance="certificate",
        channel=channel,
    )
