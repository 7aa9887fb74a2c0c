"""Which sums hold estimates: those of a release by quorum that no report has replaced since."""

from collections.abc import Mapping

from lingnan.base.periods import Period
from lingnan.kernel.places import queries as places

from ..models import Filing, QuorumRelease
from ..terms.filings import State

Estimates = Mapping[int, frozenset[str]]


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
