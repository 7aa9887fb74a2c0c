"""The verdict as a picture: one bar of what is held, what follows, what is new; and its table."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from lingnan.web.components import Column, Table

from ..terms.admission import AdmissionInfo, Held

WIDTH, HEIGHT, GAP = 720, 28, 2
LETTER, SWATCH = 14, 34  # of a label, and what stands before and after it
SHADES = {Held.HELD: ".25", Held.DERIVABLE: ".55", Held.NEW: "1"}
WORDS = {Held.HELD: "已掌握", Held.DERIVABLE: "可得出", Held.NEW: "要新填"}


@dataclass(frozen=True)
class Figure:
    title: str
    svg: SafeString
    table: Table


def shares(one: AdmissionInfo) -> Figure:
    """ValueError without a verdict."""
    told = one.verdict
    if told is None:
        raise ValueError("no verdict to draw")
    counts = [(kind, told.count(kind)) for kind in Held]
    rows = [[gettext(WORDS[kind]), n] for kind, n in counts]
    columns = [Column(gettext("评估")), Column(gettext("项目"), number=True)]
    title = gettext("{n} 个项目里要新填几项").format(n=told.fields)
    return Figure(title, _bar(counts, title), Table(columns, rows))


def _bar(counts: list[tuple[Held, int]], title: str) -> SafeString:
    whole = max(sum(n for _, n in counts), 1)
    parts: list[tuple[int, int, int, str]] = []
    labels: list[str] = []
    at = 0
    for kind, n in counts:
        width = n * WIDTH // whole
        if n:
            parts.append((at, max(width - GAP, 1), HEIGHT, SHADES[kind]))
            labels.append(f"{gettext(WORDS[kind])} {n}")
        at += width
    bars = format_html_join(
        "",
        '<rect x="{}" y="0" width="{}" height="{}" fill="currentColor" opacity="{}"/>',
        parts,
    )
    words = format_html_join(
        "",
        '<rect x="{}" y="{}" width="12" height="12" fill="currentColor" opacity="{}"/>'
        '<text x="{}" y="{}">{}</text>',
        (
            (x, HEIGHT + 12, one[3], x + 18, HEIGHT + 23, label)
            for x, one, label in zip(_places(parts, labels), parts, labels, strict=True)
        ),
    )
    return format_html(
        '<svg class="shares" viewBox="0 0 {} 60" role="img" aria-label="{}" font-size="15" '
        'fill="currentColor">{}{}</svg>',
        WIDTH,
        title,
        bars,
        words,
    )


def _places(parts: Sequence[tuple[int, int, int, str]], labels: Sequence[str]) -> list[int]:
    """Where each label begins: under its part, else as near to it as the others leave room."""
    widths = [LETTER * len(label) + SWATCH for label in labels]
    found: list[int] = []
    free = 0
    for (at, *_), width in zip(parts, widths, strict=True):
        found.append(max(at, free))
        free = found[-1] + width
    limit = WIDTH
    for n in reversed(range(len(found))):
        limit = found[n] = max(0, min(found[n], limit - widths[n]))
    return found
