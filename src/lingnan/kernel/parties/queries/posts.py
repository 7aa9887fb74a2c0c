"""Posts as others meet them: who holds what where, without asking what it may do elsewhere."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from lingnan.base.actors import Range
from lingnan.base.ids import parse_uuid
from lingnan.kernel.places import queries as places

from ..models import Duty
from .hats import in_force
from .registry import PERMISSIONS, role_title

MOST = 200  # posts to choose from


@dataclass(frozen=True)
class Post:
    """A duty with its words: `镇级审核员 · 温泉镇 · 甲某某`."""

    duty: int
    uuid: UUID
    role: str
    title: str
    place: int | None
    place_name: str
    holder: str


def department_of(duty: int) -> "QuerySet[Duty, Any]":
    """The department a duty belongs to, as a subquery; empty for none."""
    return Duty.objects.filter(pk=duty, department__isnull=False).values("department")


def posts_of(duties: Collection[int], *, on: date, lang: str = "zh-hans") -> dict[int, Post]:
    """In office or not, by duty. Two queries, none for none."""
    return {post.duty: post for post in _posts(Q(pk__in=sorted(duties)), on, lang)}


def posts_within(
    ranges: Sequence[Range], permission: str, *, on: date, lang: str = "zh-hans"
) -> list[Post]:
    """In force that day at a place within the ranges, with the permission; the first 200."""
    return _posts(_within(ranges, permission, on), on, lang) if ranges else []


def post_within(uuid: str, ranges: Sequence[Range], permission: str, *, on: date) -> int | None:
    """The duty with that uuid when `posts_within` would list it."""
    rows = Duty.objects.filter(_within(ranges, permission, on), uuid=parse_uuid(uuid))
    return rows.values_list("pk", flat=True).first()


def _within(ranges: Sequence[Range], permission: str, on: date) -> Q:
    at = Q(pk__in=[])
    for low, high in ranges:
        at |= Q(place__gte=low, place__lte=high)
    able = [role for role, may in PERMISSIONS.items() if permission in may]
    return at & Q(role__in=able) & in_force(on)


def _posts(wanted: Q, on: date, lang: str) -> list[Post]:
    rows = Duty.objects.filter(wanted).select_related("party").order_by("place", "role", "pk")
    found = list(rows[:MOST])
    ids = sorted({row.place_id for row in found if row.place_id is not None})
    named = places.names(ids, on=on, lang=lang) if ids else {}
    return [
        Post(
            duty=row.pk,
            uuid=row.uuid,
            role=row.role,
            title=role_title(row.role, lang),
            place=row.place_id,
            place_name=named.get(row.place_id or 0, ""),
            holder=row.party.name,
        )
        for row in found
    ]
