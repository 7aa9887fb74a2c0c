"""What is estimated: by a release by quorum that no report has replaced since, or by a reviewer."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from lingnan.base.actors import Actor
from lingnan.base.periods import Period
from lingnan.kernel.observations import queries as observations
from lingnan.kernel.observations.queries import upkeep
from lingnan.kernel.places import queries as places

from ..models import Filing, QuorumRelease
from ..rules.filing import ESTIMATE
from ..terms.filings import FormInfo, State
from .gate import sees_exact

Estimates = Mapping[int, frozenset[str]]
MOST = 1000


def estimates(form: int, period: int) -> Estimates:
    """Village → field codes still estimated. One query where nothing was released, else two."""
    releases = QuorumRelease.objects.filter(form=form, period=period)
    held: dict[int, set[str]] = {}
    for given in releases.values_list("estimated", flat=True):
        for village, codes in given.items():
            held.setdefault(int(village), set()).update(codes)
    if not held:
        return {}
    approved = Filing.objects.filter(
        form=form, period=period, place__in=held, subject=0, state=State.APPROVED
    )
    reported = set(approved.values_list("place", flat=True))
    return {place: frozenset(codes) for place, codes in held.items() if place not in reported}


def estimated_below(held: Estimates, place: int, period: int) -> dict[str, int]:
    """Field code → how many villages of the place are estimated."""
    if not held:
        return {}
    inside = places.ranges(place, on=Period.from_code(period).end, tree="code")
    found: dict[str, int] = {}
    for village, codes in held.items():
        if any(low <= village <= high for low, high in inside):
            for code in codes:
                found[code] = found.get(code, 0) + 1
    return found


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
