"""Five levels of a year: 26,775 villages × 100 elements × 12 months, and PostgreSQL on the same."""

import os
import statistics
import subprocess
import sys

from bench import gates, peers, world

import pyarrow.compute as pc  # isort: skip

from lingnan.base import ids
from lingnan.kernel.observations import queries
from lingnan.kernel.observations.services.drafts import Draft, draft
from lingnan.kernel.observations.services.imports import import_upload
from lingnan.kernel.observations.services.winning import Claim, source_of
from lingnan.kernel.observations.services.writing import Upload

TIMES = 15


def main() -> int:
    report = gates.Report()
    elements, villages, tree = world.found(world.ELEMENTS)
    rows = len(villages) * world.ELEMENTS * world.MONTHS
    for number, table in enumerate(world.months(elements, villages, world.MONTHS), 1):
        _show(f"month {number}", draft(table))
    world.year(elements)
    seen = peers.bandwidth()
    taken: list[float] = []
    for _ in range(TIMES):
        with gates.stopwatch(taken):
            world.year(elements)
    ours, spent = statistics.median(taken), gates.processor_time(lambda: world.year(elements))
    month = gates.timed(
        lambda: queries.rollup(elements, world.PERIODS[0], level=(1, 2, 3, 4), to=world.US)
    )
    runs = {"new process": _cold(""), "new process, every value read": _cold("rows")}
    seen = seen.or_better(peers.bandwidth())
    floor, quiet = seen.floor(rows), rows * peers.TOUCHED_BYTES / peers.QUIET
    report.note("rows", f"{rows:,}, {rows * peers.TOUCHED_BYTES:,} bytes touched")
    report.note("bandwidth", f"one thread {seen.one / 1e9:.1f}, all {seen.all / 1e9:.1f} GB/s")
    report.note("memory floor", f"{floor * 1000:.0f} ms; of a quiet machine {quiet * 1000:.0f} ms")
    for name, (clock, used) in {**runs, "warm, best": (min(taken), spent)}.items():
        report.note(
            name,
            f"{clock:.2f} s = {clock / floor:.1f}×; {used:.2f} s of processors = "
            f"{used / quiet:.1f}× the floor of a quiet machine",
        )
    report.note("one month, warm", f"{month * 1000:.0f} ms")
    report.gate(
        "roll-up / memory floor", f"{ours:.2f} s = {ours / floor:.1f}×", "≤ 20×", ours <= 20 * floor
    )
    report.note("peak memory of the roll-up", f"{gates.peak_memory():.2f} GB")
    _against_postgres(report, ours, elements, villages, tree)
    return 0 if report.held else 1


def _cold(way: str, times: int = 3) -> tuple[float, float]:
    """The least seconds of the clock and of processors, each in a process of its own."""
    found = []
    for _ in range(times):
        done = subprocess.run(
            [sys.executable, "-m", "bench.cold", way],
            env=os.environ | {"BENCH_DATA": world.FOLDER},
            check=True,
            capture_output=True,
            text=True,
        )
        found.append([float(word) for word in done.stdout.split()])
    clocks, used = zip(*found, strict=True)
    return min(clocks), min(used)


def _show(key: str, new: Draft) -> None:
    """The import as it is, but for `CurrentValue`, which no roll-up reads."""
    claim = Claim(ids.stable_int(key), source_of("bench"), world.AT)
    import_upload(
        Upload(
            key=key,
            draft=new,
            payload=new.payload("bench"),
            claim=claim,
            by=world.US,
            event=None,
        )
    )


def _against_postgres(report, ours, elements, villages, tree) -> None:  # type: ignore[no-untyped-def]
    url = os.environ.get("BENCH_POSTGRES")
    if not url:
        report.note("PostgreSQL", "not measured: BENCH_POSTGRES is not set")
        return
    peer = peers.Postgres(url)
    peer.load(world.months(elements, villages, world.MONTHS), tree.filter(pc.field("level") == 5))
    theirs = min(peer.rollup() for _ in range(3))
    same = _checksums(elements) == peer.checksums()
    report.gate(
        "same as PostgreSQL", f"total {peer.total():f}" if same else "differs", "same", same
    )
    report.gate(
        "roll-up against PostgreSQL",
        f"{theirs:.2f} s = {theirs / ours:.1f}×",
        "≥ 15×",
        theirs >= 15 * ours,
    )


def _checksums(elements: list[int]) -> list[tuple[object, ...]]:
    found = []
    for period, table in zip(world.PERIODS, world.year(elements), strict=True):
        told = table.filter(pc.field("reported") > 0).group_by("element")
        sums = told.aggregate([("place", "count"), ("value", "sum"), ("reported", "sum")])
        for row in sums.to_pylist():
            found.append((row["element"], period, *list(row.values())[1:]))
    return sorted(found)


if __name__ == "__main__":
    sys.exit(main())
