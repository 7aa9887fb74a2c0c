"""Take back what a sheet put into the store; what others say of the same stays."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.db.models import F

from lingnan.base.actors import Actor
from lingnan.base.clock import legal_day
from lingnan.base.ids import subject
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.observations import services as values
from lingnan.kernel.observations.terms import Quality

from ...models import HistorySheet, HistoryValue
from ...queries.gate import need
from ...queries.history import own_sheet
from ...queries.rivals import contenders_of
from ...terms.histories import HistoryState, HistoryWithdrawn
from .confirming import HISTORY, history_source, key_of, new_value
from .taking import PERMISSION


@transaction.atomic
def withdraw_history(sheet_uuid: str, *, by: Actor, at: datetime) -> int:
    """Values it alone vouched for become missing again; its open contenders are dropped. How many
    values. A sheet not yet confirmed is only put aside."""
    day = legal_day(at)
    sheet = own_sheet(sheet_uuid, to=by, on=day)
    rows = list(
        HistoryValue.objects.filter(sheet=sheet.pk, state=HistoryState.CONFIRMED).select_related(
            "field__element"
        )
    )
    need(by, PERMISSION, {row.place for row in rows if row.place}, on=day)
    event = HistoryWithdrawn(
        subject=subject("reporting", "history", sheet.file.uuid),
        place=sheet.file.place,
        form=sheet.form.code if sheet.form else "",
        sha256=sheet.file.sha256,
        values=len(rows),
    )
    _take_back(sheet, _alone(sheet, rows), event, by, at)
    HistoryValue.objects.filter(sheet=sheet.pk).update(state=HistoryState.WITHDRAWN)
    HistorySheet.objects.filter(pk=sheet.pk).update(
        state=HistoryState.WITHDRAWN,
        revision=F("revision") + 1,
        decided_by=by.party,
        decided_at=at,
    )
    return len(rows)


def _alone(sheet: HistorySheet, rows: Sequence[HistoryValue]) -> list[HistoryValue]:
    others = HistoryValue.objects.filter(
        state=HistoryState.CONFIRMED,
        field__in={row.field_id for row in rows},
        place__in={row.place for row in rows},
    ).exclude(sheet=sheet.pk)
    kept = {key_of(one) for one in others}
    return [row for row in rows if key_of(row) not in kept]


def _take_back(
    sheet: HistorySheet,
    rows: Sequence[HistoryValue],
    event: HistoryWithdrawn,
    by: Actor,
    at: datetime,
) -> None:
    if not rows or sheet.form is None:
        evidence.record(event, by=by, at=at)
        return
    source = history_source(sheet.form.code)
    gone = [replace(new_value(row), value=None, text=None, quality=Quality.MISSING) for row in rows]
    key = f"{HISTORY}withdrawn:{sheet.uuid}:{sheet.revision}"
    values.record_values(key, gone, source=source, by=by, at=at, event=event)
    for one in contenders_of(source, {(g.place, g.subject, g.element, g.period) for g in gone}):
        values.resolve_contender(one, take=False, by=by, at=at)
