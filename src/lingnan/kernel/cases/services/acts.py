"""What deeds over many tasks share."""

from typing import TypedDict
from uuid import UUID

from lingnan.base.actors import Actor
from lingnan.base.errors import Forbidden
from lingnan.base.ids import subject
from lingnan.kernel.parties import queries as parties

from ..models import Task
from ..terms import MANAGE


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
