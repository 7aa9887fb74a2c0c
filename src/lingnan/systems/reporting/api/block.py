"""All that is known of one place, in one call."""

from datetime import date, datetime
from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router, Schema

from lingnan.base import clock
from lingnan.base.periods import Period
from lingnan.kernel.places import queries as places
from lingnan.web.access import permission
from lingnan.web.actors import actor_of
from lingnan.web.api import PROBLEMS

from .. import queries, services
from ..terms.blocks import Block, Known
from ..terms.masking import Seen
from .shapes import Amount, AsOf

router = Router(tags=["reporting"])
Words = Annotated[str, Query(max_length=100)]


class BlockAskedBy(Schema):
    form: str
    title: str
    department: str
    label: str
    cell: str


class BlockFigure(Schema):
    """`reported` of `expected` villages are in a sum; 0 of 0: the place's own word."""

    element: str
    title: str
    unit: str
    period: str
    value: Amount | None
    text: str
    mark: str
    source: str
    recorded_at: datetime | None
    age_days: int | None
    disputed: bool
    reported: int
    expected: int
    estimated: int
    older: dict[str, Amount | None]
    asked_by: list[BlockAskedBy]


class BlockRound(Schema):
    uuid: str
    title: str
    period: str
    due_on: date
    approved: int
    expected: int


class BlockDispute(Schema):
    element: str
    period: str
    value: Amount | None
    text: str
    source: str
    recorded_at: datetime


class BlockOut(Schema):
    place: str
    name: str
    level: int
    seq: int
    as_of: datetime | None
    figures: list[BlockFigure]
    rounds: list[BlockRound]
    ledgers: dict[str, int | None]
    disputes: list[BlockDispute]


@router.get("/block", response={200: BlockOut, **PROBLEMS}, summary="All that is known of a place")
@permission("reporting.read")
def read_block(
    request: HttpRequest,
    place: str,
    as_of: AsOf = None,
    q: Words = "",
    form: Words = "",
    department: Words = "",
) -> BlockOut:
    """Figures with their source, age and coverage; open rounds; counts of ledgers; other people's words."""
    to, on = actor_of(request), clock.today()
    seen, where = Seen(), places.by_code(place, on=on)
    found = queries.block(
        where,
        queries.BlockWanted(text=q, form=form, department=department),
        as_of=as_of,
        to=to,
        on=on,
        seen=seen,
    )
    services.tell_seen("block", where.id, seen, by=to, at=clock.now())
    return _out(found, on)


def _out(found: Block, on: date) -> BlockOut:
    return BlockOut(
        place=found.place.code,
        name=found.place.name,
        level=found.place.level,
        seq=found.seq,
        as_of=found.as_of,
        figures=[_figure(one, on) for one in found.known],
        rounds=[
            BlockRound(
                uuid=one.round,
                title=one.title,
                period=str(Period.from_code(one.period)),
                due_on=one.due_on,
                approved=one.approved,
                expected=one.expected,
            )
            for one in found.rounds
        ],
        ledgers=dict(found.ledgers),
        disputes=[
            BlockDispute(
                element=one.element,
                period=str(Period.from_code(one.period)),
                value=one.value,
                text=one.text or "",
                source=one.source,
                recorded_at=one.recorded_at,
            )
            for one in found.disputes
        ],
    )


def _figure(one: Known, on: date) -> BlockFigure:
    return BlockFigure(
        element=one.element,
        title=one.title,
        unit=one.unit,
        period=str(Period.from_code(one.period)),
        value=one.value,
        text=one.text,
        mark=one.mark,
        source=one.source,
        recorded_at=one.recorded_at,
        age_days=one.age(on),
        disputed=one.disputed,
        reported=one.reported,
        expected=one.expected,
        estimated=one.estimated,
        older={str(Period.from_code(p)): value for p, value in one.older.items()},
        asked_by=[
            BlockAskedBy(
                form=a.form, title=a.title, department=a.department, label=a.label, cell=a.where
            )
            for a in one.asked_by
        ],
    )
