"""A backup is one moment of SQL and files; it comes back whole, or is refused by name."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .stores import Store, Zygote

pytestmark = [pytest.mark.faults]
Copy = Callable[[Store], Store]


def shown(zygote: Zygote, store: Store) -> dict[str, Any]:
    found: dict[str, Any] = zygote.run(store, "judge:history").said[0]
    return found


def taken(zygote: Zygote, store: Store, folder: Path, **options: Any) -> dict[str, Any]:
    found: dict[str, Any] = zygote.run(
        store, "keeping:back_up", folder=str(folder), **options
    ).said[0]
    return found


def restored(zygote: Zygote, store: Store, folder: Path, name: str, **how: Any) -> dict[str, Any]:
    told = zygote.together(
        store,
        ("keeping:restore", {"folder": str(folder), "name": name}),
        **how,
    )[0]
    assert not told.error, told.error
    return told.said[0] if told.said else {"died": told.died}


def change(zygote: Zygote, store: Store) -> None:
    zygote.run(store, "forgery:go_on", what="bring")
    for what in ("seal", "compact"):
        zygote.run(store, "forgery:go_on", what=what)
    zygote.run(store, "keeping:collect_now")


def test_what_was_backed_up_comes_back_by_command(
    zygote: Zygote, told: Store, file_database: Copy, tmp_path: Path
) -> None:
    store, folder, head = file_database(told), tmp_path / "kept", tmp_path / "head.json"
    before = shown(zygote, store)
    first = json.loads(store.cli("backup", str(folder), "--json").stdout)
    assert (first["tree_size"], first["root"]) == tuple(before["head"])
    change(zygote, store)
    later = shown(zygote, store)
    assert later != before
    taken(zygote, store, folder)
    moment = first["taken_at"]
    assert "--replace" in store.cli("restore", str(folder), "--at", moment, ok=(1,)).stderr
    assert shown(zygote, store) == later
    store.cli("restore", str(folder), "--at", moment, "--replace")
    assert shown(zygote, store) == before
    head.write_text(json.dumps(zygote.run(store, "forgery:head").said[0]["head"]))
    release = zygote.run(store, "keeping:remake").said[0]
    assert release["was"] == release["sha256"]
    store.cli("evidence", "verify", "--head", str(head))


def test_private_keys_stay_at_home_unless_asked_for(
    zygote: Zygote, told: Store, file_database: Copy, tmp_path: Path
) -> None:
    store = file_database(told)
    without, with_keys = tmp_path / "without", tmp_path / "with"
    taken(zygote, store, without)
    name = taken(zygote, store, with_keys, with_keys=True)["name"]
    keys = {path.name for path in (store.data / "keys").iterdir()}
    assert keys
    public = {name for name in keys if name.endswith(".pub")}
    assert {path.name for path in without.rglob("*") if path.name in keys} == public != set()
    assert {path.name for path in (with_keys / "snapshots" / name / "keys").iterdir()} == keys
    for path in (store.data / "keys").iterdir():
        path.unlink()
    restored(zygote, store, with_keys, name)
    assert {path.name for path in (store.data / "keys").iterdir()} == keys
    assert zygote.run(store, "rivals:findings").said[0]["findings"] == []


def test_what_was_damaged_is_refused_by_name_and_nothing_is_touched(
    zygote: Zygote, told: Store, file_database: Copy, tmp_path: Path
) -> None:
    store, folder = file_database(told), tmp_path / "kept"
    name = taken(zygote, store, folder)["name"]
    change(zygote, store)
    now = shown(zygote, store)
    manifest = json.loads((folder / "snapshots" / name / "manifest.json").read_text())
    dump = folder / "snapshots" / name / manifest["database"]["path"]
    lost = [o for o in manifest["objects"] if not (store.data / o["path"]).exists()]
    one = folder / "objects" / lost[0]["sha256"][:2] / lost[0]["sha256"]
    for broken, named in ((dump, dump.name), (one, lost[0]["path"])):
        whole = broken.read_bytes()
        broken.write_bytes(whole[:100] + b"!" + whole[101:])
        told_so = restored(zygote, store, folder, name)
        assert told_so["refused"] == "backup.restore_refused" and named in told_so["words"]
        assert shown(zygote, store) == now
        broken.write_bytes(whole)
    one.unlink()
    assert lost[0]["path"] in restored(zygote, store, folder, name)["words"]
    (folder / "snapshots" / name / "manifest.json").unlink()
    assert zygote.run(store, "keeping:names", folder=str(folder)).said[0]["names"] == []


def test_a_restore_killed_at_any_moment_can_be_repeated(
    zygote: Zygote, told: Store, file_database: Copy, tmp_path: Path
) -> None:
    store, folder = file_database(told), tmp_path / "kept"
    before = shown(zygote, store)
    name = taken(zygote, store, folder)["name"]
    change(zygote, store)
    later = shown(zygote, store)
    whole = zygote.run(store, "keeping:restore", folder=str(folder), name=name).seconds
    change(zygote, store)
    later = shown(zygote, store)
    for number in range(6):
        restored(zygote, store, folder, name, after=whole * (number + 1) / 7)
        zygote.run(store, "keeping:wait")
        assert shown(zygote, store) in (before, later), "neither the old nor the new state"
    restored(zygote, store, folder, name)
    assert shown(zygote, store) == before
    assert zygote.run(store, "rivals:findings").said[0]["findings"] == []


def test_a_backup_beside_writers_is_one_moment(
    zygote: Zygote, told: Store, file_database: Copy, tmp_path: Path
) -> None:
    store, folder = file_database(told), tmp_path / "kept"
    writer = zygote.start(store, "keeping:write_on", seconds=60)
    sizes: dict[int, str] = {}
    until = time.monotonic() + 45
    while len(sizes) < 3 and time.monotonic() < until:
        made = taken(zygote, store, folder)
        sizes[made["tree_size"]] = made["name"]
    assert not [one for one in zygote.stop(writer).said if "error" in one]
    zygote.run(store, "keeping:wait")
    assert len(sizes) == 3, "the writer wrote nothing between the backups"
    for size, name in sizes.items():
        restored(zygote, store, folder, name)
        assert shown(zygote, store)["watermark"] == size
        broken = zygote.run(store, "keeping:whole").said
        assert broken == [], (name, broken)
