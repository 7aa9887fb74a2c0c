"""What people said of a form's cells: every version of it, and the sheet it was said on."""

from datetime import date

from lingnan.base.actors import Actor, system_actor
from lingnan.base.errors import NotFound
from lingnan.web import files

from ..models import Form, Profile
from ..rules.filing import draft_of
from ..rules.profiles import corrections_of, losses_of
from ..terms.filings import FormInfo
from ..terms.forms import FormDraft
from ..terms.profiles import ProfileInfo
from .forms import draft, form


def profiles(
    code: str, *, to: Actor, on: date, form_version: int | None = None
) -> list[ProfileInfo]:
    """Newest first, without their drafts; empty when nothing was ever said. NoSuchForm."""
    found = form(code, to=to, on=on, version=form_version)
    rows = Profile.objects.filter(form=found.id).select_related("form").defer("draft")
    return [_info(row) for row in rows.order_by("-version")]


def profile(
    code: str,
    version: int | None = None,
    *,
    to: Actor,
    on: date,
    form_version: int | None = None,
) -> ProfileInfo:
    """The newest, or that one, with the draft it made. A form nobody corrected has version 0."""
    found = form(code, to=to, on=on, version=form_version)
    rows = Profile.objects.filter(form=found.id).select_related("form").order_by("-version")
    row = rows.first() if version is None else rows.filter(version=version).first()
    if row is not None:
        return _info(row, draft_of(row.draft))
    if version:
        raise NotFound
    made = Form.objects.values_list("registered_at", flat=True).get(pk=found.id)
    return ProfileInfo(found.code, found.version, 0, (), (), made, None, draft=draft(found.id))


def read_draft(form_id: int) -> FormDraft:
    """What the reader itself saw, before anything was put right."""
    first = Profile.objects.filter(form=form_id, version=0).values_list("draft", flat=True).first()
    return draft(form_id) if first is None else draft_of(first)


def file_of(found: FormInfo) -> bytes:
    """The department's blank file, kept when the form was registered."""
    return files.open_file(found.file_sha256, to=system_actor()).path.read_bytes()


def _info(row: Profile, made: FormDraft | None = None) -> ProfileInfo:
    return ProfileInfo(
        form=row.form.code,
        form_version=row.form.version,
        version=row.version,
        corrections=corrections_of(row.corrections),
        lost=losses_of(row.lost),
        made_at=row.made_at,
        made_by=row.made_by,
        carried_from=row.carried_from,
        draft=made,
    )
