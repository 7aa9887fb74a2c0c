"""What is kept back from those outside: declared limits of one edition."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

HIDDEN_SHOWN = "…"


@dataclass(frozen=True, slots=True)
class Giants:
    """Amounts of which `giants` units make up more than `share`, or the third and smaller ones less
    than `percent` of the greatest."""

    words: Sequence[str]
    levels: frozenset[int]
    giants: int
    share: Decimal
    percent: Decimal


@dataclass(frozen=True, slots=True)
class Suppression:
    """Counts of `dimensions` below `below` at places of `levels`; labels with `besides` are told."""

    valid_from: date
    source: str
    verified: bool
    dimensions: frozenset[str]
    below: int
    levels: frozenset[int]
    besides: Sequence[str]
    enterprise: Giants


@dataclass(frozen=True, slots=True)
class Kind:
    """What may tell of somebody by an element: counts below `below` at `levels` (0: none), amounts of
    `giants`. `adds`: what stands above is the sum."""

    levels: frozenset[int] = frozenset()
    below: int = 0
    giants: Giants | None = None
    adds: bool = True


@dataclass(frozen=True, slots=True)
class Tie:
    """A sum that a form's shape suggests, known from an evidence position on."""

    since: int
    total: int
    parts: frozenset[int]

    @property
    def elements(self) -> frozenset[int]:
        return self.parts | {self.total}


@dataclass(frozen=True)
class Tree:
    """A county and what says something in it. `homes`: whoever says → the town or county straight
    above; what an upper place says itself is minus its id. `size`: how many places of `lowest`."""

    root: int
    homes: Mapping[int, int]
    levels: Mapping[int, int]
    size: int
    lowest: int = 5
