"""The words of kept files."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import ClassVar

from lingnan.base.events import Event

LABELS = ("public", "internal", "personal", "secret")


@dataclass(frozen=True, kw_only=True)
class FileKept(Event):
    """The file's name stays out: it may name a person."""

    kind: ClassVar[str] = "files.file_kept"
    sha256: str
    size: int
    media_type: str


@dataclass(frozen=True, kw_only=True)
class FilesExpired(Event):
    kind: ClassVar[str] = "files.files_expired"
    sha256: tuple[str, ...]


@dataclass(frozen=True)
class FileInfo:
    uuid: str
    sha256: str
    name: str
    media_type: str
    size: int
    place: int | None
    label: str
    kept_at: datetime
    keep_until: date | None


@dataclass(frozen=True)
class OpenedFile:
    info: FileInfo
    path: Path
