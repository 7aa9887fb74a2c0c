from lingnan.base.errors import StorageFull

from .compaction import Collected, Compacted, collect, compact
from .contenders import AlreadyDecided, resolve_contender
from .drafts import WrongValues
from .elements import WrongDefinition, define_elements
from .imports import ImportOvertaken, import_values
from .ledgers import WrongLedger, keep_ledger, lock_entries, seal_ledgers
from .periods import close_period, open_period, prune
from .projections import finish_projections
from .record import record_values
from .sealing import Sealed, seal
from .showing import tell_exact
from .writing import KeyReused

__all__ = [
    "AlreadyDecided",
    "Collected",
    "Compacted",
    "ImportOvertaken",
    "KeyReused",
    "Sealed",
    "StorageFull",
    "WrongDefinition",
    "WrongLedger",
    "WrongValues",
    "close_period",
    "collect",
    "compact",
    "define_elements",
    "finish_projections",
    "import_values",
    "keep_ledger",
    "lock_entries",
    "open_period",
    "prune",
    "record_values",
    "resolve_contender",
    "seal",
    "seal_ledgers",
    "tell_exact",
]
