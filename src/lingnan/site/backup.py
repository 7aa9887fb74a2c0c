"""Backup and restore of SQL and files together: one snapshot is one moment.

A store is a folder: `objects/ab/<sha256>` holds every immutable file once, `snapshots/<time>/` a
database dump and `manifest.json`, written last. Segments never change, so a snapshot copies only
what is new. The database is dumped first; files it names are collected only after a grace that is
longer than a backup takes.
"""

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from lingnan import __version__
from lingnan.base.errors import Refused
from lingnan.kernel.evidence.models import TreeHead
from lingnan.kernel.observations.models import Segment
from lingnan.web.files import store as kept_files
from lingnan.web.files.models import KeptFile

from .pruning import locked

MANIFEST = "manifest.json"
CHUNK = 1 << 20


class BackupFailed(Refused):
    code = "backup.failed"
    status = 500
    tell = "备份没有完成：{why}"


class RestoreRefused(Refused):
    code = "backup.restore_refused"
    tell = "不能恢复：{why}"


@dataclass(frozen=True)
class Object:
    path: str  # relative to the data folder
    sha256: str
    bytes: int


@dataclass(frozen=True)
class Snapshot:
    name: str
    taken_at: str
    version: str
    vendor: str
    database: Object
    tree_size: int
    root: str
    with_keys: bool
    objects: tuple[Object, ...]


def back_up(store: Path, *, at: datetime, with_keys: bool = False) -> Snapshot:
    """Take one snapshot. A crash leaves a folder without a manifest, which nothing reads."""
    with locked(store, alone=False):
        return _back_up(store, at, with_keys)


def _back_up(store: Path, at: datetime, with_keys: bool) -> Snapshot:
    name = at.strftime("%Y%m%dT%H%M%S.%fZ")
    folder = store / "snapshots" / name
    folder.mkdir(parents=True)
    dump, wanted, head = _dump_sqlite(folder) if _is_sqlite() else _dump_postgres(folder)
    objects = tuple(_keep(store, relative, sha256) for relative, sha256 in wanted)
    keys = settings.ENV.folder / "keys"
    if with_keys:
        shutil.copytree(keys, folder / "keys")
    else:
        _keep_public_keys(keys, folder / "keys")
    snapshot = Snapshot(
        name=name,
        taken_at=at.isoformat(),
        version=__version__,
        vendor=connection.vendor,
        database=Object(dump.name, digest(dump), dump.stat().st_size),
        tree_size=head[0],
        root=head[1],
        with_keys=with_keys,
        objects=objects,
    )
    write_durably(folder / MANIFEST, json.dumps(asdict(snapshot), indent=1).encode())
    return snapshot


def snapshots(store: Path) -> list[Snapshot]:
    """Complete snapshots, oldest first."""
    found = []
    for manifest in sorted(store.glob(f"snapshots/*/{MANIFEST}")):
        raw: dict[str, Any] = json.loads(manifest.read_text())
        raw["database"] = Object(**raw["database"])
        raw["objects"] = tuple(Object(**o) for o in raw["objects"])
        found.append(Snapshot(**raw))
    return found


def choose(store: Path, moment: datetime | None) -> Snapshot:
    """The newest snapshot at or before that moment."""
    for snapshot in reversed(snapshots(store)):
        if moment is None or datetime.fromisoformat(snapshot.taken_at) <= moment:
            return snapshot
    raise RestoreRefused(why="那一刻之前没有完整的备份。")


def restore(store: Path, snapshot: Snapshot, *, replace: bool = False) -> None:
    """Files first, the database last: a kill in between leaves the old state or can be repeated."""
    if snapshot.vendor != connection.vendor:
        raise RestoreRefused(why=f"备份来自 {snapshot.vendor}，目标是 {connection.vendor}。")
    if not replace and _has_data():
        raise RestoreRefused(why="目标已有数据；确要覆盖，请加 --replace。")
    source = store / "snapshots" / snapshot.name
    dump = source / snapshot.database.path
    if digest(dump) != snapshot.database.sha256:
        raise RestoreRefused(why=f"备份文件已损坏：{snapshot.database.path}")
    for item in snapshot.objects:
        _put_back(store, item)
    if (source / "keys").is_dir():
        shutil.copytree(source / "keys", settings.ENV.folder / "keys", dirs_exist_ok=True)
    connection.close()
    if _is_sqlite():
        _load_sqlite(dump)
    else:
        _load_postgres(dump)


def digest(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(CHUNK):
            found.update(piece)
    return found.hexdigest()


def write_durably(path: Path, raw: bytes) -> None:
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    _sync_folder(path.parent)


def _keep_public_keys(source: Path, target: Path) -> None:
    """They are no secret, and without them nobody can tell who signed what is restored."""
    target.mkdir()
    for file in sorted(source.glob("*.pub")):
        shutil.copyfile(file, target / file.name)


def _is_sqlite() -> bool:
    return connection.vendor == "sqlite"


def _has_data() -> bool:
    # To ask SQLite is to make the file, and in a folder that is not there it fails.
    if _is_sqlite() and not Path(settings.DATABASES["default"]["NAME"]).exists():
        return False
    with connection.cursor() as cursor:
        return bool(connection.introspection.table_names(cursor))


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _dump_sqlite(folder: Path) -> tuple[Path, list[tuple[str, str]], tuple[int, str]]:
    """SQLite's own online backup, then the file list read from the copy itself."""
    copy = folder / "database.sqlite3"
    with (
        closing(sqlite3.connect(settings.DATABASES["default"]["NAME"])) as live,
        closing(sqlite3.connect(copy)) as target,
    ):
        live.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")
        rows = target.execute(
            f"SELECT path, sha256 FROM {Segment._meta.db_table} WHERE replaced_at IS NULL"
        ).fetchall()
        kept = target.execute(f"SELECT DISTINCT sha256 FROM {KeptFile._meta.db_table}").fetchall()
        head = target.execute(_HEAD).fetchone()
    with copy.open("rb") as file:
        os.fsync(file.fileno())
    return copy, _paths(rows, [sha for (sha,) in kept]), _head(head)


def _dump_postgres(folder: Path) -> tuple[Path, list[tuple[str, str]], tuple[int, str]]:
    """`pg_dump` reads the very snapshot in which we list the files."""
    dump = folder / "database.dump"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT pg_export_snapshot()")
        name = cursor.fetchone()[0]
        _postgres("pg_dump", "--format=custom", f"--snapshot={name}", f"--file={dump}")
        rows = list(Segment.objects.filter(replaced_at=None).values_list("path", "sha256"))
        kept = list(KeptFile.objects.values_list("sha256", flat=True).distinct())
        cursor.execute(_HEAD)
        head = cursor.fetchone()
    return dump, _paths(rows, kept), _head(head)


# The newest signed head, as the dump has it.
_HEAD = f"SELECT tree_size, root FROM {TreeHead._meta.db_table} ORDER BY tree_size DESC LIMIT 1"


def _head(row: tuple[int, str] | None) -> tuple[int, str]:
    return row or (0, "")


def _paths(segments: list[tuple[str, str]], kept: list[str]) -> list[tuple[str, str]]:
    base = settings.ENV.folder
    history = ((f"segments/{path}", sha256) for path, sha256 in segments)
    uploads = ((str(kept_files.path_of(s).relative_to(base)), s) for s in kept)
    return [*history, *uploads]


def _keep(store: Path, relative: str, sha256: str) -> Object:
    source = settings.ENV.folder / relative
    target = store / "objects" / sha256[:2] / sha256
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(target.name + ".part")
        try:
            shutil.copyfile(source, part)
        except OSError as wrong:
            raise BackupFailed(why=f"{relative}: {wrong.strerror}") from wrong
        if digest(part) != sha256:
            part.unlink()
            raise BackupFailed(why=f"{relative} 与登记的校验和不符。")
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(target)
    return Object(relative, sha256, target.stat().st_size)


def _put_back(store: Path, item: Object) -> None:
    target = settings.ENV.folder / item.path
    if target.exists() and digest(target) == item.sha256:
        return
    source = store / "objects" / item.sha256[:2] / item.sha256
    if not source.exists() or digest(source) != item.sha256:
        raise RestoreRefused(why=f"备份中缺少或损坏：{item.path}")
    target.parent.mkdir(parents=True, exist_ok=True)
    write_durably(target, source.read_bytes())


def _load_sqlite(dump: Path) -> None:
    target = Path(settings.DATABASES["default"]["NAME"])
    target.parent.mkdir(parents=True, exist_ok=True)
    _fold_log(target)
    for suffix in ("-wal", "-shm"):
        target.with_name(target.name + suffix).unlink(missing_ok=True)
    part = target.with_name(target.name + ".part")
    shutil.copyfile(dump, part)
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.replace(target)
    _sync_folder(target.parent)


def _fold_log(target: Path) -> None:
    """So that the old file is whole without its log, should we be killed before it is replaced."""
    if target.exists():
        with suppress(sqlite3.DatabaseError), closing(sqlite3.connect(target)) as old:
            old.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _load_postgres(dump: Path) -> None:
    _postgres(
        "pg_restore", "--clean", "--if-exists", "--single-transaction", "--no-owner", str(dump)
    )


def _postgres(program: str, *options: str) -> None:
    """Run a PostgreSQL tool against our database; the password goes by the environment."""
    database = connection.settings_dict
    environment = {**os.environ, "PGPASSWORD": database["PASSWORD"] or ""}
    address = list(_address(database))
    try:
        done = subprocess.run(
            [_found(program), *address, *options], env=environment, capture_output=True, text=True
        )
    except FileNotFoundError:
        raise BackupFailed(why=f"没有找到 {program}，请安装 postgresql-client。") from None
    if done.returncode:
        raise BackupFailed(why=done.stderr.strip()[-400:])


def _found(program: str) -> str:
    """On the path, or where Debian keeps the newest version."""
    beside = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), key=_version)
    return shutil.which(program) or (str(beside[-1]) if beside else program)


def _version(path: Path) -> float:
    name = path.parents[1].name
    return float(name) if name.replace(".", "", 1).isdigit() else 0.0


def _address(database: dict[str, Any]) -> Iterator[str]:
    yield f"--dbname={database['NAME']}"
    for option, key in (("host", "HOST"), ("port", "PORT"), ("username", "USER")):
        if database[key]:
            yield f"--{option}={database[key]}"
