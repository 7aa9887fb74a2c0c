"""No room: said plainly, nothing acknowledged, nothing left behind; with room the same act works."""

import os
import random
from collections.abc import Callable

import pytest

from .stores import SERVER, Store, Zygote

pytestmark = [pytest.mark.faults]
SEED = int(os.environ.get("FAULTS_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
WORDS = "存储空间不足"
CASES = [
    ("import", "files"),
    ("import", "statement"),
    ("submit", "statement"),
    ("approve", "statement"),
    ("drain", "statement"),
    ("seal", "files"),
    ("seal", "statement"),
    ("compact", "files"),
    ("compact", "statement"),
    ("produce", "statement"),
    ("keep_file", "sizes"),
]
PAGES = [("approve", "pages")]


@pytest.mark.parametrize(("act", "way"), CASES + ([] if SERVER else PAGES))
def test_no_room_is_said_and_changes_nothing(
    act: str,
    way: str,
    zygote: Zygote,
    half_told: Store,
    file_database: Callable[[Store], Store],
) -> None:
    store = file_database(half_told)
    for seed in range(SEED, SEED + 3):
        refused, *rest = zygote.run(store, "fullness:attempt", act=act, way=way, seed=seed).said
        assert refused.get("refused") == "storage_full", (seed, refused)
        assert WORDS in refused["words"]
        if act != "submit":  # an upload stays as drafts; each submission is an act of its own
            assert rest[0]["before"] == rest[0]["after"], seed
        else:
            assert rest[0]["before"]["submitted"] == rest[0]["after"]["submitted"], seed
    done = zygote.run(store, "fullness:attempt", act=act, way="", seed=0).said[0]
    assert done == {"done": act, "changed": True}
    assert zygote.run(store, "rivals:findings").said[0]["findings"] == []
