"""Parties and their numbers, as they may be shown."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from lingnan.base.actors import Actor
from lingnan.base.errors import NotFound
from lingnan.base.ids import parse_uuid

from .. import rules
from ..models import Account, Party, PartyIdentifier, PartyName
from ..terms import Checked, IdentifierInfo, PartyInfo, PartyKind, Scheme
from . import vault
from .hats import in_force

SEEING = "parties.read"


def party(uuid: UUID | str) -> PartyInfo:
    """NotFound. Names only; numbers go through `identifiers`."""
    found = Party.objects.filter(uuid=parse_uuid(uuid)).first()
    if found is None:
        raise NotFound
    return info_of(found)


def parties(ids: Iterable[int]) -> dict[int, PartyInfo]:
    """In bulk, by id."""
    return {p.pk: info_of(p) for p in Party.objects.filter(pk__in=list(ids))}


def party_of_account(account_id: int) -> PartyInfo:
    found = Account.objects.select_related("party__alias_of").filter(pk=account_id).first()
    if found is None:
        raise NotFound
    return info_of(found.party.alias_of or found.party)


def organisations(
    *, text: str = "", kind: str = "", place: int | None = None, limit: int = 20
) -> list[PartyInfo]:
    """Organisations are public facts: by the beginning of the name, kind and seat."""
    rows = Party.objects.filter(kind=PartyKind.ORGANISATION, alias_of=None).order_by("name", "pk")
    if text:
        rows = rows.filter(name__startswith=text)
    if kind:
        rows = rows.filter(organisation=kind)
    if place is not None:
        rows = rows.filter(place=place)
    return [info_of(p) for p in rows[:limit]]


def organisation_names() -> list[tuple[int, list[str]]]:
    """Id and all names in force of every organisation, shorter names first. Two queries."""
    further: dict[int, list[str]] = {}
    rows = PartyName.objects.filter(valid_to=None, party__kind=PartyKind.ORGANISATION)
    for number, name in rows.values_list("party_id", "name"):
        further.setdefault(number, []).append(name)
    held = Party.objects.filter(kind=PartyKind.ORGANISATION, alias_of=None)
    found = sorted(held.values_list("pk", "name"), key=lambda row: (len(row[1]), row[0]))
    return [(number, [name, *further.get(number, ())]) for number, name in found]


def identifiers(party_id: int, *, to: Actor, on: date) -> list[IdentifierInfo]:
    """Masked, of the party and its aliases; for the party itself and for who may read parties."""
    root = Party.objects.filter(pk=party_id).values_list("alias_of", flat=True).first() or party_id
    if to.party != root and not to.may(SEEING):
        raise NotFound
    rows = PartyIdentifier.objects.filter(in_force(on), party__in=[root, *aliases(root)])
    return [_identifier(row) for row in rows.order_by("scheme", "pk")]


def holder_of(checked: Checked, *, issuer: str = "", on: date) -> PartyInfo | None:
    """Who holds that number that day (the keeper, when merged)."""
    index = vault.blind(checked.scheme, issuer, checked.value)
    row = (
        PartyIdentifier.objects.filter(in_force(on), scheme=checked.scheme, blind=index)
        .select_related("party__alias_of")
        .first()
    )
    return info_of(row.party.alias_of or row.party) if row else None


def aliases(root: int) -> list[int]:
    return list(Party.objects.filter(alias_of=root).values_list("pk", flat=True))


def info_of(party: Party) -> PartyInfo:
    return PartyInfo(
        id=party.pk,
        uuid=party.uuid,
        kind=PartyKind(party.kind),
        organisation=party.organisation,
        name=party.name,
        place=party.place_id,
        alias_of=party.alias_of_id,
    )


def masked_name(name: str) -> str:
    return rules.mask_name(name)


def _identifier(row: PartyIdentifier) -> IdentifierInfo:
    return IdentifierInfo(
        id=row.pk,
        uuid=row.uuid,
        party=row.party_id,
        scheme=Scheme(row.scheme),
        issuer=row.issuer,
        masked=row.masked,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )
