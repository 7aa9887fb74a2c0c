"""What matching has learned: weights of the features of a pair, and what people decided."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Embed = Callable[[Sequence[str]], Any]
"""Texts → one row of numbers each, of equal width; rows need not be of unit length."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Log-odds a pair gains per unit of a named feature. `fitted_on` (ISO day) and `on` say when
    and on what; `rivals` are the weights of the second look, once every pair has its first score."""

    features: Mapping[str, float] = field(default_factory=dict)
    rivals: Mapping[str, float] = field(default_factory=dict)
    fitted_on: str = ""
    on: str = ""


@dataclass(frozen=True, slots=True)
class Decisions:
    """Pairs of fact keys a person decided; a key says what is asked, not in which form."""

    same: frozenset[frozenset[str]] = frozenset()
    different: frozenset[frozenset[str]] = frozenset()


UNDECIDED = Decisions()
