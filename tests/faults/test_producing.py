"""kill -9 in the middle of making all workbooks: each file is whole or absent, nothing is made twice."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from .stores import Store, Zygote

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]
KILLS, MOST = 4, 16
HIDDEN = ".lingnan-"


def whole_files(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.glob("*") if not p.name.startswith(HIDDEN)}


def test_a_killed_job_leaves_whole_files_and_goes_on(
    zygote: Zygote,
    half_told: Store,
    file_database: Callable[[Store], Store],
    tmp_path: Path,
) -> None:
    store, chance = file_database(half_told), random.Random(7)
    as_of = zygote.run(store, "acts:moment").said[-1]["moment"]
    undisturbed = zygote.run(store, "acts:produce_all", folder=str(tmp_path / "whole"), as_of=as_of)
    assert undisturbed.said[-1]["state"] == "done"
    ought = whole_files(tmp_path / "whole")
    assert len(ought) == undisturbed.said[-1]["files"] + 1 > 40  # and the manifest
    folder, killed, inside, took = tmp_path / "killed", 0, 0, undisturbed.seconds
    for _ in range(MOST):
        after = chance.uniform(0.1 * took, 0.7 * took)
        told = zygote.run(store, "acts:produce_all", after=after, folder=str(folder), as_of=as_of)
        killed += told.died
        found = whole_files(folder) if folder.exists() else {}
        inside += told.died and 0 < len(found) < len(ought)
        assert found.items() <= ought.items(), "a file is neither whole nor absent"
        if not told.died or (inside and killed >= KILLS):
            break
        took *= 0.97
    assert inside, "no kill landed inside the work"
    last = zygote.run(store, "acts:produce_all", folder=str(folder), as_of=as_of)
    assert last.said[-1]["state"] == "done"
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == ought
