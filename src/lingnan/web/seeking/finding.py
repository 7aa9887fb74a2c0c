"""Asks every system's sources what they have for these words, and ranks what comes back."""

from collections.abc import Sequence
from datetime import date

from django.http import HttpRequest
from django.utils.translation import get_language

from lingnan.base.actors import Actor
from lingnan.base.words import say

from ..actors import actor_of
from ..search.index import fold
from ..search.terms import LONGEST, Asked, Found, Group, Source
from ..systems import installed
from .offered import PAGES, pages_called, pages_found


def sources_for(to: Actor) -> list[Source]:
    """By kind, in the order of the systems; see Source for two of one kind."""
    chosen: dict[str, Source] = {}
    for system in installed():
        for source in system.searches:
            if not source.permission or to.may(source.permission):
                chosen[source.kind] = source
    return list(chosen.values())


def look_for(
    request: HttpRequest, text: str, *, on: date, limit: int, kind: str = ""
) -> list[Group]:
    """Groups with something in them: whose best hit fits best first, else as the systems stand."""
    to, lang = actor_of(request), get_language() or "zh-hans"
    folded = fold(text[:LONGEST])
    if not folded:
        return []
    asked = Asked(text[:LONGEST].strip(), folded, on, lang, limit + 1)
    groups = []
    if kind in {"", PAGES}:
        groups += _group(PAGES, say(pages_called, lang), pages_found(request, asked), limit)
    for source in sources_for(to):
        if kind in {"", source.kind}:
            found = source.find(asked, to)
            groups += _group(source.kind, say(source.title, lang), found, limit)
    return sorted(groups, key=lambda group: group.found[0].rank)


def _group(kind: str, title: str, found: Sequence[Found], limit: int) -> list[Group]:
    if not found:
        return []
    return [Group(kind, title, found[:limit], len(found) > limit)]
