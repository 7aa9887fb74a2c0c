"""A filled workbook → drafts: every value with its cell, place and period, or the doubt about it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from openpyxl.utils import coordinate_to_tuple

from ...terms.filled import (
    Doubt,
    FilledDraft,
    FilledValue,
    FilledWords,
    PeriodGuess,
    PlaceGuess,
    Spot,
)
from ...terms.forms import FieldDraft, FieldType, FormDraft, Role
from ..blanks import written_in
from ..grid import blank_name, cell_name
from ..labels import plain, squeeze
from .aligning import best_known, best_located, recoded
from .blanking import read_blanked
from .cells import Sheet, open_sheets
from .contents import content_of
from .gazetteer import Gazetteer
from .naming import (
    Hint,
    hint_of_sheet,
    hints_of_file,
    hints_of_heads,
    hints_of_row,
    hints_of_title,
    weighed,
)
from .rows import AnswerRow, answer_rows, row_fields
from .timing import period_of, period_of_column, told_time

NO_RESULT = "公式没有保存计算结果，请在电子表格中打开并保存一次。"
TOTAL = "“{word}”行是合计，不作为某一个村的数据。"
NOT_IN_FORM = "登记的报表里没有“{label}”这一项。"
WHOLE_VILLAGE = "这张表填的是村，但只认出“{name}”。"
TWICE = "“{place}”在这张表里出现了两次，数值不同。"
WORDY = frozenset({FieldType.PLACE, FieldType.TEXT, FieldType.NAME})
COUNTERS = frozenset({"序号", "行次", "行号"})
HOLDERS = frozenset({"household", "person"})


@dataclass(frozen=True, slots=True)
class Known:
    """What a reading may rely on: names of places, words, registered forms, a scope by hand."""

    places: Gazetteer
    words: FilledWords
    forms: tuple[FormDraft, ...] = ()
    kinds: tuple[int | None, ...] = ()
    """Kind of period of each of `forms`."""
    scope: Spot | None = None


@dataclass(frozen=True, slots=True)
class _Table:
    """One table about to be read: `codes` of this file's fields in the form it is taken for."""

    form: FormDraft
    sheet: Sheet
    file: str
    hints: tuple[Hint, ...]
    place: PlaceGuess
    period: PeriodGuess
    known: Known


def read_filled(data: bytes, name: str, known: Known) -> list[FilledDraft]:
    """One draft a table that holds answers; blank forms give none. UnreadableWorkbook."""
    opened = open_sheets(data, name)
    sheets = {sheet.grid.sheet: sheet for sheet in opened}
    stem = name.replace("\\", "/").rpartition("/")[2]
    drafts = []
    for read in read_blanked(data, name, opened, known.words):
        sheet = sheets.get(read.sheet)
        if sheet is None:
            continue
        form, strangers, kind = _as_known(read, sheet, known)
        if not form.fields:
            continue
        table = _table(form, sheet, stem, known, kind)
        draft = _draft(table, strangers)
        if any(value.content.text for value in draft.values):
            drafts.append(draft)
    return drafts


def _as_known(
    read: FormDraft, sheet: Sheet, known: Known
) -> tuple[FormDraft, tuple[FieldDraft, ...], int | None]:
    """The table as the registered form it is a copy of, with this file's cells; else as read.
    And the fields that the registered form does not have."""
    number, found = best_located(known.forms, sheet.grid, read)
    if found is not None:
        cells = {(f.row, f.col) for f in found.fields}
        strangers = tuple(f for f in read.fields if (f.row, f.col) not in cells)
        found = replace(found, title=read.title, subtitle=read.subtitle)
        return _dated(found, known.words), strangers, _kind(known, number)
    best, _ = best_known(read, known.forms)
    if best is None:
        return _dated(read, known.words), (), None
    pairs = recoded(best, read)
    fields = tuple(replace(f, code=code, label=best.field(code).label) for code, f in pairs.items())
    taken = {id(f) for f in pairs.values()}
    strangers = tuple(f for f in read.fields if id(f) not in taken)
    form = replace(read, form=best.form, subject=best.subject, fields=fields)
    return form, strangers, _kind(known, known.forms.index(best))


def _kind(known: Known, number: int) -> int | None:
    return known.kinds[number] if known.kinds else None


def _dated(form: FormDraft, words: FilledWords) -> FormDraft:
    """`起保年月` asks a day, whatever its answers look like."""
    fields = tuple(
        replace(f, type=FieldType.DATE)
        if not (f.unit or f.options) and f.label.endswith(words.day_heads)
        else f
        for f in form.fields
    )
    return replace(form, fields=fields)


def _table(form: FormDraft, sheet: Sheet, file: str, known: Known, kind: int | None) -> _Table:
    taken = {coordinate_to_tuple(f.label_cell) for f in form.fields if f.label_cell}
    taken |= {(f.row, f.col) for f in row_fields(form, known.words)[1]}
    top = min((row for row, _ in taken), default=1)
    above = [text for (row, _), text in sorted(sheet.grid.texts.items()) if row < top]
    titles = list(
        dict.fromkeys(t for t in (form.title, form.subtitle) if t and t != sheet.grid.sheet)
    )
    lines = [text for text in above if squeeze(text) not in titles]
    hints = _hints(form, sheet, file, known, taken, titles)
    period = period_of(titles, lines, sheet.grid.sheet, file, kind=kind)
    return _Table(form, sheet, file, hints, weighed(hints, known.places), period, known)


def _hints(
    form: FormDraft,
    sheet: Sheet,
    file: str,
    known: Known,
    taken: set[tuple[int, int]],
    titles: Sequence[str],
) -> tuple[Hint, ...]:
    """Broad ones first: what they agree on is the scope in which the finer names are looked up."""
    places, found = known.places, list[Hint]()
    if known.scope is not None:
        found.append(Hint(known.scope.name, "指定的范围", (known.scope,)))
    found += hints_of_file(file, places, known.scope)
    found += hints_of_title(titles, places, known.scope)
    scope = _common(found, places)
    below = _under_heads(form, known.words)
    outside = taken if below is None else taken | {
        at for at in sheet.grid.texts if at[0] >= below
    }  # fmt: skip
    found += hints_of_heads(sheet.grid, outside, known.words, places, scope)
    found += hint_of_sheet(sheet.grid.sheet, places, _common(found, places))
    return tuple(found)


def _under_heads(form: FormDraft, words: FilledWords) -> int | None:
    """First row of answers of a table; a list of items has its own cells."""
    rows, _ = row_fields(form, words)
    return min((f.row for f in rows), default=None)


def _common(hints: Sequence[Hint], places: Gazetteer) -> Spot | None:
    known = [hint for hint in hints if hint.spots]
    return weighed(known, places).sure if known else None


def _draft(table: _Table, strangers: Sequence[FieldDraft]) -> FilledDraft:
    form = table.form
    values: list[FilledValue] = []
    doubts = [
        Doubt(f.cell, f.label, NOT_IN_FORM.format(label=f.label), form.sheet)
        for f in strangers
        if table.sheet.raw((f.row, f.col)) is not None
    ]
    rows, own = row_fields(form, table.known.words)
    if own:
        place = _whole_place(table) if not rows else table.place
        asked = [f for f in own if f.role is Role.ASKED]
        values += _values(table, asked, place, _own_subject(table), None, doubts)
    for right in (0, *form.again):
        here = _beside(table, right)
        columns, _ = row_fields(here.form, table.known.words)
        for row in answer_rows(table.sheet.grid, columns, own, table.known.words):
            values += _row(here, columns, row, doubts)
    values = _told_once(values)
    return FilledDraft(
        form=form.form,
        file=table.file,
        title=form.title,
        sheet=form.sheet,
        place=table.place,
        period=table.period,
        subject=form.subject,
        fields=form.fields,
        values=tuple(values),
        doubts=tuple(doubts),
    )


def _beside(table: _Table, right: int) -> _Table:
    """The same list, so many columns to the right."""
    if not right:
        return table
    fields = tuple(replace(f, col=f.col + right) for f in table.form.fields)
    return replace(table, form=replace(table.form, fields=fields))


def _whole_place(table: _Table) -> PlaceGuess:
    """A village's own sheet must name the village, not only its town."""
    sure = table.place.sure
    if sure is not None and table.form.subject == "village" and sure.level < 5:
        return replace(table.place, spots=(), why=WHOLE_VILLAGE.format(name=sure.name))
    return table.place


def _row(
    table: _Table, columns: Sequence[FieldDraft], row: AnswerRow, doubts: list[Doubt]
) -> list[FilledValue]:
    grid = table.sheet.grid
    if row.total:
        at = grid.row_cells(row.number)[0][0]
        why = TOTAL.format(word=row.total)
        doubts.append(Doubt(cell_name(row.number, at), row.total, why, grid.sheet))
        return []
    named = _place_columns(columns, table.known.words)
    said = [(f.label, squeeze(grid.seen(row.number, f.col))) for f in named]
    said = [(head, text) for head, text in said if text]
    place = _row_place(table, said)
    fields = [f for f in columns if f not in named and plain(f.label) not in COUNTERS]
    return _values(table, fields, place, _subject(table, row.number), row.number, doubts)


def _row_place(table: _Table, said: Sequence[tuple[str, str]]) -> PlaceGuess:
    """A row that names a place is of that place, looked up below the sheet's own."""
    if not said:
        return _whole_place(table)
    places = table.known.places
    above = [hint for hint in table.hints if hint.spots]
    broad = _common(above, places)
    own = hints_of_row(said, places, broad)
    if not any(hint.spots for hint in own) and len(said) > 1:
        own = hints_of_row([(said[-1][0], "".join(text for _, text in said))], places, broad)
    return weighed([*above, *own], places)


def _place_columns(columns: Sequence[FieldDraft], words: FilledWords) -> list[FieldDraft]:
    """Leading columns that say whose row it is."""
    return [one for one in columns if _names_row(one, words)]


def _names_row(one: FieldDraft, words: FilledWords) -> bool:
    """An address is of a person; only a head that names places as such says whose row it is."""
    if plain(re.sub(r"[（(].*?[）)]", "", one.label)) not in words.place_heads:
        return False
    return one.role is not Role.ASKED or one.type in WORDY


def _subject(table: _Table, row: int) -> str:
    """The number of the household or person, as the row writes it."""
    if table.form.subject not in HOLDERS:
        return ""
    heads = {plain(f.label): f for f in table.form.fields}
    for key in table.known.words.subject_keys:
        if (field := heads.get(plain(key))) is not None:
            return squeeze(table.sheet.grid.seen(row, field.col))
    return ""


def _own_subject(table: _Table) -> str:
    """`户编号：12` somewhere on a sheet that is of one household."""
    if table.form.subject not in HOLDERS:
        return ""
    for text in table.sheet.grid.texts.values():
        head, _, said = text.replace("：", ":").partition(":")
        if said.strip() and plain(head) in {plain(key) for key in table.known.words.subject_keys}:
            return squeeze(said)
    return ""


def _values(
    table: _Table,
    fields: Sequence[FieldDraft],
    place: PlaceGuess,
    subject: str,
    row: int | None,
    doubts: list[Doubt],
) -> list[FilledValue]:
    grid, found = table.sheet.grid, []
    for field in fields:
        at = (row or field.row, field.col)
        cell = blank_name(*at, field.blank)
        if at in table.sheet.formulas:
            doubts.append(Doubt(cell, "", NO_RESULT, grid.sheet))
            continue
        text = grid.text(*at) if row else grid.seen(*at)
        raw = table.sheet.raw(at)
        if field.within:
            raw = text = (written_in(field.within, text) or {}).get(field.blank, text)
        content = content_of(field, raw, table.sheet.format(at), text, table.known.words)
        period = period_of_column(told_time(field.period, field.label), table.period)
        value = FilledValue(
            cell, grid.sheet, field.code, field.label, place, period.period, content, subject,
            asked_in=table.period.period,
        )  # fmt: skip
        found.append(replace(value, doubt=_doubt(period, value)))
    return found


def _doubt(period: PeriodGuess, value: FilledValue) -> str:
    if value.content.fault:
        return value.content.fault
    if value.place.sure is None:
        return value.place.why
    if not value.period:
        return period.why
    return ""


def _told_once(values: list[FilledValue]) -> list[FilledValue]:
    """The same question of the same place twice in one table, answered differently: neither is
    taken. Rows of households and persons without a number wait too."""
    said: dict[tuple[str, str, str], set[str]] = {}
    for one in values:
        if one.is_sure:
            said.setdefault(_key(one), set()).add(one.content.text)
    return [
        replace(one, doubt=TWICE.format(place=one.place.text))
        if one.is_sure and len(said[_key(one)]) > 1
        else one
        for one in values
    ]


def _key(one: FilledValue) -> tuple[str, str, str]:
    spot = one.place.sure
    return (spot.code if spot else "", one.subject or "", one.code)
