"""Charts drawn on the server as SVG, each beside its table. Bars start at zero; a gap is a gap.

    {{ figure.svg }} from `bars(Series(["1月", "2月"], [3, 4], title="户数", unit="户"))`

Colours come from the style sheet by class, so that dark mode and print need no second drawing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from math import floor, log10

from django.utils.safestring import SafeString, mark_safe

from .components import Column, Series, Table, shown

Point = tuple[float, float]
WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 640, 240, 56, 32, 20


@dataclass(frozen=True)
class Figure:
    title: str
    svg: SafeString
    table: Table


def bars(series: Series) -> Figure:
    top = _top(series.values)
    step = (WIDTH - LEFT) / max(1, len(series.values))
    parts = [_grid(top)]
    for i, (label, value) in enumerate(zip(series.labels, series.values, strict=True)):
        middle = LEFT + step * (i + 0.5)
        parts.append(_label(middle, label, i, len(series.values)))
        if value is None:
            parts.append(_gap(middle - step * 0.3, step * 0.6))
            continue
        y = _y(float(value), top)
        parts.append(
            f'<rect class="bar" x="{middle - step * 0.3:.1f}" y="{y:.1f}" '
            f'width="{step * 0.6:.1f}" height="{HEIGHT - BOTTOM - y:.1f}"/>'
        )
        if len(series.values) <= 16:
            parts.append(
                f'<text class="value" x="{middle:.1f}" y="{y - 5:.1f}">{shown(value)}</text>'
            )
    return _figure(series, parts)


def _gap(x: float, width: float) -> str:
    height = HEIGHT - BOTTOM - TOP
    return f'<rect class="gap" x="{x:.1f}" y="{TOP}" width="{width:.1f}" height="{height}"/>'


def line(series: Series) -> Figure:
    top = _top(series.values)
    step = (WIDTH - LEFT) / max(1, len(series.values))
    parts = [_grid(top)]
    run: list[Point] = []
    runs: list[list[Point]] = []
    for i, (label, value) in enumerate(zip(series.labels, series.values, strict=True)):
        middle = LEFT + step * (i + 0.5)
        parts.append(_label(middle, label, i, len(series.values)))
        if value is None:
            runs.append(run)
            run = []
            continue
        run.append((middle, _y(float(value), top)))
    for points in [*runs, run]:
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<polyline class="line" points="{path}"/>')
        parts += [f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in points]
    known = [(i, v) for i, v in enumerate(series.values) if v is not None]
    if known:
        i, last = known[-1]
        x, y = LEFT + step * (i + 0.5), _y(float(last), top)
        parts.append(f'<text class="value" x="{x:.1f}" y="{y - 9:.1f}">{shown(last)}</text>')
    return _figure(series, parts)


def _figure(series: Series, parts: Sequence[str]) -> Figure:
    title = series.title + (f"（{series.unit}）" if series.unit else "")
    svg = (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{escape(title, quote=True)}">{"".join(parts)}</svg>'
    )
    rows = list(zip(series.labels, series.values, strict=True))
    table = Table([Column(""), Column(title, number=True)], rows, caption=title)
    return Figure(title, mark_safe(svg), table)  # every part above is escaped or a number


def _grid(top: float) -> str:
    lines = []
    for share in (0, 0.5, 1):
        y = _y(top * share, top)
        lines.append(f'<line class="rule" x1="{LEFT}" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>')
        lines.append(
            f'<text class="tick" x="{LEFT - 8}" y="{y + 4:.1f}">{_short(top * share)}</text>'
        )
    return "".join(lines)


def _label(x: float, text: str, index: int, count: int) -> str:
    every = max(1, -(-count // 13))
    if index % every:
        return ""
    return f'<text class="label" x="{x:.1f}" y="{HEIGHT - 10}">{escape(str(text))}</text>'


def _y(value: float, top: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * max(0.0, value) / top


def _top(values: Sequence[Decimal | float | None]) -> float:
    """A round number at or above the largest value."""
    most = max((float(v) for v in values if v is not None), default=1.0)
    if most <= 0:
        return 1.0
    size = 10.0 ** floor(log10(most))
    return next(size * k for k in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if size * k >= most)


def _short(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:g}"
