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
from .outlines import Ring, View, rings_of

CLASSES = 5
HATCH = (
    '<pattern id="missing" width="6" height="6" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><rect class="missing-paper" width="6" height="6"/>'
    '<path class="missing-line" d="M0 0V6"/></pattern>'
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


def coloured(areas: Sequence[Area], *, title: str, unit: str = "") -> Map:
    known = sorted(area.value for area in areas if area.value is not None)
    limits = limits_of(known)
    drawn = [(area, rings_of(json.loads(area.geojson))) for area in areas]
    view = View.around([ring for _, rings in drawn for ring in rings], width=640.0)
    shapes = "".join(_shape(area, rings, view, limits, unit) for area, rings in drawn)
    full = title + (f"（{unit}）" if unit else "")
    svg = (
        f'<svg class="map" viewBox="0 0 {view.width:.0f} {view.height:.0f}" role="group" '
        f'aria-label="{escape(full, quote=True)}"><defs>{HATCH}</defs>{shapes}</svg>'
    )
    rows = [[Cell(area.name, area.url), area.value] for area in areas]
    table = Table([Column(""), Column(full, number=True)], rows, caption=full)
    missing = len(known) < len(areas)
    return Map(full, mark_safe(svg), table, _bands(known, limits, missing),  # all escaped above
               any(area.approximate for area in areas))  # fmt: skip


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
    return f"m{1 + round(place * (CLASSES - 1) / max(1, len(limits) - 1))}"


def _shape(area: Area, rings: list[Ring], view: View, limits: Sequence[Number], unit: str) -> str:
    words = gettext("缺报") if area.value is None else f"{shown(area.value)} {unit}".strip()
    about = escape(f"{area.name} {words}", quote=True)
    path = (
        f'<path class="{band_of(area.value, limits)}" fill-rule="evenodd" d="{view.path(rings)}"/>'
    )
    if not area.url:
        return f'<g role="img" aria-label="{about}"><title>{about}</title>{path}</g>'
    return f'<a href="{escape(area.url, quote=True)}" aria-label="{about}"><title>{about}</title>{path}</a>'


def _bands(known: Sequence[Number], limits: Sequence[Number], missing: bool) -> tuple[Band, ...]:
    bands, low = [], known[0] if known else None
    for limit in limits:
        words = shown(limit) if low == limit else f"{shown(low)}–{shown(limit)}"
        bands.append(Band(band_of(limit, limits), words))
        low = next((value for value in known if value > limit), limit)
    return (*bands, Band("missing", gettext("缺报"))) if missing else tuple(bands)
