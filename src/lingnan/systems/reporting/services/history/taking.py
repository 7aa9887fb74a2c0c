"""Keep filled workbooks and what was read from them; nothing counts before somebody confirms."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from lingnan.base.actors import Actor
from lingnan.base.canonical import sha256
from lingnan.base.clock import legal_day
from lingnan.base.errors import Refused
from lingnan.base.ids import subject, uuid7
from lingnan.base.periods import Period
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.places import queries as places
from lingnan.web import files

from ...models import Form, HistoryFile, HistorySheet, HistoryValue
from ...queries.gate import need
from ...queries.gazetteer import known
from ...queries.history import file_infos
from ...rules.filled import Known, likeliest_first, read_filled
from ...terms.filings import FormState
from ...terms.filled import FilledDraft, FilledValue
from ...terms.histories import (
    NO_HOUSEHOLD,
    HistoryFileInfo,
    HistoryState,
    HistoryTakenIn,
    NeedScope,
)
from ...terms.works import AT_ONCE, Track
from ..forms import MEDIA

PERMISSION = "reporting.history"
NO_ANSWERS = "里面没有填好的表。"


def take_in_workbooks(
    workbooks: Iterable[tuple[str, bytes]],
    *,
    place: int | None = None,
    track: Track = AT_ONCE,
    by: Actor,
    at: datetime,
) -> list[HistoryFileInfo]:
    """One row a file, in the order given; a file that cannot be read is kept with the reason.

    `place`: below it names are looked up; left out, that of the hat worn. The same bytes again
    answer what is there. NeedScope, Forbidden.
    """
    day = legal_day(at)
    top = place if place is not None else next((s.place for s in by.scopes if s.place), None)
    if top is None:
        raise NeedScope
    need(by, PERMISSION, [top], on=day)
    taken: list[tuple[int, bool]] = []
    reading: Known | None = None
    for number, (name, data) in enumerate(workbooks):
        digest = sha256(data)
        before = HistoryFile.objects.filter(sha256=digest, place=top).first()
        if before is None:
            reading = reading or known(top, on=day)
            taken.append((_take(name, data, top, reading, by, at), False))
        else:
            if str(number) not in track.before.keys:
                _again(before.pk)
            taken.append((before.pk, True))
        if str(number) not in track.before.keys:
            track.keep([number], 1, files=1)
    return file_infos(taken)


@transaction.atomic
def _again(file: int) -> None:
    """What was withdrawn may be confirmed anew; everything else stays as it is."""
    sheets = HistorySheet.objects.filter(file=file, state=HistoryState.WITHDRAWN)
    values = HistoryValue.objects.filter(sheet__in=sheets, state=HistoryState.WITHDRAWN)
    values.update(state=HistoryState.STAGED)
    sheets.update(state=HistoryState.STAGED)


def _take(name: str, data: bytes, top: int, reading: Known, by: Actor, at: datetime) -> int:
    """Read first, outside the transaction: a large file must not hold the lock."""
    why, drafts = "", list[FilledDraft]()
    try:
        drafts = likeliest_first(read_filled(data, name, reading), reading.places)
        why = "" if drafts else NO_ANSWERS
    except Refused as no:
        why = no.words()
    media = MEDIA.get(name.rpartition(".")[2].lower(), "application/octet-stream")
    label = "internal" if all(d.subject in {"place", "village"} for d in drafts) else "personal"
    kept = files.keep_file(data, name, media, place=top, label=label, by=by, at=at)
    with transaction.atomic():
        return _write(kept, top, why, drafts, by, at)


def _write(
    kept: files.FileInfo,
    top: int,
    why: str,
    drafts: Sequence[FilledDraft],
    by: Actor,
    at: datetime,
) -> int:
    now_ms = int(at.timestamp() * 1000)
    file = HistoryFile.objects.create(
        uuid=uuid7(now_ms),
        sha256=kept.sha256,
        place=top,
        name=kept.name,
        why=why,
        taken_by=by.party,
        taken_at=at,
    )
    forms = {f.code: f for f in Form.objects.filter(state=FormState.CURRENT)}
    codes = {v.place.sure.code for d in drafts for v in d.values if v.place.sure}
    ids = places.by_codes(sorted(codes), on=legal_day(at))
    for number, draft in enumerate(drafts, start=1):
        _sheet(file, number, draft, forms.get(draft.form), ids, now_ms)
    evidence.record(
        HistoryTakenIn(
            subject=subject("reporting", "history", file.uuid),
            place=top,
            sha256=kept.sha256,
            sheets=len(drafts),
            values=sum(1 for d in drafts for v in d.values if v.content.text),
            doubts=sum(1 for d in drafts for v in d.values if v.content.text and v.doubt),
        ),
        by=by,
        at=at,
    )
    return file.pk


def _sheet(
    file: HistoryFile,
    number: int,
    draft: FilledDraft,
    form: Form | None,
    ids: dict[str, int],
    now_ms: int,
) -> None:
    row = HistorySheet.objects.create(
        uuid=uuid7(now_ms),
        file=file,
        position=number,
        sheet=draft.sheet[:100],
        title=draft.title[:300],
        form=form,
        subject=draft.subject,
        period_why=draft.period.why,
        doubts=[[one.cell, one.text, one.why] for one in draft.doubts],
    )
    fields = {f.code: f.pk for f in form.fields.all()} if form else {}
    is_household = form is not None and form.subject == "household"
    HistoryValue.objects.bulk_create(
        [
            _value(row, position, one, fields.get(one.code), ids, is_household)
            for position, one in enumerate(draft.values, start=1)
            if one.content.text  # a cell left blank says nothing of the past
        ],
        batch_size=1_000,
    )


def _value(
    sheet: HistorySheet,
    position: int,
    one: FilledValue,
    field: int | None,
    ids: dict[str, int],
    is_household: bool,
) -> HistoryValue:
    content, sure = one.content, one.place.sure
    # A registered question 上年户数 is asked in the form's period, like when it is filled here.
    period = one.asked_in if field else one.period
    return HistoryValue(
        sheet=sheet,
        position=position,
        cell=one.cell,
        field_id=field,
        code=one.code,
        label=one.label,
        place=ids.get(sure.code) if sure else None,
        place_text=one.place.text[:200],
        place_why=one.place.why,
        spots=[spot.code for spot in one.place.spots],
        subject=one.subject[:64],
        period=Period.parse(period).code if period else None,
        text=content.text,
        value=content.value,
        said=content.said,
        mark=content.mark,
        doubt=_doubt(one) or (NO_HOUSEHOLD if is_household and not one.subject else ""),
    )


def _doubt(one: FilledValue) -> str:
    """Only what no word about place or period would mend: those are kept beside, and asked."""
    if one.content.fault:
        return one.content.fault
    return one.doubt if one.place.sure is not None and one.period else ""
