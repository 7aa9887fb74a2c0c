"""The same search for programs: `/api/v1/search`."""

from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router, Schema

from lingnan.base import clock

from ..access import public
from ..api import PROBLEMS
from ..search.terms import LONGEST
from .finding import look_for

router = Router(tags=["search"])


class FoundOut(Schema):
    """`key`: a place's or organisation's uuid, an element's or form's code, a page's name."""

    key: str
    title: str
    url: str
    kind: str
    code: str
    path: list[str]
    match: str


class GroupOut(Schema):
    kind: str
    title: str
    items: list[FoundOut]
    more: bool


MATCHES = ("exact", "begins", "holds")


@router.get("/search", response={200: list[GroupOut], **PROBLEMS}, summary="Search everything")
@public
def search(
    request: HttpRequest,
    q: Annotated[str, Query(max_length=LONGEST)],
    kind: Annotated[str, Query(max_length=24, description="one group only")] = "",
    limit: Annotated[int, Query(ge=1, le=50, description="of each group")] = 10,
) -> list[GroupOut]:
    """Places, elements, forms, organisations and pages this reader may see, best group first."""
    groups = look_for(request, q, on=clock.today(), limit=limit, kind=kind)
    return [
        GroupOut(
            kind=group.kind,
            title=group.title,
            items=[
                FoundOut(
                    key=one.key,
                    title=one.title,
                    url=one.url,
                    kind=one.kind,
                    code=one.code,
                    path=list(one.path),
                    match=MATCHES[one.rank],
                )
                for one in group.found
            ],
            more=group.more,
        )
        for group in groups
    ]
