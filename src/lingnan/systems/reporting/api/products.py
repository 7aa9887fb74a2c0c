"""Sums and the departments' own workbooks."""

from typing import Annotated, Literal
from urllib.parse import quote
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from lingnan.base import clock
from lingnan.base.periods import Period
from lingnan.kernel.places import queries as places
from lingnan.web.access import permission
from lingnan.web.actors import actor_of
from lingnan.web.api import PROBLEMS

from .. import queries, services
from ..terms.filings import Produced
from ..terms.masking import Seen
from ..terms.outputs import MEDIA, Kind, Output
from .shapes import AsOf, FigureOut, ReleaseOut, codes_of, period_code

router = Router(tags=["reporting"])
TreeName = Annotated[Literal["code", "governed"], Query(description="statistical or governed-by")]
LevelNumber = Annotated[int | None, Query(ge=2, le=5, description="rows of this level; next below")]
Format = Annotated[
    Literal[Kind.WORKBOOK, Kind.CSV, Kind.JSON, Kind.ROLLUP, Kind.BUNDLE], Query(description="kind")
]


@router.get("/rollup", response={200: list[FigureOut], **PROBLEMS}, summary="Sums of a form")
@permission("reporting.read")
def rollup(
    request: HttpRequest, form: str, place: str, period: str, as_of: AsOf = None
) -> list[FigureOut]:
    """The place and those directly below it, in base units; a rate is made again from the sums."""
    to, on = actor_of(request), clock.today()
    top, number = places.by_code(place, on=on), period_code(period)
    found = queries.form_asked(form, top.id, number, to=to, on=on)
    seen = Seen()
    table = queries.rollup_table(found, top, number, as_of=as_of, to=to, seen=seen)
    services.tell_seen("rollup", top.id, seen, by=to, at=clock.now())
    infos = places.infos(sorted(table), on=on)
    return [
        FigureOut(
            place=one.code,
            name=one.name,
            values={code: f.value for code, f in table[one.id].items()},
            reported={code: f.reported for code, f in table[one.id].items()},
            estimated={code: f.estimated for code, f in table[one.id].items()},
            hidden=[code for code, f in table[one.id].items() if f.hidden],
            expected={code: f.expected for code, f in table[one.id].items()},
        )
        for one in infos
    ]


@router.post("/products", response={200: None, **PROBLEMS}, summary="A department's workbook")
@permission("reporting.produce")
def produce(  # noqa: PLR0913 - one query parameter each
    request: HttpRequest,
    form: str,
    place: str,
    period: str,
    as_of: AsOf = None,
    format: Format = Kind.WORKBOOK,  # noqa: A002 - the word of the interface
    tree: TreeName = "code",
    level: LevelNumber = None,
    clear: bool = False,
    reason: Annotated[str, Query(max_length=500, description="why in full; evidence")] = "",
) -> HttpResponse:
    """The bytes; `X-Lingnan-Sha256`, `X-Lingnan-Seq` and `X-Lingnan-As-Of` name this edition. `form`:
    one code, or several with commas for tables and bundles. Persons are masked unless `clear`."""
    why = reason if clear else None
    by, on = actor_of(request), clock.today()
    where, at, code = places.by_code(place, on=on).id, clock.now(), period_code(period)
    found = [queries.form_asked(one, where, code, to=by, on=on) for one in form.split(",")]
    if format is Kind.WORKBOOK:
        made = services.produce_workbook(
            found[0].id, where, code, as_of=as_of, tree=tree, reason=why, by=by, at=at
        )
        return given(made.data, made.name, MEDIA[format], made)
    ids = [one.id for one in found]
    table = services.take_output(
        format, ids, where, code, as_of=as_of, tree=tree, level=level, reason=why, by=by, at=at
    )
    return given(table.data, table.name, MEDIA[format], table)


def given(data: bytes, name: str, media: str, made: Produced | Output) -> HttpResponse:
    """A file with what proves it."""
    response = HttpResponse(data, content_type=media)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response["X-Lingnan-Sha256"], response["X-Lingnan-Seq"] = made.sha256, str(made.seq)
    response["X-Lingnan-As-Of"] = made.as_of.isoformat()
    return response


@router.get("/releases", response={200: list[ReleaseOut], **PROBLEMS}, summary="Given out")
@permission("reporting.read")
def list_releases(request: HttpRequest) -> list[ReleaseOut]:
    found = queries.releases(to=actor_of(request), on=clock.today())
    codes = codes_of({one.place for one in found})
    return [
        ReleaseOut(
            uuid=UUID(one.uuid),
            form=one.form,
            place=codes.get(one.place, ""),
            period=str(Period.from_code(one.period)),
            seq=one.seq,
            as_of=one.as_of,
            sha256=one.sha256,
            produced_at=one.produced_at,
        )
        for one in found
    ]
