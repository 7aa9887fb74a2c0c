"""Use cases that change the trees."""

from .apply import apply_changes
from .change import (
    LeftBehind,
    NotChild,
    NothingToChange,
    establish_place,
    merge_places,
    rename_place,
    split_place,
    transfer_place,
)
from .deeds import ChangeKnown, ChangeTooEarly, CodeTaken, NotLoaded, WrongLevel
from .load import CONTENT, AlreadyLoaded, load_divisions

__all__ = [
    "CONTENT",
    "AlreadyLoaded",
    "ChangeKnown",
    "ChangeTooEarly",
    "CodeTaken",
    "LeftBehind",
    "NotChild",
    "NotLoaded",
    "NothingToChange",
    "WrongLevel",
    "apply_changes",
    "establish_place",
    "load_divisions",
    "merge_places",
    "rename_place",
    "split_place",
    "transfer_place",
]
