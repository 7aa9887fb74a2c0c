"""What is known of every fact of every village (or household) for a round's period, in bulk."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import product
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from django.db.models import Count, Q

from lingnan.base.actors import system_actor
from lingnan.base.clock import LEGAL_ZONE
from lingnan.base.periods import Period
from lingnan.kernel.observations import queries as observations
from lingnan.kernel.observations.terms import ElementInfo, OverTime, Quality
from lingnan.kernel.places import queries as places

from .. import content
from ..models import Filing, Household
from ..rules.filing import is_rate, source_of
from ..rules.planning import judge, lags_of, says_for_others, spans_of, trust_of
from ..rules.planning.knowledge import VALUELESS
from ..rules.planning.shapes import Knowledge
from ..terms.filings import FormInfo, RoundInfo, State
from ..terms.planning import Costs, Fact
from ..terms.plans import Holding, Knowing, PlanKind, Trust, When
from .counts import accepted_items, covered_places, period_day
from .filings import in_ranges
from .proposals import accepted_for

FLOWS = {OverTime.SUM, OverTime.NONE}
"""Said of a period, and of no other one; only sums of the parts are said too."""
Coming = Mapping[Fact, frozenset[int]]
"""Periods of other kinds in which a fact is reported anyway, whether it was yet or not."""
NOTHING_COMES: Coming = MappingProxyType({})
Ids = npt.NDArray[np.int64]
SHAPE = (len(When), len(Trust), len(Quality), 2, 2)


@dataclass(frozen=True)
class Known:
    """`matrix`: units × facts, each a Knowing. `subjects` are 0 for places themselves."""

    kind: PlanKind
    places: Ids
    subjects: Ids
    facts: tuple[str, ...]
    matrix: Knowledge


def whens(period: int) -> dict[int, When]:
    """Of which periods values are looked at; a year's previous one is also its year ago."""
    whole = Period.from_code(period)
    return {
        whole.year_ago().code: When.YEAR_AGO,
        whole.previous().code: When.BEFORE,
        period: When.NOW,
    }


def looked_at(period: int) -> list[int]:
    """Every period whose values say something about this one."""
    return sorted({*whens(period), *spans_of(period).codes})


def villages_below(place: int, on: date) -> Ids:
    tree = places.hierarchy(on=on, under=place)
    held = tree.filter(pa.compute.equal(tree["level"], 5))["place"].to_numpy()
    return np.sort(held.astype(np.int64))


def households_below(place: int, on: date) -> tuple[Ids, Ids]:
    """Their villages and ids, by id."""
    rows = Household.objects.filter(in_ranges(places.ranges(place, on=on, tree="code")))
    held = np.array(sorted((e, p) for p, e in rows.values_list("place", "entry_id")), np.int64)
    held = held.reshape(-1, 2)
    return held[:, 1], held[:, 0]


def known_of(
    forms: Sequence[FormInfo],
    found: RoundInfo,
    units: tuple[PlanKind, Ids, Ids],
    *,
    costs: Costs,
    on: date,
    coming: Coming = NOTHING_COMES,
    own: str = "",
) -> Known:
    """`units`: kind, places, subjects, rising by what tells them apart; `own`: a source besides those
    of the forms whose word for the period is not known before. A handful of queries."""
    kind, at, subjects = units
    codes = dict.fromkeys(field.element_code for form in forms for field in form.asked)
    declared = observations.element_map(codes)
    facts = tuple(code for code in codes if code in declared)
    elements = [declared[code] for code in facts]
    matrix = np.zeros((len(at), len(facts)), dtype=np.uint8)
    if len(at) and facts:
        said = {own, *(source_of(form.code) for form in forms)}
        table = _table(elements, found.period, at, on)
        _fill(matrix, table, elements, units, (found.period, said, fresh_since(costs, on), coming))
        column = {code: n for n, code in enumerate(facts)}
        _lag(matrix, table, elements, units, lagged(forms), column, found.period)
        if kind is PlanKind.PLACE:
            _follow(matrix, forms, found, at, column)
    return Known(kind, at, subjects, facts, matrix)


def counted_by_ledgers(known: Known, period: int) -> None:
    """What complete ledgers count once a round asks it, where nothing holds it yet. Of places alone."""
    if known.kind is not PlanKind.PLACE or not known.facts:
        return
    items = accepted_items(known.facts)
    here = {
        kind: np.isin(known.places, covered_places(kind, None, period_day(period)))
        for kind in {item.kind for item in items}
    }
    for item in items:
        column = known.matrix[:, known.facts.index(item.element)]
        rows = here[item.kind]
        column[rows] = np.maximum(column[rows], Knowing.LEDGER)


def _table(elements: Sequence[ElementInfo], period: int, at: Ids, on: date) -> pa.Table:
    return observations.values(
        [element.id for element in elements],
        looked_at(period),
        places=np.unique(at).tolist(),
        to=system_actor(),
        on=on,
    )


def _fill(
    matrix: Knowledge,
    table: pa.Table,
    elements: Sequence[ElementInfo],
    units: tuple[PlanKind, Ids, Ids],
    rule: tuple[int, set[str], datetime, Coming],
) -> None:
    """`rule`: the period, the round's own sources (asked here, so not known before), since when
    a value is fresh, and what other periods will say."""
    period, own, since, coming = rule
    kind = units[0]
    keys, name = (units[1], "place") if kind is PlanKind.PLACE else (units[2], "subject")
    told = table[name].to_numpy()
    rows = np.minimum(np.searchsorted(keys, told), len(keys) - 1)
    here = keys[rows] == told
    if kind is PlanKind.PLACE:
        here &= table["subject"].to_numpy() == 0
    ids = np.array([element.id for element in elements])
    order = np.argsort(ids)
    columns = order[np.searchsorted(ids[order], table["element"].to_numpy())]
    source, trust, is_own = _sources(table, elements, own)
    flows = np.array([element.over_time in FLOWS for element in elements])
    periods = table["period"].to_numpy()
    fresh = table["recorded_at"].cast(pa.int64()).to_numpy() >= int(since.timestamp() * 1_000_000)
    quality = table["quality"].to_numpy()
    worth = _worth()

    def keep(when: When, mask: npt.NDArray[np.bool_]) -> None:
        r, c = rows[mask], columns[mask]
        index = (trust[c, source[mask]], quality[mask], flows[c] * 1, fresh[mask] * 1)
        matrix[r, c] = np.maximum(matrix[r, c], worth[when][index])

    for code, when in whens(period).items():
        mask = here & (periods == code)
        keep(when, mask & ~is_own[source] if when is When.NOW else mask)
    keep(When.BEFORE, here & np.isin(periods, spans_of(period).before) & ~flows[columns])
    sound = here & _sound()[trust[columns, source], quality]
    for parts, such in _parts_of(elements, period):
        for part in parts:
            held = sound & such[columns] & np.isin(periods, part)
            sure = _sure(elements, such, part, coming)
            if held.any() or sure.any():
                _span(matrix, (rows[held], columns[held], periods[held]), part, sure)


def _parts_of(
    elements: Sequence[ElementInfo], period: int
) -> tuple[tuple[list[tuple[int, ...]], npt.NDArray[np.bool_]], ...]:
    """Rows of periods of another kind that say this one, and of which elements: what ends with it of
    stocks, its parts together of flows."""
    spans = spans_of(period)
    flows = np.array([element.over_time is OverTime.SUM for element in elements], np.bool_)
    stocks = np.array([element.over_time is OverTime.LAST for element in elements], np.bool_)
    return ([(code,) for code in spans.ends], stocks), (list(spans.parts), flows)


def _sure(
    elements: Sequence[ElementInfo],
    such: npt.NDArray[np.bool_],
    part: tuple[int, ...],
    coming: Coming,
) -> npt.NDArray[np.bool_]:
    """Elements × periods of the part: what will be told there."""
    told = [[code in coming.get(one.code, ()) for code in part] for one in elements]
    return np.array(told, np.bool_).reshape(len(elements), len(part)) & such[:, None]


def _span(
    matrix: Knowledge,
    held: tuple[Ids, Ids, Ids],
    part: tuple[int, ...],
    sure: npt.NDArray[np.bool_],
) -> None:
    """Where every period of the part is held or sure to come. `held`: rows, columns, periods; a key
    has one value a period."""
    rows, columns, periods = held
    more = ~sure[columns, np.argsort(part)[np.searchsorted(np.sort(part), periods)]]
    count = np.broadcast_to(sure.sum(axis=1), matrix.shape).astype(np.uint8)
    np.add.at(count, (rows[more], columns[more]), 1)
    whole = count == len(part)
    matrix[whole] = np.maximum(matrix[whole], Knowing.SPANNED)


def _sound() -> npt.NDArray[np.bool_]:
    """Trust × quality: what may stand in another period unseen."""
    table = np.zeros((len(Trust), len(Quality)), np.bool_)
    for trust, quality in product(Trust, Quality):
        table[trust, quality] = says_for_others(quality, trust)
    return table


def lagged(forms: Iterable[FormInfo]) -> dict[Fact, Fact]:
    """Facts of last year's columns → this year's beside them, of all these forms."""
    words = content.lags()
    return {f: g for form in forms for f, g in lags_of(form.asked, words).items()}


def _lag(
    matrix: Knowledge,
    table: pa.Table,
    elements: Sequence[ElementInfo],
    units: tuple[PlanKind, Ids, Ids],
    lags: Mapping[Fact, Fact],
    column: Mapping[Fact, int],
    period: int,
) -> None:
    """Where the fact beside is held for last year's period."""
    kind, at, subjects = units
    keys, name = (at, "place") if kind is PlanKind.PLACE else (subjects, "subject")
    ids = {element.code: element.id for element in elements}
    ago = Period.from_code(period).year_ago().code
    sound = ~np.isin(table["quality"].to_numpy(), [int(one) for one in VALUELESS])
    here = sound & (table["period"].to_numpy() == ago)
    for fact, beside in lags.items():
        if fact not in column or beside not in ids:
            continue
        mask = here & (table["element"].to_numpy() == ids[beside])
        rows = np.flatnonzero(np.isin(keys, table[name].to_numpy()[mask]))
        matrix[rows, column[fact]] = np.maximum(matrix[rows, column[fact]], Knowing.LAST_YEAR)


def _worth() -> npt.NDArray[np.uint8]:
    """The rule, for every case there is."""
    table = np.zeros(SHAPE, np.uint8)
    for when, trust, quality, flow, fresh in product(When, Trust, Quality, (0, 1), (0, 1)):
        held = Holding(when, trust, quality, bool(flow), bool(fresh))
        table[when, trust, quality, flow, fresh] = judge(held)
    return table


def _sources(
    table: pa.Table, elements: Sequence[ElementInfo], own: set[str]
) -> tuple[Ids, Ids, npt.NDArray[np.bool_]]:
    """Each row's source as a small number, elements × sources of trust, which are the round's."""
    ids, numbers = np.unique(table["source"].to_numpy(), return_inverse=True)
    named = observations.source_codes(ids.tolist())
    codes = [named.get(int(one), "") for one in ids]
    trust = np.array(
        [[trust_of(code, element.precedence) for code in codes] for element in elements], np.int64
    ).reshape(len(elements), len(codes))
    return numbers.reshape(-1), trust, np.array([code in own for code in codes], np.bool_)


def _follow(
    matrix: Knowledge, forms: Sequence[FormInfo], found: RoundInfo, at: Ids, column: dict[str, int]
) -> None:
    """What household reports of this round will give, and what approved ones give roughly."""
    rules = [r for r in accepted_for(f.id for f in forms).values() if not is_rate(r.formula)]
    rough: dict[int, list[int]] = {}
    for rule in rules:
        n = column.get(rule.field.element_code)
        if n is None or rule.household_form is None:
            continue
        if rule.quality == "exact" and rule.household_form in found.forms:
            matrix[:, n] = np.maximum(matrix[:, n], Knowing.COMING)
        elif rule.quality != "exact":
            rough.setdefault(rule.household_form, []).append(n)
    if rough:
        for form, place in complete_households(rough, found.period):
            row = int(np.searchsorted(at, place))
            if row < len(at) and at[row] == place:
                matrix[row, rough[form]] = np.maximum(matrix[row, rough[form]], Knowing.ROUGH)


def complete_households(forms: Iterable[int], period: int) -> list[tuple[int, int]]:
    """(form, village) where every household's report is approved. One query."""
    rows = (
        Filing.objects.filter(form__in=list(forms), period=period, subject__gt=0)
        .values("form", "place")
        .annotate(all=Count("id"), done=Count("id", filter=Q(state=State.APPROVED)))
        .order_by()
    )
    return [(row["form"], row["place"]) for row in rows if row["all"] == row["done"]]


def fresh_since(costs: Costs, on: date) -> datetime:
    """A value written down before is too old to be offered."""
    return datetime.combine(on - timedelta(days=costs.fresh_days), time.min, LEGAL_ZONE)
