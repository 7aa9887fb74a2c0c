"""Who may let a form in, under which conditions, and where it stands on a day: values in, values out.

Two persons approve the same conditions, neither of them of the department that asks. Whoever sets
other conditions begins again: an approval stands for what it was given for and for nothing else.
"""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from lingnan.base.errors import Problem, Sentence
from lingnan.base.periods import Period

from ..terms.admission import Admitting, Approver, Case, Conditions, Limits, Standing
from ..terms.refusals import AdmissionClosed, NoPerson, NotImpartial, SamePerson

NEEDED = 2
WORDS = {
    Standing.OFFERED: "待批准",
    Standing.REFUSED: "不予批准",
    Standing.WAITING: "已批准，未到起始日",
    Standing.IN_FORCE: "在用",
    Standing.EXPIRED: "已过期",
    Standing.WITHDRAWN: "已停用",
}
DONE = Sentence("已批准")
YEARLY = {0: 1, 1: 2, 2: 4, 3: 12, 4: 52, 5: 1}
"""Times a year, by kind of period."""


def approve(case: Case, by: Approver, conditions: Conditions | None = None) -> Case:
    """One more yes. Other conditions than those that stand make a new version, and this the first.

    AdmissionClosed, NoPerson, NotImpartial, SamePerson; ValueError: nobody has set conditions yet.
    """
    _may_decide(case, by, Sentence("批准"))
    wanted = conditions or case.conditions
    if wanted is None:
        raise ValueError("no conditions to approve")
    version = case.version if wanted == case.conditions else case.version + 1
    changed = replace(case, version=version, conditions=wanted)
    if by.party in changed.standing:
        raise SamePerson
    approved = replace(changed, approvals=(*case.approvals, (by.party, version)))
    if len(approved.standing) < NEEDED:
        return approved
    return replace(approved, state=Admitting.ADMITTED)


def refuse(case: Case, by: Approver) -> Case:
    """One no is enough: the department may offer the form again. Like `approve`."""
    _may_decide(case, by, Sentence("不予批准"))
    return replace(case, state=Admitting.REFUSED)


def withdraw(case: Case) -> Case:
    """AdmissionClosed when there is nothing to end."""
    if case.state not in {Admitting.OFFERED, Admitting.ADMITTED}:
        raise AdmissionClosed(state=_said(case.state), action=Sentence("停用"))
    return replace(case, state=Admitting.WITHDRAWN)


def standing_on(
    state: Admitting, conditions: Conditions | None, withdrawn_on: date | None, on: date
) -> Standing:
    """What an application is that day. Withdrawn from a day on, it was in force before."""
    if state in {Admitting.OFFERED, Admitting.REFUSED} or conditions is None:
        return Standing.WITHDRAWN if state is Admitting.WITHDRAWN else Standing(state.value)
    if withdrawn_on is not None and on >= withdrawn_on:
        return Standing.WITHDRAWN
    if on < conditions.begins_on:
        return Standing.WAITING
    return Standing.EXPIRED if on > conditions.expires_on else Standing.IN_FORCE


def proposed(limits: Limits, begins_on: date, period: int = 0) -> Conditions:
    """What stands where the bureau says nothing else; a one-off ends with the half year after its
    period at the latest."""
    expires = add_months(begins_on, limits.default_months) - timedelta(days=1)
    if period:
        expires = min(expires, max(begins_on, add_months(Period.from_code(period).end, 6)))
    return Conditions(begins_on, expires, limits.notice_days, period=period)


def faults_of(wanted: Conditions, limits: Limits, codes: Iterable[str], kind: int) -> list[Problem]:
    """What is wrong with conditions, by field. `codes`: the form's fields; `kind`: of its periods."""
    found = []
    if wanted.expires_on < wanted.begins_on:
        found.append(Problem("expires_on", "有效期不能早于起始日。"))
    if wanted.expires_on >= add_months(wanted.begins_on, limits.longest_months):
        said = (("months", limits.longest_months),)
        found.append(Problem("expires_on", "有效期最长 {months} 个月。", said))
    if wanted.notice_days < limits.notice_days:
        said = (("days", limits.notice_days),)
        found.append(Problem("notice_days", "从通知到截止至少 {days} 天。", said))
    known = set(codes)
    found += [
        Problem("only", "报表没有“{field}”这一项。", (("field", code),))
        for code in wanted.only
        if code not in known
    ]
    if wanted.period and not is_of(wanted.period, kind):
        found.append(Problem("period", "一次性报表的报告期与报表的报告期类型不同。"))
    return found


def why_not(
    form: str, standing: Standing | None, conditions: Conditions | None, period: int
) -> Sentence | None:
    """Why a round may not ask a form, in plain words; None when it may."""
    said: tuple[tuple[str, object], ...] = (("form", form),)
    if standing is None:
        return Sentence(
            "报表“{form}”没有准入，不能要求填报。请先由部门申请、数据主管部门批准。", said
        )
    if standing is Standing.EXPIRED and conditions:
        said += (("day", conditions.expires_on.isoformat()),)
        return Sentence("报表“{form}”的有效期到 {day} 为止，已过期，不能再要求填报。", said)
    if standing is Standing.WAITING and conditions:
        said += (("day", conditions.begins_on.isoformat()),)
        return Sentence("报表“{form}”自 {day} 起才可以要求填报。", said)
    if standing is not Standing.IN_FORCE:
        return Sentence("报表“{form}”已停用，不能要求填报。", said)
    if conditions and conditions.period not in {0, period}:
        said += (("period", str(Period.from_code(conditions.period))),)
        return Sentence("报表“{form}”是一次性报表，只能在 {period} 填报一次。", said)
    return None


def add_months(day: date, months: int) -> date:
    """The same day so many months later, or the last one of its month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _may_decide(case: Case, by: Approver, action: Sentence) -> None:
    if case.state is not Admitting.OFFERED:
        raise AdmissionClosed(state=_said(case.state), action=action)
    if by.party <= 0:
        raise NoPerson
    if by.party == case.asker or case.department in by.departments:
        raise NotImpartial


def _said(state: Admitting) -> Sentence:
    return DONE if state is Admitting.ADMITTED else Sentence(WORDS[Standing(state.value)])


def is_of(period: int, kind: int) -> bool:
    try:
        return int(Period.from_code(period).kind) == kind
    except ValueError:
        return False
