"""The duties an account may wear on a day: its own, and those it stands in for."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from lingnan.kernel.places import queries as places

from ..models import AbsenceCover, Account, Duty, Party
from ..terms import AccountState, Hat
from .registry import PERMISSIONS, role_title


def in_force(on: date, prefix: str = "") -> Q:
    """Rows whose period holds that day."""
    begun = Q(**{f"{prefix}valid_from__lte": on})
    open_ended = Q(**{f"{prefix}valid_to__isnull": True})
    return begun & (open_ended | Q(**{f"{prefix}valid_to__gt": on}))


@dataclass(frozen=True)
class Worn:
    """A duty with the cover under which somebody else wears it, if any, and the days of both."""

    duty: Duty
    cover: AbsenceCover | None = None

    @property
    def valid_from(self) -> date:
        return (
            max(self.duty.valid_from, self.cover.valid_from) if self.cover else self.duty.valid_from
        )

    @property
    def valid_to(self) -> date | None:
        ends = [d for d in (self.duty.valid_to, self.cover and self.cover.valid_to) if d]
        return min(ends, default=None)


def duties_at(ids: Collection[int], permission: str, *, on: date) -> dict[int, tuple[int, ...]]:
    """Place → the duties held right there that day that carry a permission. One query a thousand."""
    able = [role for role, may in PERMISSIONS.items() if permission in may]
    found: dict[int, list[int]] = {}
    wanted = sorted(ids)
    for start in range(0, len(wanted), 1000):
        rows = Duty.objects.filter(
            in_force(on), place__in=wanted[start : start + 1000], role__in=able
        )
        for place, duty in rows.order_by("pk").values_list("place_id", "pk"):
            found.setdefault(place, []).append(duty)
    return {place: tuple(duties) for place, duties in found.items()}


def usernames_of(party: int) -> list[str]:
    """Of the accounts a party signs in with: where a message to it goes. Two queries."""
    root = Party.objects.filter(pk=party).values_list("alias_of", flat=True).first() or party
    rows = Account.objects.filter(party__in=same_party(root), state=AccountState.ACTIVE)
    return list(rows.order_by("pk").values_list("username", flat=True))


def same_party(root: int) -> QuerySet[Party, Party]:
    """The party and its aliases, as a subquery: a join with OR would read every duty there is."""
    return Party.objects.filter(Q(pk=root) | Q(alias_of=root))


def own_duties(root: int, *, on: date, duty: int | None = None) -> list[Worn]:
    """Oldest first; only that duty when one is asked for. One query."""
    rows = Duty.objects.filter(in_force(on), party__in=same_party(root))
    if duty is not None:
        rows = rows.filter(pk=duty)
    rows = rows.select_related("department", "party").order_by("valid_from", "pk")
    return [Worn(row) for row in rows]


def covered_duties(root: int, *, on: date, duty: int | None = None) -> list[Worn]:
    """Duties it stands in for that day. One query."""
    rows = AbsenceCover.objects.filter(
        in_force(on), in_force(on, "duty__"), stand_in__in=same_party(root)
    )
    if duty is not None:
        rows = rows.filter(duty=duty)
    rows = rows.select_related("duty__department", "duty__party")
    return [Worn(row.duty, row) for row in rows.order_by("duty__valid_from", "duty")]


def hats(account_id: int, *, on: date, lang: str = "zh-hans") -> list[Hat]:
    """What it may wear that day, own duties first; empty for an unknown or closed account."""
    account = Account.objects.select_related("party").filter(pk=account_id).first()
    if account is None or not account.is_active:
        return []
    root = account.party.alias_of_id or account.party_id
    found = own_duties(root, on=on) + covered_duties(root, on=on)
    ids = {w.duty.place_id for w in found if w.duty.place_id is not None}
    named = places.names(sorted(ids), on=on, lang=lang) if ids else {}
    return [_hat(w, named, lang) for w in found]


def _hat(worn: Worn, named: dict[int, str], lang: str) -> Hat:
    duty = worn.duty
    return Hat(
        duty=duty.pk,
        uuid=duty.uuid,
        role=duty.role,
        title=role_title(duty.role, lang),
        place=duty.place_id,
        place_name=named.get(duty.place_id or 0, ""),
        department=duty.department_id,
        department_name=duty.department.name if duty.department else "",
        valid_from=worn.valid_from,
        valid_to=worn.valid_to,
        on_behalf_of=duty.party_id if worn.cover else None,
        on_behalf_of_name=duty.party.name if worn.cover else "",
    )
