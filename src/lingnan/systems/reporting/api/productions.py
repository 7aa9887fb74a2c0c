"""Workbooks of a whole level, made by the worker."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.http import FileResponse, HttpRequest
from ninja import Router, Schema
from pydantic import Field

from lingnan.base import clock
from lingnan.base.periods import Period
from lingnan.kernel.places import queries as places
from lingnan.web.access import permission
from lingnan.web.actors import actor_of
from lingnan.web.api import PROBLEMS

from .. import queries, services
from ..terms.outputs import MEDIA, Kind, ProductionInfo
from .shapes import Code, PeriodText, codes_of, period_code

router = Router(tags=["reporting"])


class ProductionIn(Schema):
    """A workbook of each form for each place of `level` (2 city … 5 village) below `place`."""

    forms: Annotated[list[str], Field(min_length=1, max_length=200)]
    place: Code
    period: PeriodText
    level: Annotated[int, Field(ge=1, le=5)] = 3
    tree: Literal["code", "governed"] = "code"
    as_of: datetime | None = None


class ProductionOut(Schema):
    uuid: UUID
    forms: list[str]
    place: str
    level: int
    tree: str
    period: str
    seq: int
    as_of: datetime
    state: str
    total: int
    done: int
    ordered_at: datetime
    ended_at: datetime | None
    manifest: str
    why: str


class ProductionFileOut(Schema):
    place: str
    form: str
    name: str
    sha256: str
    size: int


@router.post("/productions", response={200: ProductionOut, **PROBLEMS}, summary="Order workbooks")
@permission("reporting.produce")
def order_production(request: HttpRequest, given: ProductionIn) -> ProductionOut:
    by, on = actor_of(request), clock.today()
    place, period = places.by_code(given.place, on=on).id, period_code(given.period)
    job = services.order_production(
        [queries.form_asked(code, place, period, to=by, on=on).id for code in given.forms],
        place,
        period,
        level=given.level,
        tree=given.tree,
        as_of=given.as_of,
        by=by,
        at=clock.now(),
    )
    return _outs([job])[0]


@router.get("/productions", response={200: list[ProductionOut], **PROBLEMS}, summary="Jobs")
@permission("reporting.produce")
def list_productions(request: HttpRequest) -> list[ProductionOut]:
    return _outs(queries.productions(to=actor_of(request), on=clock.today()))


@router.get("/productions/{uuid}", response={200: ProductionOut, **PROBLEMS}, summary="How far")
@permission("reporting.produce")
def read_production(request: HttpRequest, uuid: str) -> ProductionOut:
    return _outs([queries.production(uuid, to=actor_of(request), on=clock.today())])[0]


@router.post(
    "/productions/{uuid}/cancel", response={200: ProductionOut, **PROBLEMS}, summary="Stop"
)
@permission("reporting.produce")
def cancel_production(request: HttpRequest, uuid: str) -> ProductionOut:
    """What is made stays."""
    job = services.cancel_production(uuid, by=actor_of(request), at=clock.now())
    return _outs([job])[0]


@router.get(
    "/productions/{uuid}/files",
    response={200: list[ProductionFileOut], **PROBLEMS},
    summary="What is made",
)
@permission("reporting.produce")
def list_production_files(request: HttpRequest, uuid: str) -> list[ProductionFileOut]:
    found = queries.production_files(uuid, to=actor_of(request), on=clock.today())
    codes = codes_of({one.place for one in found})
    return [
        ProductionFileOut(
            place=codes.get(one.place, ""),
            form=one.form,
            name=one.name,
            sha256=one.sha256,
            size=one.size,
        )
        for one in found
    ]


@router.get(
    "/productions/{uuid}/files/{sha256}", response={200: None, **PROBLEMS}, summary="One workbook"
)
@permission("reporting.produce")
def read_production_file(request: HttpRequest, uuid: str, sha256: str) -> FileResponse:
    """Who took it out is evidence."""
    name, where = services.take_file(uuid, sha256, by=actor_of(request), at=clock.now())
    return FileResponse(
        where.open("rb"), as_attachment=True, filename=name, content_type=MEDIA[Kind.WORKBOOK]
    )


def _outs(found: list[ProductionInfo]) -> list[ProductionOut]:
    codes = codes_of({one.place for one in found})
    return [
        ProductionOut(
            uuid=UUID(one.uuid),
            forms=list(one.forms),
            place=codes.get(one.place, ""),
            level=one.level,
            tree=one.tree,
            period=str(Period.from_code(one.period)),
            seq=one.seq,
            as_of=one.as_of,
            state=str(one.state),
            total=one.total,
            done=one.done,
            ordered_at=one.ordered_at,
            ended_at=one.ended_at,
            manifest=one.manifest,
            why=one.why,
        )
        for one in found
    ]
