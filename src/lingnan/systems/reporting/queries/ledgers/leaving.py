"""Who was sent to another place lately: what a mistake is found by, once it is out of reach."""

from datetime import date, datetime, time, timedelta

from lingnan.base.actors import Actor
from lingnan.base.clock import LEGAL_ZONE

from ... import content
from ...models import LedgerTouch
from ...rules.checking import in_force
from ...terms.ledgers import Act, EntryOf, Left
from ..gate import need
from .veiling import veiled

MOST = 50


def taking_back(on: date) -> int:
    """Days in which a village may take back what it sent away."""
    return in_force(content.thresholds(), on).taking_back


def left_lately(kind: str, place: int, *, to: Actor, on: date) -> list[Left]:
    """Of that very place, newest first, while the move may still be taken back. Two queries."""
    need(to, "reporting.read", [place], on=on)
    since = datetime.combine(on - timedelta(days=taking_back(on)), time.min, LEGAL_ZONE)
    rows = LedgerTouch.objects.filter(
        act__act=Act.MOVE,
        act__kind=kind,
        act__retracted_by=None,
        act__at__gte=since,
        kind=kind,
        before__place=place,
    ).exclude(after__place=place)
    found = list(rows.select_related("act").order_by("-pk")[:MOST])
    later = LedgerTouch.objects.filter(entry__in=[row.entry for row in found])
    last = dict(later.order_by("pk").values_list("entry", "act"))
    left = [row for row in found if last[row.entry] == row.act_id]
    entries = veiled([_entry(row) for row in left], to=to, on=on)
    return [
        Left(str(row.act.uuid), one, row.after["place"], row.act.day, row.act.reason)
        for row, one in zip(left, entries, strict=True)
    ]


def _entry(row: LedgerTouch) -> EntryOf:
    """As it was known before it left."""
    state = row.before or {}
    return EntryOf(
        uuid=str(row.entry),
        entry=0,
        kind=row.kind,
        place=state["place"],
        valid_from=date.fromisoformat(state["from"]),
        valid_to=None,
        data=dict(state["data"]),
    )
