"""Let a form in: offered with a verdict, approved by two persons, ended by its day or by somebody."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Max

from lingnan.base.actors import Actor
from lingnan.base.clock import legal_day
from lingnan.base.errors import Clash, Invalid, Problem
from lingnan.base.ids import subject, uuid7
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.parties import queries as parties

from ..models import Admission, AdmissionVote, Field
from ..queries.admission import admission as read
from ..queries.admission import assess, conditions_of, limits
from ..queries.forms import form_by_id
from ..queries.gate import departments_of, need
from ..queries.verdicts import as_kept, as_read
from ..rules import admission as rules
from ..terms.admission import (
    AdmissionInfo,
    Admitting,
    Approver,
    Case,
    Conditions,
    Held,
    Offer,
)
from ..terms.filings import FormInfo, FormState
from ..terms.happenings import (
    AdmissionApproved,
    AdmissionRefused,
    AdmissionWithdrawn,
)
from ..terms.refusals import (
    AlreadyOffered,
    ConditionsChanged,
    NeedReason,
)
from .assessing import found, locked, look_again, offered, stands
from .ledgers.deriving import propose_items
from .notices import notify

ADMITTED = "两人均已批准，文号 {number}。"
REFUSED = "不予批准。理由：{reason}"
WITHDRAWN = "已停用，不再要求填报。理由：{reason}"
WRITTEN = "《中华人民共和国统计法》第十五条"


def offer_form(form_id: int, offer: Offer, *, place: int, by: Actor, at: datetime) -> AdmissionInfo:
    """Ask that the form may be asked below `place`; the verdict comes with the answer.

    The planning runs before anything is locked. AlreadyOffered, NoSuchForm, Invalid.
    """
    on = legal_day(at)
    need(by, "reporting.register", [place], on=on)
    form = form_by_id(form_id)
    _check_offer(form, offer)
    rules_now = limits(on)
    propose_items(form.id, by=by, at=at)
    verdict, likely = assess(form, place, only=offer.only, to=by, on=on)
    try:
        with transaction.atomic():
            row = Admission.objects.create(
                uuid=uuid7(int(at.timestamp() * 1000)),
                form_id=form.id,
                department_id=form.department or _own_department(by, on),
                place=place,
                purpose=offer.purpose.strip(),
                legal_basis=offer.legal_basis.strip(),
                only=_in_order(form, offer.only),
                period=offer.period,
                verdict=as_kept(verdict),
                likely_new=likely,
                offered_by=by.party,
                offered_at=at,
                decide_by=on + timedelta(days=rules_now.decide_days),
            )
            evidence.record(offered(row, form, verdict), by=by, at=at)
    except IntegrityError as twice:
        raise AlreadyOffered(form=form.title.strip()) from twice
    return read(str(row.uuid), to=by, on=on)


def approve_admission(
    uuid: str,
    *,
    conditions: Conditions | None = None,
    seen: int | None = None,
    by: Actor,
    at: datetime,
) -> AdmissionInfo:
    """One person's yes; the second to the same conditions admits the form.

    Without `conditions` those that stand are meant, or the usual ones where none do. `seen`: the
    version that the person read. The verdict is made again with what is in force at this moment:
    where it is not what was shown, nobody approves before it was looked at. Invalid,
    ConditionsChanged, VerdictChanged, SamePerson, NotImpartial, NoPerson, AdmissionClosed, Clash.
    """
    on = legal_day(at)
    row = found(uuid)
    form, case = _case(row, conditions, seen, by, on)
    fresh = look_again(row, form, case, by=by, at=at)
    with transaction.atomic():
        row = locked(uuid)
        form, case = _case(row, conditions, seen, by, on)
        stands(row, form, fresh, on)
        keep(row, case)
        vote(row, True, "", by=by, at=at)
        also = admit(row, form, at) if case.state is Admitting.ADMITTED else []
        row.save()
        evidence.record(_approved(row, case), by=by, at=at, also=also)
        if case.state is Admitting.ADMITTED:
            _tell(row, ADMITTED.format(number=row.number), at)
    return read(uuid, to=by, on=on)


def _case(
    row: Admission, conditions: Conditions | None, seen: int | None, by: Actor, on: date
) -> tuple[FormInfo, Case]:
    """The application with this person's yes."""
    need(by, "reporting.admit", [row.place], on=on)
    if seen is not None and seen != row.version:
        raise ConditionsChanged
    form = form_by_id(row.form_id)
    wanted = conditions or conditions_of(row)
    wanted = wanted or _usual(tuple(row.only), row.period, on)
    _check_conditions(wanted, form, on)
    return form, rules.approve(case_of(row), approver_of(by, on), wanted)


@transaction.atomic
def refuse_admission(uuid: str, reason: str, *, by: Actor, at: datetime) -> AdmissionInfo:
    """In writing, with the reason; the department may offer the form again. NeedReason."""
    on, row = legal_day(at), locked(uuid)
    need(by, "reporting.admit", [row.place], on=on)
    if not reason.strip():
        raise NeedReason(basis=WRITTEN)
    case = rules.refuse(case_of(row), approver_of(by, on))
    row.state, row.reason, row.decided_at = case.state, reason.strip(), at
    vote(row, False, reason.strip(), by=by, at=at)
    row.save()
    told = AdmissionRefused(subject=_subject(row), form=row.form.code)
    evidence.record(told, by=by, at=at)
    _tell(row, REFUSED.format(reason=row.reason), at)
    return read(uuid, to=by, on=on)


@transaction.atomic
def withdraw_admission(uuid: str, reason: str, *, by: Actor, at: datetime) -> AdmissionInfo:
    """From today on nobody is asked; by the bureau, or by whoever offered it. NeedReason, Forbidden."""
    on, row = legal_day(at), locked(uuid)
    own = by.party == row.offered_by or row.department_id in approver_of(by, on).departments
    if not (by.may("reporting.register") and own):
        need(by, "reporting.admit", [row.place], on=on)
    if not reason.strip():
        raise NeedReason
    row.state = rules.withdraw(case_of(row)).state
    row.withdrawn_on, row.reason = on, reason.strip()
    row.save(update_fields=["state", "withdrawn_on", "reason"])
    told = AdmissionWithdrawn(subject=_subject(row), form=row.form.code, from_day=on)
    evidence.record(told, by=by, at=at)
    if by.party != row.offered_by:
        _tell(row, WITHDRAWN.format(reason=row.reason), at)
    return read(uuid, to=by, on=on)


def _tell(row: Admission, words: str, at: datetime) -> None:
    """Whoever offered the form hears what was decided."""
    title, link = row.form.title.strip(), f"/reporting/admission/{row.uuid}/"
    notify(row.offered_by, f"报表准入：{title}", words, link, department=row.department_id, at=at)


def case_of(row: Admission) -> Case:
    votes = row.votes.filter(approves=True).order_by("pk").values_list("party", "version")
    return Case(
        state=Admitting(row.state),
        version=row.version,
        conditions=conditions_of(row),
        approvals=tuple(votes),
        asker=row.offered_by,
        department=row.department_id,
    )


def approver_of(by: Actor, on: date) -> Approver:
    """With every department in which the person holds or covers a duty that day. Two queries."""
    return Approver(by.party, departments_of(by, on))


def vote(row: Admission, approves: bool, reason: str, *, by: Actor, at: datetime) -> None:
    AdmissionVote.objects.create(
        admission=row,
        version=row.version,
        party=by.party,
        duty=by.duty,
        approves=approves,
        reason=reason,
        at=at,
    )


def admit(row: Admission, form: FormInfo, at: datetime) -> list[str]:
    """Number it, spare what its conditions leave out, end what it takes the place of. Subjects whose
    state changed besides. Clash: another number was given at the same moment."""
    row.decided_at, row.year = at, legal_day(at).year
    last = Admission.objects.filter(year=row.year).aggregate(top=Max("serial"))["top"] or 0
    row.serial = last + 1
    row.number = limits(legal_day(at)).number.format(year=row.year, serial=row.serial)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as taken:
        raise Clash from taken
    before = Admission.objects.filter(form=row.form_id, state=Admitting.ADMITTED).exclude(pk=row.pk)
    ended = [
        subject("reporting", "admission", uuid) for uuid in before.values_list("uuid", flat=True)
    ]
    for one in before:
        one.state, one.withdrawn_on = Admitting.WITHDRAWN, row.begins_on
        one.reason = f"由 {row.number} 代替"
        one.save(update_fields=["state", "withdrawn_on", "reason"])
    _spare(row)
    return [subject("reporting", "form", form.uuid), *ended]


def _spare(row: Admission) -> None:
    """What may not be asked, but for what the planner says follows from the rest."""
    fields = Field.objects.filter(form=row.form_id)
    fields.filter(is_spared=True).update(is_spared=False)
    if not row.only:
        return
    follow: Iterable[str] = ()
    if row.verdict:
        follow = (one.field for one in as_read(row.verdict).rows if one.kind is Held.DERIVABLE)
    fields.exclude(code__in={*row.only, *follow}).update(is_spared=True)


def _check_offer(form: FormInfo, offer: Offer) -> None:
    known = {field.code for field in form.asked}
    problems = [
        Problem("only", "报表没有“{field}”这一项。", (("field", code),))
        for code in offer.only
        if code not in known
    ]
    if offer.period and not rules.is_of(offer.period, form.period_kind):
        problems.append(Problem("period", "一次性报表的报告期与报表的报告期类型不同。"))
    if not offer.purpose.strip():
        problems.append(Problem("purpose", "请写明为什么要这张表。"))
    if form.state is not FormState.CURRENT:
        problems.append(Problem("form", "这张表已停用或已有新版。"))
    if problems:
        raise Invalid(problems=problems)


def _check_conditions(wanted: Conditions, form: FormInfo, on: date) -> None:
    codes = [field.code for field in form.asked]
    problems = rules.faults_of(wanted, limits(on), codes, form.period_kind)
    if problems:
        raise Invalid(problems=problems)


def usual_conditions(found: AdmissionInfo, on: date) -> Conditions:
    """What stands where nobody says otherwise: from today, for the usual time, as it was offered."""
    return _usual(found.only, found.period, on)


def _usual(only: tuple[str, ...], period: int, on: date) -> Conditions:
    return replace(rules.proposed(limits(on), on, period), only=only)


def keep(row: Admission, case: Case) -> None:
    row.state, row.version = case.state, case.version
    if case.conditions:
        row.begins_on, row.expires_on = case.conditions.begins_on, case.conditions.expires_on
        row.notice_days, row.period = case.conditions.notice_days, case.conditions.period
        row.only = list(case.conditions.only)


def _own_department(by: Actor, on: date) -> int | None:
    if by.duty is None:
        return None
    worn = parties.own_duties(by.party, on=on, duty=by.duty)
    return next((one.duty.department_id for one in worn), None)


def _in_order(form: FormInfo, only: Sequence[str]) -> list[str]:
    return [field.code for field in form.asked if field.code in set(only)]


def _subject(row: Admission) -> str:
    return subject("reporting", "admission", row.uuid)


def _approved(row: Admission, case: Case) -> AdmissionApproved:
    assert case.conditions
    return AdmissionApproved(
        subject=_subject(row),
        form=row.form.code,
        conditions=case.version,
        approvals=len(case.standing),
        number=row.number,
        expires_on=case.conditions.expires_on,
        only=list(case.conditions.only),
    )
