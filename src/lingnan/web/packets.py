"""What a system offers to be kept on a device, for work away from signal (`away`)."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Page:
    """A page to keep: with it the work can be done away from signal."""

    title: str
    url: str
    note: str = ""


@dataclass(frozen=True)
class Ledger:
    """Rows to look things up in, as the actor sees them (masked)."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Packet:
    pages: Sequence[Page] = ()
    ledgers: Sequence[Ledger] = ()
