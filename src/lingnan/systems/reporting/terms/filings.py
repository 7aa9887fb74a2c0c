"""The words of a round of reporting: questions, answers, filings, products."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from lingnan.base.periods import Period

from .forms import FieldType, Layout, Option, Role, blank_of


class State(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"


class FormState(StrEnum):
    CURRENT = "current"
    WITHDRAWN = "withdrawn"


class RoundState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class Verdict(StrEnum):
    """What the bureau decided on something the machine proposed."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class Mark(StrEnum):
    """How sure an answer is. Zero is a value; `MISSING` and `NOT_APPLICABLE` are none."""

    REPORTED = "reported"
    MISSING = "missing"
    NOT_APPLICABLE = "not_applicable"
    DERIVED = "derived"
    ESTIMATED = "estimated"
    CORRECTED = "corrected"
    CONFIRMED = "confirmed"
    """What is offered stands; submission puts the offered value in its place."""


NOT_APPLICABLE_WORDS = frozenset({"不适用", "—", "——", "－", "-", "--", "/", "n/a", "na"})
MISSING_WORDS = frozenset({"缺", "缺报", "暂缺", "无数据", "不详", "…", "..."})
ZERO_WORDS = frozenset({"零", "无", "没有"})
"""Where a number is asked: nothing of it happened. The same as in `content/filled.yaml`."""
CONFIRM_WORDS = frozenset({"无变化", "同上期", "✓", "√"})
NOT_APPLICABLE_SHOWN = "—"


@dataclass(frozen=True, slots=True)
class Answer:
    """What was typed, in the form's own unit, and how sure it is. Wrong text is kept as typed.

    `reason`: why it was not typed but worked out or confirmed."""

    text: str = ""
    mark: Mark = Mark.REPORTED
    source: str = ""
    reason: str = ""

    @property
    def is_blank(self) -> bool:
        return not self.text and self.mark is Mark.REPORTED


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """One question of a registered form. An answer times `multiplier` is in the element's unit."""

    id: int
    form: int
    position: int
    code: str
    label: str
    path: tuple[str, ...]
    sheet: str
    row: int
    col: int
    cell: str
    type: FieldType
    role: Role
    unit: str
    base_unit: str
    dimension: str
    multiplier: Decimal
    options: tuple[Option, ...]
    element: int | None
    element_code: str = ""
    earlier: tuple[tuple[date, int, str], ...] = ()
    """(until, element, its code): for periods that begin before `until` it meant that element."""
    is_spared: bool = False
    """The form's admission leaves it out: nobody is asked for its sake."""
    below_zero: bool | None = None
    """Whether its words let it be negative (净增, 同比); None: as its kind of quantity does."""

    def at(self, period: int) -> "FieldInfo":
        """As it was asked in that period: a join or split never reaches back to answered periods."""
        if not self.earlier:
            return self
        start = Period.from_code(period).start
        for until, element, code in self.earlier:
            if start < until:
                return replace(self, element=element, element_code=code)
        return self

    @property
    def where(self) -> str:
        return f"{self.sheet}!{self.cell}"

    @property
    def blank(self) -> int:
        """Which place of the cell's text is the answer's, from 1; 0: the cell itself."""
        return blank_of(self.cell)

    @property
    def is_asked(self) -> bool:
        return self.role is not Role.PLACE and self.element is not None


@dataclass(frozen=True, slots=True)
class FormInfo:
    id: int
    uuid: str
    code: str
    version: int
    title: str
    department: int | None
    period_kind: int
    subject: str
    layout: Layout
    sheet: str
    file_sha256: str
    file_name: str
    state: FormState
    fields: tuple[FieldInfo, ...] = ()

    def field(self, code: str) -> FieldInfo | None:
        return next((found for found in self.fields if found.code == code), None)

    def at(self, period: int) -> "FormInfo":
        """With the elements its questions meant in that period."""
        if not any(one.earlier for one in self.fields):
            return self
        return replace(self, fields=tuple(one.at(period) for one in self.fields))

    @property
    def asked(self) -> tuple[FieldInfo, ...]:
        return tuple(found for found in self.fields if found.is_asked)

    def admitted(self) -> "FormInfo":
        """With the questions that its admission lets it ask."""
        if not any(one.is_spared for one in self.fields):
            return self
        return replace(self, fields=tuple(one for one in self.fields if not one.is_spared))


@dataclass(frozen=True, slots=True)
class FilingInfo:
    uuid: str
    form: int
    place: int
    subject: int
    period: int
    state: State
    version: int
    revision: int
    answers: Mapping[str, Answer]
    reason: str
    submitted_at: datetime | None
    approved_at: datetime | None
    reporter: int | None
    remarks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RoundInfo:
    uuid: str
    title: str
    place: int
    period: int
    forms: tuple[int, ...]
    opened_on: date
    due_on: date
    state: RoundState


@dataclass(frozen=True, slots=True)
class Ask:
    """One element asked of one place in one round, with every cell that wants it.

    `held` says that it need not be typed: `source`, `as_of` and `mark` say why. `confirm` marks a
    value that is offered but must be looked at (an approximate derivation); `waiting` one that will
    follow from household reports not yet approved; `follows` one that is worked out from other facts
    at submission. `spared`: the form's admission leaves it out. `why` is the plan's reason.
    """

    element: int
    element_code: str
    title: str
    fields: tuple[FieldInfo, ...]
    held: bool = False
    value: Decimal | None = None
    text: str | None = None
    mark: Mark = Mark.REPORTED
    source: str = ""
    as_of: datetime | None = None
    confirm: bool = False
    waiting: bool = False
    follows: bool = False
    spared: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class RepeatInfo:
    id: int
    source: FieldInfo
    target: FieldInfo
    source_form: str
    target_form: str
    relation: str
    score: Decimal
    reasons: tuple[str, ...]
    state: Verdict


@dataclass(frozen=True, slots=True)
class ProposalInfo:
    """`uses` name fields of the household form, or of the village form itself for a rate."""

    id: int
    village_form: int
    household_form: int | None
    field: FieldInfo
    formula: str
    sql: str
    quality: str
    reasons: tuple[str, ...]
    uses: tuple[str, ...]
    state: Verdict


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What keeps a report from being submitted, in the cell where it is put right. `severity` as a
    finding's: `error`, or `explain` where a reason will do."""

    where: str
    words: str
    fix: str
    field: str
    severity: str
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What one upload did: filings by uuid, what was wrong in those kept as drafts, and what else
    keeps them from being submitted (`left`)."""

    saved: tuple[str, ...]
    problems: tuple[tuple[str, str], ...] = ()
    left: tuple[Obstacle, ...] = ()


@dataclass(frozen=True, slots=True)
class Returned:
    """An upload and its own file again with the faults marked in it (`data` empty: none were found).

    What was received before a round was closed counts by `received_at`.
    """

    uploaded: Uploaded
    received_at: datetime
    name: str = ""
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class Produced:
    """A department's workbook, filled: the same place, period and as-of give the same bytes."""

    data: bytes
    name: str
    seq: int
    as_of: datetime
    sha256: str
    footnotes: tuple[str, ...]
    label: str = "internal"


@dataclass(frozen=True, slots=True)
class ReleaseInfo:
    uuid: str
    form: str
    place: int
    period: int
    seq: int
    as_of: datetime
    sha256: str
    produced_at: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """How far one place is in a round: filings by state out of those expected."""

    place: int
    expected: int
    draft: int = 0
    submitted: int = 0
    returned: int = 0
    approved: int = 0


STATE_WORDS = {
    State.DRAFT: "草稿",
    State.SUBMITTED: "待审核",
    State.RETURNED: "已退回",
    State.APPROVED: "已通过",
}
