"""People and organisations, and what they are called."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from lingnan.base import clock
from lingnan.base.actors import Actor
from lingnan.base.errors import Invalid, NotFound, Problem
from lingnan.kernel.evidence import services as evidence

from .. import queries
from ..models import Party, PartyName
from ..terms import (
    OrganisationKind,
    PartyCreated,
    PartyInfo,
    PartyKind,
    PartyRenamed,
    Scheme,
    new_uuid,
    party_subject,
)
from .identifiers import add_identifier

MAIN = "zh-hans"


@transaction.atomic
def create_person(
    name: str,
    *,
    identifier: tuple[Scheme, str] | None = None,
    names: Mapping[str, str] | None = None,
    by: Actor,
    at: datetime,
) -> PartyInfo:
    """A person, with at most one number to begin with. Invalid, IdentifierTaken."""
    party = _create(name, PartyKind.PERSON, "", None, names, by=by, at=at)
    if identifier:
        add_identifier(party.pk, identifier[0], identifier[1], by=by, at=at)
    return queries.info_of(party)


@transaction.atomic
def create_organisation(
    name: str,
    *,
    kind: OrganisationKind | str = OrganisationKind.DEPARTMENT,
    place: int | None = None,
    uscc: str = "",
    names: Mapping[str, str] | None = None,
    by: Actor,
    at: datetime,
) -> PartyInfo:
    """`place`: where it sits or what it governs. Invalid, IdentifierTaken."""
    try:
        kind = OrganisationKind(kind)
    except ValueError:
        raise Invalid(
            problems=[Problem("kind", "没有这种机构类型：{kind}。", (("kind", kind),))]
        ) from None
    party = _create(name, PartyKind.ORGANISATION, kind.value, place, names, by=by, at=at)
    if uscc:
        add_identifier(party.pk, Scheme.USCC, uscc, by=by, at=at)
    return queries.info_of(party)


@transaction.atomic
def rename_party(
    party_id: int, name: str, *, lang: str = MAIN, on: date, by: Actor, at: datetime
) -> None:
    """From `on` it is called so; what it was called before is kept."""
    party = Party.objects.select_for_update().filter(pk=party_id).first()
    if party is None:
        raise NotFound
    _check_name(name)
    former = PartyName.objects.filter(party=party, lang=lang, valid_to=None).first()
    if former and former.valid_from >= on:
        raise Invalid(problems=[Problem("on", "新名称须晚于现名称的启用日。")])
    if former:
        former.valid_to = on
        former.save(update_fields=["valid_to"])
    elif lang == MAIN:
        begun = min(clock.legal_day(party.created_at), date.fromordinal(on.toordinal() - 1))
        PartyName.objects.create(
            party=party, lang=lang, name=party.name, valid_from=begun, valid_to=on
        )
    PartyName.objects.create(party=party, lang=lang, name=name, valid_from=on)
    if lang == MAIN:
        party.name = name
        party.save(update_fields=["name"])
    evidence.record(
        PartyRenamed(subject=party_subject(party.uuid), lang=lang, valid_from=on), by=by, at=at
    )


def _create(
    name: str,
    kind: PartyKind,
    organisation: str,
    place: int | None,
    names: Mapping[str, str] | None,
    *,
    by: Actor,
    at: datetime,
) -> Party:
    _check_name(name)
    party = Party.objects.create(
        uuid=new_uuid(at),
        kind=kind.value,
        organisation=organisation,
        name=name.strip(),
        place_id=place,
        created_at=at,
    )
    _further_names(party, names or {}, at)
    evidence.record(
        PartyCreated(
            subject=party_subject(party.uuid),
            place=place,
            party_kind=kind.value,
            organisation=organisation,
        ),
        by=by,
        at=at,
    )
    return party


def _check_name(name: str) -> None:
    if not name.strip() or len(name.strip()) > 200:
        raise Invalid(problems=[Problem("name", "名称须为 1–200 个字。")])


def _further_names(party: Party, names: Mapping[str, str], at: datetime) -> None:
    day = clock.legal_day(at)
    PartyName.objects.bulk_create(
        PartyName(party=party, lang=lang, name=name, valid_from=day)
        for lang, name in names.items()
        if lang != MAIN and name
    )
