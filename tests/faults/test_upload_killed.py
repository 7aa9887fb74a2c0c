"""kill -9 in the middle of an upload: a village is there whole or not at all, and sending again helps."""

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from .stores import Store, Zygote

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]
VILLAGES, A_VILLAGE, MOST = 8, 12, 30


def look(zygote: Zygote, store: Store) -> dict[str, Any]:
    found: dict[str, Any] = zygote.run(store, "uploading:look").said[0]
    assert found["findings"] == []
    assert [one[:2] for one in found["kept"]] == found["households"], "a household without report"
    villages = Counter(one[0] for one in found["kept"])
    assert set(villages.values()) <= {A_VILLAGE}, f"half a village: {villages}"
    return found


def test_a_killed_upload_leaves_whole_villages_and_is_sent_again(
    zygote: Zygote, world: Store, file_database: Callable[[Store], Store]
) -> None:
    undisturbed, chance = file_database(world), random.Random(11)
    whole = zygote.run(undisturbed, "uploading:upload")
    ought = look(zygote, undisturbed)
    assert len(ought["kept"]) == whole.said[0]["saved"] == VILLAGES * A_VILLAGE
    assert len(whole.said[0]["problems"]) == VILLAGES
    store, took, inside = file_database(world), whole.seconds, False
    for _ in range(MOST):
        told = zygote.run(store, "uploading:upload", after=chance.uniform(0.2, 0.95) * took)
        assert not told.error, told.error
        found = look(zygote, store)
        assert all(one in ought["kept"] for one in found["kept"])
        inside = told.died and 0 < len(found["kept"]) < len(ought["kept"])
        if inside:
            break
        if found["kept"]:  # too late: from the beginning, and sooner
            store, took = file_database(world), 0.9 * took
    assert inside, "no kill landed inside the work"
    last = zygote.run(store, "uploading:upload").said[0]
    assert last["problems"] == whole.said[0]["problems"]
    assert look(zygote, store) == ought
