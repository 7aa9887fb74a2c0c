"""Last year's corrections onto this year's version of a form."""

from dataclasses import dataclass
from datetime import datetime

from lingnan.base.actors import Actor
from lingnan.base.canonical import plain, sha256
from lingnan.base.ids import subject
from lingnan.kernel.evidence import services as evidence

from ...content import reading_words
from ...models import Form, Profile
from ...rules.filing import profile_of
from ...rules.profiles import (
    apply_corrections,
    corrections_of,
    corrections_to_json,
    grid_in,
    reanchored,
)
from ...terms.forms import FormDraft
from ...terms.happenings import FormCorrected
from ...terms.profiles import Applied, Correction


@dataclass(frozen=True)
class Carried:
    """What was read, what was said a version ago, and what became of it here."""

    read: FormDraft
    said: tuple[Correction, ...]
    applied: Applied
    carried_from: int


def carried_over(code: str, draft: FormDraft, data: bytes, name: str) -> Carried | None:
    """None when nothing was ever said of a form of this code."""
    last = Form.objects.filter(code=code).order_by("-version").first()
    kept = last and Profile.objects.filter(form=last).order_by("-version").first()
    if last is None or not kept or not kept.corrections:
        return None
    said = corrections_of(kept.corrections)
    grid = grid_in(data, name, draft.sheet, reading_words())
    applied = apply_corrections(draft, grid, said)
    return Carried(draft, reanchored(grid, draft, said, applied), applied, last.version)


def keep_carried(row: Form, carried: Carried, *, by: Actor, at: datetime) -> None:
    """Version 0 as read, version 1 as corrected. What was lost is kept too: a later version of the
    form may have the cell again."""
    Profile.objects.create(form=row, version=0, draft=profile_of(carried.read), made_at=at)
    said = corrections_to_json(carried.said)
    Profile.objects.create(
        form=row,
        version=1,
        corrections=said,
        lost=plain(carried.applied.lost),
        draft=profile_of(carried.applied.draft),
        carried_from=carried.carried_from,
        made_by=by.party,
        made_at=at,
    )
    evidence.record(
        FormCorrected(
            subject=subject("reporting", "form", row.uuid),
            label="public",
            form=row.code,
            form_version=row.version,
            profile=1,
            corrections=sha256(said),
            repointed=[],
            removed=[],
            lost=len(carried.applied.lost),
            carried_from=carried.carried_from,
        ),
        by=by,
        at=at,
    )
