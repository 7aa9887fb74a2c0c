"""Where two forms disagree: both values side by side, each with its source and its day."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from lingnan.base.actors import Actor, system_actor
from lingnan.base.canonical import decimal_text
from lingnan.base.errors import NotFound
from lingnan.base.words import say
from lingnan.kernel.observations import queries as observations
from lingnan.kernel.observations.queries import upkeep
from lingnan.kernel.observations.queries.upkeep import ContenderInfo
from lingnan.kernel.observations.terms import Quality

from ..models import HistoryValue
from ..rules.masking import masked, personal_of
from ..terms.histories import HistoryState, Rival
from ..terms.masking import Masking, Seen
from .gate import need
from .history import PERMISSION
from .masking import masking_on

PAGE = 100
NO_VALUES = {Quality.MISSING: "缺", Quality.NOT_APPLICABLE: "不适用"}


def rivals(*, to: Actor, on: date, after: int = 0, in_full: Seen | None = None) -> list[Rival]:
    """Undecided ones within reach: first between files of one form, then between sources. Persons are
    masked; in full, and counted, with `in_full`."""
    need(to, PERMISSION, on=on)
    found = [*_between_files(to, on), *_between_sources(to, on, after)]
    rule = masking_on(on)
    return [_veiled(one, rule, in_full) for one in found]


def _veiled(one: Rival, rule: Masking, in_full: Seen | None) -> Rival:
    kind = personal_of(one.label.rpartition(" · ")[2], rule, of_person=one.is_personal)
    if kind is None:
        return replace(one, is_personal=False)
    if in_full is not None:
        in_full.persons += 1
        return replace(one, is_personal=True)
    held, said = masked(kind, one.held), masked(kind, one.said)
    return replace(one, held=held, said=said, is_personal=True)


def contender(number: int, *, to: Actor, on: date) -> ContenderInfo:
    """NotFound when it is decided, out of reach or secret to the reader."""
    need(to, PERMISSION, on=on)
    rows = upkeep.contenders(to=to, on=on, after=number - 1, limit=1)
    if not rows or rows[0].id != number:
        raise NotFound
    return rows[0]


def contenders_of(source: str, keys: set[tuple[int, int, int, int]]) -> list[int]:
    """Ids of undecided contenders of a source on (place, subject, element id, period)."""
    found, after = [], 0
    to = system_actor()
    ids: dict[str, int] = {}
    while rows := upkeep.contenders(to=to, on=date.max, after=after, limit=PAGE):
        after = rows[-1].id
        codes = {row.element for row in rows if row.source == source} - set(ids)
        ids |= {code: one.id for code, one in observations.element_map(codes).items()}
        for row in rows:
            key = (row.place, row.subject, ids.get(row.element, 0), row.period)
            if row.source == source and key in keys:
                found.append(row.id)
    return found


def _between_sources(to: Actor, on: date, after: int) -> list[Rival]:
    rows = upkeep.contenders(to=to, on=on, after=after, limit=PAGE)
    infos = observations.element_map({row.element for row in rows})
    found = []
    for row in rows:
        info = infos[row.element]
        held = observations.current(
            row.place,
            elements=[info.id],
            periods=[row.period],
            subject=row.subject,
            to=to,
            on=on,
        ).get((info.id, row.period))
        found.append(
            Rival(
                kind="source",
                id=row.id,
                element=row.element,
                label=say(info.titles, to.lang),
                place=row.place,
                period=row.period,
                held=_shown(held.value, held.text, held.quality) if held else "",
                held_source=held.source if held else "",
                held_at=held.recorded_at if held else None,
                said=_shown(row.value, row.text, row.quality),
                said_source=row.source,
                said_at=row.recorded_at,
                is_personal=bool(row.subject),
            )
        )
    return found


def _between_files(to: Actor, on: date) -> list[Rival]:
    rows = HistoryValue.objects.filter(state=HistoryState.DISPUTED).select_related(
        "field__element", "sheet__file"
    )
    held = _held(rows)
    found = []
    for row in rows.order_by("pk")[: PAGE * 5]:
        element = row.field.element if row.field else None
        if element is None or row.place is None or not to.reaches(row.place, on):
            continue
        before = held.get(_key(row))
        if element.label not in to.labels or before is None:
            continue
        found.append(
            Rival(
                kind="file",
                id=row.pk,
                element=element.code,
                label=row.label,
                place=row.place,
                period=row.period or 0,
                held=before.text,
                held_source=_where(before),
                held_at=before.sheet.decided_at,
                said=row.text,
                said_source=_where(row),
                said_at=row.sheet.file.taken_at,
                is_personal=bool(row.entry),
            )
        )
    return found[:PAGE]


def _held(rows: Iterable[HistoryValue]) -> dict[tuple[Any, ...], HistoryValue]:
    wanted = list(rows)
    confirmed = HistoryValue.objects.filter(
        state=HistoryState.CONFIRMED,
        field__in={row.field_id for row in wanted},
        place__in={row.place for row in wanted},
    ).select_related("sheet__file")
    return {_key(row): row for row in confirmed.order_by("pk")}


def _key(row: HistoryValue) -> tuple[Any, ...]:
    return (row.field_id, row.place, row.entry, row.period)


def _where(row: HistoryValue) -> str:
    return f"{row.sheet.file.name} {row.sheet.sheet}!{row.cell}"


def _shown(value: Decimal | None, text: str | None, quality: Quality) -> str:
    if value is not None:
        return decimal_text(value)
    return text if text is not None else NO_VALUES.get(quality, "")
