"""Deliver again what was given up."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from lingnan.base import ids
from lingnan.base.actors import Actor
from lingnan.base.errors import NotFound

from ..models import DeadLetter
from ..terms import DeliveriesRetried
from .outbox import attempt, listeners
from .recording import record


class NoSuchLetter(NotFound):
    code = "evidence.no_such_letter"
    tell = "没有编号为 {letter} 的未送达通知。"


class NoSuchListener(NotFound):
    code = "evidence.no_such_listener"
    tell = "接收方 {listener} 已不存在，无法重新投递。"


def retry(letter_ids: Iterable[int], *, by: Actor, at: datetime) -> tuple[int, int]:
    """(delivered, failed again). A transaction for each letter, an event for each listener."""
    wanted = list(letter_ids)
    _check(wanted)
    delivered: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    for letter_id in wanted:
        listener, ok = _retry_one(letter_id, at)
        (delivered if ok else failed)[listener] += 1
    with transaction.atomic():
        for listener in sorted({*delivered, *failed}):
            record(
                DeliveriesRetried(
                    subject=ids.subject(
                        "evidence", "listener", ids.uuid_of("evidence", "listener", listener)
                    ),
                    listener=listener,
                    delivered=delivered[listener],
                    failed=failed[listener],
                ),
                by=by,
                at=at,
            )
    return delivered.total(), failed.total()


def _check(letter_ids: list[int]) -> None:
    """Before anything is delivered. NoSuchLetter, NoSuchListener."""
    waiting = DeadLetter.objects.filter(pk__in=letter_ids, delivered_at=None)
    found = dict(waiting.values_list("pk", "listener"))
    for letter_id in letter_ids:
        if letter_id not in found:
            raise NoSuchLetter(letter=letter_id)
        if found[letter_id] not in listeners():
            raise NoSuchListener(listener=found[letter_id])


@transaction.atomic
def _retry_one(letter_id: int, at: datetime) -> tuple[str, bool]:
    rows = DeadLetter.objects.select_for_update(of=("self",)).select_related("event")
    letter = rows.filter(pk=letter_id, delivered_at=None).first()
    if letter is None:
        raise NoSuchLetter(letter=letter_id)  # somebody else delivered it meanwhile
    error = attempt(listeners()[letter.listener], [letter.event])
    letter.attempts, letter.error = letter.attempts + 1, error
    letter.delivered_at = None if error else at
    letter.save()
    return letter.listener, not error
