"""kill -9 in the middle of making all workbooks: each file is whole or absent, nothing is made twice."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from .stores import Store, Zygote

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]
AFTER = (1, 3, 8, 15)  # files that stand when the kill comes
HIDDEN = ".lingnan-"


def whole_files(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.glob("*") if not p.name.startswith(HIDDEN)}


def test_a_killed_job_leaves_whole_files_and_goes_on(
    zygote: Zygote,
    half_told: Store,
    file_database: Callable[[Store], Store],
    tmp_path: Path,
) -> None:
    store = file_database(half_told)
    as_of = zygote.run(store, "acts:moment").said[-1]["moment"]
    undisturbed = zygote.run(store, "acts:produce_all", folder=str(tmp_path / "whole"), as_of=as_of)
    assert undisturbed.said[-1]["state"] == "done"
    ought = whole_files(tmp_path / "whole")
    assert len(ought) == undisturbed.said[-1]["files"] + 1 > 40  # and the manifest
    folder = tmp_path / "killed"
    for files in AFTER:
        child = zygote.start(store, "acts:produce_all", folder=str(folder), as_of=as_of)
        standing(folder, files, patience=60)
        assert zygote.stop(child).died
        found = whole_files(folder)
        assert files <= len(found) < len(ought)
        assert found.items() <= ought.items(), "a file is neither whole nor absent"
    last = zygote.run(store, "acts:produce_all", folder=str(folder), as_of=as_of)
    assert last.said[-1]["state"] == "done"
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == ought


def standing(folder: Path, files: int, patience: float) -> None:
    """Wait until so many files stand: the kill lands inside the work, however slow the machine."""
    until = time.monotonic() + patience
    while not folder.exists() or len(list(folder.glob("[!.]*"))) < files:
        assert time.monotonic() < until, "the job makes no files"
        time.sleep(0.002)
