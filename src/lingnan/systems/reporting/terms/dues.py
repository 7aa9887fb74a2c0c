"""The words of what falls due: at school age, at an age, when a certificate runs out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class DueRule:
    """Something that falls due by what a ledger keeps; `content/dues.yaml` says how."""

    code: str
    kind: str
    titles: Mapping[str, str] = field(hash=False)
    source: str
    attribute: str
    years: int = 0
    day: tuple[int, int] | None = None
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True)
class Dues:
    """One edition."""

    valid_from: date
    verified: bool
    rules: tuple[DueRule, ...]


@dataclass(frozen=True, kw_only=True)
class Due:
    rule: DueRule
    uuid: str
    place: int
    name: str
    masked: str
    day: str
    """A date; the month, where the date would tell more than the reader may know."""
