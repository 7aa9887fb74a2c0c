"""An upload whose faults come back in its own file: one place, many by sheets, many by rows."""

import csv
import io
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import repeat
from typing import Any
from xml.parsers.expat import ExpatError

from django.db import transaction
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from lingnan.base.actors import Actor
from lingnan.base.clock import legal_day
from lingnan.base.memory import collector_paused
from lingnan.kernel.places import queries as places

from ..content import reading_words
from ..queries.forms import form_by_id
from ..rules import workbook as book
from ..rules.labels import squeeze
from ..rules.opening.limits import Refusal
from ..rules.opening.rows import Line, open_lines
from ..terms.checking import Severity
from ..terms.filings import FormInfo, Obstacle, Returned, Uploaded
from ..terms.forms import Layout
from ..terms.refusals import WrongFile
from ..terms.works import AT_ONCE, Track, Unit
from .sheets import left_told, said_in, upload_sheet
from .uploads import (
    HOUSEHOLD,
    NO_COLUMN,
    NO_PLACE,
    PLACE,
    UNREADABLE,
    opened_within_limits,
    reached_by_name,
    upload_answers,
    upload_csv,
    upload_rows,
)

PROBLEM = "问题"
BIG = 64 * 1024 * 1024
UNPACKED = 4 * BIG
Problems = Sequence[tuple[str, str]]


def upload_file(  # noqa: PLR0913 - the file, where it belongs, and what it is called
    form_id: int,
    data: bytes,
    name: str,
    period: int,
    *,
    place: int | None = None,
    household: str = "",
    track: Track = AT_ONCE,
    by: Actor,
    at: datetime,
) -> Returned:
    """By what the file is: .csv or a sheet of rows (many places, households), the form's own workbook
    (one place), or that workbook with one sheet a village, named by it or by its code."""
    if len(data) > BIG:
        raise WrongFile(why="文件超过 64 MiB。")
    form = form_by_id(form_id)
    if name.lower().endswith(".csv"):
        done = upload_csv(form_id, data, period, track=track, by=by, at=at)
        return Returned(done, at, name, _csv_back(data, (*done.problems, *left_told(done.left))))
    found = _rows_of_sheet(form, data) if data.startswith(b"PK") else None
    if found:
        sheet, heads, unread, rows = found
        done = upload_rows(form_id, rows, period, track=track, by=by, at=at)
        del found, rows  # a hundred thousand rows need not stay while the file is marked
        remarks = [_of_row(sheet, heads, where, words) for where, words in done.problems]
        remarks += [
            replace(_of_row(sheet, heads, one.where, one.words), fix=one.fix) for one in done.left
        ]
        remarks += [book.Remark(sheet, cell, words) for cell, words in unread]
        told = [(f"{sheet}!{cell}", words) for cell, words in unread]
        done = replace(done, problems=(*done.problems, *told))
    elif form.layout is Layout.ITEMS and place is None:
        done = _by_sheets(form, data, period, track, by, at)
        remarks = _remarks(form, done)
    else:
        done = upload_answers(
            form_id, data, period, place=place, household=household, track=track, by=by, at=at
        )
        remarks = _remarks(form, done)
    return Returned(done, at, *_back(data, name, remarks))


def _back(data: bytes, name: str, remarks: Sequence[book.Remark]) -> tuple[str, bytes]:
    if not remarks:
        return name, b""
    if not data.startswith(b"PK"):  # Excel 97
        out = io.BytesIO()
        book.opened(data).save(out)
        data = out.getvalue()
    name = f"{name.rpartition('.')[0] or name}.xlsx"  # what is given back is one, whatever it was called
    try:
        return name, book.remarked(data, remarks)
    except book.NotPatchable:
        out = io.BytesIO()
        book.opened(data).save(out)
        return name, book.remarked(out.getvalue(), remarks)


def _by_sheets(
    form: FormInfo, data: bytes, period: int, track: Track, by: Actor, at: datetime
) -> Uploaded:
    """One sheet a village. Sheets that are none of ours are told, the others kept."""
    filled = opened_within_limits(data)
    known = _villages(filled.sheetnames, by, legal_day(at))
    if not known:
        raise WrongFile(why="请指明是哪个村的报表，或者每个村一张工作表，以村名或地区代码命名。")
    saved, problems, left = list[str](), list(track.before.problems), list[Obstacle]()
    sheets = _without_list(filled.sheetnames, known)
    unknown = [title for title in sheets if title not in known]
    track.begin(len(sheets), Unit.SHEETS, len(unknown))
    for title in sheets:
        if title in unknown:
            problems.append((title, NO_PLACE.format(text=title)))
        if title in unknown or title in track.before.keys:
            continue
        track.rest()
        try:
            with transaction.atomic():
                sheet, said = _One(form.sheet, filled[title]), said_in(filled, title)
                done = upload_sheet(form, sheet, period, known[title], by, at, said=said)
                wrong = [(_on(title, where), words) for where, words in done.problems]
                found = [replace(one, where=_on(title, one.where)) for one in done.left]
                track.keep([title], 1, [*wrong, *left_told(found)], reports=len(done.saved))
        except WrongFile as no:
            wrong = [(title, no.words())]
            track.keep([title], 1, wrong)
        else:
            saved += done.saved
            left += found
        problems += wrong
    return Uploaded(tuple(saved), tuple(problems), tuple(left))


def _without_list(titles: Sequence[str], known: Mapping[str, int]) -> list[str]:
    """The list of problems that came back with the file is no village."""
    return [one for one in titles if one in known or not book.LIST_NAME.fullmatch(one)]


def _on(title: str, where: str) -> str:
    """The cell, on the sheet as it is called in the file."""
    return f"{title}!{where.rpartition('!')[2]}"


class _One:
    """One sheet of a workbook, as a workbook that has only that sheet under the form's name."""

    def __init__(self, name: str, sheet: Worksheet) -> None:
        self.sheetnames, self._sheet = [name], sheet

    def __getitem__(self, _: str) -> Worksheet:
        return self._sheet


def _villages(titles: Sequence[str], by: Actor, on: date) -> dict[str, int]:
    coded = places.by_codes([one for one in titles if one.isdigit()], on=on)
    named = reached_by_name(None, by, on)
    found = dict(coded)
    for title in titles:
        if title not in found and len(named.get(title, ())) == 1:
            found[title] = named[title][0]
    return found


def _rows_of_sheet(
    form: FormInfo, data: bytes
) -> tuple[str, dict[str, int], list[tuple[str, str]], list[dict[str, Any]]] | None:
    """The first sheet, when its first row heads a place column and questions of the form: its name,
    field code or PLACE/HOUSEHOLD word → column, heads that are neither, and the rows; None for any
    other workbook."""
    try:
        opened = open_lines(data, UNPACKED)
        rows = opened.rows
        number, first = next(rows, (0, {}))
        heads = _heads(form, first) if number == 1 else {}
        if not heads:
            return None
        return opened.title, heads, _unread(first, heads), _read(rows, heads)
    except Refusal as no:
        raise WrongFile(why=no.why) from no
    except (*UNREADABLE, ExpatError, IndexError, EOFError, zlib.error) as broken:
        raise WrongFile(why="文件已损坏，或不是 Excel 工作簿。") from broken


def _heads(form: FormInfo, first: Mapping[int, object]) -> dict[str, int]:
    codes = {f.code for f in form.asked}
    labels = {squeeze(f.label): f.code for f in form.asked}
    found: dict[str, int] = {}
    for column, raw in sorted(first.items()):
        text = str(raw).strip()
        name = text if text in {*PLACE, *HOUSEHOLD, *codes} else labels.get(squeeze(text), "")
        if name:
            found.setdefault(name, column)
    return found if set(found) & set(PLACE) and set(found) & codes else {}


def _unread(first: Mapping[int, object], heads: Mapping[str, int]) -> list[tuple[str, str]]:
    """Cells of heads that are no question; names of places beside their codes are for the eye."""
    named = reading_words().place_columns
    taken = set(heads.values())
    return [
        (f"{get_column_letter(column)}1", NO_COLUMN.format(name=text))
        for column, raw in sorted(first.items())
        if column not in taken and (text := str(raw).strip()) and not named.search(text)
    ]


def _read(lines: Iterable[tuple[int, Line]], heads: Mapping[str, int]) -> list[dict[str, Any]]:
    """Every row below the head, so that numbers of rows stay those of the sheet; blank ones say
    nothing and share one object."""
    rows: list[dict[str, Any]] = []
    columns, blank = list(heads.items()), {}  # type: ignore[var-annotated]
    with collector_paused():
        for number, line in lines:
            if number - 2 < len(rows):
                raise ValueError("rows out of order")
            rows.extend(repeat(blank, number - 2 - len(rows)))
            rows.append({name: line[c] for name, c in columns if c in line} or blank)
    while rows and not rows[-1]:
        rows.pop()
    return rows


def _of_row(sheet: str, heads: Mapping[str, int], where: str, words: str) -> book.Remark:
    """`7.141` is the question 141 of the seventh row under the head; `7` the row."""
    number, _, code = where.partition(".")
    place = next(heads[one] for one in PLACE if one in heads)
    if not number.isdigit():
        return book.Remark(sheet, "", words)
    column = get_column_letter(heads.get(code, place))
    return book.Remark(sheet, f"{column}{int(number) + 1}", words)


def _remarks(form: FormInfo, done: Uploaded) -> list[book.Remark]:
    left = [
        replace(
            _of_cell(form, one.where, one.words),
            fix=one.fix,
            asks=one.severity == Severity.EXPLAIN,
        )
        for one in done.left
    ]
    return [*(_of_cell(form, where, words) for where, words in done.problems), *left]


def _of_cell(form: FormInfo, where: str, words: str) -> book.Remark:
    sheet, _, cell = where.partition("#")[0].rpartition("!")
    if not sheet:
        return book.Remark(where, "", words)
    if cell.isdigit():  # a row whose village is not known
        column = next((f.col for f in form.fields if not f.is_asked), 1)
        cell = f"{get_column_letter(column)}{cell}"
    return book.Remark(sheet, cell, words)


def _csv_back(data: bytes, problems: Problems) -> bytes:
    """The same lines with one column more."""
    if not problems:
        return b""
    told: dict[int, list[str]] = {}
    for where, words in problems:
        number, _, code = where.partition(".")
        told.setdefault(int(number), []).append(f"{code}：{words}" if code else words)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030", errors="replace")
    out = io.StringIO()
    writer = csv.writer(out)
    for at, line in enumerate(csv.reader(io.StringIO(text))):
        writer.writerow([*line, "；".join(told.get(at, [])) if at else PROBLEM])
    return out.getvalue().encode("utf-8-sig")
