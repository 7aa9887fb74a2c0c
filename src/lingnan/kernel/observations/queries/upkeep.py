"""What operators and the worker look at: disputes, elements, the manifest, what waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q

from lingnan.base.actors import Actor
from lingnan.base.errors import Forbidden

from ..models import Contender, Element, PendingLedger, PendingValue, Segment, Source
from ..terms import CHUNK, Quality


@dataclass(frozen=True, kw_only=True)
class ContenderInfo:
    """A value that disagreed; `taken` is None while nobody has decided."""

    id: int
    place: int
    subject: int
    element: str
    period: int
    value: Decimal | None
    text: str | None
    quality: Quality
    source: str
    recorded_at: datetime
    taken: bool | None


@dataclass(frozen=True, kw_only=True)
class SegmentInfo:
    uuid: str
    path: str
    rows: int
    bytes: int
    periods: Sequence[int]
    min_seq: int | None
    max_seq: int | None
    is_raw: bool
    replaced_at: datetime | None


def contenders(
    *,
    to: Actor,
    on: date,
    resolved: bool = False,
    after: int = 0,
    limit: int = 100,
    place: int | None = None,
) -> list[ContenderInfo]:
    """Within reach and of labels the reader holds, oldest first; `after` is the last id seen;
    `place`: of that place alone."""
    within = Q(pk__in=[])
    for low, high in to.ranges_on(on):
        within |= Q(place__range=(low, high))
    codes = dict(Element.objects.filter(label__in=to.labels).values_list("id", "code"))
    sources = dict(Source.objects.values_list("id", "code"))
    rows = Contender.objects.filter(
        within, element__in=Element.objects.filter(label__in=to.labels).values("id"), pk__gt=after
    )
    if not resolved:
        rows = rows.filter(resolved_at=None)
    if place is not None:
        rows = rows.filter(place=place)
    return [
        ContenderInfo(
            id=r.pk,
            place=r.place,
            subject=r.subject,
            element=codes[r.element],
            period=r.period,
            value=r.value,
            text=r.text,
            quality=Quality(r.quality),
            source=sources.get(r.source, ""),
            recorded_at=r.recorded_at,
            taken=r.taken,
        )
        for r in rows.order_by("pk")[:limit]
    ]


def elements(*, to: Actor) -> list[Element]:
    return list(Element.objects.filter(label__in=to.labels).order_by("code"))


def segments(*, to: Actor, replaced: bool = False) -> list[SegmentInfo]:
    """The manifest names every period and place: for those who keep the store."""
    if not to.may("observations.operate"):
        raise Forbidden
    rows = Segment.objects.order_by("pk")
    if not replaced:
        rows = rows.filter(replaced_at=None)
    return [
        SegmentInfo(
            uuid=str(s.uuid),
            path=s.path,
            rows=s.rows,
            bytes=s.bytes,
            periods=s.periods,
            min_seq=s.min_seq,
            max_seq=s.max_seq,
            is_raw=s.batch_id is not None,
            replaced_at=s.replaced_at,
        )
        for s in rows
    ]


def is_sealing_due(*, before: datetime) -> bool:
    """A chunk of rows waits, or one has waited since `before`."""
    return _is_due(PendingValue, before)


def is_ledger_sealing_due(*, before: datetime) -> bool:
    """The same of versions of ledger entries."""
    return _is_due(PendingLedger, before)


def _is_due(kept: type[PendingValue] | type[PendingLedger], before: datetime) -> bool:
    ready = kept._default_manager.filter(batch__event__seq__isnull=False).order_by()
    if ready.filter(recorded_at__lt=before).exists():
        return True
    return len(ready.values_list("pk")[:CHUNK]) == CHUNK
