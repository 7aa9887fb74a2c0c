"""Where nobody has drawn the outlines: cells inside the parent, so that a value has a place to stand.

They are no borders and say so wherever they are drawn (示意). The same parent and the same keys give
the same cells, on any machine: seeds come from a hash of the key, and a few rounds of moving each to
the middle of its cell make them even.
"""

import hashlib
import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from shapely import GeometryCollection, MultiPoint, Point, Polygon, voronoi_polygons
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

ROUNDS = 6
TRIES = 400
KEPT = 256


@lru_cache(KEPT)
def cells(outline: str, keys: tuple[str, ...]) -> dict[str, str]:
    """A GeoJSON geometry for each key, together the outline and nowhere beyond it. Do not change it."""
    inside = _largest(shape(json.loads(outline)))
    if inside is None or not keys:
        return {}
    if len(keys) == 1:
        return {keys[0]: json.dumps(mapping(inside))}
    points = [_seed(key, inside) for key in keys]
    parts = _parts(points, inside)
    for _ in range(ROUNDS):
        points = [_middle(part, point) for part, point in zip(parts, points, strict=True)]
        parts = _parts(points, inside)
    return {key: json.dumps(mapping(part)) for key, part in zip(keys, parts, strict=True)}


def _largest(whole: BaseGeometry) -> Polygon | None:
    """The main body of a place; islands are too small for cells of their own."""
    sound = whole if whole.is_valid else whole.buffer(0)
    bodies = [part for part in getattr(sound, "geoms", [sound]) if isinstance(part, Polygon)]
    return max(bodies, key=lambda part: float(part.area), default=None)


def _seed(key: str, inside: Polygon) -> Point:
    west, south, east, north = inside.bounds
    for turn in range(TRIES):
        drawn = hashlib.sha256(f"{key}:{turn}".encode()).digest()
        across, up = (int.from_bytes(drawn[at : at + 6]) / 2**48 for at in (0, 6))
        point = Point(west + (east - west) * across, south + (north - south) * up)
        if inside.contains(point):
            return point
    return inside.representative_point()


def _parts(points: Sequence[Point], inside: Polygon) -> list[BaseGeometry]:
    """The cell of each point, cut to the outline. Points that fall together leave one with nothing."""
    drawn: Any = voronoi_polygons(MultiPoint(points), extend_to=inside)
    held = list(drawn.geoms) if isinstance(drawn, GeometryCollection) else [drawn]
    found: list[BaseGeometry] = []
    for point in points:
        cell = next((one for one in held if one.covers(point)), None)
        found.append(inside.intersection(cell) if cell is not None else Polygon())
    return found


def _middle(part: BaseGeometry, before: Point) -> Point:
    if part.is_empty:
        return before
    middle: Point = part.centroid
    return middle if part.contains(middle) else part.representative_point()
