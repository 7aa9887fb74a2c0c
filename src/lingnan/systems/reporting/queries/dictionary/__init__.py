"""Gates for reading the element dictionary, what is doubtful, and what people decided."""

from .clusters import proposed
from .decisions import decisions, remembered
from .doubts import doubt_counts, doubts, sides
from .entries import askers, changes, entries, entries_called, entry, last_act
from .grid import grid

__all__ = [
    "askers",
    "changes",
    "decisions",
    "doubt_counts",
    "doubts",
    "entries",
    "entries_called",
    "entry",
    "grid",
    "last_act",
    "proposed",
    "remembered",
    "sides",
]
