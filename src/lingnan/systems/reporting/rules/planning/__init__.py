"""The shortest list: which facts to ask so that every field of every form can be filled.

A fact may be had in several ways: known, sent down, derived, worked out from a sum, confirmed, asked.
Each way costs a clerk some seconds and may need other facts first. `choose` finds the cheapest set of
ways in which nothing rests on itself (`solving`); `shapes` does so once for all villages of which the
same is known.
"""

from .costs import costs_on
from .identities import (
    distinct,
    gap_of,
    identities_of,
    identity_of,
    solved,
    ways_of_rates,
    words_of_identity,
)
from .knowledge import judge, own_ways, says_for_others, trust_of, words_of, words_of_guess
from .lags import lags_of
from .problem import closed, ordered, ways_of_identity
from .shapes import Shapes, plan_shapes
from .solving import choose
from .spans import Spans, finer_than, spans_of, within

__all__ = [
    "Shapes",
    "Spans",
    "choose",
    "closed",
    "costs_on",
    "distinct",
    "finer_than",
    "gap_of",
    "identities_of",
    "identity_of",
    "judge",
    "lags_of",
    "ordered",
    "own_ways",
    "plan_shapes",
    "says_for_others",
    "solved",
    "spans_of",
    "trust_of",
    "ways_of_identity",
    "ways_of_rates",
    "within",
    "words_of",
    "words_of_guess",
    "words_of_identity",
]
