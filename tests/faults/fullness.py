"""Acts on a machine without room: files that end in the middle, a database that takes no more."""

import errno
import io
import resource
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from random import Random
from typing import Any
from unittest import mock

import psycopg
import pyarrow.parquet as pq
from django.db import OperationalError, connection
from django.test import RequestFactory

from lingnan.base import clock
from lingnan.kernel.evidence.models import Event
from lingnan.kernel.observations import services as values
from lingnan.kernel.observations.models import Batch, CurrentValue, PendingValue, Segment
from lingnan.systems.reporting.models import Filing, Release
from lingnan.web import files
from lingnan.web.errors import refusal_of
from lingnan.web.files.models import KeptFile

from . import world

Said = Iterator[dict[str, Any]]
RAW = b"0123456789abcdef" * 4096
WRITES = ("INSERT", "UPDATE", "DELETE")


class Full(io.RawIOBase):
    """A file that takes so many bytes and not one more."""

    def __init__(self, file: Any, room: int) -> None:
        self.file, self.room = file, room

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        taken = bytes(piece)[: self.room]
        self.file.write(taken)
        self.room -= len(taken)
        if len(taken) < len(bytes(piece)):
            raise OSError(errno.ENOSPC, "No space left on device")
        return len(taken)

    def tell(self) -> int:
        return int(self.file.tell())

    def flush(self) -> None:
        if not self.file.closed:
            self.file.flush()


@contextmanager
def no_room_in_files(chance: Random) -> Iterator[None]:
    """Segments end at a random byte; other files at a random size."""
    room, whole = chance.randrange(0, 4000), pq.ParquetWriter

    def writer(file: Any, schema: Any, **how: Any) -> pq.ParquetWriter:
        return whole(Full(file, room), schema, **how)

    with mock.patch.object(pq, "ParquetWriter", writer):
        yield


@contextmanager
def no_big_files(chance: Random) -> Iterator[None]:
    """What the kernel says at that size: EFBIG, as SIGXFSZ is ignored by Python."""
    limit = chance.randrange(0, len(RAW))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)


def no_room_for_a_statement(chance: Random) -> AbstractContextManager[None]:
    """The database refuses one of the first writes, in the words of its kind."""
    left = [chance.randrange(0, 2)]

    def refuse(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if sql.lstrip().startswith(WRITES):
            left[0] -= 1
            if left[0] < 0:
                raise _full()
        return execute(sql, *rest)

    return connection.execute_wrapper(refuse)


def _full() -> OperationalError:
    if connection.vendor == "sqlite":
        return OperationalError("database or disk is full")
    wrong = OperationalError('could not extend file "base/1/2": No space left on device')
    wrong.__cause__ = psycopg.errors.DiskFull()
    return wrong


@contextmanager
def no_more_pages(chance: Random) -> Iterator[None]:
    """SQLite itself finds no room; with PostgreSQL that is the server's disk."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")  # else the pages of what was deleted are room enough
        cursor.execute("PRAGMA page_count")
        pages = cursor.fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages + chance.randrange(0, 2)}")
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA max_page_count = {2**30}")


WAYS: dict[str, Callable[[Random], AbstractContextManager[None]]] = {
    "files": no_room_in_files,
    "sizes": no_big_files,
    "statement": no_room_for_a_statement,
    "pages": no_more_pages,
    "": lambda chance: nullcontext(),
}


def keep_file() -> Any:
    return files.keep_file(
        RAW, "a.bin", "text/plain", place=None, label="public", by=world.SYSTEM, at=clock.now()
    )


ACTS: dict[str, Callable[[], Any]] = {
    "import": lambda: world.bring(9),
    "submit": lambda: world.submit("full", world.late_village(1)),
    "approve": lambda: world.approve(6),
    "seal": lambda: values.seal(by=world.SYSTEM, at=clock.now()),
    "compact": lambda: values.compact(by=world.SYSTEM, at=clock.now(), fewest=2),
    "produce": lambda: world.produce(world.county()),
    "keep_file": keep_file,
    "drain": world.drain,
}


def attempt(act: str, way: str, seed: int) -> Said:
    """The refusal as a door words it; what is there before and after."""
    before = shown()
    try:
        with WAYS[way](Random(seed)):
            ACTS[act]()
        yield {"done": act, "changed": shown() != before}
    except Exception as no:
        said = refusal_of(RequestFactory().get("/"), no)
        yield {"refused": said.code, "words": said.words(), "was": repr(no)}
        yield {"before": before, "after": shown()}


def shown() -> dict[str, Any]:
    """Rows by table, and every file but the database's own."""
    models = (Batch, CurrentValue, Event, Filing, KeptFile, PendingValue, Release, Segment)
    folders = (world.folder() / "segments", world.folder() / "files")
    paths = [p for folder in folders for p in folder.rglob("*") if p.is_file()]
    return {m.__name__: m.objects.count() for m in models} | {
        "approved": Filing.objects.filter(state="approved").count(),
        "numbered": Event.objects.exclude(seq=None).count(),
        "submitted": Filing.objects.filter(state="submitted").count(),
        "live": Segment.objects.filter(replaced_at=None).count(),
        "files": sorted(path.name for path in paths),
    }
