"""A form as read becomes a version of its code: its row, its questions, their elements."""

from dataclasses import replace
from datetime import datetime

from django.db.models import Max

from lingnan.base.actors import Actor
from lingnan.base.ids import subject, uuid7
from lingnan.base.periods import Kind
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.observations import services as values
from lingnan.kernel.observations.terms import ElementDefinition

from ..content import reading_words
from ..models import Field, Form
from ..rules.filing import profile_of
from ..rules.frequency import kind_of
from ..terms.filings import FormState
from ..terms.forms import FormDraft
from ..terms.happenings import FormRegistered
from .dictionary.returning import inherited
from .questions import PLACES, definitions, field_row


def register_version(
    draft: FormDraft,
    code: str,
    kept: tuple[str, str],
    department: int | None,
    *,
    by: Actor,
    at: datetime,
) -> Form:
    """The next version of the form of this code, with its questions. `kept`: sha256 and name of its
    file. What was there before is asked by no new round once this one is let in."""
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
        file_sha256=kept[0],
        file_name=kept[1],
        profile=profile_of(draft),
        registered_at=at,
    )
    elements = _define(row, draft, by=by, at=at)
    fields = [
        field_row(row, n, one, elements.get(one.code))
        for n, one in enumerate(draft.fields, start=1)
    ]
    Field.objects.bulk_create(inherited(row, fields), batch_size=500)
    evidence.record(registered(row, len(draft.fields)), by=by, at=at, also=withdrawn)
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


def registered(row: Form, count: int) -> FormRegistered:
    return FormRegistered(
        subject=subject("reporting", "form", row.uuid),
        label="public",
        form=row.code,
        form_version=row.version,
        sha256=row.file_sha256,
        fields=count,
    )
