"""Reading ledgers: entries, their lives, counts, who turns an age, what comes back from above."""

from ..counts import complete_since, covered_places, period_day
from .counting import count_ledger, item_rules, unknown_items
from .dues import dues
from .entries import (
    entries_of,
    entry,
    entry_on,
    find_entries,
    history,
    household_of,
    kind_of,
    ledger_of,
    members,
    name_of,
    names_of,
    whole_entry,
)
from .exporting import export_rows, heads_of
from .leaving import left_lately, taking_back
from .returns import faults_of, returned, returned_rows, returns
from .turning import month_days, turning
from .veiling import closed_to, personal_of, veiled

__all__ = [
    "closed_to",
    "count_ledger",
    "complete_since",
    "covered_places",
    "dues",
    "entries_of",
    "entry",
    "entry_on",
    "export_rows",
    "faults_of",
    "find_entries",
    "heads_of",
    "history",
    "household_of",
    "item_rules",
    "kind_of",
    "ledger_of",
    "left_lately",
    "members",
    "month_days",
    "name_of",
    "names_of",
    "period_day",
    "personal_of",
    "returned",
    "returned_rows",
    "returns",
    "taking_back",
    "turning",
    "unknown_items",
    "veiled",
    "whole_entry",
]
