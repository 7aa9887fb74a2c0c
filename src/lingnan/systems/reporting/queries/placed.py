"""What one place says or adds up to, by element: the figures of a block, of its trend."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from lingnan.base.periods import Kind, Period, period_of
from lingnan.kernel.observations import queries as observations
from lingnan.kernel.observations.terms import ElementInfo, Quality
from lingnan.kernel.places import queries as places
from lingnan.kernel.places.terms import PlaceInfo

from ..rules.filing import Figure
from ..terms.filings import Mark
from .asks import MARKS
from .guarding import kept_back_of, told_by_word
from .masking import masking_on, without_person
from .outputs import VILLAGE, Cut, summed

OLDER = 2  # figures shown beside the newest one
Known = dict[tuple[int, int], tuple[Figure, bool]]
"""(element, period) → the figure, and whether somebody says otherwise."""


def place_figures(
    place: PlaceInfo, asked: Mapping[int, ElementInfo], periods: Sequence[int], cut: Cut
) -> Known:
    """All that one place says (a village), or that adds up below it: of every element the newest, of
    whatever period, and what was said last before. `periods`: where sums are looked for first, newest
    first; of elements without one there, once more where they were told last."""
    if place.level != VILLAGE:
        found = _summed_of(place, asked, periods, cut)
        found |= _longer_ago(place, asked, found, periods, cut)
    else:
        every = sorted({*periods, *observations.periods_held()})
        found = (_said_then if cut.seq else _said)(place, asked, every, cut)
    return _masked(_newest(found), place, cut, asked)


def _newest(found: Known) -> Known:
    """Of each element the figures of the last periods in which anything was said."""
    by_element: dict[int, list[int]] = {}
    for element, period in sorted(
        found, key=lambda key: Period.from_code(key[1]).end, reverse=True
    ):
        by_element.setdefault(element, []).append(period)
    kept: Known = {}
    for element, periods in by_element.items():
        said = [p for p in periods if says(found[element, p][0])]
        kept |= {(element, p): found[element, p] for p in (said or periods)[: 1 + OLDER]}
    return kept


def says(figure: Figure) -> bool:
    return figure.value is not None or figure.text is not None or not figure.expected


def _longer_ago(
    place: PlaceInfo,
    asked: Mapping[int, ElementInfo],
    found: Known,
    periods: Sequence[int],
    cut: Cut,
) -> Known:
    """One pass tells where to look; then a roll-up for each period in which some element was told last."""
    recent = {
        p for kind in {one.period_kind for one in asked.values()} for p in _last_two(kind, cut.on)
    }
    held = {element for element, period in found if period in recent}
    missing = [n for n, one in asked.items() if one.type.is_numeric and n not in held]
    others = [p for p in observations.periods_held() if p not in periods] if missing else []
    ranges = places.ranges(place.id, on=cut.on, tree="code")
    told = observations.told_in(missing, others, ranges=ranges, as_of=cut.seq or None, to=cut.to)
    last: dict[int, int] = {}
    for element, period in sorted(told, key=lambda pair: Period.from_code(pair[1]).end):
        last[element] = period
    by_period: dict[int, dict[int, ElementInfo]] = {}
    for element, period in last.items():
        by_period.setdefault(period, {})[element] = asked[element]
    older: Known = {}
    for period, some in by_period.items():
        older |= _summed_of(place, some, [period], cut)
    return older


def _last_two(kind: int, on: date) -> tuple[int, int]:
    now = period_of(on, Kind(kind))
    return now.code, now.previous().code


def _said(
    place: PlaceInfo, asked: Mapping[int, ElementInfo], periods: Sequence[int], cut: Cut
) -> Known:
    """What no form asks any more too."""
    held = observations.current(place.id, periods=list(periods), to=cut.to, on=cut.on)
    return {
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
    }


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
