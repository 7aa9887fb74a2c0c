"""The gazetteer of a day, from the places of this database, for reading filled forms."""

from dataclasses import replace
from datetime import date
from functools import lru_cache

from lingnan.kernel.places import queries as places

from ..content import filled_words
from ..models import Form
from ..rules.filing import draft_of
from ..rules.filled import Gazetteer, Known, build_gazetteer
from ..terms.filings import FormState
from ..terms.filled import Spot


def known(scope: int, *, on: date) -> Known:
    """What is known for reading: names, words, registered forms, and the place to look below."""
    names = gazetteer(on)
    rows = Form.objects.filter(state=FormState.CURRENT).order_by("pk")
    held = list(rows.values_list("profile", "code", "period_kind"))
    drafts = tuple(replace(draft_of(profile), form=code) for profile, code, _ in held)
    top = places.place(scope, on=on)
    kinds = tuple(int(kind) for _, _, kind in held)
    return Known(names, filled_words(), drafts, kinds, names.spots.get(top.code))


def gazetteer(on: date) -> Gazetteer:
    return _built(str(places.stamp()), on)


@lru_cache(maxsize=2)
def _built(stamp: str, on: date) -> Gazetteer:
    roots = places.roots(on=on)
    rows = [*roots, *(one for root in roots for one in places.descendants(root.id, on=on))]
    codes = {one.id: one.code for one in rows}
    spots = (
        Spot(one.code, one.name, one.level, codes.get(one.parent or 0, ""))
        for one in rows
        if one.code
    )
    return build_gazetteer(spots, filled_words().place_ends)
