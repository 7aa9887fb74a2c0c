"""A place's outline as SVG, drawn from GeoJSON on the server; colours come from the style sheet."""

import json
from collections.abc import Iterator
from html import escape
from math import cos, radians
from typing import Any

from django.utils.safestring import SafeString, mark_safe

WIDTH = 380.0
MARGIN = 6.0
Ring = list[tuple[float, float]]


def outline_svg(geojson: str, title: str) -> SafeString:
    """Equirectangular at the outline's own latitude: true to shape for a province or less."""
    rings = [ring for ring in _rings(json.loads(geojson)) if len(ring) > 2]
    if not rings:
        return SafeString("")
    west, east = _span(x for ring in rings for x, _ in ring)
    south, north = _span(y for ring in rings for _, y in ring)
    squeeze = cos(radians((south + north) / 2))
    scale = (WIDTH - 2 * MARGIN) / max((east - west) * squeeze, north - south, 1e-9)
    height = (north - south) * scale + 2 * MARGIN
    width = (east - west) * squeeze * scale + 2 * MARGIN

    def point(x: float, y: float) -> tuple[float, float]:
        return (
            round(MARGIN + (x - west) * squeeze * scale, 1),
            round(MARGIN + (north - y) * scale, 1),
        )

    paths = " ".join(_path([point(x, y) for x, y in ring]) for ring in rings)
    return mark_safe(  # numbers and an escaped title
        f'<svg viewBox="0 0 {width:.0f} {height:.0f}" role="img" '
        f'aria-label="{escape(title, quote=True)}"><path fill-rule="evenodd" d="{paths}"/></svg>'
    )


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


def _span(values: Iterator[float]) -> tuple[float, float]:
    known = list(values)
    return min(known), max(known)


def _path(points: list[tuple[float, float]]) -> str:
    """Points closer than half a pixel to the one before say nothing and are left out."""
    kept = points[:1]
    for x, y in points[1:]:
        if abs(x - kept[-1][0]) + abs(y - kept[-1][1]) >= 0.5:
            kept.append((x, y))
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in kept) + "Z"
