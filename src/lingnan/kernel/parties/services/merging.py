"""Two records of one party, joined by an alias. Nothing is moved, so it can be undone."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from django.db import transaction

from lingnan.base.actors import Actor
from lingnan.base.errors import NotFound, Refused
from lingnan.kernel.evidence import services as evidence

from .. import queries, rules
from ..models import Party, PartyIdentifier, PartyMerge
from ..terms import MergeUndone, PartiesMerged, Scheme, new_uuid, party_subject
from .duties import SEPARATION, AdministratorsMustDiffer, roles_held

# A living person has one of these at a time, so two different ones are two persons.
ONE_A_PARTY = (Scheme.CITIZEN, Scheme.HONG_KONG, Scheme.MACAO, Scheme.USCC)


class NotTheSame(Refused):
    code: ClassVar[str] = "parties.not_the_same"
    tell: ClassVar[str] = "两条记录不是同一主体：{why}。"


@transaction.atomic
def merge_parties(alias: int, keeper: int, *, on: date, by: Actor, at: datetime) -> UUID:
    """From now on `alias` counts as `keeper`. The merge's uuid undoes it.

    NotTheSame (another kind, different numbers of one register, already merged),
    AdministratorsMustDiffer.
    """
    rows = {p.pk: p for p in Party.objects.select_for_update().filter(pk__in=[alias, keeper])}
    if len(rows) != 2:
        raise NotFound
    lost = rows[alias]
    root = rows[keeper]
    if root.alias_of_id:
        root = Party.objects.select_for_update().get(pk=root.alias_of_id)
    _check_same(lost, root)
    _check_roles(lost, root, on)
    merge = PartyMerge.objects.create(uuid=new_uuid(at), alias=lost, keeper=root, at=at)
    below = Party.objects.filter(alias_of=lost)
    moved = [party_subject(uuid) for uuid in below.values_list("uuid", flat=True)]
    below.update(alias_of=root)
    lost.alias_of = root
    lost.save(update_fields=["alias_of"])
    evidence.record(
        PartiesMerged(subject=party_subject(lost.uuid), keeper=str(root.uuid)),
        by=by,
        at=at,
        also=moved,
    )
    return merge.uuid


@transaction.atomic
def undo_merge(merge: UUID, *, by: Actor, at: datetime) -> None:
    """The two are two again, each with what was merged into it before."""
    row = (
        PartyMerge.objects.select_for_update(of=("self",))
        .select_related("alias", "keeper")
        .filter(uuid=merge, undone_at=None)
        .first()
    )
    if row is None:
        raise NotFound
    row.undone_at = at
    row.save(update_fields=["undone_at"])
    below = Party.objects.filter(pk__in=_below(row.alias_id))
    below.update(alias_of=row.alias_id)
    moved = [party_subject(uuid) for uuid in below.values_list("uuid", flat=True)]
    row.alias.alias_of = None
    row.alias.save(update_fields=["alias_of"])
    evidence.record(
        MergeUndone(subject=party_subject(row.alias.uuid), keeper=str(row.keeper.uuid)),
        by=by,
        at=at,
        also=moved,
    )


def _below(party_id: int) -> list[int]:
    """Everything merged into it, directly or through others; one query a step, chains are short."""
    found: list[int] = []
    step = [party_id]
    while step:
        rows = PartyMerge.objects.filter(keeper__in=step, undone_at=None)
        step = list(rows.values_list("alias", flat=True))
        found += step
    return found


def _check_same(lost: Party, root: Party) -> None:
    if lost.pk == root.pk or lost.alias_of_id:
        raise NotTheSame(why="已经合并过")
    if (lost.kind, lost.organisation) != (root.kind, root.organisation):
        raise NotTheSame(why="主体类型不同")
    mine, theirs = _numbers(lost), _numbers(root)
    if any(mine[scheme] != theirs[scheme] for scheme in mine.keys() & theirs.keys()):
        raise NotTheSame(why="证件号码不同")


def _numbers(party: Party) -> dict[str, str]:
    rows = PartyIdentifier.objects.filter(
        party__in=[party.pk, *queries.aliases(party.pk)], valid_to=None, scheme__in=ONE_A_PARTY
    )
    return dict(rows.values_list("scheme", "blind"))


def _check_roles(lost: Party, root: Party, on: date) -> None:
    """Whatever the two hold from now on must be allowed to one."""
    roles = roles_held(lost.pk, on, None) | roles_held(root.pk, on, None)
    pair = rules.clashing_pair(roles)
    if pair:
        raise AdministratorsMustDiffer(held=queries.role_title(pair[0]), basis=SEPARATION)
