"""A small province in a process of its own, whose workers race each other and are killed.

`python -m …harness kill|race SEED` prints one JSON line. The parent never opens a database or an
engine: every round is a fork, so that a kill costs milliseconds and leaves the parent whole.
"""

import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import django

from lingnan.base.tests.rounds import rounds

PLACES, KILLS, RACERS, SHARED = 40, rounds(45), 4, 12


def amount(key: str, place: int) -> int:
    return random.Random(f"{key}/{place}").randrange(1000)


def places_of(key: str) -> list[int]:
    """What a batch of this key holds: the model needs nothing but the keys."""
    rng = random.Random(key)
    size = PLACES if key.startswith("import") else rng.randrange(1, 8)
    return sorted(rng.sample(range(1, PLACES + 1), size))


def write(key: str) -> None:
    from lingnan.kernel.observations import services

    from . import samples

    (element,) = samples.define("population").values()
    at = datetime.now(UTC)
    if key.startswith("import"):
        table = samples.big(places_of(key), [element])
        values = [amount(key, p) for p in places_of(key)]
        samples.bring(key, table.set_column(3, "value", [values]), at=at, chunk=7)
    else:
        rows = [samples.number(p, element, amount(key, p)) for p in places_of(key)]
        services.record_values(key, rows, source="form_a", by=samples.SYSTEM, at=at)


def tend(rng: random.Random) -> None:
    from lingnan.kernel.evidence import services as evidence
    from lingnan.kernel.observations import services

    from .samples import SYSTEM

    at = datetime.now(UTC)
    chore: Callable[[], object] = rng.choice(
        [
            lambda: evidence.drain(at=at),
            lambda: services.seal(by=SYSTEM, at=at),
            lambda: services.compact(by=SYSTEM, at=at, fewest=2),
            lambda: services.collect(by=SYSTEM, at=at, grace=timedelta(seconds=2)),
            services.finish_projections,
        ]
    )
    chore()


def work(number: int, seed: int, out: int) -> None:
    """Until killed: write, say what was acknowledged, tend."""
    rng = random.Random(seed * 1000 + number)
    tend(rng)  # warm: what is killed later is work, not loading
    os.write(out, b".\n")
    for i in range(10_000):
        if rng.random() < 0.5:
            key = f"{rng.choice(['record', 'import'])}-{number}-{i}"
            write(key)
            os.write(out, key.encode() + b"\n")
        else:
            tend(rng)


def race(number: int, seed: int, out: int) -> None:
    """Everybody writes the same batches in another order, over the same keys, and tends."""
    rng = random.Random(seed * 1000 + number)
    keys = [f"{'import' if i % 4 == 0 else 'record'}-shared-{i}" for i in range(SHARED)]
    rng.shuffle(keys)
    for key in keys:
        write(key)
        os.write(out, key.encode() + b"\n")
        tend(rng)


def judge(acknowledged: set[str]) -> dict[str, object]:
    """Recover as the worker does, then compare everything with the model."""
    from lingnan.kernel.evidence import services as evidence
    from lingnan.kernel.observations.models import Batch, CurrentValue, ImportProjection
    from lingnan.kernel.observations.queries.verify import verify

    from .samples import history_total

    under_way = ImportProjection.objects.count()
    visible = history_total()
    expected: dict[int, int] = {}
    keys = list(Batch.objects.order_by("event_id").values_list("key", flat=True))
    for key in keys:
        expected |= {p: amount(key, p) for p in places_of(key)}
    total = (Decimal(sum(expected.values())), len(expected))
    services_finish()
    evidence.drain(at=datetime.now(UTC))
    held = dict(CurrentValue.objects.values_list("place", "value"))
    return {
        "batches": len(keys),
        "twice": len(keys) - len(set(keys)),
        "lost": sorted(acknowledged - set(keys)),
        "before_recovery": visible == total,
        "after_recovery": held == {p: Decimal(v) for p, v in expected.items()},
        "history": history_total() == total,
        "findings": [str(f) for f in verify()][:5],
        "under_way": under_way,
    }


def services_finish() -> None:
    from lingnan.kernel.observations import services

    services.finish_projections()


def fork(task: Callable[[int], None]) -> tuple[int, int]:
    """(process id, where to read what it says)."""
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        return child, reading
    os.close(reading)
    status = 1
    try:
        task(writing)
        status = 0
    except BaseException as wrong:
        os.write(writing, f"!{type(wrong).__name__}: {wrong}\n".encode())
    os._exit(status)


def hear(reading: int) -> list[str]:
    with os.fdopen(reading, "rb") as pipe:
        return pipe.read().decode().splitlines()


def kill_rounds(seed: int) -> dict[str, object]:
    rng, said, kills = random.Random(seed), [], 0
    for number in range(KILLS):
        child, reading = fork(lambda out, n=number: work(n, seed, out))
        os.read(reading, 2)  # it has begun
        if number % 3 == 0:  # however slow the machine, some must have acknowledged something
            said += os.read(reading, 4096).decode().splitlines()
        time.sleep(rng.uniform(0.02, 0.25))
        os.kill(child, signal.SIGKILL)
        kills += os.waitpid(child, 0)[1] == signal.SIGKILL
        said += hear(reading)
    return verdict(said) | {"kills": kills}


def race_round(seed: int) -> dict[str, object]:
    racers = [fork(lambda out, n=n: race(n, seed, out)) for n in range(RACERS)]
    said = [line for _, reading in racers for line in hear(reading)]
    statuses = [os.waitpid(child, 0)[1] for child, _ in racers]
    return verdict(said) | {"statuses": statuses}


def verdict(said: list[str]) -> dict[str, object]:
    keys = {line for line in said if "-" in line and not line.startswith("!")}
    child, reading = fork(lambda out: os.write(out, json.dumps(judge(keys)).encode()) and None)
    answer = "".join(hear(reading))
    os.waitpid(child, 0)
    wrong = [line for line in said if line.startswith("!")]
    found = json.loads(answer) if answer.startswith("{") else {"judge": answer}
    return found | {"acknowledged": len(keys), "wrong": wrong[:5]}


def prepare() -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    write("record-first")


def main() -> None:
    django.setup()
    from lingnan.kernel.evidence import services as evidence  # noqa: F401 - loaded once for all
    from lingnan.kernel.observations import services  # noqa: F401

    child, reading = fork(lambda out: prepare())
    said = hear(reading)
    if os.waitpid(child, 0)[1]:
        raise SystemExit("\n".join(said))
    mode, seed = sys.argv[1], int(sys.argv[2])
    rounds = {"kill": kill_rounds, "race": race_round}
    print(json.dumps(rounds[mode](seed), ensure_ascii=False))


if __name__ == "__main__":
    main()
