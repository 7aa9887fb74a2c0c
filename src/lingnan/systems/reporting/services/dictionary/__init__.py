"""Use cases of the element dictionary; each answers the uuid of its act, which can be undone."""

from .deciding import confirm_above, confirm_match, decide_matches, refuse_match
from .describing import describe_element
from .joining import join_elements, split_element
from .undoing import undo_act

__all__ = [
    "confirm_above",
    "confirm_match",
    "decide_matches",
    "describe_element",
    "join_elements",
    "refuse_match",
    "split_element",
    "undo_act",
]
