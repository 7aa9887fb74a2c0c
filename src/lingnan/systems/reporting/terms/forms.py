"""What a department's form asks: drafts read from a workbook, candidates and proposals."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from lingnan.base.errors import Invalid
from lingnan.base.periods import Kind

from .matching import Weights


class FieldType(StrEnum):
    INTEGER = "integer"
    NUMBER = "number"
    MONEY = "money"
    PERCENT = "percent"
    CODE = "code"
    TEXT = "text"
    DATE = "date"
    NAME = "name"
    PLACE = "place"


class Role(StrEnum):
    """`ASKED` is a question; the others say whose row or sheet it is."""

    ASKED = "asked"
    PLACE = "place"
    UNIT = "unit"


class Layout(StrEnum):
    ITEMS = "items"
    """Every field has its own cell (item lists, cross tables, cards): one sheet a subject."""
    COLUMNS = "columns"
    """A table whose merged heads are the fields: one row a subject."""
    LIST = "list"
    """A register: a single head row, one row a person or household."""


class Dimension(StrEnum):
    """What a unit counts; quantities of two dimensions are never the same fact."""

    PERSONS = "persons"
    HOUSEHOLDS = "households"
    TIMES = "times"
    PERSON_TIMES = "person_times"
    THINGS = "things"
    MONEY = "money"
    AREA = "area"
    LENGTH = "length"
    WEIGHT = "weight"
    RATIO = "ratio"
    AGE = "age"
    DURATION = "duration"
    CODE = "code"
    OTHER = "other"


class Relation(StrEnum):
    SAME = "same"
    BROADER = "broader"
    """The target asks for more than the source: the source is part of it."""
    NARROWER = "narrower"
    """The target asks for a part of the source."""
    DERIVED = "derived"
    ALIKE = "alike"
    """Worth a look; proves nothing."""


class Quality(StrEnum):
    EXACT = "exact"
    APPROXIMATE = "approximate"


@dataclass(frozen=True, slots=True)
class Unit:
    """`written` as the form has it (`万元/年`); an answer × `multiplier` is in `base` (`元`)."""

    written: str
    base: str
    multiplier: Decimal = Decimal(1)
    dimension: Dimension = Dimension.OTHER
    per: str = ""


def blank_of(cell: str) -> int:
    """`A3#2` → 2: the second place to write in of that cell; 0: the cell itself."""
    return int(cell.partition("#")[2] or 0)


@dataclass(frozen=True, slots=True)
class Option:
    code: str
    label: str


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Of whom a figure is, where the words say so: `sex` = `2`, `age` = `60+`; `said` are they."""

    concept: str
    value: str
    said: str


@dataclass(frozen=True, slots=True)
class FieldDraft:
    """One question. `row` and `col` are 1-based and, like `cell` (`D5`), name the answer's cell."""

    code: str
    label: str
    path: tuple[str, ...]
    sheet: str
    row: int
    col: int
    cell: str
    label_cell: str
    type: FieldType
    unit: Unit | None = None
    options: tuple[Option, ...] = ()
    parent: str = ""
    role: Role = Role.ASKED
    hint: str = ""
    notes: tuple[str, ...] = ()
    samples: tuple[str, ...] = ()
    formula: str = ""
    """As written in the answer's cell (`=SUM(D5:D8)`): derived by the form, not asked."""
    repeats: bool = False
    """A column of a list: the cell is that of its first row, each row is a subject of its own."""
    column: str = ""
    """In a cross table: the head this row is crossed with (`男`, `上年`)."""
    period: str = ""
    """The form's own word when the field is of another time than the form (`上年同期`)."""
    breakdown: tuple[Breakdown, ...] = ()
    among: bool = False
    """The form says that it is a part of `parent` (其中), so it is never greater."""
    within: str = ""
    """The cell's own text, when the answer is written at one of several places in it (`A3#2`)."""

    @property
    def blank(self) -> int:
        """Which place of the cell's text, from 1; 0: the cell itself."""
        return blank_of(self.cell)


@dataclass(frozen=True, slots=True)
class SumHint:
    """The form's shape suggests `total` = sum of `parts` (codes); a hint, never a rule."""

    total: str
    parts: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Note:
    cell: str
    text: str


@dataclass(frozen=True, slots=True)
class Furniture:
    """A recognised cell that asks nothing: `title`, `head`, `section`, `seal`, `signature`, …"""

    cell: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Unread:
    """A cell or range the reader did not make a field of, and why."""

    cell: str
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class FormDraft:
    """One form of one sheet. `subject` is whom one filled form (or row) describes: `village`,
    `household`, `person` or `place`; `subject_name` is the form's own word (`贫困户`)."""

    form: str
    title: str
    sheet: str
    layout: Layout
    fields: tuple[FieldDraft, ...]
    unread: tuple[Unread, ...] = ()
    subtitle: str = ""
    period: str = ""
    cut_off: date | None = None
    subject: str = "place"
    subject_name: str = ""
    notes: tuple[Note, ...] = ()
    furniture: tuple[Furniture, ...] = ()
    sums: tuple[SumHint, ...] = ()
    again: tuple[int, ...] = ()
    """A list goes on beside itself: so many columns to the right its head stands once more."""

    def field(self, code: str) -> FieldDraft:
        """KeyError when the form has no such code."""
        for found in self.fields:
            if found.code == code:
                return found
        raise KeyError(code)

    def asked(self) -> tuple[FieldDraft, ...]:
        """The questions, without the columns that only say whose row it is."""
        return tuple(found for found in self.fields if found.role is Role.ASKED)


@dataclass(frozen=True, slots=True)
class FieldRef:
    form: str
    field: FieldDraft


@dataclass(frozen=True, slots=True)
class Candidate:
    target: FieldRef
    score: float
    relation: Relation
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """A source field and its best targets, best first; `chosen` is its partner one to one."""

    source: FieldRef
    candidates: tuple[Candidate, ...]
    chosen: Candidate | None = None


@dataclass(frozen=True, slots=True)
class Repeat:
    """Fields that ask the same fact (`SAME`), or whose first adds up the second (`DERIVED`)."""

    fields: tuple[FieldRef, ...]
    relation: Relation
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A village item that follows from other items; `uses` are codes of the household form
    (for a rate: of the village form)."""

    village_code: str
    formula: str
    sql: str
    quality: Quality
    reasons: tuple[str, ...]
    uses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Distinction:
    """A family of words that exclude one another. `silent` is what a label means that names none
    of them: a member, `whole` (all of them together) or `any` (says nothing)."""

    family: str
    silent: str
    members: Mapping[str, tuple[str, ...]]
    inherit: bool = False
    """Taken from the path when the label itself is silent."""
    strip: bool = False
    """Left out of the label's stem: the family is compared on its own."""
    usual: str = ""
    """The member that a label naming none most often means all the same."""
    adds: bool = False
    """A label's own member limits further what its parent says: 残疾人 among 低保对象 are both."""
    heads: bool = False
    """A heading that names a member limits what stands under it, though labels do not take it."""


@dataclass(frozen=True, slots=True, eq=False)
class PlainWords:
    """What tells little: letters of every count, matters of nearly every question, headings that
    limit nothing; `counting`: counting words that end a label; `said`, `named`: what a label counts
    that has no unit, by its counting words, and by its name alone. `measures`: last words that the
    unit says again; `whole`: 总 before a measure; `acts`: words that stand before or behind what is
    done; `directed`: where they do, the order says who goes where."""

    letters: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    headings: frozenset[str] = frozenset()
    counting: re.Pattern[str] = re.compile(r"(?!)")
    said: tuple[tuple[re.Pattern[str], Dimension], ...] = ()
    named: tuple[tuple[re.Pattern[str], Dimension], ...] = ()
    measures: Mapping[Dimension, re.Pattern[str]] = field(default_factory=dict)
    whole: re.Pattern[str] = re.compile(r"(?!)")
    acts: tuple[str, ...] = ()
    frequencies: tuple[tuple[re.Pattern[str], Kind], ...] = ()
    """Titles of forms that are filled in more often than once a year."""
    flows: re.Pattern[str] = re.compile(r"(?!)")
    """What happens within a time, of which a monthly form counts less than a yearly one."""
    bodies: re.Pattern[str] = re.compile(r"(?!)")
    """Names of what is counted in 户 though it is no household."""
    directed: re.Pattern[str] = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """`synonyms`: phrase → the phrase kept for it, both without punctuation and blanks; `english`:
    words of Latin column names → the words kept for them; `topics`: word → what it is about."""

    synonyms: Mapping[str, str] = field(default_factory=dict)
    distinctions: tuple[Distinction, ...] = ()
    english: Mapping[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    topics: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    weights: Weights = field(default_factory=Weights)
    plain: PlainWords = field(default_factory=PlainWords)
    qualifiers: Mapping[str, str] = field(default_factory=dict)
    """Word → what it limits a fact to; empty where it limits nothing."""
    bare: frozenset[str] = frozenset()
    """Labels that say only how something is measured."""
    counters: Mapping[str, int] = field(default_factory=dict)
    """Measure words that no other may stand for → their group."""
    moment: re.Pattern[str] = re.compile(r"(?!)")
    """Finds the month (group 1) and day (group 2) on which something is counted."""


class UnreadableWorkbook(Invalid):
    code = "reporting.unreadable_workbook"
    tell = "无法读取文件“{name}”：{why}"
