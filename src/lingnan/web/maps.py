"""Places coloured by a number, drawn on the server as SVG beside its list.

    {{ map.svg }} from `coloured([Area("从化区", geojson, 12, url)], title="户数", unit="户")`

Five classes of one hue by quantile; a missing value is hatched, for missing is not zero. The same
projection as a single outline: equirectangular at the middle of what is drawn.
"""

import json
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from .components import Cell, Column, Table, shown
from .outlines import Ring, View, middle, rings_of

CLASSES = 5
SIZE = 13  # of a name on the map
HATCH = (
    '<pattern id="missing" width="6" height="6" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><rect class="missing-paper" width="6" height="6"/>'
    '<path class="missing-line" d="M0 0V6"/></pattern>'
)
SKETCH = (
    '<pattern id="sketch" width="9" height="9" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(-45)"><path class="sketch-line" d="M0 0V9"/></pattern>'
)
Number = Decimal | float | int


@dataclass(frozen=True)
class Area:
    """`geojson` as places keep it; `approximate`: drawn by us, no basis for a boundary."""

    name: str
    geojson: str
    value: Number | None
    url: str = ""
    approximate: bool = False
    sketched: bool = False  # a cell of ours inside the parent: no border at all
    kept_back: bool = False  # known and not told to this reader


@dataclass(frozen=True)
class Band:
    """One line of the key: `kind` is the class of the style sheet."""

    kind: str
    words: str


@dataclass(frozen=True)
class Map:
    title: str
    svg: SafeString
    table: Table
    bands: tuple[Band, ...]
    approximate: bool
    sketched: bool = False


def coloured(
    areas: Sequence[Area],
    *,
    title: str,
    unit: str = "",
    limits: Sequence[Number] | None = None,
    table: Table | None = None,
) -> Map:
    """`limits`: upper ends of fixed classes, quantiles without; `table`: what says more than this."""
    known = sorted(area.value for area in areas if area.value is not None)
    fixed, limits = limits, limits_of(known) if limits is None else limits
    drawn = [(area, rings_of(json.loads(area.geojson))) for area in areas]
    view = View.around([ring for _, rings in drawn for ring in rings], width=640.0)
    shapes = "".join(_shape(area, rings, view, limits, unit) for area, rings in drawn)
    shapes += "".join(_name(area, rings, view) for area, rings in drawn)
    full = title + (f"（{unit}）" if unit else "")
    svg = (
        f'<svg class="map" viewBox="0 0 {view.width:.0f} {view.height:.0f}" role="group" '
        f'aria-label="{escape(full, quote=True)}"><defs>{HATCH}{SKETCH}</defs>{shapes}</svg>'
    )
    rows = [[Cell(area.name, area.url), area.value] for area in areas]
    table = table or Table([Column(""), Column(full, number=True)], rows, caption=full)
    missing = any(area.value is None and not area.kept_back for area in areas)
    bands = _fixed_bands(limits, missing) if fixed else _bands(known, limits, missing)
    if any(area.kept_back for area in areas):
        bands = (*bands, Band("kept-back", gettext("不公开")))
    return Map(
        full,
        mark_safe(svg),  # all escaped above
        table,
        bands,
        any(area.approximate and not area.sketched for area in areas),
        any(area.sketched for area in areas),
    )


def located(areas: Sequence[Area], *, title: str, here: str = "") -> Map:
    """Places to go to, without numbers; the one called `here` stands out."""
    drawn = [(area, rings_of(json.loads(area.geojson))) for area in areas]
    view = View.around([ring for _, rings in drawn for ring in rings], width=640.0)
    parts = []
    for area, rings in drawn:
        kind, path = "m4" if area.name == here else "m1", view.path(rings)
        shape = f'<path class="{kind}" fill-rule="evenodd" d="{path}"/>'
        if area.sketched:
            shape += f'<path class="sketch" fill-rule="evenodd" d="{path}"/>'
        about = escape(area.name, quote=True)
        told = f"<title>{about}</title>{shape}"
        parts.append(
            f'<a href="{escape(area.url, quote=True)}" aria-label="{about}">{told}</a>'
            if area.url
            else f'<g role="img" aria-label="{about}">{told}</g>'
        )
    parts += [_name(area, rings, view) for area, rings in drawn]
    svg = (
        f'<svg class="map" viewBox="0 0 {view.width:.0f} {view.height:.0f}" role="group" '
        f'aria-label="{escape(title, quote=True)}"><defs>{SKETCH}</defs>{"".join(parts)}</svg>'
    )
    table = Table([Column(title)], [[Cell(area.name, area.url)] for area in areas], caption=title)
    return Map(
        title,
        mark_safe(svg),  # all escaped above
        table,
        (),
        any(area.approximate and not area.sketched for area in areas),
        any(area.sketched for area in areas),
    )


def limits_of(known: Sequence[Number]) -> tuple[Number, ...]:
    """The upper limit of every class: quantiles of what is known, each once."""
    if not known:
        return ()
    steps = {known[-(-len(known) * (i + 1) // CLASSES) - 1] for i in range(CLASSES)}
    return tuple(sorted(steps))


def band_of(value: Number | None, limits: Sequence[Number]) -> str:
    """The class of the style sheet; few classes keep to the ends of the scale."""
    if value is None:
        return "missing"
    place = bisect_left(limits, value)
    if len(limits) == 1:
        return "m3"
    return f"m{1 + round(place * (CLASSES - 1) / max(1, len(limits) - 1))}"


def _shape(area: Area, rings: list[Ring], view: View, limits: Sequence[Number], unit: str) -> str:
    words = gettext("缺报") if area.value is None else f"{shown(area.value)} {unit}".strip()
    kind = band_of(area.value, limits)
    if area.kept_back:
        words, kind = gettext("不公开"), "kept-back"
    about = escape(f"{area.name} {words}", quote=True)
    drawn = view.path(rings)
    path = f'<path class="{kind}" fill-rule="evenodd" d="{drawn}"/>'
    if area.sketched:
        path += f'<path class="sketch" fill-rule="evenodd" d="{drawn}"/>'
    if not area.url:
        return f'<g role="img" aria-label="{about}"><title>{about}</title>{path}</g>'
    return f'<a href="{escape(area.url, quote=True)}" aria-label="{about}"><title>{about}</title>{path}</a>'


def _name(area: Area, rings: list[Ring], view: View) -> str:
    """Written where there is room for it; all names are in the list beside."""
    if not rings:
        return ""
    points = view.points(max(rings, key=len))
    xs, ys = [x for x, _ in points], [y for _, y in points]
    wide = sum(SIZE if c > "\u2e80" else SIZE * 0.55 for c in area.name)
    if max(xs) - min(xs) < wide or max(ys) - min(ys) < SIZE * 2:
        return ""
    x, y = middle(points)
    return f'<text x="{x:.0f}" y="{y:.0f}">{escape(area.name)}</text>'


def _fixed_bands(limits: Sequence[Number], missing: bool) -> tuple[Band, ...]:
    """From zero; every class is in the key, so that two maps are read the same way."""
    lows = [0, *limits[:-1]]
    bands = [
        Band(band_of(high, limits), f"{shown(low)}–{shown(high)}")
        for low, high in zip(lows, limits, strict=True)
    ]
    return (*bands, Band("missing", gettext("缺报"))) if missing else tuple(bands)


def _bands(known: Sequence[Number], limits: Sequence[Number], missing: bool) -> tuple[Band, ...]:
    bands, low = [], known[0] if known else None
    for limit in limits:
        words = shown(limit) if low == limit else f"{shown(low)}–{shown(limit)}"
        bands.append(Band(band_of(limit, limits), words))
        low = next((value for value in known if value > limit), limit)
    return (*bands, Band("missing", gettext("缺报"))) if missing else tuple(bands)
