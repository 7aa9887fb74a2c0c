"""Gates for reading what is known. Every one takes the reader and shows what it may see."""

from .assembly import CannotDerive
from .changes import changes, touched
from .current import current
from .derived import derived_values
from .elements import (
    NoSuchElement,
    SecretElement,
    element_map,
    elements,
    hidden,
    source_codes,
    sources_heard,
)
from .entries import entries, linked, listed, lives
from .guards import add_guard, remove_guard, told
from .held import periods_held, told_in
from .ledgers import entries_of_batch, entry_ids, ledger, ledger_counts
from .rollup import rollup
from .trend import look, trend
from .values import Version, history, values

__all__ = [
    "hidden",
    "entries_of_batch",
    "add_guard",
    "remove_guard",
    "told",
    "touched",
    "entry_ids",
    "CannotDerive",
    "NoSuchElement",
    "SecretElement",
    "Version",
    "changes",
    "current",
    "derived_values",
    "element_map",
    "elements",
    "entries",
    "history",
    "ledger",
    "ledger_counts",
    "linked",
    "look",
    "listed",
    "lives",
    "periods_held",
    "rollup",
    "source_codes",
    "sources_heard",
    "told_in",
    "trend",
    "values",
]
