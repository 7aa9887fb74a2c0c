"""The words of the element dictionary: proposed elements, decisions that are remembered, lineage."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from lingnan.base.errors import Clash, Invalid, NotFound, Refused
from lingnan.base.events import Event

from .filings import FieldInfo, Verdict
from .forms import FieldRef, Relation

OPPOSITE = {Relation.BROADER: Relation.NARROWER, Relation.NARROWER: Relation.BROADER}


class Standing(StrEnum):
    """PROPOSED: read from a form, no clerk has looked; RETIRED: joined into another."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    RETIRED = "retired"


class ChangeKind(StrEnum):
    NAMED = "named"
    JOINED = "joined"
    SPLIT = "split"


@dataclass(frozen=True, slots=True)
class Identity:
    """A question without its form: `wording` is a digest of its normalised label path, unit, type and
    options; `department` the uuid of who asks, empty when nobody is named."""

    wording: str
    department: str = ""


@dataclass(frozen=True, slots=True)
class Decided:
    """One remembered word on two wordings: the target is `relation` seen from the source."""

    id: int
    source: Identity
    target: Identity
    relation: Relation
    by: int | None
    role: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DecidedPair:
    """A decision with what the matcher saw: enough to compute its features again."""

    source: FieldRef
    target: FieldRef
    relation: Relation
    by: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Memory:
    """What is remembered of one pair. `conflict`: people said different things; nobody decides."""

    relation: Relation
    decision: Decided
    conflict: bool = False


@dataclass(frozen=True, slots=True)
class Node:
    """A field as clustering sees it: only equal `kind`s (type, unit, options, subject) may meet."""

    id: int
    form: int
    element: int
    kind: str


@dataclass(frozen=True, slots=True)
class ClusterInfo:
    """Fields of several elements that ask one fact: a proposed element. `sure`: the least score."""

    key: str
    fields: tuple[FieldInfo, ...]
    forms: Mapping[int, str]
    titles: Mapping[str, str]
    converted: tuple[str, ...]
    unit: str
    type: str
    period_kind: int
    truth: str
    sure: Decimal
    saved: int


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: a form, its department's name, and the field there."""

    form: str
    title: str
    department: str
    field: FieldInfo
    per_year: int


@dataclass(frozen=True, slots=True)
class EntryInfo:
    """An element as the dictionary lists it. `truth`: whose word wins, best first."""

    id: int
    uuid: str
    code: str
    titles: Mapping[str, str]
    converted: tuple[str, ...]
    type: str
    unit: str
    period_kind: int
    subject_kind: str
    label: str
    owner: str
    standing: Standing
    truth: tuple[str, ...]
    precedence: tuple[str, ...]
    options: tuple[tuple[str, str], ...]
    asked: int
    forms: int


@dataclass(frozen=True, slots=True)
class ChangeInfo:
    """`before` and `after` are element codes; `since`: the first day it holds for, by form code."""

    uuid: str
    kind: ChangeKind
    before: tuple[str, ...]
    after: tuple[str, ...]
    moves: tuple[tuple[str, str, str, date | None], ...]
    words: Mapping[str, str]
    by: int | None
    role: str
    at: datetime
    undone_at: datetime | None


@dataclass(frozen=True, slots=True)
class Side:
    """One question of a doubtful pair with what stands around it in its workbook."""

    form: str
    title: str
    department: str
    field: FieldInfo
    around: tuple[FieldInfo, ...]
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DoubtInfo:
    """`effect`: answers a village need not give in a year when both are one fact."""

    id: int
    source: FieldInfo
    target: FieldInfo
    source_form: str
    target_form: str
    relation: Relation
    score: Decimal
    reasons: tuple[str, ...]
    state: Verdict
    said: str
    effect: int
    role: str = ""
    at: datetime | None = None
    remembered: bool = False
    conflict: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """Who asks what, ordered so that blocks show: rows are elements, columns are forms."""

    elements: tuple[EntryInfo, ...]
    forms: tuple[tuple[str, str, str], ...]
    marks: frozenset[tuple[int, int]]
    """(row, column)"""
    of_elements: int
    of_forms: int


@dataclass(frozen=True)
class FormMark:
    """A form in the matrix: how many things it asks, how many times a year."""

    code: str
    title: str
    department: str
    questions: int
    per_year: int


@dataclass(frozen=True)
class Overlap:
    """`shared`: things asked by both forms, `seeming`: pairs of questions not yet decided, by the
    numbers of two forms, the lower first. `who`: element → numbers of the forms that ask it.
    """

    forms: tuple[FormMark, ...]
    shared: Mapping[tuple[int, int], int]
    seeming: Mapping[tuple[int, int], int]
    who: Mapping[int, list[int]]


@dataclass(frozen=True)
class Shared:
    """One thing in two forms. With `element` it is one already; `doubt`: the pair to be decided."""

    first: str
    first_cell: str
    second: str
    second_cell: str
    element: str
    doubt: int
    score: float
    reasons: tuple[str, ...]
    decided_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class ElementsJoined(Event):
    """`into`: given up code → kept code; `fields`: `form:field` → first day it holds for, or always."""

    kind = "reporting.elements_joined"
    into: dict[str, str]
    fields: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class ElementSplit(Event):
    kind = "reporting.element_split"
    element: str
    new: str
    fields: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class ElementDescribed(Event):
    """Names, owner, source of truth or secrecy changed; the definitions lie in observations."""

    kind = "reporting.element_described"
    element: str
    digest: str


@dataclass(frozen=True, kw_only=True)
class ChangeUndone(Event):
    kind = "reporting.change_undone"
    act: str
    changes: int
    decisions: int


class NoSuchEntry(NotFound):
    code = "reporting.no_such_entry"
    tell = "数据元目录里没有“{element}”，或您无权查看。"


class NoSuchPair(NotFound):
    code = "reporting.no_such_pair"
    tell = "没有编号为 {number} 的疑似重复项目。"


class NotOneFact(Refused):
    code = "reporting.not_one_fact"
    tell = "“{first}”与“{second}”已有人认定不是同一件事；请先撤销那次决定，再合并。"


class NothingToSplit(Invalid):
    code = "reporting.nothing_to_split"
    tell = "请勾选要分出去的项目，至少留下一项，并给新的数据元起名。"


class NothingToJoin(Invalid):
    code = "reporting.nothing_to_join"
    tell = "请选择至少两个不同的数据元。"


class AlreadyUndone(Clash):
    code = "reporting.already_undone"
    tell = "这次操作已经撤销，或者没有这次操作。"


class ChangedSince(Refused):
    code = "reporting.changed_since"
    tell = "“{element}”在这之后又有改动，请先撤销后来的改动。"


class UnknownSource(Invalid):
    code = "reporting.unknown_source"
    tell = "“{source}”不是这个数据元的来源。可选：{known}。"


class UnknownLabel(Invalid):
    code = "reporting.unknown_label"
    tell = "“{label}”不是密级。可选：{known}。"
