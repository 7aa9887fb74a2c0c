"""What readers see: only events of places they reached on the day, with a label they hold."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any, TypeVar

from django.db.models import Q, QuerySet

from lingnan.base.actors import Actor, Scope
from lingnan.base.clock import LEGAL_ZONE
from lingnan.base.errors import Forbidden, NotFound
from lingnan.base.events import Event as Announced
from lingnan.base.events import event_type

from ..models import DeadLetter, Event, EventBody
from ..terms import Entry, Letter

BODY_LABEL = "personal"  # bodies hold what may not stand in the tree: names and identity numbers


E = TypeVar("E", bound=Announced)


class NoSuchEvent(NotFound):
    code = "evidence.no_such_event"


class BodyClosed(Forbidden):
    code = "evidence.body_closed"
    tell = "这条记录的个人信息须有相应授权才能查看。"


def history_of(
    subject: str, *, to: Actor, limit: int = 100, before: int | None = None
) -> list[Entry]:
    """The latest events of the subject, oldest first; `before` (a subject_n) pages backwards."""
    rows = _visible(to).filter(subject=subject)
    if before is not None:
        rows = rows.filter(subject_n__lt=before)
    return [_entry(row) for row in rows.order_by("-subject_n")[:limit]][::-1]


def tail(*, to: Actor, after_seq: int = 0, limit: int = 100) -> list[Entry]:
    """Sequenced events in order; the last one's seq is the next `after_seq`."""
    rows = _visible(to).filter(seq__gt=after_seq)
    return [_entry(row) for row in rows.order_by("seq")[:limit]]


def event_at(seq: int, *, to: Actor) -> Entry:
    row = _visible(to).filter(seq=seq).first()
    if row is None:
        raise NoSuchEvent
    return _entry(row)


def facts_of_last(kind: str, subjects: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Facts of the newest event of that kind, by subject: for verifiers, which see everything."""
    rows = Event.objects.filter(kind=kind, subject__in=subjects).order_by("subject_n")
    return {subject: json.loads(facts) for subject, facts in rows.values_list("subject", "facts")}


def body_of(event_id: int, *, to: Actor) -> Mapping[str, Any] | None:
    """The private part, None when there is none (any more). NoSuchEvent, BodyClosed."""
    if not _visible(to).filter(pk=event_id).exists():
        raise NoSuchEvent
    if BODY_LABEL not in to.labels:
        raise BodyClosed
    body = EventBody.objects.filter(event=event_id).first()
    return json.loads(body.body) if body and body.body else None


def dead_letters(*, to: Actor, listener: str = "", limit: int = 100) -> list[Letter]:
    """Deliveries given up and not made good since, oldest first."""
    rows = DeadLetter.objects.filter(delivered_at=None, event__in=_visible(to))
    if listener:
        rows = rows.filter(listener=listener)
    return [
        Letter(
            id=row.pk,
            listener=row.listener,
            seq=row.event.seq or 0,
            kind=row.event.kind,
            subject=row.event.subject,
            attempts=row.attempts,
            error=row.error,
            at=row.at,
        )
        for row in rows.select_related("event").order_by("pk")[:limit]
    ]


def _visible(to: Actor) -> QuerySet[Event]:
    reach = Q(place_id=None)
    for scope in to.scopes:
        places = Q()
        for low, high in scope.ranges:
            places |= Q(place_id=low) if low == high else Q(place_id__range=(low, high))
        if scope.ranges:
            reach |= places & _while(scope)
    return Event.objects.filter(reach, label__in=to.labels)


def _while(scope: Scope) -> Q:
    """The instants of the legal days on which the scope holds."""
    during = Q()
    if scope.valid_from > date.min:
        during &= Q(at__gte=_midnight(scope.valid_from))
    if scope.valid_to is not None:
        during &= Q(at__lt=_midnight(scope.valid_to))
    return during


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LEGAL_ZONE).astimezone(UTC)


def _entry(row: Event) -> Entry:
    facts = json.loads(row.facts)
    kind = event_type(row.kind)
    return Entry(
        id=row.pk,
        seq=row.seq,
        kind=row.kind,
        version=row.version,
        subject=row.subject,
        subject_n=row.subject_n,
        place=row.place_id,
        label=row.label,
        by=row.by,
        at=row.at,
        facts=facts,
        commitment=row.commitment,
        event=event_of(kind, row) if kind else None,
    )


def event_of(kind: type[E], row: Event) -> E:
    """The stored event in the newest version of its kind."""
    return kind.read(
        json.loads(row.facts),
        version=row.version,
        subject=row.subject,
        place=row.place_id,
        label=row.label,
    )
