"""What every page of reporting needs: ladders, names, periods, addresses."""

from collections.abc import Callable, Iterable
from datetime import date

from django.utils.translation import get_language

from lingnan.base import clock
from lingnan.base.actors import Actor
from lingnan.base.periods import Period
from lingnan.kernel.places import queries as places
from lingnan.kernel.places.terms import PlaceInfo
from lingnan.web.components import Clock, Rung
from lingnan.web.errors import NoSuchPage

from ..terms.filings import RoundInfo

STATE_MARKS = {"draft": "quiet", "submitted": "near", "returned": "late", "approved": "done"}


def period_code(text: str) -> int:
    """NoSuchPage for an address that names no period."""
    try:
        return Period.parse(text).code
    except ValueError:
        raise NoSuchPage from None


def place_of(code: str, on: date) -> PlaceInfo:
    return places.by_code(code, on=on)


def ladder(place: PlaceInfo, url: Callable[[str], str], *, to: Actor, on: date) -> list[Rung]:
    """`url` answers the address of the same page for a division code. No link leads out of reach."""
    above = places.ancestors(place.id, on=on)
    lang = get_language() or "zh-hans"
    named = {p.id: p.name for p in [*above, place]}
    if not lang.startswith("zh"):
        named |= places.names(named, on=on, lang=lang)
    steps = [Rung(p.level, named[p.id], url(p.code) if to.reaches(p.id, on) else "") for p in above]
    return [*steps, Rung(place.level, named[place.id], current=True)]


def names(ids: Iterable[int]) -> dict[int, str]:
    return places.names(sorted(set(ids)), on=clock.today(), lang=get_language() or "zh-hans")


def codes(ids: Iterable[int]) -> dict[int, str]:
    found = places.infos(sorted(set(ids)), on=clock.today())
    return {place.id: place.code for place in found}


def home_of(scopes: Iterable[int], on: date) -> PlaceInfo | None:
    """The place of the hat worn: where lists begin."""
    first = next((place for place in scopes if place), None)
    return places.place(first, on=on) if first else None


def clock_of(found: RoundInfo, on: date) -> Clock:
    """Calendar days of the round, the first not counted."""
    return Clock((on - found.opened_on).days, max((found.due_on - found.opened_on).days, 1))
