"""A person says of which place or period doubtful values are."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from lingnan.base.actors import Actor
from lingnan.base.clock import legal_day
from lingnan.base.ids import subject
from lingnan.base.periods import Period
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.places import queries as places

from ...models import HistorySheet, HistoryValue
from ...queries.gate import need
from ...queries.history import own_sheet
from ...terms.histories import NO_HOUSEHOLD, HistoryAmended, HistoryState
from .taking import PERMISSION


@transaction.atomic
def amend_history(
    sheet_uuid: str,
    *,
    named: Mapping[str, int] | None = None,
    period: int | None = None,
    household: str = "",
    by: Actor,
    at: datetime,
) -> int:
    """`named`: words as the file has them → place id, for every staged value of the sheet that
    hangs on them; `period`: for values that have none; `household`: the
    number of the household a sheet is of. Answers how many values changed.

    NoSuchHistory, Forbidden (a place out of reach), ValueError (no period).
    """
    day, wanted = legal_day(at), dict(named or {})
    sheet = own_sheet(sheet_uuid, to=by, on=day)
    need(by, PERMISSION, wanted.values(), on=day)
    if period is not None:
        Period.from_code(period)
    staged = HistoryValue.objects.filter(sheet=sheet.pk, state=HistoryState.STAGED)
    changed = 0
    for text, place in wanted.items():
        changed += staged.filter(place_text=text).update(place=place, place_why="")
    if period is not None:
        changed += staged.filter(period=None).update(period=period)
        HistorySheet.objects.filter(pk=sheet.pk).update(period_why="")
    if household:
        unnamed = staged.filter(subject="", doubt=NO_HOUSEHOLD)
        changed += unnamed.update(subject=household.strip()[:64], doubt="")
    uuids = places.uuids(sorted(set(wanted.values()))) if wanted else {}
    evidence.record(
        HistoryAmended(
            subject=subject("reporting", "history", sheet.file.uuid),
            place=sheet.file.place,
            values=changed,
            places=sorted(uuids.values()),
            period=period,
        ),
        by=by,
        at=at,
    )
    return changed
