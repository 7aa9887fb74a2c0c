"""A person decides between what two sources say."""

from datetime import datetime

from django.db import transaction

from lingnan.base import ids
from lingnan.base.actors import Actor
from lingnan.base.errors import Clash, NotFound
from lingnan.kernel.evidence import services as evidence

from ..models import Contender, CurrentValue, Element
from ..terms import DECISION, BatchInfo, ContenderResolved, NewValue, Quality
from . import record, writing
from .drafts import draft
from .storage import says_when_full
from .winning import Claim, source_of
from .writing import Upload


class AlreadyDecided(Clash):
    code = "already_decided"
    tell = "这一争议值已经有人处理过了。"


@says_when_full
@transaction.atomic
def resolve_contender(
    contender_id: int, *, take: bool, by: Actor, at: datetime
) -> BatchInfo | None:
    """`take`: its value is written again as a decision, which wins whatever is held.

    Otherwise the held value stays. Raises NotFound, `AlreadyDecided`.
    """
    contender = Contender.objects.select_for_update().filter(pk=contender_id).first()
    if contender is None:
        raise NotFound
    if contender.resolved_at is not None:
        raise AlreadyDecided
    Contender.objects.filter(pk=contender.pk).update(resolved_at=at, taken=take)
    element = Element.objects.get(pk=contender.element)
    evidence.record(
        ContenderResolved(
            subject=writing.batch_subject(contender.batch),
            place=contender.place,
            label=element.label,
            element=element.code,
            period=contender.period,
            batch=writing.batch_name(contender.batch),
            n=contender.n,
            taken=take,
        ),
        by=by,
        at=at,
    )
    info = _take(contender, by=by, at=at) if take else None
    _settle_mark(contender)
    return info


def _take(contender: Contender, *, by: Actor, at: datetime) -> BatchInfo:
    row = NewValue(
        place=contender.place,
        subject=contender.subject,
        element=contender.element,
        period=contender.period,
        value=contender.value,
        text=contender.text,
        quality=_decided(contender),
    )
    new = draft([row])
    key = f"decision:{writing.batch_name(contender.batch)}:{contender.n}"
    claim = Claim(ids.stable_int(key), source_of(DECISION), at, is_forced=True)
    payload = new.payload(DECISION)
    return record.write(Upload(key=key, draft=new, payload=payload, claim=claim, by=by))


def _decided(contender: Contender) -> Quality:
    """A value becomes a corrected one; *not applicable* stays what it is."""
    has_value = contender.value is not None or contender.text is not None
    return Quality.CORRECTED if has_value else Quality(contender.quality)


def _settle_mark(contender: Contender) -> None:
    key = {name: getattr(contender, name) for name in ("place", "subject", "period", "element")}
    if not Contender.objects.filter(**key, resolved_at=None).exists():
        CurrentValue.objects.filter(**key).update(disputed=False)
