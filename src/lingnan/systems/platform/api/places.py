"""Places on any day."""

import json
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from lingnan.base import clock
from lingnan.kernel.places import queries as places
from lingnan.kernel.places.terms import OutlineInfo, PlaceInfo, Step
from lingnan.web import paging
from lingnan.web.access import public
from lingnan.web.api import PROBLEMS

router = Router(tags=["places"])
On = Annotated[date | None, Query(description="legal day; today when left out")]
Level = Annotated[int | None, Query(ge=1, le=5, description="1 province … 5 village")]
After = Annotated[str, Query(description="cursor of the page before")]
Limit = Annotated[int, Query(ge=1, le=paging.MOST)]
Code = Annotated[str, Field(max_length=24, pattern=r"^[0-9A-Za-z]+$")]


class PlaceOut(Schema):
    uuid: UUID
    level: int
    kind: str
    name: str
    codes: dict[str, str]
    parent: UUID | None
    valid_from: date | None
    valid_to: date | None


class PlacesOut(Schema):
    items: list[PlaceOut]
    next: str


class StepOut(Schema):
    kind: str
    effective: date
    old_code: str
    old_name: str
    new_code: str
    new_name: str
    document: str
    verified: bool


class OutlineOut(Schema):
    geometry: dict[str, Any]
    crs: str
    source: str
    approximate: bool
    drawn: date


class PlaceDetail(PlaceOut):
    ladder: list[PlaceOut]
    outline: OutlineOut | None


@router.get("/places", response={200: PlacesOut, **PROBLEMS}, summary="Find places")
@public
def find(
    request: HttpRequest,
    q: Annotated[str, Query(max_length=64)],
    on: On = None,
    within: UUID | None = None,
    level: Level = None,
    limit: Limit = 20,
) -> PlacesOut:
    """By Chinese name, pinyin initials, or the beginning of a code; best first."""
    day = on or clock.today()
    inside = places.by_uuid(str(within), on=day).id if within else None
    found = places.find(q, on=day, within=inside, level=level, limit=limit)
    return PlacesOut(items=_out(found), next="")


@router.get("/places/roots", response={200: list[PlaceOut], **PROBLEMS}, summary="Top of the tree")
@public
def roots(request: HttpRequest, on: On = None) -> list[PlaceOut]:
    return _out(places.roots(on=on or clock.today()))


@router.get("/places/by-code/{code}", response={200: PlaceOut, **PROBLEMS}, summary="By code")
@public
def by_code(request: HttpRequest, code: Code, on: On = None) -> PlaceOut:
    """The place that had this code (6, 9 or 12 digits) on the day."""
    return _out([places.by_code(code, on=on or clock.today())])[0]


@router.get("/places/lineage/{code}", response={200: list[StepOut], **PROBLEMS}, summary="Lineage")
@public
def lineage(request: HttpRequest, code: Code) -> list[StepOut]:
    """What became of the place that had this code, oldest first."""
    return [_step(step) for step in places.lineage(code)]


@router.get("/places/{uuid}", response={200: PlaceDetail, **PROBLEMS}, summary="One place")
@public
def one(request: HttpRequest, uuid: UUID, on: On = None) -> PlaceDetail:
    day = on or clock.today()
    place = places.by_uuid(str(uuid), on=day)
    drawn = places.outline(place.id, on=day)
    ladder = _out(places.ancestors(place.id, on=day))
    return PlaceDetail(**_out([place])[0].dict(), ladder=ladder, outline=_outline(drawn))


@router.get("/places/{uuid}/children", response={200: PlacesOut, **PROBLEMS}, summary="Below it")
@public
def children(
    request: HttpRequest, uuid: UUID, on: On = None, after: After = "", limit: Limit = 100
) -> PlacesOut:
    day = on or clock.today()
    below = places.children(places.by_uuid(str(uuid), on=day).id, on=day)
    page = paging.window(below, cursor=after, size=limit)
    return PlacesOut(items=_out(list(page.rows)), next=page.next_cursor)


def _out(found: list[PlaceInfo]) -> list[PlaceOut]:
    parents = places.uuids(sorted({p.parent for p in found if p.parent is not None}))
    return [
        PlaceOut(
            uuid=UUID(p.uuid),
            level=p.level,
            kind=p.kind,
            name=p.name,
            codes=dict(p.codes),
            parent=UUID(parents[p.parent]) if p.parent in parents else None,
            valid_from=None if p.valid_from == date.min else p.valid_from,
            valid_to=p.valid_to,
        )
        for p in found
    ]


def _outline(drawn: OutlineInfo | None) -> OutlineOut | None:
    if drawn is None:
        return None
    return OutlineOut(
        geometry=json.loads(drawn.geojson),
        crs=drawn.crs,
        source=drawn.source,
        approximate=drawn.approximate,
        drawn=drawn.drawn,
    )


def _step(step: Step) -> StepOut:
    return StepOut(
        kind=step.kind,
        effective=step.effective,
        old_code=step.old_code,
        old_name=step.old_name,
        new_code=step.new_code,
        new_name=step.new_name,
        document=step.document,
        verified=step.verified,
    )
