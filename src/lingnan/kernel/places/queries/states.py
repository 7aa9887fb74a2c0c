"""What a place is by now, for events to tell and verifiers to compare."""

from collections.abc import Iterator, Sequence

from lingnan.kernel.evidence.queries import State, grouped, narrowed, numbers_of, wanted
from lingnan.kernel.evidence.terms import Finding

from ..models import (
    Outline,
    Place,
    PlaceClosure,
    PlaceCode,
    PlaceLineage,
    PlaceName,
    PlaceParent,
)
from ..rules import trees
from ..terms import Tree

SPAN = ("valid_from", "valid_to", "change")
WHY = ("change__key", "change__kind", "change__effective", "change__document", "change__verified")


def places(keys: Sequence[str] | None) -> Iterator[State]:
    """The place with its names, codes, parents, outlines and where it went; not the closure."""
    these = numbers_of(Place.objects, keys)

    def of(model: type, *columns: str, owner: str = "place") -> dict[int, list[tuple[object, ...]]]:
        rows = narrowed(model.objects, owner, these)  # type: ignore[attr-defined]
        return grouped(rows, owner, *columns)

    names = of(PlaceName, "name", "lang", "kind", "pinyin", "initials", *SPAN)
    codes = of(PlaceCode, "scheme", "code", *SPAN)
    parents = of(PlaceParent, "tree", "parent", *SPAN)
    moved = ("new", "old_code", "new_code", "old_name", "new_name")
    went = of(PlaceLineage, *moved, *WHY, owner="old")
    drawn = of(Outline, "geojson", "crs", "source", "approximate", "valid_from")
    rows = narrowed(Place.objects.order_by("pk"), "uuid", keys)
    mine = wanted(keys)
    for pk, uuid, *held in rows.values_list("pk", "uuid", "level", "valid_from", "valid_to"):
        if mine(uuid):
            parts = [part.get(pk, []) for part in (names, codes, parents, went, drawn)]
            code, name = (parts[1] or [("", "")])[-1][1], (parts[0] or [("",)])[-1][0]
            yield State(str(uuid), f"{code} {name}", [pk, held, *parts])


def check_closure() -> Iterator[Finding]:
    """The derived rows against the parents they are derived from."""
    links: dict[Tree, list[trees.Link]] = {tree: [] for tree in Tree}
    parents = PlaceParent.objects.values_list(
        "tree", "place_id", "parent_id", "valid_from", "valid_to"
    )
    for tree, place, parent, start, end in parents.iterator(5000):
        links[Tree(tree)].append(trees.Link(place, parent, start, end or trees.FOREVER))
    closed = {Tree.CODE: trees.closure(links[Tree.CODE])}
    closed[Tree.GOVERNED] = trees.variant(closed[Tree.CODE], links[Tree.CODE], links[Tree.GOVERNED])
    for tree, of_tree in closed.items():
        wanted = {(place, *above) for place, rows in of_tree.items() for above in rows}
        held = PlaceClosure.objects.filter(tree=tree.value).values_list(
            "descendant_id", "ancestor_id", "depth", "valid_from", "valid_to"
        )
        for place, ancestor, depth, start, end in held.iterator(5000):
            row = (place, ancestor, depth, start, end or trees.FOREVER)
            if row in wanted:
                wanted.discard(row)
            else:
                shown = f"{tree.value} {place} → {ancestor}"
                yield Finding("places.closure", shown, "不是从上下级关系推得的：被改动或自行插入")
        for place, ancestor, *_ in sorted(wanted):
            shown = f"{tree.value} {place} → {ancestor}"
            yield Finding("places.closure", shown, "从上下级关系推得，表中却没有：被删除或改动")


STATES = {"places.place": places}
