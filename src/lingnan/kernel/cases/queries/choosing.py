"""Which open tasks somebody means."""

from django.db.models import Q, QuerySet

from ..models import Task
from ..terms import Which

CHUNK = 500  # names in one IN list


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
