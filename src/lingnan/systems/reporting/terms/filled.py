"""What a filled form says: values with place and period, and what is not sure enough to keep."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from .filings import Mark
from .forms import FieldDraft
from .reading import NO_WORDS, ReadingWords


@dataclass(frozen=True, slots=True)
class Spot:
    """A place as names find it. `parent` is the code above it; '' at the top."""

    code: str
    name: str
    level: int
    parent: str = ""


@dataclass(frozen=True, slots=True)
class PlaceGuess:
    """Which places the words may mean: one is sure, several wait for a person, none is unknown."""

    text: str = ""
    why: str = ""
    spots: tuple[Spot, ...] = ()

    @property
    def sure(self) -> Spot | None:
        return self.spots[0] if len(self.spots) == 1 else None


@dataclass(frozen=True, slots=True)
class PeriodGuess:
    """`period` as `Period.parse` takes it; '' when nothing, or too much, was said."""

    period: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """What one cell says. `value` is in the field's base unit, `said` a text, an option's code or
    a day; a `fault` keeps both from being taken."""

    text: str
    value: Decimal | None = None
    said: str | None = None
    mark: Mark = Mark.REPORTED
    fault: str = ""


@dataclass(frozen=True, slots=True)
class FilledValue:
    """`subject` is the household's or person's number within the place; '' for the place itself.
    `period`: of which the figure speaks; `asked_in`: the form's own, also where a column is of 上年."""

    cell: str
    sheet: str
    code: str
    label: str
    place: PlaceGuess
    period: str
    content: Content
    subject: str = ""
    doubt: str = ""
    """Why a person must look before it counts; '' when place, period and content are sure."""
    asked_in: str = ""

    @property
    def is_sure(self) -> bool:
        return not self.doubt


@dataclass(frozen=True, slots=True)
class Doubt:
    cell: str
    text: str
    why: str
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class FilledDraft:
    """One table of one sheet, filled. `fields` are as the form has them, cells as this file has."""

    form: str
    file: str
    title: str
    sheet: str
    place: PlaceGuess
    period: PeriodGuess
    subject: str
    fields: tuple[FieldDraft, ...] = ()
    values: tuple[FilledValue, ...] = ()
    doubts: tuple[Doubt, ...] = ()

    @property
    def sure(self) -> tuple[FilledValue, ...]:
        return tuple(value for value in self.values if value.is_sure)


@dataclass(frozen=True, slots=True)
class FilledWords:
    """Declared words of filled cells, compared after NFKC, without blanks and in lower case."""

    missing: frozenset[str] = frozenset()
    not_applicable: frozenset[str] = frozenset()
    zero: frozenset[str] = frozenset()
    about: tuple[str, ...] = ()
    ticks: frozenset[str] = frozenset()
    boxes: frozenset[str] = frozenset()
    crosses: frozenset[str] = frozenset()
    yes: frozenset[str] = frozenset()
    no: frozenset[str] = frozenset()
    totals: frozenset[str] = frozenset()
    subject_keys: tuple[str, ...] = ()
    place_heads: tuple[str, ...] = ()
    code_heads: frozenset[str] = frozenset()
    day_heads: tuple[str, ...] = ()
    place_ends: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    reading: ReadingWords = NO_WORDS
    """By which the blank form is read."""
