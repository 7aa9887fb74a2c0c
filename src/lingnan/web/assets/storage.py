"""What `collectstatic` leaves behind: `ui.3f2a….js` beside `ui.js`, and a `.gz` of whatever shrinks."""

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage

TEXT = (".css", ".js", ".svg", ".json", ".txt", ".webmanifest", ".LICENSE")


class NamedByContent(ManifestStaticFilesStorage):
    """A file that was not collected keeps its plain name: a page never fails for a picture."""

    manifest_strict = False

    def post_process(self, *args: Any, **options: Any) -> Iterator[Any]:
        yield from super().post_process(*args, **options)
        if options.get("dry_run"):
            return
        for name in {*self.hashed_files, *self.hashed_files.values()}:
            if name.endswith(TEXT) and self.exists(name):
                self._compress(name)

    def _compress(self, name: str) -> None:
        with self.open(name) as held:
            whole = held.read()
        # No time and no name inside: the same file gives the same bytes on every machine.
        small = gzip.compress(whole, compresslevel=9, mtime=0)
        beside = Path(f"{self.path(name)}.gz")
        beside.unlink(missing_ok=True)
        if len(small) < len(whole):
            beside.write_bytes(small)

    def stored_name(self, name: str) -> str:
        try:
            return str(super().stored_name(name))
        except ValueError:
            return name
