"""A department's file becomes registered forms: kept as it is, read, its questions defined."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from lingnan.base.actors import Actor
from lingnan.base.canonical import sha256
from lingnan.base.clock import legal_day
from lingnan.base.errors import NotFound
from lingnan.base.ids import subject, uuid7
from lingnan.base.periods import Kind
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.observations import services as values
from lingnan.kernel.observations.terms import ElementDefinition
from lingnan.web import files

from ..content import reading_words
from ..models import Field, Form
from ..queries.forms import forms_by_id
from ..queries.gate import need
from ..rules.filing import profile_of
from ..rules.frequency import kind_of
from ..rules.xlsform import read_forms
from ..terms.filings import FormInfo, FormState
from ..terms.forms import FormDraft
from ..terms.happenings import (
    FormRegistered,
)
from ..terms.refusals import (
    WrongFile,
)
from .dictionary.returning import inherited
from .profiles import Carried, carried_over, keep_carried
from .proposing import propose
from .questions import PLACES, definitions, field_row

MEDIA = {
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def register_form(
    data: bytes,
    name: str,
    *,
    department: int | None = None,
    codes: Sequence[str] = (),
    by: Actor,
    at: datetime,
) -> list[FormInfo]:
    """One form a sheet that asks something. The same file again answers what is there already.

    `codes` name the forms in sheet order; without them the reader's names are used. A form of a
    known code is its next version: what people put right on the last one is put right here too.
    Raises UnreadableWorkbook, WrongFile (it asks nothing).
    """
    need(by, "reporting.register", on=legal_day(at))
    drafts = [draft for draft in read_forms(data, name, reading_words()) if draft.asked()]
    if not drafts:
        raise WrongFile(why="没有读出任何填报项目。")
    known = _known(sha256(data), department)
    if known:
        return known
    media = MEDIA.get(name.rpartition(".")[2].lower(), "application/octet-stream")
    kept = files.keep_file(data, name, media, place=None, label="public", by=by, at=at)
    named = [codes[i] if i < len(codes) else draft.form for i, draft in enumerate(drafts)]
    pairs = list(zip(drafts, named, strict=True))
    carried = [carried_over(code, draft, data, name) for draft, code in pairs]
    with transaction.atomic():
        rows = [
            _register(said.applied.draft if said else draft, code, kept, department, by=by, at=at)
            for (draft, code), said in zip(pairs, carried, strict=True)
        ]
        _keep_carried(rows, carried, by=by, at=at)
    propose([row.pk for row in rows], by=by, at=at)
    infos = forms_by_id(row.pk for row in rows)
    return [infos[row.pk] for row in rows]


def _keep_carried(
    rows: Sequence[Form], carried: Sequence[Carried | None], *, by: Actor, at: datetime
) -> None:
    for row, said in zip(rows, carried, strict=True):
        if said is not None:
            keep_carried(row, said, by=by, at=at)


@transaction.atomic
def withdraw_form(form_id: int, *, by: Actor, at: datetime) -> None:
    """It is asked no more; what was reported stays."""
    need(by, "reporting.register", on=legal_day(at))
    row = Form.objects.select_for_update().filter(pk=form_id).first()
    if row is None:
        raise NotFound
    row.state = FormState.WITHDRAWN
    row.save(update_fields=["state"])
    evidence.record(_registered(row, 0), by=by, at=at)


def _known(digest: str, department: int | None) -> list[FormInfo]:
    rows = Form.objects.filter(
        file_sha256=digest, department=department, state=FormState.CURRENT
    ).order_by("pk")
    infos = forms_by_id(row.pk for row in rows)
    return [infos[row.pk] for row in rows]


def _register(
    draft: FormDraft,
    code: str,
    kept: files.FileInfo,
    department: int | None,
    *,
    by: Actor,
    at: datetime,
) -> Form:
    last = Form.objects.filter(code=code).aggregate(top=Max("version"))["top"] or 0
    before = Form.objects.filter(code=code, state=FormState.CURRENT)
    withdrawn = [
        subject("reporting", "form", uuid) for uuid in before.values_list("uuid", flat=True)
    ]
    before.update(state=FormState.WITHDRAWN)
    row = Form.objects.create(
        uuid=uuid7(int(at.timestamp() * 1000)),
        code=code,
        version=last + 1,
        title=draft.title[:300],
        department_id=department,
        period_kind=period_kind(draft),
        subject="place" if draft.subject in PLACES else "household",
        layout=draft.layout,
        sheet=draft.sheet,
        file_sha256=kept.sha256,
        file_name=kept.name,
        profile=profile_of(draft),
        registered_at=at,
    )
    elements = _define(row, draft, by=by, at=at)
    fields = [
        field_row(row, n, one, elements.get(one.code))
        for n, one in enumerate(draft.fields, start=1)
    ]
    Field.objects.bulk_create(inherited(row, fields), batch_size=500)
    evidence.record(_registered(row, len(draft.fields)), by=by, at=at, also=withdrawn)
    return row


def _define(row: Form, draft: FormDraft, *, by: Actor, at: datetime) -> dict[str, int]:
    """Element ids by field code. A version whose unit or type differs gets its own elements."""
    wanted, held = definitions(row, draft.fields)
    for code, one in wanted.items():
        before = held.get(one.code)
        if before and (before.type, before.unit, before.subject_kind) != (
            one.type,
            one.unit,
            one.subject_kind,
        ):
            wanted[code] = _renamed(one, row.version)
    ids = values.define_elements(list(wanted.values()), by=by, at=at)
    return {code: ids[one.code] for code, one in wanted.items()}


def _renamed(one: ElementDefinition, version: int) -> ElementDefinition:
    return replace(one, code=f"{one.code[:90]}_v{version}")


def period_kind(draft: FormDraft) -> int:
    """What the head of the form says; a year where it says nothing."""
    return int(kind_of(draft.period, draft.title, reading_words().frequencies) or Kind.YEAR)


def _registered(row: Form, count: int) -> FormRegistered:
    return FormRegistered(
        subject=subject("reporting", "form", row.uuid),
        label="public",
        form=row.code,
        form_version=row.version,
        sha256=row.file_sha256,
        fields=count,
    )
