"""What is sure of a sheet goes into the store, under the source `history:<form>`."""

from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import fields, replace
from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet

from lingnan.base.actors import Actor
from lingnan.base.canonical import sha256
from lingnan.base.clock import legal_day
from lingnan.base.ids import subject
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.observations import queries as observations
from lingnan.kernel.observations import services as values
from lingnan.kernel.observations.terms import (
    CHUNK,
    BatchInfo,
    ElementDefinition,
    NewValue,
    Quality,
)

from ...models import Field, HistorySheet, HistoryValue
from ...queries.gate import need
from ...queries.history import own_sheet
from ...rules.filing import source_of
from ...terms.filings import Mark
from ...terms.histories import (
    Confirmed,
    HistoryConfirmed,
    HistoryState,
    NoHistoryForm,
    NothingToConfirm,
)
from ..households import entered
from .taking import PERMISSION

QUALITIES = {
    Mark.REPORTED: Quality.REPORTED,
    Mark.MISSING: Quality.MISSING,
    Mark.NOT_APPLICABLE: Quality.NOT_APPLICABLE,
}
HISTORY = "history:"


def history_source(form_code: str) -> str:
    return f"{HISTORY}{form_code}"


def confirm_history(sheet_uuid: str, *, by: Actor, at: datetime) -> Confirmed:
    """What is sure is recorded, for its period, as known from now on; the rest stays staged.

    A value another file of the same form contradicts waits as disputed. The store keeps what a
    better source contradicts as a contender. Confirming again goes on with what became sure.
    Large sheets go in by the way of imports, in two steps that may be repeated after a kill.
    NoSuchHistory, NoHistoryForm, NothingToConfirm, Forbidden (a place out of reach).
    """
    day = legal_day(at)
    sheet = own_sheet(sheet_uuid, to=by, on=day)
    if sheet.form is None:
        raise NoHistoryForm(title=sheet.title)
    with transaction.atomic():
        ready = _ready(sheet, by, at)
    need(by, PERMISSION, {row.place for row in ready if row.place}, on=day)
    left = _staged(sheet).count() - len(ready)
    if not ready:
        raise NothingToConfirm(left=left)
    with transaction.atomic() if len(ready) <= CHUNK else nullcontext():
        return _confirm(sheet, ready, left, by, at)


def _confirm(
    sheet: HistorySheet, ready: list[HistoryValue], left: int, by: Actor, at: datetime
) -> Confirmed:
    assert sheet.form is not None
    agreed, disputed = _split(ready)
    _mark(disputed, HistoryState.DISPUTED)
    event = HistoryConfirmed(
        subject=subject("reporting", "history", sheet.file.uuid),
        place=sheet.file.place,
        form=sheet.form.code,
        sha256=sheet.file.sha256,
        values=len(agreed),
        left=left,
        disputed=len(disputed),
    )
    batch = write(sheet, agreed, event, by, at) if agreed else None
    if batch is None:
        evidence.record(event, by=by, at=at)
    with transaction.atomic():
        _mark(agreed, HistoryState.CONFIRMED)
        HistorySheet.objects.filter(pk=sheet.pk).update(
            state=HistoryState.CONFIRMED,
            revision=F("revision") + 1,
            decided_by=by.party,
            decided_at=at,
        )
    return Confirmed(len(agreed), left, len(disputed), batch.contenders if batch else 0)


def write(
    sheet: HistorySheet,
    rows: Sequence[HistoryValue],
    event: HistoryConfirmed | None,
    by: Actor,
    at: datetime,
) -> BatchInfo:
    """The key is made of what is said: the same confirmation after a kill is one batch."""
    assert sheet.form is not None
    source = history_source(sheet.form.code)
    _let_in(source, {row.field_id for row in rows if row.field_id}, by, at)
    said = sorted([r.position, r.place, r.entry, r.period, str(r.value), r.said] for r in rows)
    key = f"{HISTORY}{sheet.uuid}:{sheet.revision}:{sha256(said)[:32]}"
    return values.record_values(
        key, [new_value(row) for row in rows], source=source, by=by, at=at, event=event
    )


def new_value(row: HistoryValue) -> NewValue:
    assert row.field and row.field.element_id and row.place and row.period is not None
    return NewValue(
        place=row.place,
        subject=row.entry,
        element=row.field.element_id,
        period=row.period,
        value=row.value,
        text=row.said,
        quality=QUALITIES[Mark(row.mark)],
    )


def _staged(sheet: HistorySheet) -> QuerySet[HistoryValue]:
    return HistoryValue.objects.filter(sheet=sheet.pk, state=HistoryState.STAGED)


def _ready(sheet: HistorySheet, by: Actor, at: datetime) -> list[HistoryValue]:
    """Staged values with place, period, question and no doubt; households get their lasting id."""
    rows = list(
        _staged(sheet)
        .filter(doubt="", place__isnull=False, period__isnull=False, field__element__isnull=False)
        .select_related("field__element")
        .order_by("position")
    )
    assert sheet.form is not None
    if sheet.form.subject != "household":
        return rows
    rows = [row for row in rows if row.subject]
    by_place: dict[int, list[HistoryValue]] = {}
    for row in rows:
        by_place.setdefault(row.place or 0, []).append(row)
    for place, own in by_place.items():
        need(by, PERMISSION, [place], on=legal_day(at))
        ids = entered(place, sorted({row.subject for row in own}), by=by, at=at)
        for row in own:
            row.entry = ids[row.subject]
    HistoryValue.objects.bulk_update(rows, ["entry"], batch_size=500)
    return rows


def _split(ready: Sequence[HistoryValue]) -> tuple[list[HistoryValue], list[HistoryValue]]:
    """Those no other confirmed cell of the same form contradicts, and those one does."""
    held = HistoryValue.objects.filter(
        state=HistoryState.CONFIRMED,
        field__in={row.field_id for row in ready},
        place__in={row.place for row in ready},
        period__in={row.period for row in ready},
    )
    known = {key_of(row): _said(row) for row in held.order_by("pk")}
    agreed, disputed = list[HistoryValue](), list[HistoryValue]()
    for row in ready:
        before = known.setdefault(key_of(row), _said(row))
        (agreed if before == _said(row) else disputed).append(row)
    once: dict[tuple[int, ...], HistoryValue] = {}
    for row in agreed:
        once.setdefault(key_of(row), row)
    return list(once.values()), disputed


def key_of(row: HistoryValue) -> tuple[int, ...]:
    return (row.field_id or 0, row.place or 0, row.entry, row.period or 0)


def _said(row: HistoryValue) -> tuple[str, ...]:
    return (str(row.value), str(row.said), row.mark)


def _mark(rows: Iterable[HistoryValue], state: HistoryState) -> None:
    changed = []
    for row in rows:
        row.state = state
        changed.append(row)
    HistoryValue.objects.bulk_update(changed, ["state"], batch_size=500)


def _let_in(source: str, field_ids: set[int], by: Actor, at: datetime) -> None:
    """Reports of any form that asks the element stand before history; of two histories the one
    confirmed first stands, and what the other says against it is kept as a contender."""
    pairs = Field.objects.filter(
        element__in=Field.objects.filter(pk__in=field_ids).values("element")
    ).values_list("element__code", "form__code")
    forms: dict[str, set[str]] = {}
    for code, form in pairs:
        forms.setdefault(code, set()).add(source_of(form))
    changed = []
    for code, one in observations.element_map(forms).items():
        reports = [s for s in one.precedence if not s.startswith(HISTORY)]
        histories = [s for s in one.precedence if s.startswith(HISTORY)]
        reports += sorted(forms[code] - set(reports))
        if source not in histories:
            histories.append(source)
        wanted = (*reports, *histories)
        if wanted != tuple(one.precedence):
            plain = {f.name: getattr(one, f.name) for f in fields(ElementDefinition)}
            changed.append(replace(ElementDefinition(**plain), precedence=wanted))
    if changed:
        values.define_elements(changed, by=by, at=at)
