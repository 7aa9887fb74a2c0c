"""The words of a block (块数据): all that is known of one place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from lingnan.base.clock import legal_day
from lingnan.kernel.places.terms import PlaceInfo


@dataclass(frozen=True, slots=True)
class Asking:
    """One question that asks the element."""

    form: str
    title: str
    department: str
    label: str
    where: str


@dataclass(frozen=True, slots=True)
class Known:
    """The newest figure of one element at the place, in the element's unit. `older`: period → number."""

    element: str
    title: str
    unit: str
    period: int
    value: Decimal | None
    text: str
    mark: str
    source: str
    recorded_at: datetime | None
    disputed: bool
    reported: int
    expected: int
    estimated: int
    older: Mapping[int, Decimal | None]
    asked_by: Sequence[Asking]

    def age(self, on: date) -> int | None:
        """Days since it was said."""
        return (on - legal_day(self.recorded_at)).days if self.recorded_at else None


@dataclass(frozen=True, slots=True)
class Progress:
    """An open round at the place: filings approved out of those expected."""

    round: str
    title: str
    period: int
    due_on: date
    approved: int
    expected: int


@dataclass(frozen=True, slots=True)
class Beside:
    """The same element at the place's siblings."""

    place: PlaceInfo
    value: Decimal | None
    reported: int
    expected: int


@dataclass(frozen=True, slots=True)
class Dispute:
    """What another source says of the place, not yet decided."""

    element: str
    title: str
    period: int
    value: Decimal | None
    text: str | None
    source: str
    recorded_at: datetime


@dataclass(frozen=True)
class Block:
    place: PlaceInfo
    seq: int
    as_of: datetime | None
    known: Sequence[Known]
    rounds: Sequence[Progress]
    ledgers: Mapping[str, int | None]
    """Kind → how many entries; None: kept back."""
    disputes: Sequence[Dispute]
    departments: Sequence[str] = field(default=())
    forms: Sequence[tuple[str, str]] = field(default=())
