"""Many answers at once: a filled copy of the form's own workbook, or rows of JSON or CSV."""

import csv
import io
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zipfile import BadZipFile

import xlrd
from django.db import transaction
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.workbook import Workbook

from lingnan.base.actors import Actor
from lingnan.base.clock import legal_day
from lingnan.base.errors import Problem, Refused, StorageFull
from lingnan.base.periods import Period
from lingnan.kernel.places import queries as places

from ..queries.forms import form_by_id
from ..queries.gate import need
from ..queries.once import Once
from ..rules import workbook as book
from ..rules.filing import problem_of, typed
from ..rules.filing.sheets import SheetRow
from ..rules.opening import open_grids
from ..terms import UnreadableWorkbook
from ..terms.filings import Answer, FieldInfo, FormInfo, Obstacle, Uploaded
from ..terms.forms import Layout
from ..terms.refusals import (
    WrongFile,
)
from ..terms.works import AT_ONCE, Track, Unit
from .drafts import Draft, kept_drafts, save_drafts
from .households import entered_in
from .sheets import Reasons, left_in_rows, left_told, rows_in, said_in, upload_sheet, wrong_in

PLACE, HOUSEHOLD = ("place", "地区代码", "村代码"), ("household", "户编号", "户号", "编号")
UNREADABLE = (xlrd.XLRDError, BadZipFile, InvalidFileException, KeyError, ValueError)
MOST_SEEN = 20_000  # different cells of one question
TOGETHER = 700  # rows of small villages kept in one transaction
Seen = tuple[Answer, Problem | None]
Faults = list[tuple[str, str]]
"""Code of the question, and what is wrong with its answer."""
TWICE = "与数据第 {row} 行是同一个村（户），两行不能都算数，这一行未保存。"
NO_COLUMN = "报表没有“{name}”这一项，这一列没有读，其余各列已读。"
MOST_UNREAD = 200  # columns told by name
NO_PLACE = "没有这个地区，或不在您的管辖范围：{text}"


def opened_within_limits(data: bytes) -> Workbook:
    """A stranger's workbook. It is read within the limits of reading first: opened whole, a small file
    may claim a gigabyte. WrongFile says why not."""
    try:
        open_grids(data, "upload.xlsx")
        return book.opened(data)
    except UnreadableWorkbook as no:
        raise WrongFile(why=no.params["why"]) from no
    except UNREADABLE as broken:
        raise WrongFile(why="文件已损坏，或不是 Excel 工作簿。") from broken


def upload_answers(  # noqa: PLR0913 - the file, where it belongs, who watches
    form_id: int,
    data: bytes,
    period: int,
    *,
    place: int | None = None,
    household: str = "",
    track: Track = AT_ONCE,
    by: Actor,
    at: datetime,
) -> Uploaded:
    """A filled .xls or .xlsx of the form's own layout; what is wrong is told by cell and kept.

    A sheet of items is of one `place` (and `household`); a table names a village in each row.
    """
    form = form_by_id(form_id)
    filled = opened_within_limits(data)
    if form.layout is Layout.ITEMS:
        if place is None:
            raise WrongFile(why="请指明是哪个村的报表。")
        track.begin(1, Unit.SHEETS)
        if track.before.keys:
            return Uploaded((), track.before.problems)
        said = said_in(filled, form.sheet)
        with transaction.atomic():
            done = upload_sheet(form, filled, period, place, by, at, household=household, said=said)
            wrong = [*done.problems, *left_told(done.left)]
            track.keep([form.sheet], 1, wrong, reports=len(done.saved))
        return done
    said = said_in(filled, form.sheet)
    return _save_table(form, period, rows_in(form, filled), place, said, track, by, at)


def upload_rows(
    form_id: int,
    rows: Sequence[Mapping[str, Any]],
    period: int,
    *,
    track: Track = AT_ONCE,
    by: Actor,
    at: datetime,
) -> Uploaded:
    """One row a village or household: `place` (its code), `household`, and answers by field code.

    A few small villages share a transaction, and `track` hears of them in it; a village with a row
    that cannot be kept is left out and told, the others stay. `where` of a problem is the row's
    number and field, from 1.
    """
    form = form_by_id(form_id)
    day = Period.from_code(period).end
    read = Typing(form)
    villages, problems = _sorted_by_village(form, rows, day)
    told = len(problems)
    track.begin(told + sum(map(len, villages.values())), Unit.ROWS, told)
    problems += track.before.problems
    villages = {v: rest for v, rest in villages.items() if str(v) not in track.before.keys}
    saved: list[str] = []
    left: list[Obstacle] = []
    waiting = deque(_together(villages))
    while waiting:
        track.rest()
        group = waiting.popleft()
        try:
            done = _save_group(read, period, group, rows, track, by, at)
        except StorageFull:
            raise  # no fault of these villages; those before them stay
        except Refused as no:
            if len(group) > 1:  # one of them is at fault: each by itself
                waiting.extendleft({v: group[v]} for v in reversed(group))
                continue
            done = _told(group, no, track)
        saved += done.saved
        problems += done.problems
        left += done.left
    return Uploaded(tuple(saved), (*problems, *read.unread()), tuple(left))


def _told(group: Mapping[int, list[int]], no: Refused, track: Track) -> Uploaded:
    """The village is left out."""
    ((village, numbers),) = group.items()
    wrong = [(f"{numbers[0] + 1}", no.words())]
    wrong += [(f"{numbers[0] + 1}.{p.where}", p.words()) for p in no.problems]
    track.keep([village], len(numbers), wrong)
    return Uploaded((), tuple(wrong))


def upload_csv(
    form_id: int, data: bytes, period: int, *, track: Track = AT_ONCE, by: Actor, at: datetime
) -> Uploaded:
    """The same rows as CSV with a head line; UTF-8 or GB 18030."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030", errors="replace")
    rows = list(csv.DictReader(io.StringIO(text)))
    return upload_rows(form_id, rows, period, track=track, by=by, at=at)


def _save_table(  # noqa: PLR0913 - the rows, where they belong, and what came with them
    form: FormInfo,
    period: int,
    rows: Sequence[SheetRow],
    place: int | None,
    said: Reasons,
    track: Track,
    by: Actor,
    at: datetime,
) -> Uploaded:
    """Villages by name among those the actor reaches below `place`; a name two have is refused."""
    known = reached_by_name(place, by, legal_day(at))
    drafts, kept, problems = [], [], []
    for row in rows:
        found = known.get(row.named, [])
        if place is not None and len(rows) == 1 and not row.named:
            found = [place]
        if len(found) != 1:
            problems.append((f"{form.sheet}!{row.row}", NO_PLACE.format(text=row.named)))
            continue
        drafts.append(Draft(found[0], row.answers))
        kept.append(row)
    told = (*problems, *wrong_in(form, kept))
    track.begin(len(rows), Unit.ROWS, len(problems))
    if track.before.keys:
        return Uploaded((), told)
    with transaction.atomic():
        saved = save_drafts(form, period, drafts, by=by, at=at)
        at_cells = {one.uuid: row.at for one, row in zip(saved, kept, strict=True)}
        left = left_in_rows(form, period, at_cells, said, by=by, at=at)
        track.keep([form.sheet], len(drafts), (*told, *left_told(left)), reports=len(saved))
    return Uploaded(tuple(one.uuid for one in saved), told, tuple(left))


def _together(villages: Mapping[int, list[int]]) -> Iterator[dict[int, list[int]]]:
    """Villages in their order, as many as have few rows in all: the lock stays short."""
    group: dict[int, list[int]] = {}
    for village, numbers in villages.items():
        if group and sum(map(len, group.values())) + len(numbers) > TOGETHER:
            yield group
            group = {}
        group[village] = numbers
    if group:
        yield group


@transaction.atomic
def _save_group(
    read: "Typing",
    period: int,
    group: Mapping[int, list[int]],
    rows: Sequence[Mapping[str, Any]],
    track: Track,
    by: Actor,
    at: datetime,
) -> Uploaded:
    form = read.form
    of_rows = [(village, number) for village, numbers in group.items() for number in numbers]
    said = [read.row(rows[number], number) for _, number in of_rows]
    names = [str(_pick(rows[number], HOUSEHOLD) or "") for _, number in of_rows]
    keys = [(village, name) for (village, _), name in zip(of_rows, names, strict=True)]
    subjects = dict.fromkeys(keys, 0)
    if form.subject == "household":
        need(by, "reporting.fill", list(group), on=legal_day(at))
        wanted: dict[int, list[str]] = {}
        for village, name in keys:
            wanted.setdefault(village, []).append(name)
        subjects = entered_in(wanted, by=by, at=at)
    drafts = [Draft(key[0], one, subjects[key]) for (one, _), key in zip(said, keys, strict=True)]
    kept = kept_drafts(form, period, drafts, once=read.once, by=by, at=at)
    wrong = [
        (f"{number + 1}.{code}", words)
        for (_, number), (_, faults) in zip(of_rows, said, strict=True)
        for code, words in faults
    ]
    at_rows = {
        uuid: f"{number + 1}.{{}}".format for uuid, (_, number) in zip(kept, of_rows, strict=True)
    }
    left = left_in_rows(form, period, at_rows, {}, by=by, at=at)
    track.keep(list(group), len(of_rows), [*wrong, *left_told(left)], reports=len(kept))
    return Uploaded(tuple(kept), tuple(wrong), tuple(left))


def _sorted_by_village(
    form: FormInfo, rows: Sequence[Mapping[str, Any]], day: date
) -> tuple[dict[int, list[int]], list[tuple[str, str]]]:
    """Village → numbers of its rows; rows of no village, and those of one told already, are told."""
    codes = [str(_pick(row, PLACE)) for row in rows]
    ids = places.by_codes(set(codes), on=day)
    problems: list[tuple[str, str]] = []
    villages: dict[int, list[int]] = {}
    seen: dict[tuple[int, str], int] = {}
    for number, code in enumerate(codes):
        if not rows[number]:
            continue  # a blank row says nothing
        if code not in ids:
            problems.append((f"{number + 1}", NO_PLACE.format(text=code)))
            continue
        first = seen.setdefault((ids[code], _whose(form, rows[number])), number)
        if first == number:
            villages.setdefault(ids[code], []).append(number)
        else:
            problems.append((f"{number + 1}", TWICE.format(row=first + 1)))
    return villages, problems


class Typing:
    """Raw cells → answers and their faults. Each different cell of a column is looked at once."""

    def __init__(self, form: FormInfo) -> None:
        self.form, self.once = form, Once()
        self._known = {field.code for field in form.asked} | {*PLACE, *HOUSEHOLD, "answers"}
        self._strangers: dict[str, int] = {}
        self._fields: list[tuple[str, FieldInfo, dict[Any, Seen]]] = [
            (field.code, field, {}) for field in form.asked
        ]

    def unread(self) -> list[tuple[str, str]]:
        """Columns that are no question of the form, each where it first said something."""
        return [
            (f"{number + 1}.{name}", NO_COLUMN.format(name=name))
            for name, number in self._strangers.items()
        ]

    def _unknown_in(self, said: Mapping[str, Any], number: int) -> None:
        for name in said.keys() - self._known:
            if said[name] not in (None, "") and len(self._strangers) < MOST_UNREAD:
                self._strangers.setdefault(str(name or "—"), number)

    def row(self, row: Mapping[str, Any], number: int) -> tuple[dict[str, Answer], Faults]:
        """From `answers` when there is one, else from the row; other columns are told."""
        given = row.get("answers")
        source: Mapping[str, Any] = given if isinstance(given, Mapping) else row
        for one in (row,) if source is row else (row, source):
            if not self._known.issuperset(one):
                self._unknown_in(one, number)
        answers, faults = {}, []
        for code, field, seen in self._fields:
            if code in source:
                raw = source[code]
                # Texts alone are kept: 1, 1.0 and True are one key, and a list is none.
                found = seen.get(raw) if type(raw) is str else None
                if found is None:
                    answer = typed(field, raw)
                    found = answer, problem_of(field, answer)
                    if type(raw) is str and len(seen) < MOST_SEEN:
                        seen[raw] = found
                answers[code], problem = found
                if problem:
                    faults.append((code, problem.words()))
        return answers, faults


def reached_by_name(place: int | None, by: Actor, day: date) -> dict[str, list[int]]:
    """Villages below `place`, or below every place of the hats worn; several may share a name."""
    tops = [place] if place is not None else [scope.place for scope in by.scopes if scope.place]
    found: dict[str, list[int]] = {}
    for top in tops:
        for one in [places.place(top, on=day), *places.descendants(top, on=day, level=5)]:
            if by.reaches(one.id, day):
                found.setdefault(one.name, []).append(one.id)
    return found


def _whose(form: FormInfo, row: Mapping[str, Any]) -> str:
    return str(_pick(row, HOUSEHOLD) or "").strip() if form.subject == "household" else ""


def _pick(row: Mapping[str, Any], names: Sequence[str]) -> Any:
    for name in names:
        found = row.get(name)
        if found is not None and found != "":
            return found
    return ""
