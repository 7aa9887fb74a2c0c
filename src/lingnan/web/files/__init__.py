"""Files by content: `<data>/files/ab/cd/<sha256>`, a row that says whose, a gate on the way out.

info = keep_file(raw, "表一.xlsx", XLSX, place=place.id, label="internal", by=actor, at=clock.now())
opened = open_file(info.sha256, to=actor)      # NotFound where the actor may not see it
"""

from .queries import file_info, open_file
from .services import collect_orphans, expire_files, keep_file
from .terms import FileInfo, FileKept, OpenedFile

__all__ = [
    "FileInfo",
    "FileKept",
    "OpenedFile",
    "collect_orphans",
    "expire_files",
    "file_info",
    "keep_file",
    "open_file",
]
