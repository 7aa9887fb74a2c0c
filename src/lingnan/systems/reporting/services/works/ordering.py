"""Ordered on a page: kept before it is promised. Cancelled; what went back is fetched."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256 as sha
from pathlib import Path

from django.db import transaction

from lingnan.base.actors import Actor
from lingnan.base.canonical import sha256
from lingnan.base.clock import legal_day
from lingnan.base.errors import NotFound, Sentence
from lingnan.base.ids import uuid7
from lingnan.kernel.evidence import services as evidence
from lingnan.web import files

from ...content import limits_at_once
from ...models import Work, WorkFile
from ...queries.works import work, work_row
from ...rules.works import is_long
from ...terms.filings import RoundInfo
from ...terms.works import (
    OPEN,
    STEP_WORDS,
    NoSuchWork,
    Order,
    Step,
    WorkInfo,
    WorkOrdered,
    WorkOver,
)
from ..planning import cells_of
from ..turning import end
from .doing import KINDS
from .keeping import ended, keep_for, subject_of


def files_are_long(handed: Sequence[tuple[str, bytes]]) -> bool:
    """Whether reading them is ordered rather than waited for."""
    return is_long(handed, limits_at_once())


def plan_is_long(found: RoundInfo, *, at: datetime) -> bool:
    """Whether its planning is ordered rather than waited for."""
    return cells_of(found, legal_day(at)) > limits_at_once().cells


def order_work(order: Order, *, by: Actor, at: datetime) -> WorkInfo:
    """Nothing is done yet; the files are on the disk. The same ordered twice, because somebody pressed
    the button twice, is one as long as it is not over. Refused what would be refused whole."""
    on = legal_day(at)
    KINDS[order.kind].may(order, by, on)
    told = [sha(data).hexdigest() for _, data in order.files]
    digest = sha256([order.kind, order.place, order.period, dict(order.about), told])
    held = Work.objects.filter(digest=digest, party=by.party, state__in=OPEN).first()
    if held is not None:
        return work(str(held.uuid), to=by, on=on)
    for name, data in order.files:
        keep_for(name, data, order.label, by=by, at=at)
    row = Work(
        uuid=uuid7(int(at.timestamp() * 1000)),
        kind=order.kind,
        place=order.place,
        period=order.period,
        about=dict(order.about),
        digest=digest,
        total=0,
        party=by.party,
        role=by.role,
        account=by.account,
        duty=by.duty,
        assurance=by.assurance,
        ordered_at=at,
    )
    with transaction.atomic():
        row.save(force_insert=True)
        WorkFile.objects.bulk_create(
            WorkFile(work=row, number=n, name=name[:255], sha256=one)
            for n, ((name, _), one) in enumerate(zip(order.files, told, strict=True))
        )
        evidence.record(
            WorkOrdered(
                subject=subject_of(row),
                place=row.place,
                label=order.label,
                work=row.kind,
                period=row.period,
                sha256=told,
            ),
            by=by,
            at=at,
        )
    return work(str(row.uuid), to=by, on=on)


def cancel_work(uuid: str, *, by: Actor, at: datetime) -> WorkInfo:
    """What is kept already stays; nothing more is kept. WorkOver when it is over."""
    on = legal_day(at)
    row = work_row(uuid, to=by, on=on)
    if not end(row, Step.CANCELLED, lambda: ended(row), by=by, at=at):
        row.refresh_from_db()
        raise WorkOver(state=Sentence(STEP_WORDS[Step(row.state)]))
    return work(uuid, to=by, on=on)


def take_back(uuid: str, *, by: Actor, at: datetime) -> tuple[str, Path]:
    """Name and place on the disk of the file with the faults marked. NoSuchWork, also once it is gone."""
    row = work_row(uuid, to=by, on=legal_day(at))
    try:
        opened = files.open_file(row.back, to=by)
    except NotFound:
        raise NoSuchWork from None
    return opened.info.name, opened.path
