"""A form's figures at one place as of a moment: its own at a village, added up above."""

from collections.abc import Sequence
from datetime import date, datetime

from lingnan.base.actors import Actor
from lingnan.base.periods import Period
from lingnan.kernel.places import queries as places
from lingnan.kernel.places.terms import PlaceInfo

from ..terms.filings import FormInfo
from ..terms.masking import Seen
from .outputs import Cut, Figures, held_at, own_figures, rows_at, sums_at, villages_of

__all__ = ["figures", "figures_of_many", "rollup_table", "villages_of"]


def figures(
    form: FormInfo,
    place: PlaceInfo,
    period: int,
    *,
    subject: int = 0,
    as_of: int,
    to: Actor,
    on: date,
) -> tuple[Figures, dict[str, str]]:
    """By field code, and the formulas of the rates that were made again (field code → formula)."""
    cut = Cut(period, as_of, to, on)
    if subject:
        held = own_figures([form.at(period)], [place.id], cut)
        return held.get((form.id, place.id, subject), {}), {}
    one = held_at([form], [place], cut)[form.id, place.id]
    return one.figures, dict(one.remade)


def figures_of_many(
    form: FormInfo, ids: Sequence[int], period: int, *, as_of: int, to: Actor, on: date
) -> dict[tuple[int, int], Figures]:
    """(place, subject) → figures, for tables of one row a village or a household. One read."""
    return rows_at(form, ids, Cut(period, as_of, to, on))


def rollup_table(
    form: FormInfo,
    place: PlaceInfo,
    period: int,
    *,
    as_of: datetime | int | None,
    to: Actor,
    seen: Seen | None = None,
) -> dict[int, Figures]:
    """The place and those directly below it: place id → field code → figure; those without are left out."""
    day = Period.from_code(period).end
    chosen = [place, *places.children(place.id, on=day)]
    cut = Cut(period, as_of, to, day, seen=seen or Seen())
    held = sums_at([form], chosen, cut, under=place.id)
    return {number: one.figures for (_, number), one in held.items() if one.figures}
