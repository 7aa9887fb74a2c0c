"""What of the kernel nouns can be found by the box in the shell: places, elements, organisations."""

from collections.abc import Sequence
from itertools import islice

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext

from lingnan.base.actors import Actor
from lingnan.base.words import say
from lingnan.kernel.observations import queries as observations
from lingnan.kernel.parties import queries as parties
from lingnan.kernel.places import queries as places
from lingnan.kernel.places.terms import PlaceInfo
from lingnan.web.components import LEVELS
from lingnan.web.search import Asked, Found, Index, Listed, Source, kept
from lingnan.web.search.elements import around, element_words, own_title
from lingnan.web.search.terms import BEGINS, EXACT, HOLDS

from .parties import KINDS


def find_places(asked: Asked, to: Actor) -> Sequence[Found]:
    """Places are public. A search of ours never asks for more than it shows."""
    found = places.find(asked.folded, on=asked.on, limit=asked.limit)
    if not found:
        return []
    above = places.paths([one.id for one in found], on=asked.on)
    wanted = {one.id for one in found} | {i for path in above.values() for i in path}
    named = places.names(wanted, on=asked.on, lang=asked.lang)
    return [
        Found(
            key=one.uuid,
            title=_both(one.name, named.get(one.id, one.name)),
            url=reverse("platform:place", args=[one.uuid]),
            kind=str(LEVELS[one.level]),
            code=one.code,
            path=[named[i] for i in above.get(one.id, ()) if i in named],
            rank=_rank(one, asked.folded.replace(" ", "")),
        )
        for one in found
    ]


def find_elements(asked: Asked, to: Actor, *, page: str = "platform:element") -> Sequence[Found]:
    """Those whose label the reader holds, when they are read and not only when they were indexed."""
    index = kept("elements", _element_index)
    fitting = (
        (rank, code) for rank, (code, label) in index.find(asked.folded) if label in to.labels
    )
    ranks = {code: rank for rank, code in islice(fitting, asked.limit)}
    held = observations.element_map(ranks) if ranks else {}
    return [
        Found(
            key=code,
            title=own_title(say(held[code].titles, asked.lang)),
            url=reverse(page, args=[code]),
            kind=held[code].unit,
            code=code,
            path=around("", say(held[code].titles, asked.lang)),
            rank=rank,
        )
        for code, rank in ranks.items()
        if code in held and held[code].label in to.labels
    ]


def find_organisations(asked: Asked, to: Actor) -> Sequence[Found]:
    """Organisations are public facts; persons are not looked for here at all."""
    index = kept("organisations", _organisation_index)
    ranks = {number: rank for rank, number in islice(index.find(asked.folded), asked.limit)}
    held = parties.parties(ranks) if ranks else {}
    seats = {one.place for one in held.values() if one.place is not None}
    above = places.paths(seats, on=asked.on) if seats else {}
    wanted = seats | {i for path in above.values() for i in path}
    named = places.names(wanted, on=asked.on, lang=asked.lang) if wanted else {}
    there = reverse("platform:organisations")
    found = []
    for number, rank in ranks.items():
        if one := held.get(number):
            way = [*above.get(one.place or 0, ()), *([one.place] if one.place else [])]
            found.append(
                Found(
                    key=str(one.uuid),
                    title=one.name,
                    url=f"{there}?{urlencode({'q': one.name})}",
                    kind=gettext(KINDS.get(one.organisation, one.organisation)),
                    path=[named[i] for i in way if i in named],
                    rank=rank,
                )
            )
    return found


def _both(chinese: str, told: str) -> str:
    """In Latin letters with the Chinese beside it: that is what stands on the signs."""
    return told if told == chinese else f"{told} {chinese}"


def _rank(one: PlaceInfo, wanted: str) -> int:
    if one.name == wanted or wanted in one.codes.values():
        return EXACT
    if one.name.startswith(wanted) or wanted.isascii():
        return BEGINS
    return HOLDS


def _element_index() -> Index[tuple[str, str]]:
    return element_words(observations.element_map(None).values())


def _organisation_index() -> Index[int]:
    return Index.of(Listed(number, names) for number, names in parties.organisation_names())


SEARCHES = (
    Source(
        "place",
        {"zh-hans": "地方", "zh-hant": "地方", "en": "Places", "pt": "Lugares"},
        find_places,
    ),
    Source(
        "element",
        {"zh-hans": "指标", "zh-hant": "指標", "en": "Elements", "pt": "Indicadores"},
        find_elements,
    ),
    Source(
        "organisation",
        {"zh-hans": "单位", "zh-hant": "單位", "en": "Organisations", "pt": "Entidades"},
        find_organisations,
    ),
)
