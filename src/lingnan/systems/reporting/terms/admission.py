"""The words of admission: an offered form, its verdict, who let it in, until when, who objects."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum


def tenths(number: int, of: int) -> Decimal:
    return (Decimal(number) / of).quantize(Decimal("0.1"))


class Admitting(StrEnum):
    """How far an application is; `Standing` adds what the day says."""

    OFFERED = "offered"
    REFUSED = "refused"
    ADMITTED = "admitted"
    WITHDRAWN = "withdrawn"


class Standing(StrEnum):
    OFFERED = "offered"
    REFUSED = "refused"
    WAITING = "waiting"
    """Admitted, and its first day is still to come."""
    IN_FORCE = "in_force"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class Basis(StrEnum):
    OFFER = "offer"
    STOCK = "stock"
    """In use before admission began; taken into the first catalogue as it was."""


class Held(StrEnum):
    """What the planner says of one field of an offered form."""

    HELD = "held"
    DERIVABLE = "derivable"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Conditions:
    """What the bureau ties the admission to. `only`: field codes, empty: every field; `period`: the
    only one it may be asked for, 0: any. Both days count."""

    begins_on: date
    expires_on: date
    notice_days: int
    only: tuple[str, ...] = ()
    period: int = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """The rules of a day: months, days, and the numbers of the rules they were read from."""

    default_months: int
    longest_months: int
    notice_days: int
    decide_days: int
    answer_days: int
    number: str


@dataclass(frozen=True, slots=True)
class Offer:
    """What a department says with its form. `only`: cut to these fields; `period`: a one-off form's
    only one."""

    purpose: str
    legal_basis: str = ""
    only: tuple[str, ...] = ()
    period: int = 0


@dataclass(frozen=True, slots=True)
class Case:
    """An application as far as deciding minds. `approvals`: who said yes to which version of the
    conditions; `asker`: the person who offers it, `department`: for whom."""

    state: Admitting
    version: int
    conditions: Conditions | None
    approvals: tuple[tuple[int, int], ...]
    asker: int
    department: int | None

    @property
    def standing(self) -> tuple[int, ...]:
        """Who approved the conditions as they are now."""
        return tuple(party for party, version in self.approvals if version == self.version)


@dataclass(frozen=True, slots=True)
class Approver:
    """A person, and every department in which it holds a duty that day."""

    party: int
    departments: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class FieldVerdict:
    """`known`, `asked`: of so many places (or households); `asked` beyond what others ask already.
    `askers`: other forms' fields for the same fact (`FORM:code`); `likely`: one that seems to ask it
    and that nobody has decided on. `last_*`: of the newest value held."""

    field: str
    label: str
    cell: str
    kind: Held
    why: str
    element: str
    askers: tuple[str, ...] = ()
    known: int = 0
    asked: int = 0
    last_period: int = 0
    last_day: str = ""
    likely: str = ""


@dataclass(frozen=True, slots=True)
class VerdictOf:
    """One form beside those in force. `units`: places, or households; seconds of all of them
    together: the form by itself, the others without it, and with it."""

    units: int
    period: int
    forms: int
    rows: tuple[FieldVerdict, ...]
    asks: int
    confirms: int
    seconds_alone: int
    seconds_without: int
    seconds_with: int
    sha256: str = ""

    def count(self, kind: Held) -> int:
        return sum(row.kind is kind for row in self.rows)

    def differs(self, other: "VerdictOf") -> set[str]:
        """Codes of the fields of which the two do not say the same."""
        mine, theirs = ({(row.field, row.kind) for row in one.rows} for one in (self, other))
        return {field for field, _ in mine ^ theirs}

    @property
    def fields(self) -> int:
        return len(self.rows)

    @property
    def new(self) -> tuple[str, ...]:
        """Codes of the fields to ask for."""
        return tuple(row.field for row in self.rows if row.kind is Held.NEW)

    @property
    def seconds_more(self) -> int:
        return self.seconds_with - self.seconds_without

    def minutes(self, seconds: int) -> int:
        return -(-seconds // 60)

    def each(self, seconds: int) -> Decimal:
        """Minutes of one place or household, on average."""
        return tenths(seconds, 60 * max(self.units, 1))


@dataclass(frozen=True, slots=True)
class Vote:
    party: int
    version: int
    approves: bool
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AdmissionInfo:
    """`number`: 批准文号. `likely_new`: how many fields are left to ask for once the likely repeats
    are confirmed; None where none are. `only`, `period`: as wished for until conditions are set."""

    id: int
    uuid: str
    form: int
    form_code: str
    form_version: int
    title: str
    department: int | None
    department_name: str
    place: int
    period_kind: int
    subject: str
    fields: int
    basis: Basis
    purpose: str
    legal_basis: str
    state: Admitting
    version: int
    conditions: Conditions | None
    number: str
    offered_at: datetime
    decided_at: datetime | None
    decide_by: date | None
    withdrawn_on: date | None
    reason: str
    votes: tuple[Vote, ...] = ()
    verdict: VerdictOf | None = None
    likely_new: int | None = None
    only: tuple[str, ...] = ()
    period: int = 0
    asker: int = 0

    @property
    def approvals(self) -> int:
        """Of the conditions as they are now."""
        return sum(one.approves and one.version == self.version for one in self.votes)


class ObjectionKind(StrEnum):
    REPEATS = "repeats"
    UNLISTED = "unlisted"


class Ruling(StrEnum):
    UPHELD = "upheld"
    """It repeats another, or is in no catalogue: it need not be filled."""
    PARTLY = "partly"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Likeness:
    """A field of the form objected to, and the field of a form in force that asks the same."""

    field: str
    label: str
    form: str
    other: str
    score: str
    why: str


@dataclass(frozen=True, slots=True)
class ObjectionInfo:
    """`form`: the code of a registered form; `file_name`: of one that came outside the system."""

    uuid: str
    kind: ObjectionKind
    form: str
    title: str
    file_name: str
    file_sha256: str
    fields: int
    likenesses: tuple[Likeness, ...]
    words: str
    sender: str
    place: int
    made_at: datetime
    due_on: date
    ruling: Ruling | None
    answer: str
    answered_at: datetime | None
    department: int | None
