"""Two drawings of who shares what: a square of pairs, and flows from one side to the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString, mark_safe

from .maps import Number, band_of, limits_of

CELL, LABEL, HEAD = 34, 250, 34
WIDTH, LINE, GAP, KNOT, SIDE = 720, 22, 8, 8, 220
Pair = tuple[int, int]


@dataclass(frozen=True)
class Link:
    words: str
    url: str = ""


def matrix(
    names: Sequence[str],
    own: Sequence[int],
    pairs: tuple[Mapping[Pair, int], Mapping[Pair, int]],
    link: Mapping[Pair, Link],
    title: str,
) -> SafeString:
    """Above the diagonal the first of `pairs`, below it the second; on it what each has itself."""
    above, below = pairs
    limits = limits_of(sorted([*above.values(), *below.values()]))
    size = CELL * len(names)
    width, height = LABEL + size + 8, HEAD + size + 8
    parts = []
    for n, name in enumerate(names):
        x, y = LABEL + CELL * n, HEAD + CELL * n
        short = escape(name if len(name) <= 16 else f"{name[:5]}…{name[-10:]}")
        parts.append(f'<text class="number" x="{x + CELL / 2}" y="{HEAD - 10}">{n + 1}</text>')
        parts.append(
            f"<g><title>{escape(name)}</title>"
            f'<text class="name" x="0" y="{y + CELL / 2 + 5}">{n + 1}　{short}</text></g>'
        )
        parts.append(_cell(x, y, "same", str(own[n]), ""))
    for i in range(len(names)):
        for j in range(i + 1, len(names)):
            parts.append(_pair((i, j), above.get((i, j), 0), link.get((i, j)), limits, False))
            parts.append(_pair((i, j), below.get((i, j), 0), link.get((i, j)), limits, True))
    return mark_safe(  # numbers and escaped names
        f'<svg class="matrix" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="group" aria-label="{escape(title, quote=True)}">{"".join(parts)}</svg>'
    )


def _pair(pair: Pair, count: int, link: Link | None, limits: Sequence[Number], under: bool) -> str:
    row, column = (pair[1], pair[0]) if under else pair
    x, y = LABEL + CELL * column, HEAD + CELL * row
    kind = band_of(count, limits) if count else "none"
    drawn = _cell(x, y, kind, str(count) if count else "", link.words if link and count else "")
    if not (count and link and link.url):
        return drawn
    about = escape(f"{link.words} {count}", quote=True)
    return f'<a href="{escape(link.url, quote=True)}" aria-label="{about}">{drawn}</a>'


def _cell(x: float, y: float, kind: str, words: str, title: str) -> str:
    dark = " on-dark" if kind in {"m4", "m5"} else ""
    told = f"<title>{escape(title)} {words}</title>" if title else ""
    text = (
        f'<text class="count{dark}" x="{x + CELL / 2}" y="{y + CELL / 2}">{words}</text>'
        if words
        else ""
    )
    return (
        f'<g>{told}<rect class="{kind}" x="{x}" y="{y}" width="{CELL}" height="{CELL}" rx="3"/>'
        f"{text}</g>"
    )


def flows(
    left: Sequence[Link], right: Sequence[str], width: Mapping[Pair, int], title: str
) -> SafeString:
    """Bands from each of `left` to each of `right`, as wide as `width` says."""
    most = max(sum(width.values()), 1)
    scale = max(240.0, 26.0 * max(len(left), len(right))) / most
    tall = [
        [sum(v for (a, b), v in width.items() if (a, b)[side] == n) * scale for n in range(many)]
        for side, many in ((0, len(left)), (1, len(right)))
    ]
    tops = [_tops(one) for one in tall]
    height = max(t[-1] + max(h[-1], LINE) for t, h in zip(tops, tall, strict=True) if t) + GAP
    used = [[0.0] * len(left), [0.0] * len(right)]
    parts = []
    for (a, b), value in sorted(width.items()):
        thick = value * scale
        y1, y2 = tops[0][a] + used[0][a], tops[1][b] + used[1][b]
        used[0][a] += thick
        used[1][b] += thick
        about = escape(f"{left[a].words} → {right[b]} {value}", quote=True)
        parts.append(_band(y1, y2, thick, about, left[a].url))
    for n, one in enumerate(left):
        parts.append(_knot(SIDE, tops[0][n], tall[0][n], one.words, "knot", "end"))
    for n, name in enumerate(right):
        parts.append(_knot(WIDTH - SIDE, tops[1][n], tall[1][n], name, "office", "start"))
    return mark_safe(  # numbers and escaped words
        f'<svg class="flow" viewBox="0 0 {WIDTH} {height:.0f}" role="group" '
        f'aria-label="{escape(title, quote=True)}">{"".join(parts)}</svg>'
    )


def _tops(heights: Sequence[float]) -> list[float]:
    tops, at = [], GAP * 1.0
    for one in heights:
        tops.append(at)
        at += max(one, LINE) + GAP
    return tops


def _band(y1: float, y2: float, thick: float, about: str, url: str) -> str:
    x1, x2 = SIDE + KNOT, WIDTH - SIDE
    half = (x1 + x2) / 2
    path = (
        f"M{x1} {y1:.1f}C{half} {y1:.1f} {half} {y2:.1f} {x2} {y2:.1f}V{y2 + thick:.1f}"
        f"C{half} {y2 + thick:.1f} {half} {y1 + thick:.1f} {x1} {y1 + thick:.1f}Z"
    )
    drawn = f'<title>{about}</title><path class="band" d="{path}"/>'
    if not url:
        return f'<g role="img" aria-label="{about}">{drawn}</g>'
    return f'<a href="{escape(url, quote=True)}" aria-label="{about}">{drawn}</a>'


def _knot(x: float, y: float, tall: float, words: str, kind: str, anchor: str) -> str:
    short = escape(words if len(words) <= 14 else f"{words[:14]}…")
    at = x - 8 if anchor == "end" else x + KNOT + 8
    return (
        f"<g><title>{escape(words)}</title>"
        f'<rect class="{kind}" x="{x}" y="{y:.1f}" width="{KNOT}" height="{max(tall, 2):.1f}"/>'
        f'<text x="{at}" y="{y + max(tall, 2) / 2 + 4.5:.1f}" text-anchor="{anchor}">{short}</text></g>'
    )
