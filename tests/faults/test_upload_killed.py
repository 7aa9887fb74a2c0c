"""kill -9 in the middle of an upload: a village is there whole or not at all, and sending again helps."""

import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from .stores import Store, Zygote

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]
VILLAGES, A_VILLAGE, TRIES = 8, 150, 5


def look(zygote: Zygote, store: Store) -> dict[str, Any]:
    found: dict[str, Any] = zygote.run(store, "uploading:look").said[0]
    assert found["findings"] == []
    assert [one[:2] for one in found["kept"]] == found["households"], "a household without report"
    villages = Counter(one[0] for one in found["kept"])
    assert set(villages.values()) <= {A_VILLAGE}, f"half a village: {villages}"
    return found


def filings(store: Store) -> int:
    return int(store.sql("SELECT COUNT(*) FROM reporting_filing")[0][0])


def test_a_killed_upload_leaves_whole_villages_and_is_sent_again(
    zygote: Zygote, world: Store, file_database: Callable[[Store], Store]
) -> None:
    undisturbed = file_database(world)
    whole = zygote.run(undisturbed, "uploading:upload")
    ought = look(zygote, undisturbed)
    assert len(ought["kept"]) == whole.said[0]["saved"] == VILLAGES * A_VILLAGE
    assert len(whole.said[0]["problems"]) == VILLAGES
    for _ in range(TRIES):
        store = file_database(world)
        before = filings(store)
        child = zygote.start(store, "uploading:upload")
        until = time.monotonic() + 60
        while filings(store) == before:  # the kill lands inside the work, however slow the machine
            assert time.monotonic() < until, "nothing is kept"
        told = zygote.stop(child)
        found = look(zygote, store)
        assert all(one in ought["kept"] for one in found["kept"])
        if told.died and 0 < len(found["kept"]) < len(ought["kept"]):
            break
    else:
        raise AssertionError("no kill landed inside the work")
    last = zygote.run(store, "uploading:upload").said[0]
    assert last["problems"] == whole.said[0]["problems"]
    assert look(zygote, store) == ought


def test_ordered_work_outlives_two_kills_and_keeps_nothing_twice(
    zygote: Zygote, world: Store, file_database: Callable[[Store], Store]
) -> None:
    """Killed as soon as it was acknowledged; killed again in the midst of its being done."""
    store = file_database(world)
    promised = zygote.start(store, "uploading:order")
    waited(lambda: store.sql("SELECT uuid FROM reporting_work"))
    time.sleep(0.2)
    told = zygote.stop(promised)
    assert told.died
    (uuid,) = [one["work"] for one in told.said]
    before = filings(store)
    child = zygote.start(store, "uploading:work")
    waited(lambda: filings(store) > before)
    assert zygote.stop(child).died
    look(zygote, store)
    parts = store.sql("SELECT SUM(done) FROM reporting_workpart")[0][0]
    assert 0 < parts < VILLAGES * A_VILLAGE
    assert zygote.run(store, "uploading:work").said[0]["work"] == uuid
    assert len(look(zygote, store)["kept"]) == VILLAGES * A_VILLAGE
    ended = zygote.run(store, "uploading:ended", uuid=uuid).said[0]
    assert ended["state"] == "done" and ended["kept"] == {"reports": VILLAGES * A_VILLAGE}
    assert ended["faults"] == len(ended["marked"]) == VILLAGES
    begun = "SELECT COUNT(*) FROM reporting_filing WHERE version > 1 AND state = 'draft'"
    assert store.sql(begun)[0][0] == 0, "a village was kept twice"


def waited(done: Callable[[], Any]) -> None:
    """The kill lands inside the work, however slow the machine."""
    until = time.monotonic() + 60
    while not done():
        assert time.monotonic() < until, "nothing is kept"
