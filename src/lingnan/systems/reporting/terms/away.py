"""What was typed away from signal, and what became of it when the signal returned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from lingnan.base.errors import Refused

from .filings import FieldInfo, FilingInfo


class Standing(StrEnum):
    SAVED = "saved"
    SUBMITTED = "submitted"
    DIFFERS = "differs"
    """Somebody else changed cells that were typed: nothing was written, she chooses."""
    STANDS = "stands"
    """The report can no longer be changed: submitted, approved, returned meanwhile, or closed."""
    WRONG = "wrong"
    """Kept as a draft; not submitted, for some cells need another look."""


@dataclass(frozen=True)
class Kept:
    """By field code, as controls hold it. `base`: what stood there when she began to type.

    `version`: of the report she began from, None when there was none. `reasons`: beside findings,
    by (field, rule). What is not named was not on her page.
    """

    place: int
    mine: Mapping[str, str]
    base: Mapping[str, str]
    submit: bool = False
    version: int | None = None
    reasons: Mapping[tuple[str, str], str] = field(default_factory=dict)


@dataclass(frozen=True)
class Difference:
    field: FieldInfo
    mine: str
    theirs: str


@dataclass(frozen=True)
class Sent:
    standing: Standing
    filing: FilingInfo | None = None
    differences: Sequence[Difference] = ()
    refused: Refused | None = None
