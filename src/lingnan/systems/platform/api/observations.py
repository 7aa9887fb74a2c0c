"""What is known, with its source; roll-ups over places."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Path, Query, Router, Schema

from lingnan.base import clock
from lingnan.base.errors import Invalid, Problem
from lingnan.base.periods import Period
from lingnan.kernel.observations import queries as observations
from lingnan.kernel.observations.services import tell_exact
from lingnan.kernel.observations.terms import ElementInfo
from lingnan.kernel.places import queries as places
from lingnan.web import paging
from lingnan.web.access import permission, public
from lingnan.web.actors import actor_of
from lingnan.web.api import PROBLEMS
from lingnan.web.errors import NoSuchPage

from .. import queries

router = Router(tags=["observations"])
Code = Annotated[str, Path(max_length=96, pattern=r"^[a-z][a-z0-9_]*$")]
When = Annotated[str, Path(max_length=8, description="2026, 2026-Q3, 2026-10, 2026-W44")]


class ElementOut(Schema):
    uuid: UUID
    code: str
    titles: dict[str, str]
    type: str
    unit: str
    over_places: str
    over_time: str
    label: str
    breakdown: dict[str, str]
    options: dict[str, str]
    precedence: list[str]
    expression: str


class ElementsOut(Schema):
    items: list[ElementOut]
    next: str


class ValueOut(Schema):
    element: str
    period: str
    value: Decimal | None
    text: str | None
    quality: str
    source: str
    recorded_at: datetime
    disputed: bool
    hidden: bool = False


class VersionOut(Schema):
    value: Decimal | None
    text: str | None
    quality: str
    effect: str
    source: str
    seq: int | None
    recorded_at: datetime
    hidden: bool = False


class RolledOut(Schema):
    place: UUID
    name: str
    level: int
    value: Decimal | None
    text: str | None
    reported: int | None
    expected: int | None
    hidden: bool = False


class RollupOut(Schema):
    items: list[RolledOut]
    next: str


@router.get("/elements", response={200: ElementsOut, **PROBLEMS}, summary="Elements")
@public
def elements(
    request: HttpRequest,
    q: Annotated[str, Query(max_length=96, description="part of the code")] = "",
    after: Annotated[str, Query(max_length=64)] = "",
    limit: Annotated[int, Query(ge=1, le=paging.MOST)] = 100,
) -> ElementsOut:
    """Those whose secrecy label the caller holds."""
    found = [e for e in _visible(request).values() if q in e.code]
    page = paging.window(found, cursor=after, size=limit)
    return ElementsOut(items=[_element(e) for e in page.rows], next=page.next_cursor)


@router.get("/elements/{code}", response={200: ElementOut, **PROBLEMS}, summary="One element")
@public
def element(request: HttpRequest, code: Code) -> ElementOut:
    return _element(_one(request, code))


@router.get("/places/{uuid}/values", response={200: list[ValueOut], **PROBLEMS},
            summary="Values of a place")  # fmt: skip
@public
def values(request: HttpRequest, uuid: UUID, on: date | None = None) -> list[ValueOut]:
    """The newest of each element and period at hand; strangers see public elements only. `hidden`:
    kept back, because it would tell of somebody."""
    to, day = actor_of(request), on or clock.today()
    place = places.by_uuid(str(uuid), on=day)
    codes = {e.id: e.code for e in _visible(request).values()}
    shown = queries.values_of(place.id, codes, to=to, on=day)
    tell_exact("values", place.id, shown.exact, by=to, at=clock.now())
    return [
        ValueOut(
            element=codes[number],
            period=str(Period.from_code(period)),
            value=info.value,
            text=info.text,
            quality=info.quality.name.lower(),
            source=info.source,
            recorded_at=info.recorded_at,
            disputed=info.disputed,
            hidden=(place.id, number, period) in shown.hidden,
        )
        for (number, period), info in sorted(shown.found.items(), key=lambda item: item[0])
    ]


@router.get("/places/{uuid}/values/{code}/{period}", response={200: list[VersionOut], **PROBLEMS},
            summary="History of a value")  # fmt: skip
@public
def history(request: HttpRequest, uuid: UUID, code: Code, period: When) -> list[VersionOut]:
    """Everything ever said about it, oldest first; `contender` disagreed with a better source."""
    when = _period(period)
    to, place = actor_of(request), places.by_uuid(str(uuid), on=when.end)
    one = _one(request, code)
    shown = queries.history_of(place.id, one.id, when.code, to=to)
    tell_exact("history", place.id, shown.exact, by=to, at=clock.now())
    return [
        VersionOut(
            value=v.value,
            text=v.text,
            quality=v.quality.name.lower(),
            effect=v.effect.name.lower(),
            source=v.source,
            seq=v.seq,
            recorded_at=v.recorded_at,
            hidden=bool(shown.hidden),
        )
        for v in shown.found
    ]


@router.get("/rollup/{code}/{period}", response={200: RollupOut, **PROBLEMS}, summary="Roll-up")
@permission("platform.read_values")
def rollup(
    request: HttpRequest,
    code: Code,
    period: When,
    level: Annotated[int, Query(ge=1, le=5)] = 2,
    under: UUID | None = None,
    after: Annotated[str, Query(max_length=64)] = "",
    limit: Annotated[int, Query(ge=1, le=paging.MOST)] = 100,
) -> RollupOut:
    """`reported` of `expected` places; a value is null, never zero, where nothing was said."""
    when, one = _period(period), _one(request, code)
    top = places.by_uuid(str(under), on=when.end).id if under else None
    to = actor_of(request)
    rows = queries.rolled(one, when.code, level=level, under=top, to=to)
    page = paging.window(rows, cursor=after, size=limit)
    ids = [row["place"] for row in page.rows]
    shown = queries.guarded(page.rows, when.code, to=to)
    if ids:
        tell_exact("rollup", top or ids[0], shown.exact, by=to, at=clock.now())
    names = places.names(ids, on=when.end, lang=to.lang)
    known = places.uuids(ids)
    items = [
        RolledOut(
            place=UUID(known[row["place"]]),
            name=names.get(row["place"], ""),
            level=row["level"],
            value=row["value"],
            text=row["text"],
            reported=row["reported"],
            expected=row["expected"],
            hidden=(row["place"], one.id, when.code) in shown.hidden,
        )
        for row in shown.found
    ]
    return RollupOut(items=items, next=page.next_cursor)


def _visible(request: HttpRequest) -> dict[str, ElementInfo]:
    labels = actor_of(request).labels
    return {c: e for c, e in observations.element_map(None).items() if e.label in labels}


def _one(request: HttpRequest, code: str) -> ElementInfo:
    """A secret element is one that is not there."""
    labels = actor_of(request).labels
    found = observations.element_map([code]).get(code)
    if found is None or found.label not in labels:
        raise NoSuchPage
    return found


def _period(text: str) -> Period:
    try:
        return Period.parse(text)
    except ValueError:
        problem = Problem("period", "应为时期，例如 2026、2026-Q3、2026-10。")
        raise Invalid(problems=[problem]) from None


def _element(e: ElementInfo) -> ElementOut:
    return ElementOut(
        uuid=UUID(e.uuid),
        code=e.code,
        titles=dict(e.titles),
        type=e.type.value,
        unit=e.unit,
        over_places=e.over_places.value,
        over_time=e.over_time.value,
        label=e.label,
        breakdown=dict(e.breakdown),
        options=dict(e.options),
        precedence=list(e.precedence),
        expression=e.expression,
    )
