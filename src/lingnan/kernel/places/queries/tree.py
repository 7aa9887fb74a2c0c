"""Up and down both trees on any day, and the runs of ids a place reaches."""

from bisect import bisect_right
from datetime import date

from django.db.models import Q

from lingnan.base.actors import Range, Scope, runs

from ..models import PlaceClosure, PlaceParent, on_day
from ..terms import BEGINNING, PlaceInfo, Tree
from .infos import infos
from .memory import remembered


def children(place_id: int, *, on: date, tree: str = Tree.CODE) -> list[PlaceInfo]:
    """In the order of their ids, which is that of their codes when they were loaded."""
    return infos(child_ids(place_id, on=on, tree=tree), on=on, tree=tree)


def child_ids(place_id: int, *, on: date, tree: str = Tree.CODE) -> list[int]:
    """Of `children`, where nothing else is asked. One query."""
    below = PlaceParent.objects.filter(on_day(on), tree=tree, parent_id=place_id)
    return list(below.order_by("place_id").values_list("place_id", flat=True))


def roots(*, on: date, tree: str = Tree.CODE) -> list[PlaceInfo]:
    """Guangdong, Hong Kong, Macao."""
    top = PlaceParent.objects.filter(on_day(on), tree=tree, parent__isnull=True)
    return infos(
        list(top.order_by("place_id").values_list("place_id", flat=True)), on=on, tree=tree
    )


def ancestors(place_id: int, *, on: date, tree: str = Tree.CODE) -> list[PlaceInfo]:
    """Top down, without the place itself."""
    above = PlaceClosure.objects.filter(on_day(on), tree=tree, descendant_id=place_id, depth__gt=0)
    return infos(
        list(above.order_by("-depth").values_list("ancestor_id", flat=True)), on=on, tree=tree
    )


def descendants(
    place_id: int, *, on: date, level: int | None = None, tree: str = Tree.CODE
) -> list[PlaceInfo]:
    """Everything below it, the place itself not included; `level` keeps one rung."""
    below = PlaceClosure.objects.filter(on_day(on), tree=tree, ancestor_id=place_id, depth__gt=0)
    if level is not None:
        below = below.filter(descendant__level=level)
    ids = below.order_by("descendant_id").values_list("descendant_id", flat=True)
    return infos(list(ids), on=on, tree=tree)


def editions(tree: str | None = None) -> tuple[date, ...]:
    """The days on which parents changed, oldest first; between two of them the tree is the same."""
    return remembered(("editions", tree), lambda: _editions(tree))


def _editions(tree: str | None) -> tuple[date, ...]:
    rows = PlaceParent.objects.filter(Q(tree=tree) if tree else Q())
    days = set(rows.values_list("valid_from", flat=True).distinct())
    ends = rows.filter(valid_to__isnull=False).values_list("valid_to", flat=True).distinct()
    return tuple(sorted(days | {day for day in ends if day is not None}))


def edition(on: date, tree: str | None = None) -> date:
    """The day a tree (that tree, else either) last changed on or before that day."""
    days = editions(tree)
    at = bisect_right(days, on)
    return days[at - 1] if at else BEGINNING


def ranges(place_id: int, *, on: date, tree: str = Tree.GOVERNED) -> tuple[Range, ...]:
    """Inclusive runs of ids: the place and everything below it that day. Empty when it was not
    there.
    """
    day = edition(on, tree)
    return remembered(("ranges", tree, place_id, day), lambda: _ranges(place_id, day, tree))


def _ranges(place_id: int, on: date, tree: str) -> tuple[Range, ...]:
    below = PlaceClosure.objects.filter(on_day(on), tree=tree, ancestor_id=place_id)
    return runs(below.values_list("descendant_id", flat=True))


def scopes(place_id: int, *, tree: str = Tree.GOVERNED) -> tuple[Scope, ...]:
    """What the place reached in every edition of the tree, oldest first; for actors."""
    return remembered(("scopes", tree, place_id), lambda: _scopes(place_id, tree))


def _scopes(place_id: int, tree: str) -> tuple[Scope, ...]:
    below = PlaceClosure.objects.filter(tree=tree, ancestor_id=place_id)
    rows = list(below.values_list("descendant_id", "valid_from", "valid_to"))
    days = sorted({day for _, start, end in rows for day in (start, end) if day is not None})
    found: list[Scope] = []
    for start, end in zip(days, [*days[1:], None], strict=True):
        held = runs(
            number
            for number, since, until in rows
            if since <= start and (until is None or until > start)
        )
        if not held:
            continue
        if found and found[-1].ranges == held and found[-1].valid_to == start:
            start = found.pop().valid_from
        found.append(Scope(place_id, held, start, end))
    return tuple(found)
