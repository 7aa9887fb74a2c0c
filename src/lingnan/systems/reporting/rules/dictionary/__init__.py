"""Decisions of the dictionary: which questions are one, what is remembered, how a table is ordered."""

from .clusters import clusters
from .identity import identity_of, kind_of, named
from .lineage import Earlier, moved, precedence_of, since
from .ordering import blocks
from .remembering import oriented, recall

__all__ = [
    "Earlier",
    "blocks",
    "clusters",
    "identity_of",
    "kind_of",
    "moved",
    "named",
    "oriented",
    "precedence_of",
    "recall",
    "since",
]
