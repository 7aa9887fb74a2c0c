"""Who I am here, and the organisations of the province."""

from datetime import date
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema

from lingnan.base import clock
from lingnan.kernel.parties import queries as parties
from lingnan.kernel.parties.terms import OrganisationKind
from lingnan.kernel.places import queries as places
from lingnan.web import paging
from lingnan.web.access import public, signed_in
from lingnan.web.actors import actor_of
from lingnan.web.api import PROBLEMS

router = Router(tags=["parties"])


class HatOut(Schema):
    duty: int
    role: str
    title: str
    place_name: str
    department_name: str
    valid_from: date
    valid_to: date | None
    worn: bool


class MeOut(Schema):
    role: str
    permissions: list[str]
    labels: list[str]
    assurance: str
    hats: list[HatOut]


class OrganisationOut(Schema):
    uuid: UUID
    kind: str
    name: str
    place: UUID | None


@router.get("/me", response={200: MeOut, **PROBLEMS}, summary="My hats and what I may do")
@signed_in
def me(request: HttpRequest) -> MeOut:
    """A program names the hat it wears in the header `X-Duty`."""
    actor = actor_of(request)
    hats = parties.hats(actor.account or 0, on=clock.today(), lang=actor.lang)
    return MeOut(
        role=actor.role,
        permissions=sorted(actor.permissions),
        labels=sorted(actor.labels),
        assurance=actor.assurance,
        hats=[
            HatOut(
                duty=hat.duty,
                role=hat.role,
                title=hat.title,
                place_name=hat.place_name,
                department_name=hat.department_name,
                valid_from=hat.valid_from,
                valid_to=hat.valid_to,
                worn=hat.duty == actor.duty,
            )
            for hat in hats
        ],
    )


@router.get("/organisations", response={200: list[OrganisationOut], **PROBLEMS},
            summary="Organisations")  # fmt: skip
@public
def organisations(
    request: HttpRequest,
    q: Annotated[str, Query(max_length=64, description="beginning of the name")] = "",
    kind: OrganisationKind | None = None,
    limit: Annotated[int, Query(ge=1, le=paging.MOST)] = 50,
) -> list[OrganisationOut]:
    found = parties.organisations(text=q, kind=kind.value if kind else "", limit=limit)
    seats = places.uuids(sorted({one.place for one in found if one.place is not None}))
    return [
        OrganisationOut(
            uuid=one.uuid,
            kind=one.organisation,
            name=one.name,
            place=UUID(seats[one.place]) if one.place in seats else None,
        )
        for one in found
    ]
