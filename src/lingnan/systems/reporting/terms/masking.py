"""What tells who somebody is, and what is written down when it is shown in full."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from lingnan.base.errors import Invalid
from lingnan.base.events import Event


class Personal(StrEnum):
    NAME = "name"
    PHONE = "phone"
    NUMBER = "number"
    ADDRESS = "address"
    BIRTH = "birth"
    """Beside a number of which the rest is shown it would give the number: the year is shown."""


SENSITIVE = "**"
"""What stands for the answer of a sensitive attribute, whatever it is."""


@dataclass(frozen=True)
class Masking:
    """One edition: words that end the label of a question."""

    valid_from: date
    source: str
    verified: bool
    words: Mapping[Personal, tuple[str, ...]]


@dataclass
class Seen:
    """What one showing told that others are not told. Whoever shows it writes it down, once:
    `persons` whose names or numbers were in full, `exact` small figures seen by the duty's word."""

    persons: int = 0
    exact: int = 0


@dataclass(frozen=True, kw_only=True)
class PersonsShown(Event):
    """Persons were shown in full: in which output, how many. The reason can be erased; `reason` is
    its digest."""

    kind = "reporting.persons_shown"
    output: str
    persons: int
    reason: str
    forms: list[str]
    period: int = 0


class WhyInFull(Invalid):
    code = "reporting.why_in_full"
    tell = "请写明查看完整信息的原因。"
