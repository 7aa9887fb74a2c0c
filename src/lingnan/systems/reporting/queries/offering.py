"""Where no plan was made, what is known all the same: the value of an earlier period, or last year's
column, stands offered with its source and age; so does an estimate of this period. Nothing is worked
out, nothing taken without a look."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from lingnan.base.actors import Actor
from lingnan.kernel.observations.terms import ElementInfo

from ..content import costs
from ..rules.planning import judge, trust_of
from ..terms.filings import Ask, FormInfo, Mark
from ..terms.planning import Fact
from ..terms.plans import Holding, Knowing, When
from .knowledge import FLOWS, fresh_since, lagged, whens
from .plans import Choosing, Telling, Values, first_fields
from .setting import offered

UNPLANNED = Choosing({}, ())


def offers(
    asks: Mapping[str, Ask],
    forms: Iterable[FormInfo],
    elements: Mapping[Fact, ElementInfo],
    values: Values,
    period: int,
    *,
    to: Actor,
    on: date,
) -> dict[str, Ask]:
    """By the same keys, those asks of which something is known. `values`: of every period that says
    something about this one."""
    forms = list(forms)
    told = (lagged(forms), to.lang, first_fields(forms))
    telling = Telling(UNPLANNED, elements, values, period, *told)
    found: dict[str, Ask] = {}
    for key, ask in asks.items():
        if ask.held and not ask.confirm and ask.mark is Mark.ESTIMATED:
            why = telling.words(ask.element_code, Knowing.OTHER)
            found[key] = replace(ask, confirm=True, why=why)
        if ask.held or ask.waiting or ask.confirm or ask.follows or ask.spared:
            continue
        knowing = _known(ask.element_code, telling, on)
        if knowing is not Knowing.NOTHING:
            found[key] = offered(ask, ask.element_code, knowing, telling)
    return {key: ask for key, ask in found.items() if ask.held}


def _known(fact: Fact, telling: Telling, on: date) -> Knowing:
    element = telling.elements.get(fact)
    if element is None:
        return Knowing.NOTHING
    known = [Knowing.NOTHING]
    for when, knowing in ((When.BEFORE, Knowing.UNCHANGED), (When.YEAR_AGO, Knowing.YEAR_AGO)):
        if when not in whens(telling.period).values():
            continue
        held = telling.value(fact, knowing)
        if held is not None:
            trust = trust_of(held.source, element.precedence)
            is_fresh = held.recorded_at >= fresh_since(costs(on), on)
            is_flow = element.over_time in FLOWS
            known.append(judge(Holding(when, trust, held.quality, is_flow, is_fresh)))
    if fact in telling.lags and telling.value(fact, Knowing.LAST_YEAR) is not None:
        known.append(Knowing.LAST_YEAR)
    return max(known)
