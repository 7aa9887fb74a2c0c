"""What the work of others hangs on: who asks a filing, what waits for review where."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date, datetime

import pyarrow as pa
import pyarrow.compute as pc
from django.db.models import Count

from lingnan.base.actors import Actor
from lingnan.base.ids import parse_uuid
from lingnan.kernel.places import queries as places

from ..models import Filing, Reminder, Round
from ..rules.reviewing import next_level
from ..terms.filings import FilingInfo, RoundInfo, RoundState, State
from .filings import filing_info, in_ranges, narrowed, round_info
from .gate import need

TOWN = 4  # reviews where no order of levels is declared
CHUNK = 500
LEVELS = {1: "province", 2: "city", 3: "county", 4: "town"}
HIGHEST = 3  # nobody has the role to review level by level above the county


def filed(uuids: Sequence[str], *, to: Actor, on: date) -> list[FilingInfo]:
    """Those within reach. One query for every 500."""
    need(to, "reporting.read", on=on)
    found: list[FilingInfo] = []
    for start in range(0, len(uuids), CHUNK):
        wanted = [parse_uuid(uuid) for uuid in uuids[start : start + CHUNK]]
        rows = narrowed(Filing.objects.filter(uuid__in=wanted), to, on)
        found += [filing_info(row) for row in rows.order_by("pk")]
    return found


def rounds_asking(
    forms: Collection[int], period: int, *, to: Actor, on: date
) -> list[tuple[RoundInfo, tuple[tuple[int, int], ...]]]:
    """Open rounds that ask one of the forms in that period, with the places they reach."""
    need(to, "reporting.read", on=on)
    rows = Round.objects.filter(state=RoundState.OPEN, period=period, forms__in=sorted(forms))
    found = rows.distinct().order_by("pk").prefetch_related("forms")
    return [(round_info(row), places.ranges(row.place, on=on, tree="code")) for row in found]


def to_review(
    found: RoundInfo, villages: Collection[int], *, to: Actor, on: date
) -> dict[tuple[int, int], int]:
    """(place, its level) → reports that wait there for review; for every place whose turn it may
    be when something moves in one of the villages, zero included. Two queries.
    """
    need(to, "reporting.read", on=on)
    tree = places.hierarchy(on=on)
    touched = tree.filter(pc.is_in(tree["place"], pa.array(sorted(villages), pa.int64())))
    above = {
        (place, level)
        for level, rung in LEVELS.items()
        for place in touched[rung].to_pylist()
        if place is not None and level >= HIGHEST
    }
    tops = [place for place, level in above if level == HIGHEST]
    tops = tops or [place for place, _ in above]
    reach = [run for top in tops for run in places.ranges(top, on=on, tree="code")]
    waiting = _waiting(found, reach, on)
    return {one: waiting[one] for one in sorted(above)}


def returned_in(found: RoundInfo, *, to: Actor, on: date) -> list[FilingInfo]:
    """Filings of a round that wait for their reporter. One query."""
    need(to, "reporting.read", [found.place], on=on)
    rows = Filing.objects.filter(
        in_ranges(places.ranges(found.place, on=on, tree="code")),
        form__in=found.forms,
        period=found.period,
        state__in=(State.RETURNED, State.DRAFT),
    )
    return [filing_info(row) for row in rows.order_by("pk")]


def reminded(round_uuid: str, at: datetime, *, to: Actor, on: date) -> list[int]:
    """Villages that one act of reminding reached."""
    need(to, "reporting.read", on=on)
    rows = Reminder.objects.filter(round__uuid=parse_uuid(round_uuid), message__sent_at=at)
    return sorted(set(rows.values_list("place", flat=True)))


def _waiting(
    found: RoundInfo, reach: Sequence[tuple[int, int]], on: date
) -> Counter[tuple[int, int]]:
    rows = Filing.objects.filter(
        in_ranges(reach), form__in=found.forms, period=found.period, state=State.SUBMITTED
    )
    counted = list(
        rows.values_list("place", "form__levels", "passed_level").annotate(Count("pk")).order_by()
    )
    tree = places.hierarchy(on=on)
    held = pa.array(sorted({place for place, *_ in counted}), pa.int64())
    above = {row["place"]: row for row in tree.filter(pc.is_in(tree["place"], held)).to_pylist()}
    total: Counter[tuple[int, int]] = Counter()
    for place, levels, passed, count in counted:
        rungs = above.get(place, {})
        levels_above = [level for level, rung in LEVELS.items() if rungs.get(rung)]
        due = next_level(levels, passed, levels_above) or TOWN
        if rungs.get(LEVELS[due]):
            total[rungs[LEVELS[due]], due] += count
    return total
