"""An act that was a mistake is taken back: what stood before stands again, and both are told."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from lingnan.base.actors import Actor
from lingnan.base.clock import legal_day
from lingnan.base.errors import Invalid, NotFound, Problem
from lingnan.base.ids import parse_uuid, subject

from ...models import LedgerAct, LedgerNumber, LedgerTouch
from ...queries.gate import need
from ...queries.ledgers import taking_back
from ...rules.ledgers import Life
from ...terms.ledgers import NOWHERE, Act, NotLast, StillHas, TooLate
from .common import KEEP, held, life, members_of
from .saying import Step, Why, life_of, say


@transaction.atomic
def retract_act(uuid: str, *, reason: str, by: Actor, at: datetime) -> str:
    """The retraction, itself an act. Nothing is deleted: both stay in the history, with the reason.

    What an act registered is at no place from its day on. NotLast when its entries were changed
    since; Invalid without a reason. Whoever reaches one of the places may do it; who only sent them
    away, for some days (TooLate): then the other village is asked.
    """
    row = LedgerAct.objects.select_for_update().filter(uuid=parse_uuid(uuid)).first()
    if row is None:
        raise NotFound
    touches = list(row.touches.order_by("pk"))
    _may(row, touches, by, at)
    if not reason.strip():
        raise Invalid(problems=[Problem("reason", "请写明撤回原因。")])
    if row.retracted_by or row.act == Act.RETRACT or _changed_since(row, touches):
        raise NotLast
    also = [subject("reporting", "ledger_act", row.uuid)]
    also += _free_numbers([one.entry for one in touches if one.before is None])
    why = Why(day=row.day, source=row.source, reason=reason.strip())
    row.retracted_by = row.uuid
    row.save(update_fields=["retracted_by"])
    done = say(
        Act.RETRACT, row.kind, [_undone(one) for one in touches], why, by=by, at=at, also=also
    )
    return str(done.uuid)


def _free_numbers(entries: list[UUID]) -> list[str]:
    """For whoever has them in truth; the rows stay, so that evidence can be held against them."""
    changed = []
    for number in LedgerNumber.objects.filter(entry__in=entries):
        number.blind = f"retracted:{number.uuid}"
        number.save(update_fields=["blind"])
        changed.append(subject("reporting", "ledger_number", number.uuid))
    return changed


def _may(row: LedgerAct, touches: list[LedgerTouch], by: Actor, at: datetime) -> None:
    on = legal_day(at)
    reached = {one.after["place"] for one in touches if by.reaches(one.after["place"], on)}
    gone = {one.after["place"] for one in touches if one.after["place"] != NOWHERE} - reached
    reached |= {
        one.before["place"] for one in touches if one.before and by.reaches(one.before["place"], on)
    }
    if not reached:
        raise NotFound
    need(by, KEEP, reached, on=on)
    if gone and (days := taking_back(on)) < (on - legal_day(row.at)).days:
        raise TooLate(days=days)


def _changed_since(row: LedgerAct, touches: list[LedgerTouch]) -> bool:
    later = LedgerTouch.objects.filter(
        entry__in=[one.entry for one in touches], act__pk__gt=row.pk, act__retracted_by=None
    ).exclude(act__act=Act.RETRACT)
    return later.exists()


def _undone(one: LedgerTouch) -> Step:
    after = life_of(one.after)
    if one.before is None:
        return Step(
            str(one.entry), one.kind, after, Life(after.start, after.end, NOWHERE, after.data)
        )
    before = life_of(one.before)
    return Step(
        str(one.entry), one.kind, after, Life(after.start, before.end, before.place, before.data)
    )


@transaction.atomic
def strike_entry(uuid: str, *, reason: str, by: Actor, at: datetime) -> str:
    """An entry that should never have been registered: at no place from the day it was last said. The
    act. StillHas for a household with people in it."""
    if not reason.strip():
        raise Invalid(problems=[Problem("reason", "请写明撤回原因。")])
    one = held(uuid, legal_day(at), by=by, at=at)
    if one.kind == "household" and (people := members_of(one, legal_day(at))):
        raise StillHas(count=len(people))
    before = life(one)
    also = _free_numbers([UUID(uuid)])
    step = Step(uuid, one.kind, before, Life(before.start, before.end, NOWHERE, before.data))
    why = Why(day=before.start, reason=reason.strip())
    return str(say(Act.RETRACT, one.kind, [step], why, by=by, at=at, also=also).uuid)
