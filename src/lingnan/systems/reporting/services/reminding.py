"""Remind those who are late (催办): once a day for the same thing, by the inbox and every channel."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from lingnan.base.actors import Actor
from lingnan.base.clock import legal_day
from lingnan.base.errors import NotFound
from lingnan.base.ids import subject, uuid7
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.statutes import queries as statutes

from .. import content
from ..models import Delivery, Message, Reminder, Round
from ..queries.filings import round_info
from ..queries.gate import need
from ..queries.reminding import late
from ..rules.checking import in_force
from ..rules.reminding import is_due, words_of
from ..terms.filings import RoundState
from ..terms.happenings import RemindersSent
from ..terms.messaging import Late, Reminded
from .delivering import channels


def remind(round_uuid: str, under: int | None = None, *, by: Actor, at: datetime) -> Reminded:
    """Everybody late below a place, now. Those reminded today already are left in peace."""
    day = legal_day(at)
    with transaction.atomic():
        row = Round.objects.select_for_update().filter(uuid=round_uuid).first()
        if row is None:
            raise NotFound
        need(by, "reporting.approve", [row.place if under is None else under], on=day)
        if row.state == RoundState.CLOSED:
            return Reminded(0, 0, (), ())
        found = late(round_info(row), under, to=by, on=day)
        return _remind(row, found, day, by=by, at=at)


def remind_all(*, by: Actor, at: datetime) -> int:
    """What the platform does by itself on the declared working days; the number of messages."""
    day = legal_day(at)
    calendar = statutes.calendar()
    if not calendar.works(day):
        return 0
    limits = in_force(content.thresholds(), day).reminding
    rounds = Round.objects.filter(state=RoundState.OPEN, opened_on__lte=day)
    return sum(
        remind(str(row.uuid), by=by, at=at).sent
        for row in rounds
        if is_due(calendar.working_days_between(day, row.due_on), limits)
    )


def read_message(uuid: str, *, by: Actor, at: datetime) -> None:
    """Only in one's own inbox. Reading is no act on the record: the message keeps when."""
    mine = Message.objects.filter(uuid=uuid, duty=by.duty or 0)
    if not mine.filter(read_at__isnull=True).update(read_at=at) and not mine.exists():
        raise NotFound


def _remind(row: Round, found: Sequence[Late], day: date, *, by: Actor, at: datetime) -> Reminded:
    """The round's row is locked: two who remind at once send one message."""
    held = set(Reminder.objects.filter(round=row, day=day).values_list("place", "duty_id"))
    wanted = [(one, duty) for one in found for duty in one.duties]
    fresh = [(one, duty) for one, duty in wanted if (one.place, duty) not in held]
    if fresh:
        _send(row, fresh, day, at)
        evidence.record(
            RemindersSent(
                subject=subject("reporting", "round", row.uuid),
                place=row.place,
                period=row.period,
                places=len({one.place for one, _ in fresh}),
                day=day,
            ),
            by=by,
            at=at,
        )
    nobody = tuple(one.place for one in found if not one.duties)
    return Reminded(len(fresh), len(wanted) - len(fresh), nobody, found)


def _send(row: Round, fresh: Sequence[tuple[Late, int]], day: date, at: datetime) -> None:
    letters = []
    for one, duty in fresh:
        title, words = words_of(row.title, one)
        letters.append(
            Message(
                uuid=uuid7(int(at.timestamp() * 1000)),
                duty_id=duty,
                title=title[:200],
                words=words,
                link=f"/reporting/rounds/{row.uuid}/",
                sent_at=at,
            )
        )
    kept = Message.objects.bulk_create(letters, batch_size=500)
    Reminder.objects.bulk_create(
        [
            Reminder(
                round=row,
                place=one.place,
                duty_id=duty,
                day=day,
                working_days=one.working_days,
                message=message,
            )
            for (one, duty), message in zip(fresh, kept, strict=True)
        ],
        batch_size=500,
    )
    Delivery.objects.bulk_create(
        [
            Delivery(message=message, channel=channel.name, next_at=at)
            for message in kept
            for channel in channels()
        ],
        batch_size=500,
    )
