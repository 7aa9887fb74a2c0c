"""The words of checking: what is wrong, how badly, by which rule."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import IntEnum, StrEnum

from lingnan.base.errors import Sentence

from .filings import Answer, FieldInfo, FilingInfo
from .messaging import Reminding


class Severity(StrEnum):
    """`ERROR` blocks; `EXPLAIN` blocks until its reporter says why; `HINT` never blocks."""

    ERROR = "error"
    EXPLAIN = "explain"
    HINT = "hint"


class Check(StrEnum):
    TYPE = "type"
    RANGE = "range"
    SUM = "sum"
    PART = "part"
    FORMULA = "formula"
    ELSEWHERE = "elsewhere"
    LEDGER = "ledger"
    CHILDREN = "children"
    LAST = "last"
    YEAR_AGO = "year_ago"
    VANISHED = "vanished"
    SIBLINGS = "siblings"


class Held(IntEnum):
    """What a cell holds. Zero is a value; nothing, missing and not applicable are three others."""

    NOTHING = 0
    VALUE = 1
    MISSING = 2
    NOT_APPLICABLE = 3


@dataclass(frozen=True, slots=True)
class Change:
    """Both must be passed: `share` of the old value, and `least` in base units."""

    share: Decimal
    least: Decimal


@dataclass(frozen=True, slots=True)
class Unusual:
    """A village stands out when it is more than `times` robust deviations from the median of at
    least `among` siblings, on a logarithmic scale; a deviation is never taken below `floor`, and
    less than `least` from the median (in base units) is nothing: among 0, 1 and 2 a 3 says little."""

    times: float
    among: int
    floor: float
    least: float


@dataclass(frozen=True, slots=True)
class Range:
    """Least and greatest value in the form's own unit; labels with a word of `besides` are free."""

    low: Decimal | None
    high: Decimal | None
    severity: Severity
    besides: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Quorum:
    """A place above may be released when so large a share of what is below is approved; of
    `spare_from` or more one may be missing whatever the share (0: never)."""

    share: Decimal
    spare_from: int
    method: str


@dataclass(frozen=True, slots=True)
class Passing:
    """What needs no reviewer's eye: no finding but hints, every figure within `change` of the last
    period's."""

    rule: str
    change: Decimal


@dataclass(frozen=True, slots=True)
class Thresholds:
    """One dated edition of `content/checks.yaml`."""

    valid_from: date
    source: str
    verified: bool
    severities: Mapping[Check, Severity]
    changes: Mapping[str, Change]
    ranges: Mapping[str, Range]
    tolerance: Decimal
    unusual: Unusual
    counts: Mapping[str, tuple[str, ...]]
    quorum: Quorum
    passing: Passing
    reminding: Reminding
    taking_back: int
    """So many days a village may take back what it sent to another."""

    def change_of(self, kind: str) -> Change:
        return self.changes.get(kind, self.changes["default"])


@dataclass(frozen=True, slots=True)
class Identity:
    """`total` = sum of `parts`, all field codes of one form; `said` when the bureau confirmed it."""

    total: str
    parts: tuple[str, ...]
    why: str
    said: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """`part` may not be greater than `whole`; `said` when the label says 其中."""

    part: str
    whole: str
    said: bool = False


@dataclass(frozen=True, slots=True)
class Formula:
    """The bureau accepted that `code` follows from other items of the form."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What one form can be checked by, worked out once."""

    fields: tuple[FieldInfo, ...]
    thresholds: Thresholds
    identities: tuple[Identity, ...] = ()
    pairs: tuple[Pair, ...] = ()
    formulas: tuple[Formula, ...] = ()


@dataclass(frozen=True, slots=True)
class Beside:
    """Another report of the place and period says the fact too: in its own `field`, in base units.
    `us`: the source it would name for what we say."""

    filing: str
    source: str
    field: FieldInfo
    value: Decimal
    us: str


@dataclass(frozen=True, slots=True)
class Known:
    """What is known beside the answers, by (place, field code), in base units; texts as text.

    `last`, `year_ago`: the marks matter too. `elsewhere`: (value, source) as other forms or ledgers
    say it, reports not yet approved too; `beside`: which report that is. `ledger`: what a ledger
    counts. `children`: the sum of the places below. `last_texts`:
    what was said in words.
    """

    last: Mapping[tuple[int, str], tuple[Decimal | None, Held]] = field(default_factory=dict)
    year_ago: Mapping[tuple[int, str], tuple[Decimal | None, Held]] = field(default_factory=dict)
    elsewhere: Mapping[tuple[int, str], tuple[Decimal, str]] = field(default_factory=dict)
    ledger: Mapping[tuple[int, str], Decimal] = field(default_factory=dict)
    children: Mapping[tuple[int, str], Decimal] = field(default_factory=dict)
    last_texts: Mapping[tuple[int, str], str] = field(default_factory=dict)
    beside: Mapping[tuple[int, str], Beside] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One filing as the checks see it."""

    place: int
    answers: Mapping[str, Answer]


@dataclass(frozen=True, slots=True)
class Finding:
    """`figures` are what was compared, named, in base units; `fix` says how to put it right."""

    severity: Severity
    check: Check
    place: int
    field: str
    cell: str
    words: Sentence
    fix: Sentence
    figures: tuple[tuple[str, Decimal], ...] = ()
    rule: str = ""
    source: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What an explanation answers: the field and the rule."""
        return self.field, self.rule


@dataclass(frozen=True, slots=True)
class Reason:
    """A stored explanation; it holds for the words it was given for, and no others."""

    field: str
    rule: str
    said: str
    reason: str
    given_at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """A finding, and why it is right all the same; `reason` empty when nobody has said."""

    finding: Finding
    reason: str = ""

    @property
    def blocks(self) -> bool:
        if self.finding.severity is Severity.ERROR:
            return True
        return self.finding.severity is Severity.EXPLAIN and not self.reason


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A report that was not approved, and what blocks it."""

    filing: FilingInfo
    told: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class Approved:
    """What one act of approval did: reports approved or passed on, and those left out."""

    done: tuple[FilingInfo, ...]
    left: tuple[LeftOut, ...] = ()
