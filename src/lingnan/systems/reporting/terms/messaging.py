"""The words of reminding: who is late, what is said, and the port every channel fits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Late:
    """A village that owes forms of a round. `working_days` left until the last day; negative: over.
    `duties`: of those who may fill there."""

    place: int
    forms: tuple[str, ...]
    due_on: date
    working_days: int
    duties: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Letter:
    """What a channel carries. `key` is the same at every try, so a receiver can drop a second one."""

    key: str
    to: tuple[str, ...]
    title: str
    words: str
    link: str = ""


class NotDelivered(Exception):
    """The channel said no, or said nothing; worth another try."""


class Channel(Protocol):
    """A way out of the building. `send` returns once the other side has it, else NotDelivered."""

    @property
    def name(self) -> str: ...

    def send(self, letter: Letter) -> None: ...


@dataclass(frozen=True, slots=True)
class Reminded:
    """`unreachable`: villages where nobody holds a duty to fill."""

    sent: int
    already: int
    unreachable: tuple[int, ...]
    late: Sequence[Late]


@dataclass(frozen=True, slots=True)
class MessageInfo:
    uuid: str
    title: str
    words: str
    link: str
    sent_at: datetime
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class Reminding:
    """When the platform reminds by itself: working days before the last day, and after it every
    `after` working days."""

    before: tuple[int, ...]
    after: int
    retries: tuple[int, ...]
