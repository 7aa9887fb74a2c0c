"""A hundred current values of a village, through the gate, with two million in the table."""

import random
import sys

from bench import gates, world
from lingnan.kernel.observations import queries, services
from lingnan.kernel.places import queries as places

ELEMENTS, VILLAGES, READS = 100, 20_000, 2_000


def main() -> int:
    report = gates.Report()
    elements, villages, _ = world.found(ELEMENTS)
    villages = villages[:VILLAGES]
    services.import_values(
        "month",
        world.month(elements, villages, 1, seed=1),
        source="bench",
        by=world.US,
        at=world.AT,
    )
    period = world.YEAR * 1000 + 301
    clerk = world.clerk(places.scopes(int(villages[10])))
    chance = random.Random(1)
    taken: list[float] = []
    for _ in range(READS):
        village = int(chance.choice(villages))
        with gates.stopwatch(taken):
            known = queries.current(
                village, elements=elements, periods=[period], to=world.US, on=world.ON
            )
        assert len(known) == ELEMENTS
    own: list[float] = []
    for _ in range(200):
        with gates.stopwatch(own):
            known = queries.current(
                int(villages[10]), elements=elements, periods=[period], to=clerk, on=world.ON
            )
        assert len(known) == ELEMENTS
    p99 = gates.percentile(taken, 0.99) * 1000
    report.note("p50", f"{gates.percentile(taken, 0.5) * 1000:.2f} ms")
    report.gate("100 current values, p99", f"{p99:.2f} ms", "< 5 ms", p99 < 5)
    report.note("as the village's own clerk, p99", f"{gates.percentile(own, 0.99) * 1000:.2f} ms")
    return 0 if report.held else 1


if __name__ == "__main__":
    sys.exit(main())
