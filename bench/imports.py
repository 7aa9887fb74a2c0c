"""A month of a province through the ordinary import; how long the write lock is held."""

import sys
import threading
import time

from bench import gates, world

from django.db import connection, transaction  # isort: skip

from lingnan.kernel.evidence import queries as proofs
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.observations import queries, services

ELEMENTS = 20


def main() -> int:
    report = gates.Report()
    elements, villages, _ = world.found(ELEMENTS)
    table = world.month(elements, villages, 1, seed=1)
    held = LockWatch()
    started = time.perf_counter()
    with held:
        services.import_values("month 1", table, source="bench", by=world.US, at=world.AT)
        evidence.drain(at=world.AT)
    taken = time.perf_counter() - started
    rate = len(table) / taken
    report.note("database", connection.vendor)
    report.note("values", f"{len(table):,} in {taken:.1f} s")
    report.gate("import with evidence", f"{rate:,.0f} values/s", "≥ 50,000/s", rate >= 50_000)
    report.gate("write lock", f"{held.longest * 1000:.0f} ms", "< 200 ms", held.longest < 0.2)
    assert proofs.watermark() > 0
    village = int(villages[len(villages) // 2])
    known = queries.current(village, elements=elements, to=world.US, on=world.ON)
    assert len(known) == ELEMENTS, len(known)
    report.note("peak memory of the import", f"{gates.peak_memory():.2f} GB")
    return 0 if report.held else 1


class LockWatch:
    """The longest that any one transaction was open for writing, seen from inside the process.

    On SQLite a transaction holds the write lock from BEGIN IMMEDIATE to COMMIT; on PostgreSQL its
    row locks at most that long.
    """

    def __init__(self) -> None:
        self.longest = 0.0
        self._began = threading.local()

    def __enter__(self) -> "LockWatch":
        self._enter, self._leave = transaction.Atomic.__enter__, transaction.Atomic.__exit__
        watch = self

        def enter(atomic: transaction.Atomic) -> None:
            outermost = not connection.in_atomic_block
            watch._enter(atomic)
            if outermost:
                watch._began.at = time.perf_counter()

        def leave(atomic: transaction.Atomic, *error: object) -> None:
            watch._leave(atomic, *error)  # type: ignore[arg-type]
            if not connection.in_atomic_block:
                watch.longest = max(watch.longest, time.perf_counter() - watch._began.at)

        transaction.Atomic.__enter__, transaction.Atomic.__exit__ = enter, leave  # type: ignore
        return self

    def __exit__(self, *error: object) -> None:
        transaction.Atomic.__enter__, transaction.Atomic.__exit__ = self._enter, self._leave  # type: ignore


if __name__ == "__main__":
    sys.exit(main())
