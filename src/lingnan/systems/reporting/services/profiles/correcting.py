"""Put right what the reader saw of a registered form."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from lingnan.base.actors import Actor
from lingnan.base.canonical import plain, sha256
from lingnan.base.clock import legal_day
from lingnan.base.ids import subject
from lingnan.base.periods import Kind
from lingnan.kernel.evidence import services as evidence

from ...content import reading_words
from ...models import Admission, Form, Profile, Round
from ...queries.forms import form_by_id
from ...queries.gate import need
from ...queries.profiles import file_of, read_draft
from ...rules.filing import draft_of, profile_of
from ...rules.frequency import kind_of
from ...rules.grid import Grid
from ...rules.profiles import (
    apply_corrections,
    corrections_of,
    corrections_to_json,
    grid_in,
    losses_of,
    merged,
    reanchored,
)
from ...terms.admission import Admitting
from ...terms.filings import RoundState
from ...terms.forms import FormDraft
from ...terms.happenings import FormCorrected
from ...terms.profiles import Applied, BadCorrection, Correction, ProfileInfo, Say
from ..ledgers.deriving import propose_items
from ..proposing import propose
from ..registering import register_version
from .questions import Changes, asked_otherwise, follow, subject_of


def correct_form(
    form: int, corrections: Sequence[Correction], *, by: Actor, at: datetime
) -> ProfileInfo:
    """A new version of the form's profile: all that was said before, and this.

    Questions follow: one whose type, unit or options changed is about another element from now on.
    A form that was let in, or that a round is asking, asks neither more nor less by it: with other
    questions it becomes its next version, which is let in before anybody is asked. Raises
    BadCorrection when a cell is not found or cannot be what was said, AlreadyFilled when reports
    already answer a question that would change its meaning.
    """
    return _correct(form, corrections, strict=True, by=by, at=at)


def apply_profile(
    form: int, corrections: Sequence[Correction], *, by: Actor, at: datetime
) -> ProfileInfo:
    """Corrections from a file or another form: what finds no place is told in `lost`, not refused."""
    return _correct(form, corrections, strict=False, by=by, at=at)


def _correct(
    form: int, corrections: Sequence[Correction], *, strict: bool, by: Actor, at: datetime
) -> ProfileInfo:
    need(by, "reporting.register", on=legal_day(at))
    info = form_by_id(form)
    grid = grid_in(file_of(info), info.file_name, info.sheet, reading_words())
    with transaction.atomic():
        row = Form.objects.select_for_update().get(pk=form)
        read = read_draft(form)
        last = Profile.objects.filter(form=row).order_by("-version").first()
        said = merged(corrections_of(last.corrections) if last else (), corrections)
        applied = _applied(read, grid, said, corrections if strict else ())
        said = reanchored(grid, read, said, applied)
        before = draft_of(row.profile)
        changes = asked_otherwise(before, applied.draft)
        if changes and is_bound(row, legal_day(at)):
            row = _next_version(row, applied.draft, by=by, at=at)
        else:
            changes = follow(row, before, applied.draft, by=by, at=at)
        kept = _keep(row, read, said, applied, by=by, at=at)
        told = _corrected(row, kept, changes)
        evidence.record(told, by=by, at=at, also=changes.forgotten)
    if changes:
        propose([row.pk], by=by, at=at)
    if row.pk != form:
        propose_items(row.pk, by=by, at=at)
    return ProfileInfo(
        form=row.code,
        form_version=row.version,
        version=kept.version,
        corrections=said,
        lost=losses_of(kept.lost),
        made_at=at,
        made_by=by.party,
        draft=applied.draft,
    )


def is_bound(row: Form, on: date) -> bool:
    """Two persons let in just these questions, or villages are answering them."""
    let_in = Admission.objects.filter(form=row, state=Admitting.ADMITTED, expires_on__gte=on)
    asked = Round.objects.filter(forms=row, state=RoundState.OPEN)
    return let_in.exists() or asked.exists()


def _next_version(row: Form, draft: FormDraft, *, by: Actor, at: datetime) -> Form:
    """Of the same file; reviewed by the same levels."""
    kept = row.file_sha256, row.file_name
    made = register_version(draft, row.code, kept, row.department_id, by=by, at=at)
    made.levels = row.levels
    made.save(update_fields=["levels"])
    return made


def _applied(
    read: FormDraft, grid: Grid, said: Sequence[Correction], must: Sequence[Correction]
) -> Applied:
    applied = apply_corrections(read, grid, said)
    for one in must:
        if one.say is Say.READ or one in applied.done:
            continue
        why = next((lost.why for lost in applied.lost if lost.cell == one.at.cell), "")
        raise BadCorrection(cell=one.at.cell, why=why)
    return applied


def _keep(
    row: Form,
    read: FormDraft,
    said: Sequence[Correction],
    applied: Applied,
    *,
    by: Actor,
    at: datetime,
) -> Profile:
    last = Profile.objects.filter(form=row).order_by("-version").first()
    if last is None:
        Profile.objects.create(
            form=row, version=0, draft=profile_of(read), made_at=row.registered_at
        )
    row.profile = profile_of(applied.draft)
    row.title = applied.draft.title[:300]
    row.subject, row.period_kind = subject_of(applied.draft), _kind(applied.draft, row.period_kind)
    row.save(update_fields=["profile", "title", "subject", "period_kind"])
    return Profile.objects.create(
        form=row,
        version=last.version + 1 if last else 1,
        corrections=corrections_to_json(said),
        lost=plain(applied.lost),
        draft=row.profile,
        made_by=by.party,
        made_at=at,
    )


def _kind(draft: FormDraft, known: int) -> int:
    return int(
        kind_of(draft.period, draft.title, reading_words().frequencies) or known or Kind.YEAR
    )


def _corrected(row: Form, kept: Profile, changes: Changes) -> FormCorrected:
    return FormCorrected(
        subject=subject("reporting", "form", row.uuid),
        label="public",
        form=row.code,
        form_version=row.version,
        profile=kept.version,
        corrections=sha256(kept.corrections),
        repointed=sorted(changes.repointed),
        removed=sorted(changes.removed),
        lost=len(kept.lost),
    )
