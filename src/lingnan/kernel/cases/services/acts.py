"""What deeds over many tasks share."""

from typing import TypedDict
from uuid import UUID

from django.db.models import Q, QuerySet

from lingnan.base.actors import Actor
from lingnan.base.errors import Forbidden
from lingnan.base.ids import subject
from lingnan.kernel.parties import queries as parties

from ..models import Task
from ..terms import MANAGE, Which

CHUNK = 500  # names in one IN list


class About(TypedDict):
    subject: str


def may_manage(by: Actor) -> None:
    if not by.may(MANAGE):
        raise Forbidden(parties.decide(by, MANAGE).why_words, permission=MANAGE)


def touched(act: UUID) -> list[str]:
    """Subjects of the rows that the act changed."""
    rows = Task.objects.filter(act=act).order_by("pk")
    return [subject("cases", "task", uuid) for uuid in rows.values_list("uuid", flat=True)]


def about(act: UUID, made: list[str]) -> About:
    """One task tells of itself; many are one act."""
    return {"subject": made[0] if len(made) == 1 else subject("cases", "act", act)}


def chosen(which: Which) -> list[QuerySet[Task]]:
    """Open tasks in disjoint portions; none when neither keys nor subjects are given."""
    rows = Task.objects.filter(closed_at=None)
    if which.kind:
        rows = rows.filter(kind=which.kind)
    if which.places:
        within = Q(pk__in=[])
        for low, high in which.places:
            within |= Q(place__gte=low, place__lte=high)
        rows = rows.filter(within)
    if which.keys and which.subjects:
        rows = rows.filter(subject__in=which.subjects)
    column, names = ("key", which.keys) if which.keys else ("subject", which.subjects)
    wanted = sorted(set(names))
    starts = range(0, len(wanted), CHUNK)
    return [rows.filter(**{f"{column}__in": wanted[start : start + CHUNK]}) for start in starts]
