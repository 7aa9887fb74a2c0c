"""Reporting → cases: what happens to rounds and reports puts work on desks and takes it off.

Each listener brings the tasks to what is true when it hears, so that an event heard twice, late or
out of order changes nothing further; and once for many reports: its queries do not grow with them.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from lingnan.base.actors import system_actor
from lingnan.base.clock import legal_day
from lingnan.base.errors import NotFound
from lingnan.base.events import Event
from lingnan.base.ids import parse_subject, subject
from lingnan.kernel.cases import queries as tasks
from lingnan.kernel.cases import services as cases
from lingnan.kernel.cases.terms import NewTask, Which
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.evidence.terms import Stamp
from lingnan.systems.reporting import queries as reporting
from lingnan.systems.reporting.terms import happenings as told
from lingnan.systems.reporting.terms.filings import FilingInfo, RoundInfo, RoundState, State
from lingnan.systems.reporting.terms.tasks import (
    AMEND,
    FILL,
    REVIEW,
    amend_key,
    fill_key,
    review_key,
)

BY = system_actor()
CLERK = "village_clerk"
REVIEWERS = {4: "town_reviewer", 3: "county_reviewer"}
URGENT = 1000  # what was returned comes before what was never begun
Reviewed = told.ReportsApproved | told.ReportsPassedOn | told.ReportsPassedByRule


def connect() -> None:
    evidence.listen(told.RoundOpened, opened, name="cases.round_opened")
    evidence.listen(told.RoundClosed, closed, name="cases.round_closed")
    evidence.listen(told.RemindersSent, reminded, name="cases.reminders_sent")
    evidence.listen_in_batches(told.ReportSubmitted, submitted, name="cases.report_submitted")
    evidence.listen_in_batches(told.ReportReturned, returned, name="cases.report_returned")
    evidence.listen_in_batches(told.ReportReopened, returned, name="cases.report_reopened")
    evidence.listen_in_batches(told.ReportsApproved, reviewed, name="cases.reports_approved")
    evidence.listen_in_batches(told.ReportsPassedOn, reviewed, name="cases.reports_passed_on")
    by_rule = "cases.reports_passed_by_rule"
    evidence.listen_in_batches(told.ReportsPassedByRule, reviewed, name=by_rule)


def opened(event: told.RoundOpened, stamp: Stamp) -> None:
    """One task for each village that never submitted a form; a round closed meanwhile asks nothing."""
    on = legal_day(stamp.at)
    found = _round(event, on)
    if found is None or found.state is RoundState.CLOSED:
        return
    owed = reporting.owing(found, again=False, to=BY, on=on)
    new = [
        NewTask(
            key=fill_key(found, place),
            kind=FILL,
            role=CLERK,
            place=place,
            subject=event.subject,
            title=found.title,
            due_on=found.due_on,
            effect=len(forms),
        )
        for place, forms in owed.items()
    ]
    cases.open_tasks(new, by=BY, at=stamp.at)


def closed(event: told.RoundClosed, stamp: Stamp) -> None:
    on = legal_day(stamp.at)
    found = _round(event, on)
    if found is None or found.state is not RoundState.CLOSED:
        return
    left = reporting.returned_in(found, to=BY, on=on)
    gone = [event.subject, *map(_subject, left)]
    cases.withdraw_tasks(Which(subjects=gone), "round_closed", by=BY, at=stamp.at)


def submitted(heard: Sequence[tuple[told.ReportSubmitted, Stamp]]) -> None:
    stamp = heard[-1][1]
    on = legal_day(stamp.at)
    found = _filings({event.subject for event, _ in heard}, on)
    _amended(found, stamp)
    # A household's makes no list complete, and its approval is heard by itself.
    news = [filing for filing in found if not filing.subject or filing.state is not State.APPROVED]
    for one, inside in _asking(news, on):
        there = {filing.place for filing in inside}
        owed = reporting.owing(one, among=there, again=False, to=BY, on=on)
        keys = [fill_key(one, place) for place in sorted(there - owed.keys())]
        if keys:
            cases.finish_tasks(Which(keys=keys), by=BY, at=stamp.at)
        _review(one, [f.place for f in inside if f.state is State.SUBMITTED], on, stamp)


def returned(heard: Sequence[tuple[told.ReportReturned | told.ReportReopened, Stamp]]) -> None:
    """The reason is read at the subject, not copied here. Who reopened a report has it on the desk
    too, until it is submitted again."""
    stamp, seq = heard[-1][1], {event.subject: stamp.seq for event, stamp in heard}
    on = legal_day(stamp.at)
    found = _filings(seq, on)
    asked = tasks.waiting(Which(subjects=list(seq), kind=AMEND), to=BY, on=on)
    there = {task.subject for task in asked}
    waiting = {f.uuid for f in found if f.state in (State.RETURNED, State.DRAFT)}
    for one, inside in _asking(found, on):
        titles = reporting.forms_by_id([filing.form for filing in inside])
        new = [
            NewTask(
                key=amend_key(filing, seq[_subject(filing)]),
                kind=AMEND,
                role=CLERK,
                place=filing.place,
                subject=_subject(filing),
                title=titles[filing.form].title.replace("\n", ""),
                due_on=one.due_on,
                effect=URGENT + len(filing.remarks),
            )
            for filing in inside
            if filing.uuid in waiting and _subject(filing) not in there
        ]
        cases.open_tasks(new, by=BY, at=stamp.at)
        _review(one, [filing.place for filing in inside], on, stamp)


def reviewed(heard: Sequence[tuple[Reviewed, Stamp]]) -> None:
    stamp = heard[-1][1]
    on = legal_day(stamp.at)
    uuids = sorted({uuid for event, _ in heard for uuid in event.filings})
    found = reporting.filed(uuids, to=BY, on=on)
    _amended(found, stamp)
    for one, inside in _asking(found, on):
        _review(one, [filing.place for filing in inside], on, stamp)


def reminded(event: told.RemindersSent, stamp: Stamp) -> None:
    on = legal_day(stamp.at)
    found = _round(event, on)
    if found is not None:
        places = reporting.reminded(found.uuid, stamp.at, to=BY, on=on)
        keys = [fill_key(found, place) for place in places]
        cases.remind_tasks(Which(keys=keys), by=BY, at=stamp.at)


def _review(found: RoundInfo, villages: Sequence[int], on: date, stamp: Stamp) -> None:
    """One task for each place where something waits; done when nothing does any more."""
    if not villages:
        return
    counted = reporting.to_review(found, set(villages), to=BY, on=on)
    name = subject("reporting", "round", found.uuid)
    every = [place for place, _ in counted]
    span = [(min(every, default=0), max(every, default=0))]
    held = tasks.waiting(Which(subjects=[name], kind=REVIEW, places=span), to=BY, on=on)
    left = {place for (place, _), count in counted.items() if count}
    done = [task.key for task in held if task.place in set(every) - left]
    if done:
        cases.finish_tasks(Which(keys=done), by=BY, at=stamp.at)
    there = {task.place for task in held}
    new = [
        NewTask(
            key=review_key(found, place, stamp.seq),
            kind=REVIEW,
            role=REVIEWERS[level],
            place=place,
            subject=name,
            title=found.title,
            due_on=found.due_on,
            effect=count,
        )
        for (place, level), count in counted.items()
        if count and place not in there
    ]
    if new:
        cases.open_tasks(new, by=BY, at=stamp.at)


def _amended(found: list[FilingInfo], stamp: Stamp) -> None:
    """What was submitted again, or approved, needs no putting right."""
    done = [_subject(f) for f in found if f.state in (State.SUBMITTED, State.APPROVED)]
    if done:
        cases.finish_tasks(Which(subjects=done, kind=AMEND), by=BY, at=stamp.at)


def _asking(found: list[FilingInfo], on: date) -> list[tuple[RoundInfo, list[FilingInfo]]]:
    """Open rounds, each with those filings that it asks."""
    held = []
    for period in {filing.period for filing in found}:
        forms = {filing.form for filing in found if filing.period == period}
        for one, reach in reporting.rounds_asking(forms, period, to=BY, on=on):
            inside = [
                filing
                for filing in found
                if filing.period == period
                and filing.form in one.forms
                and any(low <= filing.place <= high for low, high in reach)
            ]
            if inside:
                held.append((one, inside))
    return held


def _round(event: Event, on: date) -> RoundInfo | None:
    try:
        return reporting.round_of(str(parse_subject(event.subject)[2]), to=BY, on=on)
    except NotFound:
        return None


def _filings(subjects: Iterable[str], on: date) -> list[FilingInfo]:
    uuids = [str(parse_subject(name)[2]) for name in subjects]
    return reporting.filed(uuids, to=BY, on=on)


def _subject(found: FilingInfo) -> str:
    return subject("reporting", "filing", found.uuid)
