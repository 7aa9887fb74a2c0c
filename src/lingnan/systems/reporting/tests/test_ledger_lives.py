"""Random histories of three villages: nobody is lost, nobody is counted twice, the past stands."""

from collections import Counter
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lingnan.base.errors import Refused
from lingnan.base.tests.rounds import rounds
from lingnan.systems.reporting.queries import ledgers as seen
from lingnan.systems.reporting.services import ledgers

from .conftest import AT, DAY, SYSTEM
from .ledgered import SINCE, load

VILLAGES = ("荔湾村", "石门村", "白沙村")
FIRST = DAY - timedelta(days=40)
DAY_ONE = timedelta(days=1)
CONSERVED = {"move", "move_person", "split", "merge"}
acts = st.lists(
    st.tuples(
        st.sampled_from(["move", "move_person", "split", "merge", "die", "born", "retract"]),
        st.integers(0, 2),  # days after the last act
        st.integers(0, 30),
        st.integers(0, 30),
    ),
    min_size=1,
    max_size=7,
)


def state(county, day):
    """(kind → uuid → village), each entry once, by asking every village by itself."""
    found = {}
    for kind in ("household", "person"):
        rows = [
            (e, village)
            for village in VILLAGES
            for e in seen.ledger_of(kind, county[village], day, to=SYSTEM, on=DAY)
        ]
        assert max(Counter(e.uuid for e, _ in rows).values(), default=0) <= 1
        found[kind] = {e.uuid: (e, village) for e, village in rows}
    return found


def check(now):
    """Each person in one household, in its village; no household without people."""
    for person, village in now["person"].values():
        home, there = now["household"][person.data["household"]]
        assert village == there
        assert home.place == person.place
    lived_in = {p.data["household"] for p, _ in now["person"].values()}
    assert lived_in == set(now["household"])


def act(name, now, county, day, a, b, n, done):
    why = ledgers.Why(day)
    people, homes = sorted(now["person"]), sorted(now["household"])
    person, home = people[a % len(people)], homes[a % len(homes)]
    given_ = {"by": SYSTEM, "at": AT}
    if name == "move":
        place = county[VILLAGES[b % 3]]
        return ledgers.move_entry(home, place, why, number=f"n{n}", **given_)
    if name == "move_person":
        return ledgers.move_person(person, homes[b % len(homes)], why, **given_)
    if name == "split":
        return ledgers.split_household(home, [person], f"s{n}", why, **given_)
    if name == "merge":
        return ledgers.merge_households(home, homes[b % len(homes)], why, **given_)
    if name == "die":
        return ledgers.die(person, why, **given_)
    if name == "born":
        return ledgers.born(home, {"name": f"新{n}", "sex": "1"}, why, **given_)
    return ledgers.retract_act(done[-1][0], reason="试", **given_) if done else None


@settings(
    max_examples=rounds(12),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=acts)
def test_random_histories(county, steps):
    from django.db import transaction

    with transaction.atomic():
        _history(county, steps)
        transaction.set_rollback(True)


def _history(county, steps):
    load(county["黄埔区"], SYSTEM, AT, complete=False)
    day, done, snaps = FIRST, [], {}
    snaps[SINCE] = {u: v for u, (_, v) in state(county, SINCE)["person"].items()}
    for n, (name, wait, a, b) in enumerate(steps):
        later = day + timedelta(days=wait)
        before = state(county, later)
        try:
            said = act(name, before, county, later, a, b, n, done)
        except Refused:
            assert snapshot(state(county, later)) == snapshot(before)  # a refusal changes nothing
            continue
        day = later
        after = state(county, day + timedelta(days=1))
        check(after)
        if name in CONSERVED:
            assert set(state(county, day)["person"]) == set(before["person"])
            # Who died that day is still there on it, and gone on the next.
            last = {u for u, (e, _) in before["person"].items() if e.valid_to == day + DAY_ONE}
            assert set(after["person"]) == set(before["person"]) - last
        if said and name in CONSERVED | {"die"}:
            done.append((said,))
    for then, people in snaps.items():
        assert {u: v for u, (_, v) in state(county, then)["person"].items()} == people


def snapshot(now):
    return {
        kind: {u: (v, dict(e.data), e.valid_to) for u, (e, v) in rows.items()}
        for kind, rows in now.items()
    }
