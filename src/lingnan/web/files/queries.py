"""The gate of kept files."""

from lingnan.base import clock
from lingnan.base.actors import Actor
from lingnan.base.errors import NotFound

from . import store
from .models import KeptFile
from .terms import FileInfo, OpenedFile


def open_file(sha256: str, *, to: Actor) -> OpenedFile:
    """Where the bytes lie, for somebody who may read them. NotFound says no more than that."""
    info = file_info(sha256, to=to)
    path = store.path_of(info.sha256)
    if not path.exists():
        raise NotFound
    return OpenedFile(info, path)


def file_info(sha256: str, *, to: Actor) -> FileInfo:
    """The newest keeping of these bytes that the actor may see."""
    for row in KeptFile.objects.filter(sha256=sha256).order_by("-id"):
        if _may_read(row, to):
            return info_of(row)
    raise NotFound


def info_of(row: KeptFile) -> FileInfo:
    return FileInfo(
        uuid=str(row.uuid),
        sha256=row.sha256,
        name=row.name,
        media_type=row.media_type,
        size=row.size,
        place=row.place_id,
        label=row.label,
        kept_at=row.kept_at,
        keep_until=row.keep_until,
    )


def _may_read(row: KeptFile, to: Actor) -> bool:
    """Public: everybody. Otherwise its keeper, or who holds the label and reaches the place."""
    if row.label == "public":
        return True
    if to.account is not None and row.party_id == to.party:
        return True
    if row.label not in to.labels:
        return False
    return row.place_id is not None and to.reaches(row.place_id, clock.today())
