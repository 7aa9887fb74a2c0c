"""Two at the same moment: one wins, the other is told, nothing is there twice."""

from collections.abc import Callable
from typing import Any

import pytest

from .stores import Store, Told, Zygote

pytestmark = [pytest.mark.faults]
CLASHES = {"already_approved", "clash", "wrong_state"}
Copy = Callable[[Store], Store]


def answers(told: list[Told]) -> list[dict[str, Any]]:
    for one in told:
        assert not one.error, one.error
    return [one.said[0] for one in told]


def ask(zygote: Zygote, store: Store, call: str, **given: Any) -> dict[str, Any]:
    found: dict[str, Any] = zygote.run(store, f"rivals:{call}", **given).said[0]
    return found


def race(zygote: Zygote, store: Store, *calls: tuple[str, dict[str, Any]]) -> list[dict[str, Any]]:
    return answers(zygote.together(store, *((f"rivals:{call}", given) for call, given in calls)))


def nothing_is_wrong(zygote: Zygote, store: Store) -> None:
    assert ask(zygote, store, "findings")["findings"] == []


def winner_and_loser(told: list[dict[str, Any]]) -> tuple[dict[str, Any], dict[str, Any]]:
    done = [one for one in told if "done" in one]
    refused = [one for one in told if "refused" in one]
    assert (len(done), len(refused)) == (1, 1), told
    assert refused[0]["refused"].rpartition(".")[2] in CLASHES, told
    return done[0], refused[0]


def test_of_two_approvers_one_wins(zygote: Zygote, world: Store, file_database: Copy) -> None:
    store = file_database(world)
    approved = []
    for uuids in ask(zygote, store, "waiting", count=3)["villages"][:6]:
        told = race(
            zygote,
            store,
            ("approve", {"uuids": uuids, "username": "county"}),
            ("approve", {"uuids": uuids[::-1], "username": "county"}),
        )
        winner_and_loser(told)
        approved += uuids
    found = ask(zygote, store, "state")
    assert found["approved"] == sorted(approved)
    assert found["households"] == len(approved)
    nothing_is_wrong(zygote, store)


def test_the_last_two_households_of_a_village_approved_at_once_still_add_up(
    zygote: Zygote, world: Store, file_database: Copy
) -> None:
    """Each approver sees the other's household still open, unless they take turns."""
    store = file_database(world)
    villages = ask(zygote, store, "waiting", count=3)["villages"][:6]
    for first, *rest in villages:
        told = race(
            zygote,
            store,
            ("approve", {"uuids": [first], "username": "county"}),
            ("approve", {"uuids": rest, "username": "county"}),
        )
        assert all("done" in one for one in told), told
    assert ask(zygote, store, "state")["households"] == 3 * len(villages)
    nothing_is_wrong(zygote, store)


def test_an_approval_and_a_return_do_not_both_happen(
    zygote: Zygote, world: Store, file_database: Copy
) -> None:
    store = file_database(world)
    for uuids in ask(zygote, store, "waiting", count=3)["villages"][:6]:
        told = race(
            zygote,
            store,
            ("approve", {"uuids": uuids[:1], "username": "county"}),
            ("send_back", {"uuid": uuids[0]}),
        )
        done, _ = winner_and_loser(told)
        assert ask(zygote, store, "state")["states"][uuids[0]] == done["done"][0]
    nothing_is_wrong(zygote, store)


def test_of_two_who_remark_on_one_cell_one_is_heard_and_the_other_told(
    zygote: Zygote, world: Store, file_database: Copy
) -> None:
    store = file_database(world)
    for uuids in ask(zygote, store, "waiting", count=3)["villages"][:4]:
        told = race(
            zygote,
            store,
            *(("send_back", {"uuid": uuids[0], "cells": {"228": one}}) for one in ("过大", "漏填")),
        )
        done, _ = winner_and_loser(told)
        assert ask(zygote, store, "state")["remarks"][uuids[0]] == done["remarks"]
    nothing_is_wrong(zygote, store)


def test_a_submission_and_a_return_take_turns(
    zygote: Zygote, world: Store, file_database: Copy
) -> None:
    """The return always finds a submitted report; the submission only one that was returned."""
    store = file_database(world)
    for uuids in ask(zygote, store, "waiting", count=3)["villages"][:6]:
        back, again = race(
            zygote, store, ("send_back", {"uuid": uuids[0]}), ("submit", {"uuid": uuids[0]})
        )
        assert back["done"] == ["returned"], back
        came_first = again.get("refused", "").rpartition(".")[2] in CLASHES
        ought = "returned" if came_first else "submitted"
        assert came_first or again["done"] == ["submitted"], again
        assert ask(zygote, store, "state")["states"][uuids[0]] == ought
    nothing_is_wrong(zygote, store)


def test_the_same_import_twice_is_one_batch(
    zygote: Zygote, world: Store, file_database: Copy
) -> None:
    store = file_database(world)
    for number in (1, 2, 3):
        told = race(zygote, store, *[("bring", {"number": number})] * 3)
        assert len({one["batch"] for one in told}) == 1
        assert sorted(one["repeated"] for one in told) == [False, True, True]
    assert ask(zygote, store, "state")["imports"] == ["import-1", "import-2", "import-3"]
    nothing_is_wrong(zygote, store)


def test_the_same_upload_twice_is_one_filing_each(
    zygote: Zygote, world: Store, file_database: Copy
) -> None:
    store = file_database(world)
    for village in range(40, 46):
        told = race(zygote, store, *[("upload", {"group": "same", "village": village})] * 2)
        kept = ask(zygote, store, "of_group", group="same", village=village)["filings"]
        assert len(kept) == 3
        for one in told:
            assert one["saved"] == kept or one["problems"], told
        assert any(one["saved"] == kept for one in told), told
    nothing_is_wrong(zygote, store)


def test_two_sealers_and_two_compactors_count_every_row_once(
    zygote: Zygote, world: Store, file_database: Copy
) -> None:
    store = file_database(world)
    rows = 0
    for number, uuids in enumerate(ask(zygote, store, "waiting", count=3)["villages"][:4], 1):
        ask(zygote, store, "approve", uuids=uuids, username="county")
        ask(zygote, store, "bring", number=number)
        race(zygote, store, ("drain", {}), ("drain", {}))
        before = ask(zygote, store, "state")
        told = race(zygote, store, *[("seal", {})] * 2, *[("compact", {})] * 2)
        after = ask(zygote, store, "state")
        assert sum(one.get("rows", 0) for one in told) == before["pending"] - after["pending"]
        assert after["pending"] == 0
        rows = before["rows"] + before["pending"]
        assert after["rows"] == rows
    assert rows
    nothing_is_wrong(zygote, store)


def test_a_release_stays_the_same_when_numbering_was_late(
    zygote: Zygote, told: Store, file_database: Copy
) -> None:
    """Somebody looked at the clock before the release was made, and numbered events after it."""
    store = file_database(told)
    first = ask(zygote, store, "produce")
    uuids = ask(zygote, store, "waiting", count=3)["villages"][0]
    ask(zygote, store, "approve", uuids=uuids, username="county")
    zygote.run(store, "rivals:late_drain", seconds=30)
    again = ask(zygote, store, "produce", as_of=first["as_of"])
    assert again == first
    nothing_is_wrong(zygote, store)
