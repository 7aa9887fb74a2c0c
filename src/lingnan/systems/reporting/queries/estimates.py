"""What a reviewer estimated beside what was reported. Which sums hold an estimate the values say."""

from datetime import date
from decimal import Decimal

from lingnan.base.actors import Actor
from lingnan.kernel.observations import queries as observations
from lingnan.kernel.observations.queries import upkeep

from ..rules.filing import ESTIMATE
from ..terms.filings import FormInfo
from .gate import sees_exact

MOST = 1000


def estimated_beside(
    form: FormInfo, place: int, period: int, *, to: Actor, on: date
) -> dict[str, Decimal | None]:
    """What a reviewer estimated for a place, by field code: beside a report, or where there is none.
    Told to those who see exact figures there: an estimate gives away what is kept back."""
    if not sees_exact(to, place, on):
        return {}
    asked = {field.element: field for field in form.asked if field.element}
    held = observations.current(place, elements=sorted(asked), periods=[period], to=to, on=on)
    found = {
        asked[element].code: value.value
        for (element, _), value in held.items()
        if value.source == ESTIMATE
    }
    named = {field.element_code: field.code for field in asked.values()}
    beside = upkeep.contenders(to=to, on=on, place=place, limit=MOST)
    return found | {
        named[one.element]: one.value
        for one in beside
        if (one.source, one.period) == (ESTIMATE, period) and one.element in named
    }
