"""Keep a file; let go of what has had its time."""

from datetime import date, datetime, timedelta

from django.db import transaction

from lingnan.base.actors import Actor
from lingnan.base.clock import legal_day
from lingnan.base.errors import Invalid, Problem
from lingnan.base.ids import subject, uuid7
from lingnan.kernel.evidence import services as evidence

from . import store
from .models import KeptFile
from .queries import info_of
from .terms import LABELS, FileInfo, FileKept, FilesExpired

GRACE = timedelta(
    hours=24
)  # an orphan younger than this may belong to a transaction not yet committed


def keep_file(  # noqa: PLR0913 - what is kept, and facts about it
    raw: bytes,
    name: str,
    media_type: str,
    *,
    place: int | None,
    label: str,
    by: Actor,
    at: datetime,
    keep_until: date | None = None,
) -> FileInfo:
    """Bytes to disk first, then row and evidence in one transaction. Invalid: unknown label."""
    if label not in LABELS:
        raise Invalid(problems=[Problem("label", "没有这个密级：{label}。", (("label", label),))])
    sha256 = store.write(raw)
    row = KeptFile(
        uuid=uuid7(int(at.timestamp() * 1000)),
        sha256=sha256,
        name=name[:255],
        media_type=media_type[:127],
        size=len(raw),
        party_id=by.party,
        place_id=place,
        label=label,
        kept_at=at,
        keep_until=keep_until,
    )
    kept = FileKept(
        subject=subject("files", "file", row.uuid),
        place=place,
        label=label,
        sha256=sha256,
        size=len(raw),
        media_type=row.media_type,
    )
    with transaction.atomic():
        row.save(force_insert=True)
        evidence.record(kept, by=by, at=at)
    return info_of(row)


def expire_files(*, by: Actor, at: datetime) -> int:
    """Drop the rows whose retention is over; their bytes become orphans. Answers how many."""
    due = list(KeptFile.objects.filter(keep_until__lte=legal_day(at)).order_by("id")[:1000])
    if not due:
        return 0
    gone = FilesExpired(
        subject=subject("files", "file", due[0].uuid), sha256=tuple(row.sha256 for row in due)
    )
    with transaction.atomic():
        KeptFile.objects.filter(pk__in=[row.pk for row in due]).delete()
        evidence.record(gone, by=by, at=at)
    return len(due)


def collect_orphans(*, at: datetime) -> int:
    """Remove files no row speaks of, and halves left by a crash, after a day. How many went."""
    removed = 0
    old = list(store.everything(older_than=(at - GRACE).timestamp()))
    for start in range(0, len(old), 500):
        batch = old[start : start + 500]
        names = [path.name for path in batch]
        spoken_of = set(KeptFile.objects.filter(sha256__in=names).values_list("sha256", flat=True))
        for path in batch:
            if path.name not in spoken_of:
                path.unlink(missing_ok=True)
                removed += 1
    return removed
