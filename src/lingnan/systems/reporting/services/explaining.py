"""Why a figure is right although it looks wrong: given by its reporter, before submission."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from lingnan.base.actors import Actor
from lingnan.base.canonical import sha256
from lingnan.base.clock import legal_day
from lingnan.base.errors import NotFound, Problem
from lingnan.base.ids import subject
from lingnan.kernel.evidence import services as evidence

from ..models import Explanation, Filing
from ..queries.asks import settled
from ..queries.checks import findings_of, said_of
from ..queries.filings import filing_info
from ..queries.forms import form_by_id
from ..queries.gate import need
from ..queries.once import Once
from ..terms.checking import Check, Severity, Told
from ..terms.filings import STATE_WORDS, Answer, FilingInfo, FormInfo, Obstacle, State
from ..terms.happenings import FindingExplained
from ..terms.refusals import (
    NeedExplanation,
    NeedReason,
    NoSuchFinding,
    WrongAnswers,
    WrongOrUnexplained,
    WrongState,
)

OPEN = {State.DRAFT, State.RETURNED}


def explain_finding(
    uuid: str, field: str, reason: str, *, rule: str = "", by: Actor, at: datetime
) -> None:
    """The reporter's reason for a finding of `field`; without `rule` for all of that field's.

    It holds for the figures as they are now: once they change, it has to be given again. NoSuchFinding
    when nothing of that field needs one.
    """
    if not reason.strip():
        raise NeedReason(problems=[Problem("reason", "请写明原因。")])
    with transaction.atomic():
        row = Filing.objects.select_for_update().filter(uuid=uuid).first()
        if row is None:
            raise NotFound
        need(by, "reporting.fill", [row.place], on=legal_day(at))
        if State(row.state) not in OPEN:
            raise WrongState(state=STATE_WORDS[State(row.state)], action="说明")
        form, info = form_by_id(row.form_id), filing_info(row)
        answers, _ = settled(form, info, to=by, on=legal_day(at))
        told = findings_of(form, info, answers, to=by, on=legal_day(at))
        wanted = [one for one in told if _asks(one, field, rule)]
        if not wanted:
            raise NoSuchFinding(field=field)
        for one in wanted:
            _keep(form, row, one, reason.strip(), by=by, at=at)


def refuse_faulty(
    form: FormInfo,
    filing: FilingInfo,
    answers: Mapping[str, Answer],
    problems: Sequence[Problem],
    once: Once,
    *,
    by: Actor,
    at: datetime,
) -> None:
    """All at once, so that nobody submits twice to hear the rest: WrongAnswers for what must be put
    right (`problems` are known already), with what nobody has explained; NeedExplanation where that
    is all."""
    found = obstacles(form, filing, answers, problems, once, by=by, at=at)
    every = [
        Problem(one.where, "{words}{fix}", (("words", one.words), ("fix", one.fix)))
        for one in found
    ]
    every[: len(problems)] = problems
    unsaid = sum(one.severity is not Severity.ERROR for one in found)
    wrong = len(found) - unsaid
    if wrong and unsaid:
        raise WrongOrUnexplained(count=wrong, unsaid=unsaid, problems=every)
    if wrong:
        raise WrongAnswers(count=wrong, problems=every)
    if unsaid:
        raise NeedExplanation(count=unsaid, problems=every)


def obstacles(
    form: FormInfo,
    filing: FilingInfo,
    answers: Mapping[str, Answer],
    problems: Sequence[Problem],
    once: Once,
    *,
    by: Actor,
    at: datetime,
) -> list[Obstacle]:
    """What must be put right (`problems` first), then what nobody has explained. Hints are none. A
    cell that must change anyway needs no reason yet."""
    told = findings_of(form, filing, answers, once=once, to=by, on=legal_day(at))
    known = {one.where for one in problems}
    blocking = [one for one in told if one.blocks and one.finding.cell not in known]
    errors = [one for one in blocking if one.finding.severity is Severity.ERROR]
    known |= {one.finding.cell for one in errors}
    unsaid = [
        one
        for one in blocking
        if one.finding.severity is not Severity.ERROR and one.finding.cell not in known
    ]
    codes = {one.where: one.code for one in form.asked}
    return [
        *(
            Obstacle(one.where, one.words(), "", codes.get(one.where, ""), Severity.ERROR)
            for one in problems
        ),
        *map(obstacle, [*errors, *unsaid]),
    ]


def obstacles_of(
    form: FormInfo, filing: FilingInfo, *, once: Once | None = None, by: Actor, at: datetime
) -> list[Obstacle]:
    """Of a draft as it is now."""
    once = once or Once()
    answers, problems = settled(form, filing, once=once, to=by, on=legal_day(at))
    return obstacles(form, filing, answers, problems, once, by=by, at=at)


def obstacle(one: Told) -> Obstacle:
    found = one.finding
    return Obstacle(found.cell, found.words, found.fix, found.field, found.severity, found.rule)


def problems_told(told: Sequence[Told]) -> list[Problem]:
    return [
        Problem(one.finding.cell, "{words}{fix}", (("words", f.words), ("fix", f.fix)))
        for one in told
        for f in (one.finding,)
    ]


def _asks(one: Told, field: str, rule: str) -> bool:
    found = one.finding
    return (
        found.field == field
        and found.check is not Check.TYPE
        and found.severity is not Severity.ERROR
        and rule in {"", found.rule}
    )


def _keep(form: FormInfo, row: Filing, one: Told, reason: str, *, by: Actor, at: datetime) -> None:
    found = one.finding
    Explanation.objects.update_or_create(
        filing=row,
        field=found.field,
        rule=found.rule,
        defaults={
            "said": said_of(found),
            "reason": reason,
            "by_party": by.party,
            "given_at": at,
        },
    )
    evidence.record(
        FindingExplained(
            subject=subject("reporting", "filing", row.uuid),
            place=row.place,
            label="internal" if form.subject == "place" else "personal",
            form=form.code,
            period=row.period,
            field=found.field,
            rule=found.rule,
            reason=sha256(reason),
        ),
        by=by,
        at=at,
        private={"reason": reason, "finding": found.words},
    )
