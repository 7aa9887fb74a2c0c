"""What forms, rounds and reports are by now, for events to tell and verifiers to compare.

A draft may change at any time: of an open report only its review is told, of one never submitted
nothing; of what the machine proposed only what somebody decided.
"""

from collections.abc import Iterator, Sequence

from lingnan.kernel.evidence.queries import State, grouped, narrowed, numbers_of, wanted

from ..models import (
    Admission,
    AdmissionVote,
    Field,
    Filing,
    Form,
    Household,
    Objection,
    Proposal,
    Release,
    Repeat,
    Round,
)
from ..terms.filings import State as Step
from ..terms.filings import Verdict
from .ledgers.states import STATES as LEDGERS

Keys = Sequence[str] | None
PAGE = 1000
FORM = ("code", "version", "title", "department", "period_kind", "subject", "layout", "sheet")
FILE = ("file_sha256", "file_name", "profile", "state", "levels", "registered_at")
FIELD = ("position", "code", "label", "path", "sheet", "row", "col", "cell", "type", "role")
MEANING = ("unit", "base_unit", "dimension", "multiplier", "options", "element", "earlier")
ROUND = ("title", "place", "period", "opened_on", "due_on", "state", "closed_at")
FILING = (
    "form",
    "place",
    "subject",
    "period",
    "state",
    "revision",
    "passed_level",
    "reason",
    "remarks",
)
REVIEW = ("reporter", "submitted_by", "submitted_at", "approved_by", "approved_at")
REPEAT = (
    "source",
    "target",
    "relation",
    "score",
    "reasons",
    "state",
    "said",
    "decided_by",
    "decided_at",
)
PROPOSAL = ("field", "household_form", "formula", "sql", "quality", "reasons", "uses", "state")
RELEASE = ("form", "place", "subject", "period", "seq", "as_of", "sha256", "produced_at")
ADMISSION = ("form", "department", "place", "basis", "purpose", "legal_basis", "state", "version")
TERMS = ("begins_on", "expires_on", "notice_days", "only", "period", "number", "year", "serial")
DECIDED = ("verdict", "likely_new", "offered_by", "offered_at", "decide_by", "decided_at")
ENDED = ("withdrawn_on", "reason")
VOTE = ("version", "party", "duty", "approves", "reason", "at")
OBJECTION = ("kind", "form", "title", "sender", "file_name", "file_sha256", "fields", "likenesses")
OBJECTED = ("words", "place", "made_by", "made_at", "due_on", "ruling", "answer")
ANSWERED = ("answered_by", "answered_at")
SETTLED = (Step.SUBMITTED, Step.APPROVED)


def forms(keys: Keys) -> Iterator[State]:
    these = numbers_of(Form.objects, keys)
    fields = grouped(narrowed(Field.objects, "form", these), "form", *FIELD, *MEANING)
    spared = grouped(narrowed(Field.objects.filter(is_spared=True), "form", these), "form", "code")
    rows = narrowed(Form.objects.order_by("pk"), "uuid", keys)
    mine = wanted(keys)
    for pk, uuid, *held in rows.values_list("pk", "uuid", *FORM, *FILE).iterator(PAGE):
        if mine(uuid):
            told = [held, fields.get(pk, []), *spared.get(pk, [])]
            yield State(str(uuid), f"{held[0]} v{held[1]}", told)


def rounds(keys: Keys) -> Iterator[State]:
    asked = grouped(Round.forms.through.objects, "round", "form")
    rows = narrowed(Round.objects.order_by("pk"), "uuid", keys)
    mine = wanted(keys)
    for pk, uuid, *held in rows.values_list("pk", "uuid", *ROUND):
        if mine(uuid):
            yield State(str(uuid), f"{held[0]} {held[2]}", [held, sorted(asked.get(pk, []))])


def filings(keys: Keys) -> Iterator[State]:
    """Submitted, approved, returned, or reopened."""
    rows = narrowed(Filing.objects.order_by("pk"), "uuid", keys)
    rows = rows.exclude(state=Step.DRAFT, revision=1)
    mine = wanted(keys)
    columns = ("uuid", "form__code", "version", "answers", *FILING, *REVIEW)
    for uuid, form, version, answers, *held in rows.values_list(*columns).iterator(PAGE):
        if mine(uuid):
            said = [version, answers] if held[4] in SETTLED else []
            yield State(str(uuid), f"{form} {held[1]}/{held[2]} {held[3]} ({uuid})", [held, said])


def repeats(keys: Keys) -> Iterator[State]:
    rows = narrowed(Repeat.objects.order_by("pk"), "pk", keys).exclude(state=Verdict.PROPOSED)
    mine = wanted(keys)
    for pk, *held in rows.values_list("pk", *REPEAT).iterator(PAGE):
        if mine(pk):
            yield State(str(pk), f"#{pk}", held)


def proposals(keys: Keys) -> Iterator[State]:
    rows = narrowed(Proposal.objects.order_by("pk"), "pk", keys).exclude(state=Verdict.PROPOSED)
    mine = wanted(keys)
    columns = ("pk", "decided_by", "decided_at", *PROPOSAL)
    for pk, *held in rows.values_list(*columns).iterator(PAGE):
        if mine(pk):
            yield State(str(pk), f"#{pk}", held)


def households(keys: Keys) -> Iterator[State]:
    rows = narrowed(Household.objects.order_by("pk"), "pk", keys)
    mine = wanted(keys)
    for pk, *held in rows.values_list("pk", "place", "number").iterator(PAGE):
        if mine(pk):
            yield State(str(pk), f"#{pk}", held)


def releases(keys: Keys) -> Iterator[State]:
    rows = narrowed(Release.objects.order_by("pk"), "uuid", keys)
    mine = wanted(keys)
    for uuid, *held in rows.values_list("uuid", *RELEASE).iterator(PAGE):
        if mine(uuid):
            yield State(str(uuid), str(uuid), held)


def admissions(keys: Keys) -> Iterator[State]:
    these = numbers_of(Admission.objects, keys)
    votes = grouped(narrowed(AdmissionVote.objects, "admission", these), "admission", *VOTE)
    rows = narrowed(Admission.objects.order_by("pk"), "uuid", keys)
    mine = wanted(keys)
    columns = ("pk", "uuid", "form__code", *ADMISSION, *TERMS, *DECIDED, *ENDED)
    for pk, uuid, code, *held in rows.values_list(*columns).iterator(PAGE):
        if mine(uuid):
            yield State(str(uuid), f"{code} ({uuid})", [held, votes.get(pk, [])])


def objections(keys: Keys) -> Iterator[State]:
    rows = narrowed(Objection.objects.order_by("pk"), "uuid", keys)
    mine = wanted(keys)
    columns = ("uuid", *OBJECTION, *OBJECTED, *ANSWERED)
    for uuid, *held in rows.values_list(*columns).iterator(PAGE):
        if mine(uuid):
            yield State(str(uuid), f"{held[2]} ({uuid})", held)


STATES = {
    "reporting.admission": admissions,
    "reporting.objection": objections,
    "reporting.form": forms,
    "reporting.round": rounds,
    "reporting.filing": filings,
    "reporting.repeat": repeats,
    "reporting.proposal": proposals,
    "reporting.household": households,
    "reporting.release": releases,
    **LEDGERS,
}
