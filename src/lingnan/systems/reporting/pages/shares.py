"""The verdict as a picture: one bar of what is held, what follows, what is new; and its table."""

from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from lingnan.web.components import Column, Table

from ..terms.admission import AdmissionInfo, Held

WIDTH, HEIGHT, GAP = 720, 28, 2
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
    parts, at = [], 0
    for kind, n in counts:
        width = n * WIDTH // whole
        if n:
            parts.append(
                (at, max(width - GAP, 1), HEIGHT, SHADES[kind], at, gettext(WORDS[kind]), n)
            )
        at += width
    bars = format_html_join(
        "",
        '<rect x="{}" y="0" width="{}" height="{}" fill="currentColor" opacity="{}"/>',
        (one[:4] for one in parts),
    )
    words = format_html_join(
        "",
        '<text x="{}" y="{}" text-anchor="{}">{} {}</text>',
        (_place(one[4], one[1]) + (one[5], one[6]) for one in parts),
    )
    return format_html(
        '<svg viewBox="0 0 {} 60" role="img" aria-label="{}" font-size="15" fill="currentColor">{}{}</svg>',
        WIDTH,
        title,
        bars,
        words,
    )


def _place(at: int, width: int) -> tuple[int, int, str]:
    """A label under its part; the last ones lean against the right edge."""
    if at + 90 > WIDTH:
        return WIDTH, HEIGHT + 22, "end"
    return at, HEIGHT + 22, "start"
