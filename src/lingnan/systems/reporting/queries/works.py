"""Long work: what was ordered, how far it is, what came of it; for who ordered it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from lingnan.base.actors import Actor
from lingnan.base.ids import parse_uuid
from lingnan.web import files

from ..models import Work, WorkFile
from ..terms.works import NoSuchWork, Order, Step, Unit, WorkInfo, WorkKind
from .filings import in_ranges
from .gate import need

PAGE = 50


def works(*, to: Actor, on: date, limit: int = PAGE) -> list[WorkInfo]:
    """Newest first. Two queries."""
    return [_info(row) for row in _seen(to, on).order_by("-pk")[:limit]]


def work(uuid: str, *, to: Actor, on: date) -> WorkInfo:
    """NoSuchWork for everybody else."""
    row = work_row(uuid, to=to, on=on)
    kept: Counter[str] = Counter()
    for counts in row.parts.values_list("counts", flat=True):
        kept.update(counts)
    return replace(_info(row), kept=dict(kept))


def work_row(uuid: str, *, to: Actor, on: date) -> Work:
    row = _seen(to, on).filter(uuid=parse_uuid(uuid)).first()
    if row is None:
        raise NoSuchWork
    return row


def order_of(row: Work, *, to: Actor) -> Order:
    """As it was ordered; its files are read when they are asked for, by who handed them in."""
    held = list(row.files.order_by("number"))
    label = "personal" if held else "internal"
    return Order(WorkKind(row.kind), row.place, row.period, row.about, _Handed(held, to), label)


def _seen(to: Actor, on: date) -> "QuerySet[Work]":
    """What one ordered oneself; a plan is everybody's who may plan there."""
    need(to, "reporting.read", on=on)
    mine = Q(party=to.party)
    if to.may("reporting.administer"):
        mine |= Q(kind=WorkKind.PLAN) & in_ranges(to.ranges_on(on))
    return Work.objects.filter(mine).prefetch_related("files")


class _Handed(Sequence[tuple[str, bytes]]):
    """One file in memory at a time, however many were handed in."""

    def __init__(self, rows: Sequence[WorkFile], to: Actor) -> None:
        self._rows, self._to = rows, to

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, number: Any) -> Any:
        row = self._rows[number]
        return row.name, files.open_file(row.sha256, to=self._to).path.read_bytes()


def _info(row: Work) -> WorkInfo:
    return WorkInfo(
        uuid=str(row.uuid),
        kind=WorkKind(row.kind),
        place=row.place,
        period=row.period,
        about=row.about,
        files=tuple(one.name for one in sorted(row.files.all(), key=lambda one: one.number)),
        state=Step(row.state),
        unit=Unit(row.unit),
        total=row.total,
        done=min(row.done, row.total),
        kept={},
        problems=tuple((where, words) for where, words in row.problems),
        faults=row.faults,
        back=row.back,
        to=row.to,
        why=row.why,
        ordered_at=row.ordered_at,
        ended_at=row.ended_at,
    )
