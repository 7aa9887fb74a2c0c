"""Keep what was typed, whether right or wrong; a report becomes one only when it is submitted."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from lingnan.base.actors import Actor
from lingnan.base.canonical import compact, sha256
from lingnan.base.clock import legal_day
from lingnan.base.errors import Clash, Problem
from lingnan.base.ids import subject as subject_of
from lingnan.base.ids import uuid7s
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.evidence.queries import among
from lingnan.kernel.observations.services.bulk import Told, insert

from ..models import Filing
from ..queries.filings import filing_info
from ..queries.forms import form_by_id
from ..queries.gate import need
from ..queries.masking import masking_on
from ..queries.once import Once
from ..rules.filing import AnswerTexts, answers_of, answers_to_json, same_answer, typed
from ..rules.masking import personal_fields, unchanged
from ..terms.filings import (
    STATE_WORDS,
    Answer,
    FieldInfo,
    FilingInfo,
    FormInfo,
    Mark,
    State,
)
from ..terms.happenings import (
    DraftSaved,
)
from ..terms.masking import Personal
from ..terms.refusals import (
    RoundIsClosed,
    UnknownField,
    WrongState,
)

EDITABLE = {State.DRAFT, State.RETURNED}


@dataclass(frozen=True, slots=True)
class Begun:
    """A report that was not there before; `answers` is the canonical text."""

    uuid: str
    place: int
    subject: int
    answers: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody typed for one place (or household): Answers, or raw cell and JSON values."""

    place: int
    answers: Mapping[str, Any]
    subject: int = 0
    version: int | None = None


def save_draft(form_id: int, period: int, draft: Draft, *, by: Actor, at: datetime) -> FilingInfo:
    """Answers not named stay as they were. Clash when `draft.version` is no longer the current one.

    Nothing typed is refused for being wrong: `submit_report` checks. Raises RoundIsClosed,
    WrongState (submitted or approved), UnknownField.
    """
    return save_drafts(form_by_id(form_id), period, [draft], by=by, at=at)[0]


def save_drafts(
    form: FormInfo, period: int, drafts: Sequence[Draft], *, by: Actor, at: datetime
) -> list[FilingInfo]:
    """All of them or none. A handful of queries however many."""
    kept = _kept(form, period, drafts, Once(), by=by, at=at)
    return [filing_info(_row(one, form, period, at)) for one in kept]


def kept_drafts(
    form: FormInfo,
    period: int,
    drafts: Sequence[Draft],
    *,
    once: Once | None = None,
    by: Actor,
    at: datetime,
) -> list[str]:
    """The same for a caller that needs only their names. `once`: shared by who saves many portions."""
    kept = _kept(form, period, drafts, once or Once(), by=by, at=at)
    return [str(one.uuid) for one in kept]


def _kept(
    form: FormInfo, period: int, drafts: Sequence[Draft], once: Once, *, by: Actor, at: datetime
) -> "list[Filing | Begun]":
    try:
        return _save(form, period, drafts, once, by=by, at=at)
    except IntegrityError:  # somebody began one of these reports meanwhile: now it is there
        return _save(form, period, drafts, once, by=by, at=at)


@transaction.atomic
def _save(
    form: FormInfo, period: int, drafts: Sequence[Draft], once: Once, *, by: Actor, at: datetime
) -> list[Filing | Begun]:
    day = legal_day(at)
    need(by, "reporting.fill", {draft.place for draft in drafts}, on=day)
    check_open(form, period, {draft.place for draft in drafts}, at, once)
    held = _held(form.id, period, drafts)
    known = {field.code: field for field in form.asked}
    kinds = personal_fields(form, masking_on(day))
    new = [draft for draft in drafts if (draft.place, draft.subject) not in held]
    texts = once.of(("texts",), AnswerTexts)
    fresh = [
        Begun(uuid, draft.place, draft.subject, texts.of(_read(known, draft)))
        for uuid, draft in zip(uuid7s(int(at.timestamp() * 1000), len(new)), new, strict=True)
    ]
    changed = []
    for draft in drafts:
        row = held.get((draft.place, draft.subject))
        if row is not None:
            _check_row(row, draft)
            _merge(row, draft, known, at, kinds)
            changed.append(row)
    _begin(fresh, form, period, at)
    Filing.objects.bulk_update(changed, ["answers", "version", "changed_at"], batch_size=200)
    _announce(form, period, [*fresh, *changed], by, at)
    every: list[Filing | Begun] = [*fresh, *changed]
    found = {(row.place, row.subject): row for row in every}
    return [found[draft.place, draft.subject] for draft in drafts]


def _begin(fresh: Sequence[Begun], form: FormInfo, period: int, at: datetime) -> None:
    """One statement; a table's rows are kept without an object for every row or cell."""
    if not fresh:
        return
    columns: dict[str, list[Any]] = {
        "uuid": [one.uuid for one in fresh],
        "place": [one.place for one in fresh],
        "subject": [one.subject for one in fresh],
        "answers": [_told(one.answers) for one in fresh],
    }
    blank = _row(fresh[0], form, period, at)
    names = [f.name for f in Filing._meta.concrete_fields if not f.primary_key]
    alike = [name for name in names if name not in columns]
    kept = {name: getattr(blank, Filing._meta.get_field(name).attname) for name in alike}  # type: ignore[union-attr]
    insert(Filing, columns, kept)


def _row(one: Filing | Begun, form: FormInfo, period: int, at: datetime) -> Filing:
    if isinstance(one, Filing):
        return one
    return Filing(
        uuid=UUID(one.uuid), form_id=form.id, place=one.place, subject=one.subject, period=period,
        answers=json.loads(one.answers), changed_at=at,
    )  # fmt: skip


def _told(answers: str) -> Told:
    """Half a character of an emoji, which no text may hold, is written as its escape."""
    try:
        answers.encode()
    except UnicodeEncodeError:
        return Told(json.dumps(json.loads(answers)))
    return Told(answers)


def check_open(
    form: FormInfo, period: int, at_places: set[int], at: datetime, once: Once | None = None
) -> None:
    """RoundIsClosed unless an open round asks this form of every one of the places.

    What was received before a round was closed counts, however long it takes to read.
    """
    reach = (once or Once()).reach(form.id, period, legal_day(at), at)
    if not all(any(low <= place <= high for low, high in reach) for place in at_places):
        raise RoundIsClosed


def _held(form: int, period: int, drafts: Sequence[Draft]) -> dict[tuple[int, int], Filing]:
    rows = Filing.objects.select_for_update().filter(
        form=form, period=period, place__in={draft.place for draft in drafts}
    )
    rows = among(rows, "subject", list({draft.subject for draft in drafts}))
    return {(row.place, row.subject): row for row in rows}


def _check_row(row: Filing, draft: Draft) -> None:
    if State(row.state) not in EDITABLE:
        raise WrongState(state=STATE_WORDS[State(row.state)], action="修改")
    if draft.version is not None and draft.version != row.version:
        raise Clash


def _merge(
    row: Filing,
    draft: Draft,
    known: Mapping[str, FieldInfo],
    at: datetime,
    kinds: Mapping[str, Personal],
) -> None:
    held = answers_of(row.answers)
    fresh = without_echo(_read(known, draft), held, kinds)
    fresh = {code: one for code, one in fresh.items() if not _stands(known[code], one, held)}
    row.answers = answers_to_json(amended(held, fresh, row.revision))
    row.version += 1
    row.changed_at = at


def _stands(field: FieldInfo, said: Answer, held: Mapping[str, Answer]) -> bool:
    """What was known or worked out and comes back as it was is still that, not somebody's word: it
    must be free to follow when what it rests on changes."""
    before = held.get(field.code, Answer())
    return (
        bool(before.source or before.mark is Mark.DERIVED)
        and said.mark is Mark.REPORTED
        and same_answer(field, said, before)
    )


def amended(
    held: Mapping[str, Answer], fresh: Mapping[str, Answer], revision: int
) -> dict[str, Answer]:
    """In a later revision the answers that changed are marked as corrected, the others are not."""
    found = {**held, **fresh}
    if revision > 1:
        for code, answer in fresh.items():
            before = held.get(code, Answer())
            if (answer.text, answer.mark) == (before.text, before.mark) or (
                answer.text == before.text and before.mark is Mark.CORRECTED
            ):
                found[code] = before
            elif answer.mark is Mark.REPORTED:
                found[code] = replace(answer, mark=Mark.CORRECTED)
    return found


def without_echo(
    fresh: Mapping[str, Answer], held: Mapping[str, Answer], kinds: Mapping[str, Personal]
) -> dict[str, Answer]:
    """A masked word that comes back as it was shown changes nothing."""
    if not kinds:
        return dict(fresh)
    given, before = ({c: a.text for c, a in one.items()} for one in (fresh, held))
    back = unchanged(given, before, kinds)
    return {code: one for code, one in fresh.items() if code not in back}


def _read(known: Mapping[str, FieldInfo], draft: Draft) -> dict[str, Answer]:
    strangers = [code for code in draft.answers if code not in known]
    if strangers:
        problems = [Problem(code, "报表没有这一项。") for code in strangers[:50]]
        raise UnknownField(field=strangers[0], problems=problems)
    return {
        code: raw if isinstance(raw, Answer) else typed(known[code], raw)
        for code, raw in draft.answers.items()
    }


def _digest(row: Filing | Begun) -> str:
    """Of texts alone, so the plain encoder writes the same as the canonical one, ten times faster."""
    told = row.answers if isinstance(row, Begun) else compact(row.answers)
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()


def _announce(
    form: FormInfo, period: int, rows: Sequence[Filing | Begun], by: Actor, at: datetime
) -> None:
    if not rows:
        return
    only = rows[0] if len(rows) == 1 else None
    evidence.record(
        DraftSaved(
            subject=subject_of("reporting", "filing", only.uuid)
            if only
            else subject_of("reporting", "form", form.uuid),
            place=only.place if only else None,
            form=form.code,
            period=period,
            filings=len(rows),
            answers=sha256(sorted(_digest(row) for row in rows)),
        ),
        by=by,
        at=at,
    )
