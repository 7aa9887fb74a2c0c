"""Decisions of ledgers: what may be kept, how old somebody is, what is counted."""

from .ages import age_on, turns_on
from .counting import Columns, columns_of, counted, unknown_of, usable
from .dues import build_dues, due_on
from .kinds import build_kinds, given_of, titles_of
from .lives import Life, ended, later, on_day, said_from

__all__ = [
    "Columns",
    "Life",
    "age_on",
    "build_dues",
    "build_kinds",
    "columns_of",
    "counted",
    "due_on",
    "ended",
    "given_of",
    "later",
    "on_day",
    "said_from",
    "titles_of",
    "turns_on",
    "unknown_of",
    "usable",
]
