"""Who asked for something is told what came of it: by the inbox and every channel."""

from datetime import datetime

from lingnan.base.clock import legal_day
from lingnan.base.ids import uuid7
from lingnan.kernel.parties import queries as parties

from ..models import Delivery, Message
from .delivering import channels


def notify(
    party: int, title: str, words: str, link: str, *, department: int | None = None, at: datetime
) -> None:
    """In the caller's transaction; to the duty of that department, else the oldest there is. Nobody,
    where the person has no duty any more."""
    worn = parties.own_duties(party, on=legal_day(at))
    worn = [one for one in worn if one.duty.department_id == department] or worn
    if not worn:
        return
    message = Message.objects.create(
        uuid=uuid7(int(at.timestamp() * 1000)), duty=worn[0].duty, title=title[:200], words=words,
        link=link, sent_at=at,
    )  # fmt: skip
    Delivery.objects.bulk_create(
        [Delivery(message=message, channel=one.name, next_at=at) for one in channels()]
    )
