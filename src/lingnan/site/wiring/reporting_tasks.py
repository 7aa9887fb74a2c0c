"""Reporting → cases: what happens to rounds and reports puts work on desks and takes it off.

Each listener brings the tasks to what is true when it hears, so that an event heard twice, late or
out of order changes nothing further.
"""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from lingnan.base.actors import Range, system_actor
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
    heard: tuple[tuple[type[Event], Callable[[Any, Stamp], None]], ...] = (
        (told.RoundOpened, opened),
        (told.RoundClosed, closed),
        (told.ReportSubmitted, submitted),
        (told.ReportReturned, returned),
        (told.ReportReopened, returned),
        (told.ReportsApproved, reviewed),
        (told.ReportsPassedOn, reviewed),
        (told.ReportsPassedByRule, reviewed),
        (told.RemindersSent, reminded),
    )
    for event, listener in heard:
        evidence.listen(event, listener, name="cases." + event.kind.partition(".")[2])


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


def submitted(event: told.ReportSubmitted, stamp: Stamp) -> None:
    on = legal_day(stamp.at)
    found = _filings([event.subject], on)
    _amended(found, stamp)
    if all(filing.subject and filing.state is State.APPROVED for filing in found):
        return  # a household's: no list is done by it, and its approval is heard by itself
    for one, inside in _asking(found, on):
        places = {filing.place for filing in inside}
        done = [p for p in places if not reporting.owing(one, p, again=False, to=BY, on=on)]
        if done:
            keys = [fill_key(one, place) for place in done]
            cases.finish_tasks(Which(keys=keys), by=BY, at=stamp.at)
        if any(filing.state is State.SUBMITTED for filing in inside):
            _review(one, places, on, stamp)


def returned(event: told.ReportReturned | told.ReportReopened, stamp: Stamp) -> None:
    """The reason is read at the subject, not copied here. Who reopened a report has it on the desk
    too, until it is submitted again."""
    on = legal_day(stamp.at)
    found = _filings([event.subject], on)
    waiting = [f for f in found if f.state in (State.RETURNED, State.DRAFT)]
    for one, inside in _asking(found, on):
        titles = reporting.forms_by_id([filing.form for filing in inside])
        new = [
            NewTask(
                key=amend_key(filing, stamp.seq),
                kind=AMEND,
                role=CLERK,
                place=filing.place,
                subject=_subject(filing),
                title=titles[filing.form].title.replace("\n", ""),
                due_on=one.due_on,
                effect=URGENT + len(filing.remarks),
            )
            for filing in inside
            if filing in waiting
        ]
        cases.open_tasks(new, by=BY, at=stamp.at)
        _review(one, {filing.place for filing in inside}, on, stamp)


def reviewed(event: Reviewed, stamp: Stamp) -> None:
    on = legal_day(stamp.at)
    found = reporting.filed(event.filings, to=BY, on=on)
    _amended(found, stamp)
    for one, inside in _asking(found, on):
        _review(one, {filing.place for filing in inside}, on, stamp)


def reminded(event: told.RemindersSent, stamp: Stamp) -> None:
    on = legal_day(stamp.at)
    found = _round(event, on)
    if found is not None:
        places = reporting.reminded(found.uuid, stamp.at, to=BY, on=on)
        keys = [fill_key(found, place) for place in places]
        cases.remind_tasks(Which(keys=keys), by=BY, at=stamp.at)


def _review(found: RoundInfo, villages: Iterable[int], on: date, stamp: Stamp) -> None:
    """One task for each place where something waits; done when nothing does any more."""
    waiting = reporting.to_review(found, set(villages), to=BY, on=on)
    name = subject("reporting", "round", found.uuid)
    clear: list[Range] = [(place, place) for (place, _), count in waiting.items() if not count]
    if clear:
        which = Which(subjects=[name], kind=REVIEW, places=clear)
        cases.finish_tasks(which, by=BY, at=stamp.at)
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
        for (place, level), count in waiting.items()
        if count and not _has_review(name, place, on)
    ]
    if new:
        cases.open_tasks(new, by=BY, at=stamp.at)


def _has_review(name: str, place: int, on: date) -> bool:
    found = tasks.tasks(to=BY, on=on, place=place, subject=name)
    return any(one.kind == REVIEW for one in found)


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
