"""The law as data, on any day."""

from datetime import date
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Path, Query, Router, Schema

from lingnan.base import clock
from lingnan.base.canonical import plain
from lingnan.base.errors import Invalid, Problem
from lingnan.kernel.statutes import queries as statutes
from lingnan.kernel.statutes.terms import Parameter
from lingnan.web import paging
from lingnan.web.access import public
from lingnan.web.api import PROBLEMS

router = Router(tags=["statutes"])
Region = Literal["cn", "hk", "mo"]
Key = Annotated[str, Path(max_length=120, pattern=r"^[a-z0-9_.]+$")]
On = Annotated[date | None, Query(description="legal day; today when left out")]
EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)


class ParameterOut(Schema):
    key: str
    title: str
    value: Any
    unit: str
    document: str
    number: str
    article: str
    text: str
    source: str
    verified: bool
    valid_from: date
    valid_to: date | None


class ParametersOut(Schema):
    items: list[ParameterOut]
    next: str


class DayOut(Schema):
    day: date
    working: bool
    half: bool
    provisional: bool
    name: str


class DueOut(Schema):
    day: date
    provisional: bool
    basis: list[str]


@router.get("/statutes", response={200: ParametersOut, **PROBLEMS}, summary="In force on a day")
@public
def parameters(
    request: HttpRequest,
    prefix: Annotated[str, Query(max_length=120)] = "",
    on: On = None,
    after: Annotated[str, Query(max_length=64)] = "",
    limit: Annotated[int, Query(ge=1, le=paging.MOST)] = 100,
) -> ParametersOut:
    found = statutes.parameters(prefix, on=on or clock.today())
    page = paging.window(found, cursor=after, size=limit)
    return ParametersOut(items=[_out(one) for one in page.rows], next=page.next_cursor)


@router.get("/statutes/{key}", response={200: ParameterOut, **PROBLEMS}, summary="One parameter")
@public
def parameter(request: HttpRequest, key: Key, on: On = None) -> ParameterOut:
    """409 `statutes.no_rule_in_force` before the rule begins and after it ends."""
    return _out(statutes.parameter(key, on=on or clock.today()))


@router.get("/statutes/{key}/editions", response={200: list[ParameterOut], **PROBLEMS},
            summary="Every span of a parameter")  # fmt: skip
@public
def editions(request: HttpRequest, key: Key) -> list[ParameterOut]:
    return [_out(one) for one in statutes.editions(key)]


@router.get("/calendar/{region}/{day}", response={200: DayOut, **PROBLEMS}, summary="Is it worked")
@public
def day(request: HttpRequest, region: Region, day: date) -> DayOut:
    found = statutes.calendar(region).is_working_day(_near(day, "day"))
    return DayOut(
        day=found.day,
        working=found.working,
        half=found.half,
        provisional=found.provisional,
        name=found.name,
    )


@router.get("/calendar/{region}/{start}/due", response={200: DueOut, **PROBLEMS},
            summary="The last of so many working days")  # fmt: skip
@public
def due(
    request: HttpRequest,
    region: Region,
    start: date,
    working_days: Annotated[int, Query(ge=1, le=2000)],
) -> DueOut:
    """The start day itself is not counted."""
    found = statutes.calendar(region).add_working_days(_near(start, "start"), working_days)
    return DueOut(day=found.day, provisional=found.provisional, basis=list(found.basis))


def _near(day: date, where: str) -> date:
    if not EARLIEST <= day <= LATEST:
        raise Invalid(problems=[Problem(where, "应在 1900 年至 2199 年之间。")])
    return day


def _out(one: Parameter) -> ParameterOut:
    return ParameterOut(
        key=one.key,
        title=one.title,
        value=plain(one.value),
        unit=one.unit,
        document=one.document,
        number=one.number,
        article=one.article,
        text=one.text,
        source=one.source,
        verified=one.verified,
        valid_from=one.valid_from,
        valid_to=one.valid_to,
    )
