"""What a place's children are drawn as: their outlines where there are any, else cells of ours (示意)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from lingnan.kernel.places import queries as places
from lingnan.kernel.places.terms import PlaceInfo
from lingnan.web.cells import cells

FIFTHS = (20, 40, 60, 80, 100)  # classes of a share, so that maps of two days compare


@dataclass(frozen=True)
class Shape:
    geojson: str
    approximate: bool
    sketched: bool = False


def shapes_below(place: PlaceInfo, below: Sequence[int], on: date) -> dict[int, Shape]:
    """By id; who has none is left to the list beside the map. Three queries at most a level."""
    if not below:
        return {}  # a village: nothing to draw, and who stands around it need not be asked
    drawn = places.outlines(below, on=on)
    if drawn:
        return {number: Shape(one.geojson, one.approximate) for number, one in drawn.items()}
    own = _own(place, on)
    if not own:
        return {}
    parts = cells(own, tuple(map(str, below)))
    return {int(key): Shape(text, True, sketched=True) for key, text in parts.items()}


def _own(place: PlaceInfo, on: date) -> str:
    """Its outline, else its cell among its siblings inside the parent; empty where nobody has any."""
    drawn = places.outline(place.id, on=on)
    if drawn is not None:
        return drawn.geojson
    if place.parent is None:
        return ""
    parent = places.place(place.parent, on=on)
    around = _own(parent, on)
    if not around:
        return ""
    siblings = places.children(parent.id, on=on)
    return cells(around, tuple(str(one.id) for one in siblings)).get(str(place.id), "")
