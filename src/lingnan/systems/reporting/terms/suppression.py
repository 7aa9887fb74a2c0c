"""What is kept back from those outside: declared limits of one edition."""

from collections.abc import Sequence
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
