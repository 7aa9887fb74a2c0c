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

from lingnan.base.actors import Actor, system_actor
from lingnan.base.clock import legal_day
from lingnan.base.errors import Problem, Refused, StorageFull
from lingnan.base.periods import Period
from lingnan.kernel.places import queries as places
from lingnan.web import files

from ..queries.forms import draft, form_by_id
from ..queries.gate import need
from ..queries.once import Once
from ..queries.products import standing_in_file
from ..rules import workbook as book
from ..rules.filing import problem_of, same_answer, typed
from ..rules.filing.sheets import SheetRow, fault_of, rows_of
from ..rules.opening import open_grids
from ..terms import UnreadableWorkbook
from ..terms.checking import Severity
from ..terms.filings import Answer, FieldInfo, FilingInfo, FormInfo, Obstacle, Uploaded
from ..terms.forms import Layout
from ..terms.refusals import (
    WrongFile,
)
from .drafts import Draft, kept_drafts, save_drafts
from .explaining import explain_finding, obstacles_of
from .households import entered_in, household_ids

PLACE, HOUSEHOLD = ("place", "地区代码", "村代码"), ("household", "户编号", "户号", "编号")
UNREADABLE = (xlrd.XLRDError, BadZipFile, InvalidFileException, KeyError, ValueError)
MOST_SEEN = 20_000  # different cells of one question
TOGETHER = 700  # rows of small villages kept in one transaction
Seen = tuple[Answer, Problem | None]
Reasons = Mapping[tuple[str, str], str]
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


def upload_answers(
    form_id: int,
    data: bytes,
    period: int,
    *,
    place: int | None = None,
    household: str = "",
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
        said = said_in(filled, form.sheet)
        return upload_sheet(form, filled, period, place, by, at, household=household, said=said)
    return _save_table(form, period, _rows(form, filled), place, by, at)


def said_in(filled: Any, sheet: str) -> Reasons:
    """Reasons written into the list of problems that came back with the file, of one sheet."""
    found = book.reasons_in(filled)
    return {
        (where.rpartition("!")[2], words): why
        for (where, words), why in found.items()
        if where.rpartition("!")[0] == sheet
    }


def upload_sheet(  # noqa: PLR0913 - the sheet, where it belongs, and what came with it
    form: FormInfo,
    filled: Any,
    period: int,
    place: int,
    by: Actor,
    at: datetime,
    *,
    household: str = "",
    said: Reasons | None = None,
) -> Uploaded:
    """One sheet of items, of one place. `filled` answers to `sheetnames` and `[name]`; `said`: reasons
    that came with it, by cell and words of the problem."""
    rows = _rows(form, filled)
    subject = _household(form, place, household, by, at)
    answers = rows[0].answers if subject else _changed(form, rows[0].answers, place, period, by, at)
    saved = save_drafts(form, period, [Draft(place, answers, subject)], by=by, at=at)
    wrong = _wrong(form, rows)
    left: Sequence[Obstacle] = ()
    if by.may("reporting.read") and any(not one.is_blank for one in rows[0].answers.values()):
        left = _left(form, saved[0], said or {}, by, at)
    told = {where for where, _ in wrong}
    return Uploaded(
        tuple(one.uuid for one in saved), wrong, tuple(one for one in left if one.where not in told)
    )


def _left(
    form: FormInfo, filing: FilingInfo, said: Reasons, by: Actor, at: datetime
) -> list[Obstacle]:
    """What would keep it from being submitted, once the reasons are given that came with the file:
    each holds for the very words it was written beside."""
    left = obstacles_of(form, filing, by=by, at=at)
    given = [
        (one, why)
        for one in left
        if one.severity == Severity.EXPLAIN
        and (why := said.get((one.where.rpartition("!")[2], one.words)))
    ]
    for one, why in given:
        explain_finding(filing.uuid, one.field, why, rule=one.rule, by=by, at=at)
    return obstacles_of(form, filing, by=by, at=at) if given else left


def _changed(
    form: FormInfo, said: Mapping[str, Answer], place: int, period: int, by: Actor, at: datetime
) -> Mapping[str, Answer]:
    """Without what the workbook held already when it was fetched: nobody said that. A place in a
    sentence is fetched empty, so left empty it says nothing either."""
    if not by.may("reporting.read") or all(one.is_blank for one in said.values()):
        return said
    stood = standing_in_file(form, place, period, to=by, on=legal_day(at))
    known = {field.code: field for field in form.asked}
    back = {
        code
        for code, text in stood.items()
        if code in said and same_answer(known[code], said[code], typed(known[code], text))
    }
    back |= {code for code, one in said.items() if known[code].blank and one.is_blank}
    return {code: one for code, one in said.items() if code not in back}


def upload_rows(
    form_id: int, rows: Sequence[Mapping[str, Any]], period: int, *, by: Actor, at: datetime
) -> Uploaded:
    """One row a village or household: `place` (its code), `household`, and answers by field code.

    A few small villages share a transaction; a village with a row that cannot be kept is left out
    and told, the others stay. `where` of a problem is the row's number and field, from 1.
    """
    form = form_by_id(form_id)
    day = Period.from_code(period).end
    read = Typing(form)
    villages, problems = _sorted_by_village(form, rows, day)
    saved: list[str] = []
    waiting = deque(_together(villages))
    while waiting:
        group = waiting.popleft()
        numbers = [number for each in group.values() for number in each]
        try:
            said = [read.row(rows[number], number) for number in numbers]
            told = _save_group(read, period, group, rows, [one for one, _ in said], by, at)
        except StorageFull:
            raise  # no fault of these villages; those before them stay
        except Refused as no:
            if len(group) > 1:  # one of them is at fault: each by itself
                waiting.extendleft({v: group[v]} for v in reversed(group))
                continue
            problems.append((f"{numbers[0] + 1}", no.words()))
            problems += [(f"{numbers[0] + 1}.{p.where}", p.words()) for p in no.problems]
            continue
        saved += told
        for number, (_, faults) in zip(numbers, said, strict=True):
            problems += [(f"{number + 1}.{code}", words) for code, words in faults]
    return Uploaded(tuple(saved), (*problems, *read.unread()))


def upload_csv(form_id: int, data: bytes, period: int, *, by: Actor, at: datetime) -> Uploaded:
    """The same rows as CSV with a head line; UTF-8 or GB 18030."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030", errors="replace")
    return upload_rows(form_id, list(csv.DictReader(io.StringIO(text))), period, by=by, at=at)


def _rows(form: FormInfo, filled: Any) -> list[SheetRow]:
    blank = files.open_file(form.file_sha256, to=system_actor()).path.read_bytes()
    ours = book.opened(blank)
    read = draft(form.id)
    fault = fault_of(ours, filled, form, read)
    if fault:
        raise WrongFile(why=fault)
    return rows_of(ours, filled, form, read.again)


def _save_table(
    form: FormInfo,
    period: int,
    rows: Sequence[SheetRow],
    place: int | None,
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
    saved = save_drafts(form, period, drafts, by=by, at=at)
    return Uploaded(tuple(one.uuid for one in saved), (*problems, *_wrong(form, kept)))


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
    said: Sequence[Mapping[str, Answer]],
    by: Actor,
    at: datetime,
) -> list[str]:
    """Names of the reports in the order of the group, as `said` is."""
    form = read.form
    of_rows = [(village, number) for village, numbers in group.items() for number in numbers]
    names = [str(_pick(rows[number], HOUSEHOLD) or "") for _, number in of_rows]
    keys = [(village, name) for (village, _), name in zip(of_rows, names, strict=True)]
    subjects = dict.fromkeys(keys, 0)
    if form.subject == "household":
        need(by, "reporting.fill", list(group), on=legal_day(at))
        wanted: dict[int, list[str]] = {}
        for village, name in keys:
            wanted.setdefault(village, []).append(name)
        subjects = entered_in(wanted, by=by, at=at)
    drafts = [Draft(key[0], one, subjects[key]) for one, key in zip(said, keys, strict=True)]
    return kept_drafts(form, period, drafts, once=read.once, by=by, at=at)


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


def _wrong(form: FormInfo, rows: Sequence[SheetRow]) -> tuple[tuple[str, str], ...]:
    found = []
    for row in rows:
        for field in form.asked:
            wrong = problem_of(field, row.answers.get(field.code, Answer()))
            if wrong:
                found.append((row.cells.get(field.code, wrong.where), wrong.words()))
    return tuple(found)


def _household(form: FormInfo, place: int, household: str, by: Actor, at: datetime) -> int:
    if form.subject != "household":
        return 0
    if not household:
        raise WrongFile(why="请指明是哪一户的报表。")
    return household_ids(place, [household], by=by, at=at)[household]


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
