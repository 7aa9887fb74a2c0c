"""Dated trees: the closure of parents over time. A span is `[start, end)`; FOREVER ends an open
one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

FOREVER = date.max


class Link(NamedTuple):
    """`place` hangs under `parent` (None: a root) over the span."""

    place: int
    parent: int | None
    start: date
    end: date = FOREVER


class Above(NamedTuple):
    """`ancestor` stands `depth` rungs above over the span."""

    ancestor: int
    depth: int
    start: date
    end: date


Closure = dict[int, list[Above]]


@dataclass(frozen=True)
class Fault:
    place: int
    words: str


def closure(links: Iterable[Link], known: Mapping[int, list[Above]] | None = None) -> Closure:
    """Every ancestor of every linked place, with dates; `known` gives that of parents not among the
    links.

    ValueError on a cycle.
    """
    by_place: dict[int, list[Link]] = {}
    for link in links:
        by_place.setdefault(link.place, []).append(link)
    found: Closure = {}
    for place in by_place:
        _climb(place, by_place, found, known or {}, ())
    return found


def variant(base: Closure, links: Iterable[Link], others: Iterable[Link]) -> Closure:
    """The closure of `others`, given that of `links`: only what hangs under a difference is climbed
    again.
    """
    wanted = set(others)
    changed = {link.place for link in wanted.symmetric_difference(links)}
    affected = {p for p, rows in base.items() if any(row.ancestor in changed for row in rows)}
    affected |= changed
    again = closure([link for link in wanted if link.place in affected], base)
    return {p: rows for p, rows in base.items() if p not in affected} | again


def _climb(
    place: int,
    by_place: Mapping[int, list[Link]],
    found: Closure,
    known: Mapping[int, list[Above]],
    path: tuple[int, ...],
) -> list[Above]:
    if place in found:
        return found[place]
    if place not in by_place:
        return known.get(place, [])
    if place in path:
        raise ValueError(f"place {place} stands above itself")
    rows: list[Above] = []
    for link in by_place[place]:
        rows.append(Above(place, 0, link.start, link.end))
        if link.parent is not None:
            over = _climb(link.parent, by_place, found, known, (*path, place))
            rows += _clipped(over, link)
    found[place] = rows if len(by_place[place]) == 1 else coalesced(rows)
    return found[place]


def _clipped(rows: list[Above], link: Link) -> list[Above]:
    return [
        Above(a, depth + 1, max(start, link.start), min(end, link.end))
        for a, depth, start, end in rows
        if start < link.end and link.start < end
    ]


def coalesced(rows: Iterable[Above]) -> list[Above]:
    """Adjacent spans of the same ancestor at the same depth become one."""
    joined: list[Above] = []
    for row in sorted(rows, key=lambda r: (r.ancestor, r.depth, r.start)):
        last = joined[-1] if joined else None
        if last and (last.ancestor, last.depth) == row[:2] and row.start <= last.end:
            joined[-1] = last._replace(end=max(last.end, row.end))
        else:
            joined.append(row)
    return joined


def preorder(parents: Mapping[str, str], codes: Iterable[str]) -> list[str]:
    """Codes so that every subtree is one run; children in the order of their codes."""
    below: dict[str, list[str]] = {}
    for code in sorted(codes):
        below.setdefault(parents.get(code, ""), []).append(code)
    order: list[str] = []
    waiting = list(reversed(below.get("", [])))
    while waiting:
        code = waiting.pop()
        order.append(code)
        waiting.extend(reversed(below.get(code, [])))
    return order
