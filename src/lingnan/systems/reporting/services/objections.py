"""A clerk says a form repeats another or is in no catalogue; the bureau answers in time."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from lingnan.base.actors import Actor
from lingnan.base.canonical import plain
from lingnan.base.clock import legal_day
from lingnan.base.errors import Invalid, NotFound, Problem
from lingnan.base.ids import parse_uuid, subject, uuid7
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.statutes import queries as statutes
from lingnan.web import files

from ..content import reading_words
from ..models import Objection
from ..queries.admission import in_force, limits
from ..queries.forms import form_by_id
from ..queries.gate import need
from ..queries.objections import alike_registered, alike_unregistered, objection_info
from ..rules.xlsform import read_forms
from ..terms.admission import Likeness, ObjectionInfo, ObjectionKind, Ruling
from ..terms.happenings import ObjectionAnswered, ObjectionMade
from ..terms.refusals import AlreadyAnswered, NeedReason, WrongFile
from .forms import MEDIA
from .notices import notify
from .registering import period_kind


@dataclass(frozen=True)
class Saying:
    """What the clerk says, of her place; `sender`: who sent a form from outside."""

    kind: ObjectionKind
    words: str
    place: int
    sender: str = ""


def object_to_form(form_id: int, said: Saying, *, by: Actor, at: datetime) -> ObjectionInfo:
    """Of a registered form. Invalid: nothing was said."""
    on = legal_day(at)
    _check(said, by, at)
    form = form_by_id(form_id)
    others = in_force(on, said.place, period_kind=form.period_kind, but=form)
    row = Objection(form_id=form.id, title=form.title.strip()[:300], fields=len(form.asked))
    return _make(row, said, alike_registered(form, others), by=by, at=at)


def object_to_file(
    data: bytes, name: str, said: Saying, *, by: Actor, at: datetime
) -> ObjectionInfo:
    """Of a form that came outside the system: kept, read and matched, but not registered.

    The first sheet that asks something speaks for the file. UnreadableWorkbook, WrongFile.
    """
    on = legal_day(at)
    _check(said, by, at)
    draft = next((one for one in read_forms(data, name, reading_words()) if one.asked()), None)
    if draft is None:
        raise WrongFile(why="没有读出任何填报项目。")
    others = in_force(on, said.place, period_kind=period_kind(draft))
    alike = alike_unregistered(draft, others, to=by, on=on)
    media = MEDIA.get(name.rpartition(".")[2].lower(), "application/octet-stream")
    kept = files.keep_file(data, name, media, place=said.place, label="internal", by=by, at=at)
    row = Objection(
        title=draft.title.strip()[:300] or name[:300],
        file_name=name[:255],
        file_sha256=kept.sha256,
        fields=len(draft.asked()),
    )
    return _make(row, said, alike, by=by, at=at)


@transaction.atomic
def answer_objection(
    uuid: str, ruling: Ruling, answer: str, *, by: Actor, at: datetime
) -> ObjectionInfo:
    """Once, with the reason, for everybody to read. NeedReason, AlreadyAnswered."""
    on = legal_day(at)
    row = Objection.objects.select_for_update().filter(uuid=parse_uuid(uuid)).first()
    if row is None:
        raise NotFound
    need(by, "reporting.admit", [row.place], on=on)
    if row.ruling:
        raise AlreadyAnswered
    if not answer.strip():
        raise NeedReason
    row.ruling, row.answer = ruling, answer.strip()
    row.answered_by, row.answered_at = by.party, at
    row.save(update_fields=["ruling", "answer", "answered_by", "answered_at"])
    evidence.record(
        ObjectionAnswered(
            subject=subject("reporting", "objection", row.uuid),
            place=row.place,
            form=row.form.code if row.form else "",
            ruling=ruling,
            in_time=on <= row.due_on,
        ),
        by=by,
        at=at,
    )
    title = f"重复反映的答复：{row.title or (row.form.title if row.form else '')}".strip()
    notify(row.made_by, title, row.answer, f"/reporting/objections/{row.uuid}/", at=at)
    return objection_info(row)


def _check(said: Saying, by: Actor, at: datetime) -> None:
    need(by, "reporting.object", [said.place], on=legal_day(at))
    if not said.words.strip():
        raise Invalid(problems=[Problem("words", "请写一句：和哪张表重复，或从哪里来的。")])


def _make(
    row: Objection, said: Saying, alike: Sequence[Likeness], *, by: Actor, at: datetime
) -> ObjectionInfo:
    on = legal_day(at)
    row.uuid = uuid7(int(at.timestamp() * 1000))
    row.kind, row.words, row.place = said.kind, said.words.strip(), said.place
    row.sender, row.made_by, row.made_at = said.sender.strip()[:200], by.party, at
    row.likenesses = plain([asdict(one) for one in alike])
    row.due_on = statutes.calendar().add_working_days(on, limits(on).answer_days).day
    with transaction.atomic():
        row.save(force_insert=True)
        evidence.record(
            ObjectionMade(
                subject=subject("reporting", "objection", row.uuid),
                place=row.place,
                says=row.kind,
                form=row.form.code if row.form else "",
                sha256=row.file_sha256,
                fields=row.fields,
                alike=len(alike),
                due_on=row.due_on,
            ),
            by=by,
            at=at,
        )
    return objection_info(row)
