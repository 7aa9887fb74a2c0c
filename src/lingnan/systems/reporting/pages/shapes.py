"""What a place's children are drawn as: their outlines where there are any, else cells of ours (示意)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

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
    """By id; who has none is left to the list beside the map. Three queries, and one for
    each rung that has no outline."""
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
    """Its outline; else its cell inside the nearest above that has one, rung by rung; empty where nobody
    has any."""
    above = places.paths([place.id], on=on).get(place.id, ())
    line = [place.id, *reversed(above)]
    drawn = places.first_outline(line, on=on)
    if drawn is None:
        return ""
    shape = drawn.geojson
    way = line[: line.index(drawn.place) + 1][::-1]
    for here, down in pairwise(way):
        siblings = map(str, places.child_ids(here, on=on))
        shape = cells(shape, tuple(siblings)).get(str(down), "") if shape else ""
    return shape
