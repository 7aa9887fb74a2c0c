"""The legal clock: start, supplement, suspend, resume, extend, decide, and what is deemed to have
happened.

A clock is a value; every function gives the next one or refuses. Terms come from rules in force,
never from here.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from lingnan.base.errors import Refused

from ..terms import Due, Term
from .calendar import Calendar


class ClockRefused(Refused):
    code = "statutes.clock_refused"
    tell = "这一步现在不能办：{what}"


@dataclass(frozen=True)
class Pause:
    """Days from `since` up to the day before `until` are not counted; None: still standing."""

    since: date
    until: date | None
    reason: str
    basis: str

    def holds(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)


@dataclass(frozen=True)
class Extension:
    on: date
    term: Term
    reason: str


@dataclass(frozen=True)
class Clock:
    """`acceptance`: the days for telling what is missing. `term`: the limit once accepted."""

    received: date
    acceptance: Term
    term: Term
    accepted: date | None = None
    supplement_asked: date | None = None
    supplied: date | None = None
    pauses: tuple[Pause, ...] = ()
    extension: Extension | None = None
    decided: date | None = None

    @property
    def standing(self) -> Pause | None:
        """The pause it stands in, if it stands still."""
        return self.pauses[-1] if self.pauses and self.pauses[-1].until is None else None

    @property
    def waiting(self) -> bool:
        """Papers were asked for and have not come."""
        return self.supplement_asked is not None and self.supplied is None


@dataclass(frozen=True)
class Reading:
    """What the clock shows on a day: `used` of `total` in the unit of the term; `due` None while it
    stands.
    """

    due: Due | None
    used: int
    total: int
    late: bool
    standing: str = ""
    basis: tuple[str, ...] = ()


def start(received: date, acceptance: Term, term: Term) -> Clock:
    """Papers came in. Nothing runs yet but the days for saying what is missing."""
    return Clock(received, acceptance, term)


def deemed_accepted(clock: Clock, on: date, calendar: Calendar) -> date | None:
    """The day of receipt, once the days for asking have passed in silence; None before, or when
    asked.

    Licensing Law 32(4): without a word in five days the application is accepted as of receipt.
    After the
    papers asked for have come, the days run again from their coming.
    """
    if clock.accepted or clock.waiting:
        return None
    came = clock.supplied or clock.received
    return came if on > calendar.due(came, clock.acceptance).day else None


def ask_supplement(clock: Clock, on: date, calendar: Calendar) -> Clock:
    """Everything missing is told at once: only one asking. Refused twice, too late, or once
    accepted.
    """
    _refuse(clock.accepted is not None, "已经受理")
    _refuse(clock.supplement_asked is not None, "补正只能一次性告知")
    _refuse(
        deemed_accepted(clock, on, calendar) is not None,
        "已过告知补正的期限，自收到材料之日起即为受理",
    )
    _refuse(on < clock.received, "早于收到材料之日")
    return replace(clock, supplement_asked=on)


def supply(clock: Clock, on: date) -> Clock:
    """The papers asked for have come."""
    _refuse(not clock.waiting, "没有要求补正")
    _refuse(clock.supplement_asked is not None and on < clock.supplement_asked, "早于要求补正之日")
    return replace(clock, supplied=on)


def accept(clock: Clock, on: date, calendar: Calendar) -> Clock:
    """The term starts (that day not counted): on the day deemed accepted when that has passed."""
    _refuse(clock.accepted is not None, "已经受理")
    _refuse(clock.waiting, "补正材料尚未收到")
    _refuse(on < (clock.supplied or clock.received), "早于收到材料之日")
    return replace(clock, accepted=deemed_accepted(clock, on, calendar) or on)


def suspend(clock: Clock, on: date, reason: str, basis: str) -> Clock:
    """It stands still from that day: hearing, tender, test, appraisal (Licensing Law 45)."""
    _running(clock, on)
    _refuse(not reason or not basis, "中止要写明理由和依据")
    _refuse(bool(clock.pauses) and on < (clock.pauses[-1].until or on), "早于上次恢复之日")
    return replace(clock, pauses=(*clock.pauses, Pause(on, None, reason, basis)))


def resume(clock: Clock, on: date) -> Clock:
    """It runs again, that day counted."""
    pause = clock.standing
    if pause is None:
        raise ClockRefused(what="没有中止")
    _refuse(on < pause.since, "早于中止之日")
    return replace(clock, pauses=(*clock.pauses[:-1], replace(pause, until=on)))


def extend(clock: Clock, on: date, term: Term, reason: str, calendar: Calendar) -> Clock:
    """Once, with a reason told to the applicant, before the time is up, in the unit of the first
    term.
    """
    _refuse(clock.accepted is None, "尚未受理")
    _refuse(clock.decided is not None, "已经办结")
    _refuse(clock.extension is not None, "只能延长一次")
    _refuse(not reason, "延长要写明理由")
    _refuse(term.unit is not clock.term.unit, "延长的计算单位与原期限不同")
    last = due(clock, calendar)
    _refuse(last is not None and on > last.day, "期限已过")
    return replace(clock, extension=Extension(on, term, reason))


def decide(clock: Clock, on: date) -> Clock:
    _running(clock, on)
    return replace(clock, decided=on)


def due(clock: Clock, calendar: Calendar) -> Due | None:
    """The last day; None while it is not accepted or stands still."""
    if clock.accepted is None or clock.standing is not None:
        return None
    found = calendar.due(clock.accepted, _whole(clock), _stopped(clock))
    return replace(found, basis=_basis(clock, found.basis))


def read(clock: Clock, on: date, calendar: Calendar) -> Reading:
    """For the clock chip: `day 3 of 20`, and why it stands still."""
    until = min(on, clock.decided) if clock.decided else on
    last = due(clock, calendar)
    pause = clock.standing
    stopped = _stopped(clock)
    used = 0
    if clock.accepted is not None:
        counted = calendar.works if clock.term.unit == "working_days" else (lambda day: True)
        span = range(clock.accepted.toordinal() + 1, until.toordinal() + 1)
        days = (date.fromordinal(number) for number in span)
        used = sum(counted(day) and not stopped(day) for day in days)
    return Reading(
        due=last,
        used=used,
        total=_whole(clock).length,
        late=last is not None and until > last.day,
        standing=pause.reason if pause else ("等待补正" if clock.waiting else ""),
        basis=last.basis if last else _basis(clock, ()),
    )


def _whole(clock: Clock) -> Term:
    if clock.extension is None:
        return clock.term
    return replace(clock.term, length=clock.term.length + clock.extension.term.length)


def _stopped(clock: Clock) -> Callable[[date], bool]:
    return lambda day: any(pause.holds(day) for pause in clock.pauses)


def _basis(clock: Clock, found: tuple[str, ...]) -> tuple[str, ...]:
    told = [clock.term.basis, *(pause.basis for pause in clock.pauses)]
    if clock.extension:
        told.append(clock.extension.term.basis)
    return tuple(dict.fromkeys([*(words for words in told if words), *found]))


def _running(clock: Clock, on: date) -> None:
    _refuse(clock.accepted is None, "尚未受理")
    _refuse(clock.decided is not None, "已经办结")
    _refuse(clock.standing is not None, "时钟已经中止")
    _refuse(clock.accepted is not None and on < clock.accepted, "早于受理之日")


def _refuse(no: bool, what: str) -> None:
    if no:
        raise ClockRefused(what=what)
