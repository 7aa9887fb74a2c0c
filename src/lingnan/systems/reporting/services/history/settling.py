"""A person decides between what two forms say."""

from datetime import datetime

from django.db import transaction

from lingnan.base.actors import Actor
from lingnan.base.clock import legal_day
from lingnan.base.errors import NotFound
from lingnan.base.ids import subject
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.observations import services as values

from ...models import HistoryValue
from ...queries.gate import need
from ...queries.rivals import contender
from ...terms.histories import HistorySettled, HistoryState
from .confirming import key_of, write
from .taking import PERMISSION


def settle_rival(kind: str, number: int, *, take: bool, by: Actor, at: datetime) -> None:
    """`take`: the value that disagreed is kept instead of the one held. NotFound, Forbidden."""
    if kind == "source":
        found = contender(number, to=by, on=legal_day(at))
        need(by, PERMISSION, [found.place], on=legal_day(at))
        values.resolve_contender(number, take=take, by=by, at=at)
    else:
        _settle_file(number, take, by, at)


@transaction.atomic
def _settle_file(number: int, take: bool, by: Actor, at: datetime) -> None:
    rows = HistoryValue.objects.select_for_update(of=("self",)).select_related(
        "field__element", "sheet__form", "sheet__file"
    )
    row = rows.filter(pk=number, state=HistoryState.DISPUTED).first()
    if row is None or row.field is None or row.field.element is None or row.place is None:
        raise NotFound
    need(by, PERMISSION, [row.place], on=legal_day(at))
    if take:
        beaten = HistoryValue.objects.filter(
            state=HistoryState.CONFIRMED, field=row.field_id, place=row.place, period=row.period
        )
        for one in beaten:
            if key_of(one) == key_of(row):
                one.state = HistoryState.REFUSED
                one.save(update_fields=["state"])
        write(row.sheet, [row], None, by, at)
    row.state = HistoryState.CONFIRMED if take else HistoryState.REFUSED
    row.save(update_fields=["state"])
    evidence.record(
        HistorySettled(
            subject=subject("reporting", "history", row.sheet.file.uuid),
            place=row.place,
            label=row.field.element.label,
            element=row.field.element.code,
            period=row.period or 0,
            taken=take,
        ),
        by=by,
        at=at,
    )
