"""kill -9 at any moment of any act: what was acknowledged stands, nothing is half visible."""

import os
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from lingnan.base.tests.rounds import rounds

from .stores import Store, Told, Zygote

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]

ACTS = ("bring", "submit", "approve", "drain", "seal", "compact", "produce", "collect")
VILLAGES = 48  # of `world`, which needs Django
KILLS = int(os.environ.get("FAULTS_KILLS", "0")) or rounds(200)
WATCHED = 10  # cycles during which somebody reads all the time
MOST = 45  # cycles
LOOK_EVERY = 2
SEED = int(os.environ.get("FAULTS_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)


@dataclass
class Promises:
    """What the children said was done."""

    batches: list[str] = field(default_factory=list)
    imports: list[tuple[float, int]] = field(default_factory=list)  # (when, number)
    filings: dict[str, list[Any]] = field(default_factory=dict)
    releases: list[list[Any]] = field(default_factory=list)
    kills: int = 0
    finished: int = 0

    def hear(self, told: Told) -> None:
        self.kills += told.died
        self.finished += not told.died
        for line in told.said:
            if "batch" in line:
                self.batches.append(line["batch"])
                self.imports.append((line["at"], line["number"]))
            for uuid, state, version in line.get("filings", ()):
                self.filings[uuid] = [state, version]
            if "release" in line:
                self.releases.append(line["release"])

    def told(self) -> dict[str, Any]:
        return {"batches": self.batches, "filings": self.filings, "releases": self.releases}


def broken(told: Told) -> list[str]:
    return [line["broken"] for line in told.said if "broken" in line]


def measured(zygote: Zygote, store: Store) -> dict[str, float]:
    """Seconds each act takes, here and now: kills are drawn from these."""
    found = dict.fromkeys(ACTS, 0.0)
    for number in (1, 2):
        for act in ACTS:
            told = zygote.run(store, f"acts:{act}", number=number)
            found[act] = told.seconds if number == 1 else (found[act] + told.seconds) / 2
    return found


def closer(took: float, told: Told) -> float:
    """The machine is now busier, now quieter than when it was measured."""
    return took * 1.01 if told.died else 0.5 * (took + min(took, told.seconds))


def test_nothing_acknowledged_is_lost(
    zygote: Zygote, world: Store, file_database: Callable[[Store], Store]
) -> None:
    chance, store, promises = random.Random(SEED), file_database(world), Promises()
    took = measured(zygote, store)
    promises.batches += ["import-1", "import-2"]
    reader = zygote.start(store, "acts:read", seconds=300)
    seen: list[dict[str, Any]] = []
    number = unsure = 2
    for cycle in range(MOST):
        for act in ACTS:
            number += 1
            # An import nobody answered is sent again, under the same key, as a person would.
            again = act == "bring" and unsure and chance.random() < 0.5
            sent = unsure if again else number
            after = chance.uniform(0, took[act])
            told = zygote.run(store, f"acts:{act}", after=after, number=sent)
            assert not told.error, f"seed {SEED}, cycle {cycle}, {act}: {told.error}"
            promises.hear(told)
            took[act] = closer(took[act], told)
            if act == "bring":
                unsure = sent if told.died else 0
        if cycle == WATCHED:
            seen = zygote.stop(reader).said
        if cycle % LOOK_EVERY == 0:
            looked = zygote.run(store, "judge:look", promises=promises.told(), seed=cycle)
            assert not broken(looked), f"seed {SEED}, cycle {cycle}: {broken(looked)}"
        if promises.kills >= KILLS and seen:
            break
    closed = zygote.run(store, "judge:close", promises=promises.told())
    assert not broken(closed), f"seed {SEED}: {broken(closed)}"
    print(f"{promises.kills} killed, {promises.finished} were faster, {took}")
    assert promises.kills >= KILLS > promises.finished, "most kills must land inside the work"
    readings_are_possible(seen, closed.said[-1], promises)


def readings_are_possible(
    seen: list[dict[str, Any]], end: dict[str, Any], promises: Promises
) -> None:
    """A reader sees the whole of one import, never an older one than was acknowledged before."""
    errors = [line["error"] for line in seen if "error" in line]
    assert not errors, f"seed {SEED}: {errors}"
    place_of = {tuple(total_of(n)): i for i, n in enumerate(end["imports"])}
    order = {n: i for i, n in enumerate(end["imports"])}
    last = -1
    readings = [line for line in seen if "imports" in line]
    assert len(readings) >= 20, "the reader hardly read"
    for line in readings:
        position = place_of.get(tuple(line["imports"]))
        assert position is not None, f"seed {SEED}: totals between two imports: {line}"
        promised = [order[n] for at, n in promises.imports if at < line["asked"]]
        assert position >= max([last, *promised]), f"seed {SEED}: an older state again: {line}"
        last = position
    counted = [line["households"] or 0 for line in seen if "households" in line]
    between = set(counted) - {0, *end["allowed"]}
    assert not between, f"seed {SEED}: totals between two approvals: {between}"
    assert counted == sorted(counted), f"seed {SEED}: households became fewer"


def total_of(number: int) -> list[int]:
    villages, elements = range(VILLAGES), range(3)
    return [sum(number * 10_000 + v * 100 + e * 10 for v in villages) for e in elements]
