"""Acts on ledgers: each one transaction, with old and new, and evidence inside."""

from .acting import close_entry, die, merge_households, move_entry, move_person, split_household
from .answering import answer_return
from .covering import declare_complete
from .deriving import decide_item, derive_below, derive_ledgers, propose_items
from .exporting import export_ledger
from .importing import take_in_register
from .keeping import born, change_entry, register_entry
from .numbers import unmask_entry
from .retracting import retract_act, strike_entry
from .saying import Why
from .sending import Sent, send_return, send_values
from .showing import show_dues, show_entries, show_turning

__all__ = [
    "Sent",
    "Why",
    "answer_return",
    "born",
    "change_entry",
    "close_entry",
    "decide_item",
    "declare_complete",
    "derive_below",
    "derive_ledgers",
    "die",
    "export_ledger",
    "merge_households",
    "move_entry",
    "move_person",
    "propose_items",
    "register_entry",
    "retract_act",
    "send_return",
    "send_values",
    "split_household",
    "strike_entry",
    "take_in_register",
    "show_dues",
    "show_entries",
    "show_turning",
    "unmask_entry",
]
