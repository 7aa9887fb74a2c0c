"""What one place says or adds up to, by element: the figures of a block, of its trend."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from lingnan.kernel.observations import queries as observations
from lingnan.kernel.observations.terms import ElementInfo, Quality
from lingnan.kernel.places.terms import PlaceInfo

from ..rules.filing import Figure
from ..terms.filings import Mark
from .asks import MARKS
from .guarding import kept_back_of, told_by_word
from .masking import masking_on, without_person
from .outputs import VILLAGE, Cut, summed

Known = dict[tuple[int, int], tuple[Figure, bool]]
"""(element, period) → the figure, and whether somebody says otherwise."""


def place_figures(
    place: PlaceInfo,
    asked: Mapping[int, ElementInfo],
    periods: Sequence[int],
    cut: Cut,
) -> Known:
    """All that one place says (a village), or that adds up below it. One read, or one a period."""
    if place.level != VILLAGE:
        return _masked(_summed_of(place, asked, periods, cut), place, cut, asked)
    if cut.seq:
        return _masked(_said_then(place, asked, periods, cut), place, cut, asked)
    held = observations.current(place.id, periods=list(periods), to=cut.to, on=cut.on)
    return _masked(
        {
            key: (
                Figure(
                    one.value,
                    one.text,
                    MARKS[one.quality],
                    source=one.source,
                    recorded_at=one.recorded_at,
                ),
                one.disputed,
            )
            for key, one in held.items()
            if one.quality in MARKS
        },
        place,
        cut,
        asked,
    )


def element_figures(
    place: PlaceInfo, element: ElementInfo, periods: Sequence[int], cut: Cut
) -> dict[int, Figure]:
    """One element of a place, by period in the order asked; a period without a value is there, empty."""
    held = summed_over(place, element, periods, cut)
    shown = shown_by(held, back_of(held, [place.id], cut), place, cut, {element.id: element})
    return {period: one for (_, period), (one, _) in shown.items()}


def summed_over(place: PlaceInfo, element: ElementInfo, periods: Sequence[int], cut: Cut) -> Known:
    """Not for showing: `shown_by` is."""
    found = dict.fromkeys(periods, Figure(mark=Mark.MISSING))
    table = observations.trend([element], place.id, periods, as_of=cut.seq, to=cut.to)
    for row in table.to_pylist():
        found[row["period"]] = summed(row)
    return {(element.id, p): (one, False) for p, one in found.items()}


def _said_then(
    place: PlaceInfo, asked: Mapping[int, ElementInfo], periods: Sequence[int], cut: Cut
) -> Known:
    if not asked or not periods:
        return {}
    table = observations.values(
        sorted(asked), list(periods), places=[place.id], as_of=cut.seq, to=cut.to, on=cut.on
    )
    rows = [row for row in table.to_pylist() if row["subject"] == 0]
    named = observations.source_codes({row["source"] for row in rows})
    return {
        (row["element"], row["period"]): (
            Figure(
                row["value"],
                row["text"],
                MARKS[quality],
                source=named.get(row["source"], ""),
                recorded_at=row["recorded_at"],
            ),
            False,
        )
        for row in rows
        if (quality := Quality(row["quality"])) in MARKS
    }


def _summed_of(
    place: PlaceInfo, asked: Mapping[int, ElementInfo], periods: Sequence[int], cut: Cut
) -> Known:
    numbers = sorted(number for number, one in asked.items() if one.type.is_numeric)
    if not numbers:
        return {}
    table = observations.trend(numbers, place.id, list(periods), as_of=cut.seq or None, to=cut.to)
    return {
        (row["element"], row["period"]): (summed(row), False)
        for row in table.to_pylist()
        if row["reported"]
    }


def _masked(found: Known, place: PlaceInfo, cut: Cut, asked: Mapping[int, ElementInfo]) -> Known:
    """As `_shown` and `own_figures`, for figures of elements."""
    return shown_by(found, back_of(found, [place.id], cut), place, cut, asked)


def back_of(
    found: Known, ids: Sequence[int], cut: Cut, *also: tuple[int, int]
) -> frozenset[tuple[int, int, int]]:
    """What of these is kept back at these places. Where nothing was told nothing is, and it is dear to
    ask; `also`: what is asked all the same."""
    told = [*also] + [key for key, (one, _) in found.items() if one.value is not None]
    return kept_back_of(ids, told, as_of=cut.seq, to=cut.to, on=cut.on)


def shown_by(
    found: Known,
    back: frozenset[tuple[int, int, int]],
    place: PlaceInfo,
    cut: Cut,
    asked: Mapping[int, ElementInfo],
) -> Known:
    cells = {(place.id, *key): one.value for key, (one, _) in found.items()}
    cut.seen.exact += told_by_word(cells, to=cut.to, on=cut.on)
    rule = masking_on(cut.on)
    shown = {}
    for key, (one, disputed) in found.items():
        if (place.id, *key) in back:
            one = replace(one, value=None, text=None, hidden=True)
        elif key[0] in asked:
            one = without_person(one, asked[key[0]].titles.get("zh-hans", ""), rule)
        shown[key] = (one, disputed)
    return shown
