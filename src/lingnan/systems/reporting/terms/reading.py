"""The declared words by which a sheet is read: what columns are for, what labels count."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from lingnan.base.periods import Kind

from .forms import Dimension, FieldType

NEVER = re.compile(r"(?!)")
Counted = tuple[tuple[re.Pattern[str], Dimension], ...]


@dataclass(frozen=True, slots=True, eq=False)
class ReadingWords:
    """Patterns of `content/reading.yaml`; an empty one knows no word."""

    roles: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """`code`, `item`, `unit`, `value`, `hint` → heads of columns, folded."""
    persons: re.Pattern[str] = NEVER
    places: re.Pattern[str] = NEVER
    units: re.Pattern[str] = NEVER
    whats: re.Pattern[str] = NEVER
    """Heads of names of persons, places and offices; of what is asked all the same."""
    place_columns: re.Pattern[str] = NEVER
    unit_columns: re.Pattern[str] = NEVER
    """Leading columns of a list that say whose row it is."""
    counters: frozenset[str] = frozenset()
    counts: tuple[str, ...] = ()
    """Ends of heads in a list that count, with their unit left out."""
    measured: Counted = ()
    unmeasured: re.Pattern[str] = NEVER
    implied: tuple[tuple[re.Pattern[str], str], ...] = ()
    """What a label counts, never counts, and counts in which unit where none is written."""
    quantities: re.Pattern[str] = NEVER
    sections: re.Pattern[str] = NEVER
    """Ends of labels that ask for a number, and of those that head others."""
    periods: re.Pattern[str] = NEVER
    """Heads that say which time a column is of."""
    signed: re.Pattern[str] = NEVER
    stocks: re.Pattern[str] = NEVER
    """What may be below zero, whatever it is counted in; money that is there or not."""
    closed: tuple[tuple[str, str], ...] = ()
    """Words that together leave nothing out."""
    totals: frozenset[str] = frozenset()
    """Heads and rows that add up the others."""
    types: tuple[tuple[re.Pattern[str], FieldType], ...] = ()
    """What a label without a unit asks for, by its last words, in the order in which it is tried."""
    frequencies: tuple[tuple[re.Pattern[str], Kind], ...] = ()
    """Titles of forms that are filled in more often than once a year."""


NO_WORDS = ReadingWords()
