"""'This form repeats another': what a form shares with those in force, and the public register."""

from collections.abc import Iterable, Sequence
from datetime import date

from lingnan.base.actors import Actor
from lingnan.base.clock import legal_day
from lingnan.base.errors import NotFound
from lingnan.base.ids import parse_uuid

from .. import content
from ..models import Form, Objection
from ..rules.checking import in_force
from ..rules.filing import draft_of
from ..rules.masking import masked_words
from ..rules.matching import match_fields
from ..terms.admission import Likeness, ObjectionInfo, ObjectionKind, Ruling
from ..terms.filings import FormInfo
from ..terms.forms import FormDraft, Relation
from . import matching
from .gate import need

LIKELY = 0.6
SAME = "已认定为同一项"


def objections(*, open_only: bool = False, form: str = "") -> list[ObjectionInfo]:
    """The register, or what was said of one form; the newest first. Open to everybody: it names no
    person. One query."""
    rows = Objection.objects.select_related("form").order_by("-made_at", "-pk")
    if open_only:
        rows = rows.filter(ruling="")
    if form:
        rows = rows.filter(form__code=form)
    return [objection_info(row) for row in rows]


def objection(uuid: str) -> ObjectionInfo:
    row = Objection.objects.select_related("form").filter(uuid=parse_uuid(uuid)).first()
    if row is None:
        raise NotFound
    return objection_info(row)


def alike_registered(form: FormInfo, others: Iterable[FormInfo]) -> list[Likeness]:
    """Fields of a registered form whose fact a form in force asks too."""
    asked: dict[str, tuple[str, str]] = {}
    for other in others:
        for field in other.admitted().asked:
            asked.setdefault(field.element_code, (other.code, field.code))
    return [
        Likeness(field.code, field.label.strip(), *asked[field.element_code], "1", SAME)
        for field in form.asked
        if field.element_code in asked
    ]


def alike_unregistered(
    draft: FormDraft, others: Sequence[FormInfo], *, to: Actor, on: date
) -> list[Likeness]:
    """Fields of a form that was only read: the surest `same` in any form in force, by the matcher."""
    need(to, "reporting.read", on=on)
    words = matching.words()
    decided, embed = matching.remembered(words), matching.embedding()
    profiles = dict(
        Form.objects.filter(pk__in=[one.id for one in others]).values_list("pk", "profile")
    )
    best: dict[str, Likeness] = {}
    for other in others:
        for match in match_fields(draft, draft_of(profiles[other.id]), words, decided, embed):
            sure = match.chosen
            if sure is None or sure.relation is not Relation.SAME or sure.score < LIKELY:
                continue
            mine, there = match.source.field, sure.target.field
            before = best.get(mine.code)
            if before is None or sure.score > float(before.score):
                best[mine.code] = Likeness(
                    mine.code,
                    mine.label.strip(),
                    other.code,
                    there.code,
                    f"{sure.score:.2f}",
                    "；".join(sure.reasons),
                )
    return [best[field.code] for field in draft.asked() if field.code in best]


def objection_info(row: Objection) -> ObjectionInfo:
    """The register is open to everybody, so numbers and names in its words are masked for everybody."""
    rule = in_force(content.masking(), legal_day(row.answered_at or row.made_at))
    return ObjectionInfo(
        uuid=str(row.uuid),
        kind=ObjectionKind(row.kind),
        form=row.form.code if row.form else "",
        title=row.title,
        file_name=row.file_name,
        file_sha256=row.file_sha256,
        fields=row.fields,
        likenesses=tuple(Likeness(**one) for one in row.likenesses),
        words=masked_words(row.words, rule),
        sender=masked_words(row.sender, rule),
        place=row.place,
        made_at=row.made_at,
        due_on=row.due_on,
        ruling=Ruling(row.ruling) if row.ruling else None,
        answer=masked_words(row.answer, rule),
        answered_at=row.answered_at,
        department=row.form.department_id if row.form else None,
    )
