"""The words of a round's plan: what is known of a fact, what a place is asked, what it costs."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum, StrEnum

from lingnan.kernel.observations.terms import Quality

from .planning import Fact, Identity, Means, Way


class When(IntEnum):
    """Of which period a value is, seen from the round's."""

    YEAR_AGO = 0
    BEFORE = 1
    NOW = 2


class Trust(IntEnum):
    """Whose word a value is. `TRUTH`: approved reports and the sources the element names."""

    OTHER = 0
    RETURNED = 1
    LEDGER = 2
    TRUTH = 3


class Knowing(IntEnum):
    """What is known of one fact of one place, and so which ways lead to it."""

    NOTHING = 0
    YEAR_AGO = 1
    UNCHANGED = 2
    LAST_YEAR = 3
    """This year's fact of last year's report, for a column of last year."""
    ROUGH = 4
    OTHER = 5
    RETURNED = 6
    COMING = 7
    SPANNED = 8
    """Periods of another kind say it: their sum, or what stood on the same last day."""
    LEDGER = 9
    HELD = 10


@dataclass(frozen=True, slots=True)
class Holding:
    """A value as far as planning minds. `is_flow`: it happened during its period; `is_fresh`: not
    older than what may be confirmed."""

    when: When
    trust: Trust
    quality: Quality
    is_flow: bool
    is_fresh: bool


class PlanKind(StrEnum):
    PLACE = "place"
    HOUSEHOLD = "household"


@dataclass(frozen=True, slots=True)
class PlannedFact:
    """One fact of one place: its way, and the words that explain it (with today's value)."""

    fact: Fact
    title: str
    way: Way
    why: str
    forms: tuple[str, ...] = ()

    @property
    def is_asked(self) -> bool:
        return self.way.means is Means.ASK


@dataclass(frozen=True, slots=True)
class PlanInfo:
    """`figures`: places, households, facts, fields, asked, confirmed, seconds, bound, shapes.
    `is_stale`: facts arrived for so many places that somebody must plan again."""

    uuid: str
    round: str
    planned_at: datetime
    sha256: str
    figures: dict[str, int]
    is_stale: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """The ways to the facts of one kind of subject. `ways[n]` are those to `facts[n]`."""

    facts: tuple[Fact, ...]
    ways: tuple[tuple[Way, ...], ...]
    identities: tuple[Identity, ...]


@dataclass(frozen=True, slots=True)
class Load:
    """Of some places together: `fields` is what the forms ask by themselves. A fact that several
    forms ask counts with the first; the others are repeats avoided."""

    units: int = 0
    fields: int = 0
    facts: int = 0
    asks: int = 0
    confirms: int = 0
    seconds_before: int = 0
    seconds_after: int = 0

    @property
    def avoided(self) -> int:
        """Neither typed nor confirmed."""
        return self.fields - self.asks - self.confirms

    @property
    def minutes_before(self) -> int:
        return -(-self.seconds_before // 60)

    @property
    def minutes_after(self) -> int:
        return -(-self.seconds_after // 60)

    def __add__(self, other: "Load") -> "Load":
        """Of another form, for the same places."""
        return replace(self.beside(other), units=max(self.units, other.units))

    def beside(self, other: "Load") -> "Load":
        """Of the same form, for other places."""
        return Load(
            self.units + other.units,
            self.fields + other.fields,
            self.facts + other.facts,
            self.asks + other.asks,
            self.confirms + other.confirms,
            self.seconds_before + other.seconds_before,
            self.seconds_after + other.seconds_after,
        )


@dataclass(frozen=True, slots=True)
class FormLoad:
    form: str
    title: str
    department: int | None
    load: Load


@dataclass(frozen=True, slots=True)
class Burden:
    """Of a round below a place: in all, by form, by department (None: nobody named), and by the
    places directly below."""

    whole: Load
    forms: tuple[FormLoad, ...]
    departments: Mapping[int | None, Load]
    places: Mapping[int, Load]


@dataclass(frozen=True, slots=True)
class SumInfo:
    """A sum the form's shape suggests; `is_accepted` None: nobody has decided."""

    total: str
    parts: tuple[str, ...]
    why: str
    is_accepted: bool | None
