"""Erase what the law says must go, and keep the proof that it was there."""

from datetime import datetime

from django.db import transaction

from lingnan.base.actors import Actor
from lingnan.base.errors import NotFound, Refused

from ..models import EventBody
from ..terms import BodyErased
from .recording import record


class NoBody(NotFound):
    code = "evidence.no_body"
    tell = "事件 {event} 没有可删除的私密内容。"


class AlreadyErased(Refused):
    code = "evidence.already_erased"
    tell = "事件 {event} 的私密内容已经删除。"


@transaction.atomic
def erase_body(event_id: int, *, basis: str, by: Actor, at: datetime) -> int:
    """The event that tells of the erasure. `basis` is the rule or request behind it: no names.

    Salt and body go (PIPL art. 47); the commitment stays and tells nothing without them.
    """
    row = EventBody.objects.select_for_update(of=("self",)).select_related("event")
    body = row.filter(event=event_id).first()
    if body is None:
        raise NoBody(event=event_id)
    if body.erased_by_id is not None:
        raise AlreadyErased(event=event_id)
    told = record(
        BodyErased(
            subject=body.event.subject,
            place=body.event.place_id,
            label=body.event.label,
            event=event_id,
            basis=basis,
        ),
        by=by,
        at=at,
    )
    EventBody.objects.filter(pk=body.pk).update(salt="", body="", erased_by=told)
    return told
