"""The words of a plan: facts, the ways to get them, and the cheapest choice among the ways."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Fact = str
"""Usually an element's code; the planner only compares them."""


class Means(StrEnum):
    """How a fact is come by, cheapest kind first."""

    KNOWN = "known"
    """Held from its source of truth and fresh: nobody is bothered."""
    RETURNED = "returned"
    """Sent down from above."""
    DERIVE = "derive"
    """Follows from a ledger, or from other facts by an accepted formula."""
    IDENTITY = "identity"
    """Follows from the other members of a sum."""
    CONFIRM = "confirm"
    """Held, but old or from elsewhere: one look."""
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class Way:
    """One way to a fact: `cost` in seconds of a clerk's time, once every fact in `needs` is there."""

    fact: Fact
    means: Means
    cost: int
    needs: frozenset[Fact] = frozenset()
    why: str = ""


@dataclass(frozen=True, slots=True)
class Identity:
    """`total` is the sum of `parts`: any one of them follows from the others."""

    total: Fact
    parts: tuple[Fact, ...]
    why: str = ""

    @property
    def members(self) -> tuple[Fact, ...]:
        return (self.total, *self.parts)


@dataclass(frozen=True, slots=True)
class Choice:
    """The chosen way of every fact that is had, in an order in which each can be worked out.

    `bound` is a proved lower limit of the cost: equal to `cost`, the choice is the cheapest.
    """

    ways: tuple[Way, ...]
    cost: int
    bound: int

    @property
    def gap(self) -> float:
        """Zero when nothing cheaper exists; else the share that might still be saved."""
        return 0.0 if self.cost == self.bound else (self.cost - self.bound) / self.cost

    def by_fact(self) -> dict[Fact, Way]:
        return {way.fact: way for way in self.ways}

    def asked(self) -> tuple[Fact, ...]:
        return tuple(way.fact for way in self.ways if way.means is Means.ASK)


@dataclass(frozen=True, slots=True)
class Costs:
    """Seconds a clerk needs, by means; `source` says where the figures stand.

    `fresh_days`: how old a value of an earlier period may be and still be confirmed.
    """

    seconds: Mapping[Means, int] = field(default_factory=dict)
    fresh_days: int = 0
    source: str = ""
    unverified: bool = False


@dataclass(frozen=True, slots=True)
class Countable:
    """What a wording counts: over which ledger, by which formula; `exact`: it can mean nothing else."""

    kind: str
    formula: str
    exact: bool = False
