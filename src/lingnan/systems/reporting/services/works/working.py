"""The worker takes the oldest work, does it in the hat of who ordered it, and says how it ended."""

from datetime import datetime
from uuid import uuid4

from django.db.models import F

from lingnan.base.actors import Actor, system_actor
from lingnan.base.errors import Refused
from lingnan.kernel.parties import queries as parties

from ...models import Work
from ...queries.works import order_of
from ...terms.works import OPEN, BrokenOff, Step, Stopped
from ..turning import begin, end
from .doing import KINDS, Doing, Done
from .keeping import ended, keep_for
from .tracking import Tracked

SYSTEM = system_actor()
TRIES = 3  # runs in which nothing is kept: what kills the worker must not hold up the others
SHOWN = 50  # faults kept for the page; the file that goes back has all of them


def work_next(*, by: Actor, at: datetime) -> str:
    """The oldest work that waits or was broken off: its uuid, empty when there is none."""
    rows = Work.objects.filter(state__in=OPEN).order_by("pk")
    uuid = rows.values_list("uuid", flat=True).first()
    if uuid is None:
        return ""
    do_work(str(uuid), by=by, at=at)
    return str(uuid)


def do_work(uuid: str, *, by: Actor, at: datetime) -> None:
    """Killed at any point, the next call goes on where this one stopped: nothing kept is kept again.
    `by` says that it failed when its orderer can no longer act."""
    row, runner = Work.objects.get(uuid=uuid), uuid4().hex
    if not begin(row, runner=runner, tries=F("tries") + 1):
        return
    row.refresh_from_db()
    hat = by
    try:
        if row.tries > TRIES:
            raise BrokenOff
        hat = _hat_of(row, at)
        order = order_of(row, to=hat)
        done = KINDS[order.kind].do(Doing(order, Tracked(row, runner), hat, row.ordered_at, at))
        _finish(row, runner, done, order.label, hat, at)
    except Stopped:
        pass  # whoever cancelled it said so
    except Refused as no:
        problems = [[p.where, p.words()] for p in no.problems]
        _end(row, runner, Step.FAILED, hat, at, why=no.words(), problems=problems[:SHOWN])


def _hat_of(row: Work, at: datetime) -> Actor:
    """As it is now: who was let go meanwhile does nothing more. AccountNotOpen, NotYourHat."""
    if row.account is None and row.party == SYSTEM.party:
        return system_actor(row.role, "job")
    return parties.actor_of(
        row.account or 0,
        duty=row.duty,
        at=at,
        channel="job",
        assurance=row.assurance,  # type: ignore[arg-type]
    )


def _finish(row: Work, runner: str, done: Done, label: str, by: Actor, at: datetime) -> None:
    back = keep_for(*done.back, label, by=by, at=at) if done.back else ""
    problems = [list(one) for one in done.problems[:SHOWN]]
    _end(
        row, runner, Step.DONE, by, at,
        done=F("total"), problems=problems, faults=len(done.problems), back=back, to=done.to,
    )  # fmt: skip


def _end(row: Work, runner: str, state: Step, by: Actor, at: datetime, **more: object) -> None:
    end(row, state, lambda: ended(row), only={"runner": runner}, by=by, at=at, **more)
