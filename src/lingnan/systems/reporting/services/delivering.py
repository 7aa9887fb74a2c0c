"""The outbox of messages: through every channel at least once, each failure tried again later."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from lingnan.base.actors import Actor
from lingnan.base.clock import legal_day
from lingnan.base.ids import subject
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.parties import queries as parties

from .. import content
from ..models import Delivery
from ..rules.checking import in_force
from ..rules.reminding import next_try
from ..terms.happenings import MessagesDelivered
from ..terms.messaging import Channel, Letter, NotDelivered

HELD = timedelta(minutes=10)  # a worker that died gives its letter back after so long
BATCH = 200
_channels: list[Channel] = []


def use_channels(found: Iterable[Channel]) -> None:
    """Called by the wiring once; the inbox needs no channel."""
    _channels[:] = found


def channels() -> Sequence[Channel]:
    return tuple(_channels)


def deliver(*, by: Actor, at: datetime) -> tuple[int, int]:
    """(sent, failed). Sending happens outside of any transaction; a second worker passes over what
    the first has taken."""
    sent = failed = 0
    for channel in channels():
        done, wrong = _through(channel, by=by, at=at)
        sent, failed = sent + done, failed + wrong
    return sent, failed


def _through(channel: Channel, *, by: Actor, at: datetime) -> tuple[int, int]:
    due = Delivery.objects.filter(channel=channel.name, state="waiting", next_at__lte=at)
    outcomes: list[tuple[Delivery, str]] = []
    for row in due.select_related("message__duty").order_by("next_at", "pk")[:BATCH]:
        if not _take(row, at):
            continue
        try:
            channel.send(_letter(row))
            outcomes.append((row, ""))
        except NotDelivered as no:
            outcomes.append((row, str(no)[:300] or "没有送达"))
    if outcomes:
        _settle(channel, outcomes, by=by, at=at)
    wrong = sum(bool(error) for _, error in outcomes)
    return len(outcomes) - wrong, wrong


def _take(row: Delivery, at: datetime) -> bool:
    mine = Delivery.objects.filter(pk=row.pk, state="waiting", next_at=row.next_at)
    return bool(mine.update(next_at=at + HELD))


def _letter(row: Delivery) -> Letter:
    message = row.message
    return Letter(
        key=f"{message.uuid}:{row.channel}",
        to=tuple(parties.usernames_of(message.duty.party_id)),
        title=message.title,
        words=message.words,
        link=message.link,
    )


@transaction.atomic
def _settle(
    channel: Channel, outcomes: Sequence[tuple[Delivery, str]], *, by: Actor, at: datetime
) -> None:
    retries = in_force(content.thresholds(), legal_day(at)).reminding.retries
    for row, error in outcomes:
        row.attempts += 1
        row.error = error
        again = next_try(row.attempts, at, retries) if error else None
        row.state = "waiting" if again else "failed" if error else "sent"
        row.next_at = again or at
    Delivery.objects.bulk_update(
        [row for row, _ in outcomes], ["attempts", "error", "state", "next_at"], batch_size=200
    )
    failed = sum(bool(error) for _, error in outcomes)
    evidence.record(
        MessagesDelivered(
            subject=subject("reporting", "message", outcomes[0][0].message.uuid),
            channel=channel.name,
            sent=len(outcomes) - failed,
            failed=failed,
        ),
        by=by,
        at=at,
    )
