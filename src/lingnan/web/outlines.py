"""Outlines as SVG, drawn from GeoJSON on the server; colours come from the style sheet."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from math import cos, radians
from typing import Any

from django.utils.safestring import SafeString, mark_safe

WIDTH = 380.0
MARGIN = 6.0
Ring = list[tuple[float, float]]


@dataclass(frozen=True)
class View:
    """Equirectangular at the middle latitude: true to shape for a province or less."""

    west: float
    north: float
    squeeze: float
    scale: float
    width: float
    height: float

    @classmethod
    def around(cls, rings: Sequence[Ring], *, width: float) -> "View":
        xs = [x for ring in rings for x, _ in ring] or [0.0]
        ys = [y for ring in rings for _, y in ring] or [0.0]
        squeeze = cos(radians((min(ys) + max(ys)) / 2))
        across, down = (max(xs) - min(xs)) * squeeze, max(ys) - min(ys)
        scale = (width - 2 * MARGIN) / max(across, down, 1e-9)
        wide, high = across * scale + 2 * MARGIN, down * scale + 2 * MARGIN
        return cls(min(xs), max(ys), squeeze, scale, wide, high)

    def path(self, rings: Sequence[Ring]) -> str:
        return " ".join(_path([self._point(x, y) for x, y in ring]) for ring in rings)

    def points(self, ring: Ring) -> Ring:
        return [self._point(x, y) for x, y in ring]

    def _point(self, x: float, y: float) -> tuple[float, float]:
        return (
            round(MARGIN + (x - self.west) * self.squeeze * self.scale, 1),
            round(MARGIN + (self.north - y) * self.scale, 1),
        )


def middle(ring: Ring) -> tuple[float, float]:
    """The centre of gravity, else the middle of a ring that has no area."""
    pairs = list(zip(ring, [*ring[1:], *ring[:1]], strict=True))
    crosses = [ax * by - bx * ay for (ax, ay), (bx, by) in pairs]
    twice = sum(crosses)
    if abs(twice) < 1e-9:
        return (
            sum(x for x, _ in ring) / max(1, len(ring)),
            sum(y for _, y in ring) / max(1, len(ring)),
        )
    return (
        sum((a[0] + b[0]) * c for (a, b), c in zip(pairs, crosses, strict=True)) / (3 * twice),
        sum((a[1] + b[1]) * c for (a, b), c in zip(pairs, crosses, strict=True)) / (3 * twice),
    )


def outline_svg(geojson: str, title: str) -> SafeString:
    rings = rings_of(json.loads(geojson))
    if not rings:
        return SafeString("")
    view = View.around(rings, width=WIDTH)
    return mark_safe(  # numbers and an escaped title
        f'<svg viewBox="0 0 {view.width:.0f} {view.height:.0f}" role="img" '
        f'aria-label="{escape(title, quote=True)}">'
        f'<path fill-rule="evenodd" d="{view.path(rings)}"/></svg>'
    )


def rings_of(shape: Any) -> list[Ring]:
    return [ring for ring in _rings(shape) if len(ring) > 2]


def _rings(shape: Any) -> Iterator[Ring]:
    match shape:
        case {"type": "Polygon", "coordinates": rings}:
            for ring in rings:
                yield [(float(p[0]), float(p[1])) for p in ring]
        case {"type": "MultiPolygon", "coordinates": polygons}:
            for rings in polygons:
                yield from _rings({"type": "Polygon", "coordinates": rings})
        case {"type": "GeometryCollection", "geometries": parts}:
            for part in parts:
                yield from _rings(part)
        case {"type": "Feature", "geometry": inner}:
            yield from _rings(inner)


def _path(points: list[tuple[float, float]]) -> str:
    """Points closer than half a pixel to the one before say nothing and are left out."""
    kept = points[:1]
    for x, y in points[1:]:
        if abs(x - kept[-1][0]) + abs(y - kept[-1][1]) >= 0.5:
            kept.append((x, y))
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in kept) + "Z"
