"""A filled sheet of a form's own workbook: what it says, what is wrong in it, and why that is right."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from lingnan.base.actors import Actor, system_actor
from lingnan.base.clock import legal_day
from lingnan.kernel.evidence.queries import among
from lingnan.web import files

from ..models import Filing
from ..queries.checks import standing
from ..queries.forms import draft
from ..queries.products import standing_in_file
from ..rules import workbook as book
from ..rules.filing import problem_of, same_answer, typed
from ..rules.filing.sheets import SheetRow, fault_of, rows_of
from ..terms.checking import Check, Severity
from ..terms.filings import Answer, FilingInfo, FormInfo, Obstacle, Uploaded
from ..terms.refusals import WrongFile
from .drafts import Draft, save_drafts
from .explaining import explain_finding, obstacle, obstacles_of
from .households import household_ids

Reasons = Mapping[tuple[str, str], str]
"""(cell, words of the problem) → what was written beside them."""


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
    rows = rows_in(form, filled)
    subject = _household(form, place, household, by, at)
    answers = rows[0].answers if subject else _changed(form, rows[0].answers, place, period, by, at)
    saved = save_drafts(form, period, [Draft(place, answers, subject)], by=by, at=at)
    wrong = wrong_in(form, rows)
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


def said_in(filled: Any, sheet: str) -> Reasons:
    """Reasons written into the list of problems that came back with the file, of one sheet."""
    found = book.reasons_in(filled)
    return {
        (where.rpartition("!")[2], words): why
        for (where, words), why in found.items()
        if where.rpartition("!")[0] == sheet
    }


def left_in_rows(
    form: FormInfo,
    period: int,
    where: Mapping[str, Callable[[str], str]],
    said: Reasons,
    *,
    by: Actor,
    at: datetime,
) -> list[Obstacle]:
    """Of many reports, what blocks them beside what was wrong in the file; `where`: report → where its
    answer to a question stands. A row may say a part only: what it leaves blank is no fault of it."""
    if form.subject == "household" or not by.may("reporting.read"):
        return []
    found = _blocking(form, period, where, at)
    given = [
        (uuid, one, why)
        for uuid, one in found
        if one.severity == Severity.EXPLAIN
        and (why := said.get((one.where.rpartition("!")[2], one.words)))
    ]
    for uuid, one, why in given:
        explain_finding(uuid, one.field, why, rule=one.rule, by=by, at=at)
    return [one for _, one in (_blocking(form, period, where, at) if given else found)]


def _blocking(
    form: FormInfo, period: int, where: Mapping[str, Callable[[str], str]], at: datetime
) -> list[tuple[str, Obstacle]]:
    rows = list(among(Filing.objects.all(), "uuid", list(where)).order_by("pk"))
    blocked = standing(form, period, rows, on=legal_day(at))
    return [
        (uuid, replace(obstacle(one), where=where[uuid](one.finding.field)))
        for uuid, told in blocked.items()
        for one in told
        if one.finding.check is not Check.TYPE
    ]


def left_told(left: Sequence[Obstacle]) -> list[tuple[str, str]]:
    """As problems are told."""
    return [(one.where, one.words + one.fix) for one in left]


def rows_in(form: FormInfo, filled: Any) -> list[SheetRow]:
    blank = files.open_file(form.file_sha256, to=system_actor()).path.read_bytes()
    ours = book.opened(blank)
    read = draft(form.id)
    fault = fault_of(ours, filled, form, read)
    if fault:
        raise WrongFile(why=fault)
    return rows_of(ours, filled, form, read.again)


def wrong_in(form: FormInfo, rows: Sequence[SheetRow]) -> tuple[tuple[str, str], ...]:
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
