"""What is kept of long work beside its rows: the files, and the word of how it ended."""

from datetime import datetime, timedelta

from lingnan.base.actors import Actor
from lingnan.base.clock import legal_day
from lingnan.base.ids import subject
from lingnan.web import files

from ...content import limits_at_once
from ...models import Work
from ...terms.works import Step, WorkEnded
from ..forms import MEDIA

CSV = "text/csv; charset=utf-8"


def keep_for(name: str, data: bytes, label: str, *, by: Actor, at: datetime) -> str:
    """Of whoever ordered the work and of nobody else, for some weeks. The sha256."""
    until = legal_day(at) + timedelta(days=limits_at_once().keep_days)
    media = MEDIA.get(name.rpartition(".")[2].lower(), CSV)
    kept = files.keep_file(
        data, name, media, place=None, label=label, by=by, at=at, keep_until=until
    )
    return kept.sha256


def subject_of(row: Work) -> str:
    return subject("reporting", "work", row.uuid)


def ended(row: Work) -> WorkEnded:
    return WorkEnded(
        subject=subject_of(row),
        place=row.place,
        label="internal",
        work=row.kind,
        state=str(Step(row.state)),
        done=row.done,
        total=row.total,
        faults=row.faults,
    )
