"""What happens in a round, as evidence keeps it."""

from dataclasses import dataclass
from datetime import date

from lingnan.base.events import Event


@dataclass(frozen=True, kw_only=True)
class FormRegistered(Event):
    kind = "reporting.form_registered"
    tells_state = True
    form: str
    form_version: int
    sha256: str
    fields: int


@dataclass(frozen=True, kw_only=True)
class FormCorrected(Event):
    """What the reader saw was put right by hand, or last year's corrections were carried over.

    `corrections` is a digest of all that is said now; `repointed` are elements that took the place
    of others because a question changed its meaning; `lost` counts what found no place.
    """

    kind = "reporting.form_corrected"
    tells_state = True
    form: str
    form_version: int
    profile: int
    corrections: str
    repointed: list[str]
    removed: list[str]
    lost: int
    carried_from: int = 0


@dataclass(frozen=True, kw_only=True)
class RepeatDecided(Event):
    kind = "reporting.repeat_decided"
    element: str
    fields: list[str]
    accepted: bool
    relation: str = ""
    remembered: bool = False


@dataclass(frozen=True, kw_only=True)
class DerivationDecided(Event):
    kind = "reporting.derivation_decided"
    field: str
    formula: str
    accepted: bool


@dataclass(frozen=True, kw_only=True)
class RoundOpened(Event):
    kind = "reporting.round_opened"
    tells_state = True
    forms: list[str]
    period: int
    due_on: date


@dataclass(frozen=True, kw_only=True)
class RoundClosed(Event):
    kind = "reporting.round_closed"
    tells_state = True
    period: int


@dataclass(frozen=True, kw_only=True)
class HouseholdsEntered(Event):
    """Households a village reports on for the first time; their numbers stay out of the tree."""

    kind = "reporting.households_entered"
    households: list[str]


@dataclass(frozen=True, kw_only=True)
class DraftSaved(Event):
    """`answers` is a digest of what was typed; the words themselves stay out of the tree."""

    kind = "reporting.draft_saved"
    form: str
    period: int
    filings: int
    answers: str


@dataclass(frozen=True, kw_only=True)
class ReportSubmitted(Event):
    kind = "reporting.report_submitted"
    tells_state = True
    form: str
    period: int
    revision: int
    answers: str


@dataclass(frozen=True, kw_only=True)
class ReportsApproved(Event):
    """One act of approval over one or many filings; `filings` are their subjects."""

    kind = "reporting.reports_approved"
    period: int
    filings: list[str]
    answers: str


@dataclass(frozen=True, kw_only=True)
class ReportReturned(Event):
    kind = "reporting.report_returned"
    tells_state = True
    form: str
    period: int
    cells: list[str]


@dataclass(frozen=True, kw_only=True)
class ReportReopened(Event):
    """Its reporter corrects it; the approved values stand until the next approval."""

    kind = "reporting.report_reopened"
    tells_state = True
    form: str
    period: int
    revision: int


@dataclass(frozen=True, kw_only=True)
class EstimateAdded(Event):
    kind = "reporting.estimate_added"
    element: str
    period: int


@dataclass(frozen=True, kw_only=True)
class ItemsDerived(Event):
    kind = "reporting.items_derived"
    form: str
    period: int
    places: int


@dataclass(frozen=True, kw_only=True)
class WorkbookProduced(Event):
    kind = "reporting.workbook_produced"
    tells_state = True
    form: str
    period: int
    seq: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class RoundPlanned(Event):
    """What a round asks at least; `sha256` covers every choice."""

    kind = "reporting.round_planned"
    period: int
    figures: dict[str, int]
    sha256: str


@dataclass(frozen=True, kw_only=True)
class SumDecided(Event):
    kind = "reporting.sum_decided"
    form: str
    total: str
    parts: list[str]
    accepted: bool


@dataclass(frozen=True, kw_only=True)
class FindingExplained(Event):
    """`reason` is a digest; the words themselves can be erased."""

    kind = "reporting.finding_explained"
    form: str
    period: int
    field: str
    rule: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ReportsPassedOn(Event):
    """Approved at one level; the next one up has its turn."""

    kind = "reporting.reports_passed_on"
    period: int
    level: int
    filings: list[str]


@dataclass(frozen=True, kw_only=True)
class ReportsPassedByRule(Event):
    """Nobody looked at these: the declared rule found them unchanged and clean."""

    kind = "reporting.reports_passed_by_rule"
    form: str
    period: int
    rule: str
    filings: list[str]


@dataclass(frozen=True, kw_only=True)
class QuorumReleased(Event):
    """A place above was given out with `approved` of `expected` villages and so many estimated."""

    kind = "reporting.quorum_released"
    form: str
    period: int
    expected: int
    approved: int
    estimated: int
    method: str


@dataclass(frozen=True, kw_only=True)
class ReviewOrdered(Event):
    """Who reviews a form one after the other."""

    kind = "reporting.review_ordered"
    tells_state = True
    form: str
    levels: list[int]


@dataclass(frozen=True, kw_only=True)
class RemindersSent(Event):
    """One act of reminding: how many villages, by which day."""

    kind = "reporting.reminders_sent"
    period: int
    places: int
    day: date


@dataclass(frozen=True, kw_only=True)
class MessagesDelivered(Event):
    """What one run of delivery through a channel outside came to."""

    kind = "reporting.messages_delivered"
    channel: str
    sent: int
    failed: int


@dataclass(frozen=True, kw_only=True)
class AdmissionOffered(Event):
    """A form asks to be let in. `figures`: fields, held, derivable, new, as the planner counted them;
    `verdict` covers every field's. Told again when the verdict was made anew (`again`)."""

    kind = "reporting.admission_offered"
    tells_state = True
    form: str
    form_version: int
    figures: dict[str, int]
    verdict: str
    again: bool = False


@dataclass(frozen=True, kw_only=True)
class AdmissionApproved(Event):
    """One person's yes to this version of the conditions; the second admits."""

    kind = "reporting.admission_approved"
    tells_state = True
    form: str
    conditions: int
    approvals: int
    number: str
    expires_on: date
    only: list[str]


@dataclass(frozen=True, kw_only=True)
class AdmissionRefused(Event):
    kind = "reporting.admission_refused"
    tells_state = True
    form: str


@dataclass(frozen=True, kw_only=True)
class AdmissionWithdrawn(Event):
    kind = "reporting.admission_withdrawn"
    tells_state = True
    form: str
    from_day: date


@dataclass(frozen=True, kw_only=True)
class StockAdmitted(Event):
    """One person's yes to all forms that were in use before admission began."""

    kind = "reporting.stock_admitted"
    forms: list[str]
    offered: int
    admitted: int


@dataclass(frozen=True, kw_only=True)
class ObjectionMade(Event):
    """A clerk says that a form repeats another, or is in no catalogue. `sha256`: of a file from
    outside; `alike`: so many of its fields are asked by forms in force."""

    kind = "reporting.objection_made"
    tells_state = True
    says: str
    form: str
    sha256: str
    fields: int
    alike: int
    due_on: date


@dataclass(frozen=True, kw_only=True)
class ObjectionAnswered(Event):
    kind = "reporting.objection_answered"
    tells_state = True
    form: str
    ruling: str
    in_time: bool
