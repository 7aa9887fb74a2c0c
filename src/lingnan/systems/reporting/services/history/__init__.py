"""Filled forms become dated, sourced values: take in, amend, confirm, settle, withdraw."""

from .amending import amend_history
from .confirming import confirm_history
from .settling import settle_rival
from .showing import show_history_values, show_rivals
from .taking import take_in_workbooks
from .withdrawing import withdraw_history

__all__ = [
    "amend_history",
    "confirm_history",
    "settle_rival",
    "show_history_values",
    "show_rivals",
    "take_in_workbooks",
    "withdraw_history",
]
