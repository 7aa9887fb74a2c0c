"""What was taken in from filled forms: files, tables, values, and what of them is doubtful."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.db.models import Count, Q

from lingnan.base.actors import Actor
from lingnan.kernel.places import queries as places

from ..models import HistoryFile, HistorySheet, HistoryValue
from ..rules.masking import masked, personal_of
from ..terms.histories import (
    NO_HOUSEHOLD,
    HistoryFileInfo,
    HistorySheetInfo,
    HistoryState,
    HistoryValueInfo,
    NoSuchHistory,
)
from ..terms.masking import Masking, Seen
from .gate import need
from .masking import masking_on

PERMISSION = "reporting.history"
OPEN = Q(state=HistoryState.STAGED) & (
    ~Q(doubt="") | Q(place=None) | Q(period=None) | Q(field=None)
)
PAGE = 200


def history_files(
    *, to: Actor, on: date, before: int | None = None, limit: int = 50
) -> list[HistoryFileInfo]:
    """Newest first, within reach. Four queries for any number; `before`: keyset."""
    need(to, PERMISSION, on=on)
    rows = HistoryFile.objects.filter(_within(to, on)).order_by("-pk")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return file_infos([(row.pk, False) for row in rows[:limit]], to=to)


def history_file(uuid: str, *, to: Actor, on: date) -> HistoryFileInfo:
    """NoSuchHistory."""
    need(to, PERMISSION, on=on)
    row = HistoryFile.objects.filter(_within(to, on), uuid=uuid).first()
    if row is None:
        raise NoSuchHistory
    return file_infos([(row.pk, False)], to=to)[0]


def history_values(
    sheet_uuid: str,
    *,
    to: Actor,
    on: date,
    only_open: bool = False,
    after: int = 0,
    in_full: Seen | None = None,
) -> list[HistoryValueInfo]:
    """Of one table in its order, at most `PAGE`; `after`: the last id seen. NoSuchHistory; of
    households and persons only for who may read personal answers, masked like every other output;
    in full, and counted, with `in_full`."""
    sheet = own_sheet(sheet_uuid, to=to, on=on)
    if _is_personal(sheet) and "personal" not in to.labels:
        return []
    rows = HistoryValue.objects.filter(sheet=sheet.pk, pk__gt=after).order_by("pk")
    rows = rows.filter(OPEN) if only_open else rows
    found = [_value(row, sheet.sheet) for row in rows[:PAGE]]
    return [_veiled(one, _is_personal(sheet), masking_on(on), in_full) for one in found]


def own_sheet(uuid: str, *, to: Actor, on: date) -> HistorySheet:
    """For use cases: the row itself. NoSuchHistory."""
    need(to, PERMISSION, on=on)
    rows = HistorySheet.objects.select_related("file", "form")
    row = rows.filter(_within(to, on, "file__"), uuid=uuid).first()
    if row is None:
        raise NoSuchHistory
    return row


def spots_of(codes: Iterable[str], *, on: date) -> dict[str, tuple[int, str]]:
    """Candidates by code → (place id, name with those above it), for a person to choose from."""
    ids = places.by_codes(sorted(set(codes)), on=on)
    above = {one: places.ancestors(one, on=on) for one in set(ids.values())}
    named = places.names(sorted(set(ids.values())), on=on)
    return {
        code: (one, "".join(p.name for p in above[one] if p.level > 1) + named[one])
        for code, one in ids.items()
    }


def file_infos(
    rows: Sequence[tuple[int, bool]], *, to: Actor | None = None
) -> list[HistoryFileInfo]:
    """(id, whether it was there already) in that order; what they hold by table. `to` None: for
    who has just taken them in."""
    found = HistoryFile.objects.in_bulk([pk for pk, _ in rows])
    sheets: dict[int, list[HistorySheetInfo]] = {}
    for file, info in _sheets([pk for pk, _ in rows], to):
        sheets.setdefault(file, []).append(info)
    return [
        HistoryFileInfo(
            uuid=str(found[pk].uuid),
            sha256=found[pk].sha256,
            name=found[pk].name,
            place=found[pk].place,
            why=found[pk].why,
            taken_at=found[pk].taken_at,
            sheets=tuple(sheets.get(pk, ())),
            repeated=repeated,
        )
        for pk, repeated in rows
    ]


def _sheets(files: Sequence[int], to: Actor | None) -> Iterable[tuple[int, HistorySheetInfo]]:
    rows = list(
        HistorySheet.objects.filter(file__in=files)
        .select_related("form")
        .order_by("file_id", "position")
    )
    values = HistoryValue.objects.filter(sheet__in=[row.pk for row in rows])
    counts = _tally(values.values_list("sheet", "state").annotate(n=Count("id")))
    opened = dict(values.filter(OPEN).values_list("sheet").annotate(n=Count("id")).order_by())
    staged = values.filter(state=HistoryState.STAGED)
    periodless = dict(
        staged.filter(period=None).values_list("sheet").annotate(n=Count("id")).order_by()
    )
    households = staged.filter(doubt=NO_HOUSEHOLD)
    unnamed = dict(households.values_list("sheet").annotate(n=Count("id")).order_by())
    periods = _tally(values.values_list("sheet", "period").annotate(n=Count("id")))
    names = _tally(
        staged.filter(place=None).values_list("sheet", "place_text").annotate(n=Count("id"))
    )
    for row in rows:
        hides = to is not None and _is_personal(row) and "personal" not in to.labels
        yield (
            row.file_id,
            HistorySheetInfo(
                uuid=str(row.uuid),
                sheet=row.sheet,
                title=row.title,
                form=row.form.code if row.form else "",
                state=HistoryState(row.state),
                periods=tuple(sorted(p for p in periods.get(row.pk, {}) if p is not None)),
                period_why=row.period_why,
                counts=counts.get(row.pk, {}),
                open=opened.get(row.pk, 0),
                unknown_period=periodless.get(row.pk, 0),
                unnamed=unnamed.get(row.pk, 0),
                names=names.get(row.pk, {}),
                doubts=() if hides else tuple(_doubts(row, to)),
            ),
        )


def _veiled(
    one: HistoryValueInfo, of_person: bool, rule: Masking, in_full: Seen | None
) -> HistoryValueInfo:
    """What is doubted may quote the cell, so it is told without."""
    kind = personal_of(one.label, rule, of_person=of_person)
    if kind is None or not one.text:
        return one
    if in_full is not None:
        in_full.persons += 1
        return one
    text, said = masked(kind, one.text), masked(kind, one.said or "")
    return replace(
        one, text=text, said=said or None, value=None, doubt=one.doubt.replace(one.text, text)
    )


def _tally(rows: Iterable[tuple[int, Any, int]]) -> dict[int, dict[Any, int]]:
    found: dict[int, dict[Any, int]] = {}
    for sheet, what, count in rows:
        found.setdefault(sheet, {})[what] = count
    return found


def _doubts(row: HistorySheet, to: Actor | None) -> Iterable[tuple[str, str, str]]:
    """Which question a cell of no value answers is not known: in a list of persons it may be a name."""
    veil = to is not None and _is_personal(row)
    for cell, text, why in row.doubts:
        hidden = "*" * len(text)
        yield (
            (cell, hidden, why.replace(text, hidden) if text else why)
            if veil
            else (cell, text, why)
        )


def _is_personal(sheet: HistorySheet) -> bool:
    return sheet.subject not in {"place", "village", "row"}


def _within(to: Actor, on: date, prefix: str = "") -> Q:
    within = Q(pk__in=[])
    for low, high in to.ranges_on(on):
        within |= Q(**{f"{prefix}place__range": (low, high)})
    return within


def _value(row: HistoryValue, sheet: str) -> HistoryValueInfo:
    return HistoryValueInfo(
        id=row.pk,
        sheet=sheet,
        cell=row.cell,
        code=row.code,
        label=row.label,
        place=row.place,
        place_text=row.place_text,
        spots=tuple(row.spots),
        subject=row.subject,
        period=row.period,
        text=row.text,
        value=row.value,
        said=row.said,
        mark=row.mark,
        doubt=row.doubt or row.place_why if row.place is None else row.doubt,
        state=HistoryState(row.state),
    )
