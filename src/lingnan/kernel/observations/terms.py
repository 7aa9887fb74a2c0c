"""The words of what is known: elements, values, batches, segments, ledgers and their events."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import IntEnum, StrEnum

from lingnan.base.events import Event


class ValueType(StrEnum):
    NUMBER = "number"
    INTEGER = "integer"
    MONEY = "money"
    PERCENT = "percent"
    CODE = "code"
    TEXT = "text"
    BOOLEAN = "boolean"
    DATE = "date"

    @property
    def is_numeric(self) -> bool:
        return self in {ValueType.NUMBER, ValueType.INTEGER, ValueType.MONEY, ValueType.PERCENT}


class OverPlaces(StrEnum):
    """How a value adds up over places."""

    SUM = "sum"
    AVG = "avg"
    MIN = "min"
    MAX = "max"
    COUNT = "count"
    LAST = "last"
    NONE = "none"


class OverTime(StrEnum):
    """How a value adds up over time: a stock is LAST, a flow is SUM."""

    SUM = "sum"
    LAST = "last"
    AVG = "avg"
    MIN = "min"
    MAX = "max"
    NONE = "none"


class Quality(IntEnum):
    REPORTED = 0
    DERIVED = 1
    ESTIMATED = 2
    CORRECTED = 3
    MISSING = 4
    NOT_APPLICABLE = 5
    SUPPRESSED = 6


class Effect(IntEnum):
    """CURRENT won when it was written; CONTENDER disagreed with a better source."""

    CURRENT = 0
    CONTENDER = 1


class Shape(StrEnum):
    """What a segment holds: values, or the versions of one kind of ledger."""

    VALUE = "value"
    LEDGER = "ledger"


# Rows of one block share a digest; two sums beside it name the row when one row was changed.
BLOCK = 1024
# The source of what a person decided between contenders; it stands before every other.
DECISION = "decision"
# More rows than this in one transaction would hold the write lock too long.
CHUNK = 5_000


@dataclass(frozen=True, kw_only=True)
class ElementDefinition:
    """`breakdown`: sorted (dimension, code) pairs; `precedence`: source codes, best first."""

    code: str
    titles: dict[str, str]
    type: ValueType
    unit: str = ""
    period_kind: int = 0
    over_places: OverPlaces = OverPlaces.SUM
    over_time: OverTime = OverTime.LAST
    label: str = "internal"
    subject_kind: str = "place"
    concept: str = ""
    breakdown: tuple[tuple[str, str], ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    precedence: tuple[str, ...] = ()
    expression: str = ""
    owner: str = ""
    valid_from: date | None = None


@dataclass(frozen=True, kw_only=True)
class ElementInfo(ElementDefinition):
    id: int
    uuid: str


@dataclass(frozen=True)
class Told:
    """Of some (place, element, period): which a reader is not told, and how many small figures only
    the word of its duty lets it see."""

    hidden: frozenset[tuple[int, int, int]] = frozenset()
    exact: int = 0


@dataclass(frozen=True, kw_only=True)
class NewValue:
    """`subject` 0 is the place itself; otherwise the id of a ledger entry that lives there."""

    place: int
    element: int
    period: int
    value: Decimal | None = None
    text: str | None = None
    quality: Quality = Quality.REPORTED
    subject: int = 0


@dataclass(frozen=True, kw_only=True)
class ValueInfo:
    value: Decimal | None
    text: str | None
    quality: Quality
    source: str
    batch: int
    recorded_at: datetime
    disputed: bool = False


@dataclass(frozen=True, kw_only=True)
class BatchInfo:
    """`repeated` is true when the key was already there: nothing was written again."""

    id: int
    key: str
    rows: int
    event: int | None
    superseded: int = 0
    contenders: int = 0
    unchanged: int = 0
    repeated: bool = False


@dataclass(frozen=True)
class Block:
    """The digest of up to `BLOCK` rows; two sums (mod 2**61 - 1) point at a changed row."""

    digest: bytes
    sum0: int
    sum1: int


@dataclass(frozen=True, kw_only=True)
class LedgerVersion:
    """One dated state of one entry: who lives where; `data`: element code → text form."""

    entry: int
    uuid: str
    kind: str
    place: int
    party: int | None
    valid_from: date
    valid_to: date | None
    data: dict[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ElementsDefined(Event):
    kind = "observations.elements_defined"
    digests: dict[str, str]  # code → sha256 of its definition


@dataclass(frozen=True, kw_only=True)
class ValuesRecorded(Event):
    """One batch. `row_root`, over its blocks, holds wherever the rows lie later."""

    kind = "observations.values_recorded"
    batch: str
    key: str
    source: str
    rows: int
    row_root: str
    superseded: int
    contenders: int
    unchanged: int
    payload: str
    periods: list[int]
    places: list[int]
    segments: dict[str, str] = field(default_factory=dict)  # an import's raw files: uuid → sha256


@dataclass(frozen=True, kw_only=True)
class SegmentSealed(Event):
    kind = "observations.segment_sealed"
    segment: str
    sha256: str
    rows: int
    batches: int


@dataclass(frozen=True, kw_only=True)
class SegmentsCompacted(Event):
    kind = "observations.segments_compacted"
    segment: str
    sha256: str
    rows: int
    replaced: list[str]


@dataclass(frozen=True, kw_only=True)
class SegmentsCollected(Event):
    """Files that no reader can still need were deleted: replaced ones and a crash's orphans."""

    kind = "observations.segments_collected"
    segments: list[str]
    orphans: int


@dataclass(frozen=True, kw_only=True)
class ExactShown(Event):
    """Small figures that others are not told were shown to a duty that may see them."""

    kind = "observations.exact_shown"
    output: str
    figures: int


@dataclass(frozen=True, kw_only=True)
class PeriodClosed(Event):
    kind = "observations.period_closed"
    period: int


@dataclass(frozen=True, kw_only=True)
class PeriodOpened(Event):
    kind = "observations.period_opened"
    period: int


@dataclass(frozen=True, kw_only=True)
class ContenderFound(Event):
    """A source disagreed with a better one. Wiring makes it a task."""

    kind = "observations.contender_found"
    batch: str
    contenders: int


@dataclass(frozen=True, kw_only=True)
class ContenderResolved(Event):
    kind = "observations.contender_resolved"
    element: str
    period: int
    batch: str
    n: int
    taken: bool


@dataclass(frozen=True, kw_only=True)
class LedgerKept(Event):
    kind = "observations.ledger_kept"
    ledger: str
    batch: str
    key: str
    source: str
    rows: int
    row_root: str
    payload: str
    places: list[int]
