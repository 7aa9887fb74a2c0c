"""Bytes on disk, named by their hash; whole and on the disk before any row speaks of them."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.conf import settings


def folder() -> Path:
    return Path(settings.FILES_ROOT)


def path_of(sha256: str) -> Path:
    return folder() / sha256[:2] / sha256[2:4] / sha256


def digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def write(raw: bytes) -> str:
    """Temporary name, fsync, rename, fsync of the folder. The hash; what is there stays."""
    sha256 = digest(raw)
    target = path_of(sha256)
    if target.exists():
        os.utime(target)  # fresh again: the collector of orphans leaves it alone
        return sha256
    target.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=target.parent, prefix=".new-", delete=False) as part:
        try:
            part.write(raw)
            part.flush()
            os.fsync(part.fileno())
            Path(part.name).replace(target)
        except BaseException:
            Path(part.name).unlink(missing_ok=True)
            raise
    _sync_folder(target.parent)
    return sha256


def everything(*, older_than: float) -> Iterator[Path]:
    """Files (and halves of files) last touched before that Unix time."""
    for path in folder().glob("*/*/*"):
        if path.stat().st_mtime < older_than:
            yield path


def _sync_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
