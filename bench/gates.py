"""What a measurement is, and when it fails."""

import resource
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Report:
    """Rows of the table that `bench/README.md` shows."""

    rows: list[tuple[str, str, str, bool]] = field(default_factory=list)

    def gate(self, name: str, measured: str, wanted: str, held: bool) -> None:
        self.rows.append((name, measured, wanted, held))
        print(f"{'ok  ' if held else 'MISS'} {name}: {measured} (gate {wanted})", flush=True)

    def note(self, name: str, measured: str) -> None:
        self.rows.append((name, measured, "", True))
        print(f"     {name}: {measured}", flush=True)

    @property
    def held(self) -> bool:
        return all(row[3] for row in self.rows)


def timed(work: Callable[[], object], *, times: int = 3) -> float:
    """Median seconds."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def processor_time(work: Callable[[], object], *, times: int = 5) -> float:
    """The least seconds of all cores, which other programs on the machine disturb less."""
    taken = []
    for _ in range(times):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return min(taken)


def percentile(taken: list[float], share: float) -> float:
    return sorted(taken)[min(len(taken) - 1, int(len(taken) * share))]


@contextmanager
def stopwatch(into: list[float]) -> Iterator[None]:
    start = time.perf_counter()
    yield
    into.append(time.perf_counter() - start)


def peak_memory() -> float:
    """GB, of this process, since it began."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def peak() -> float:
    """MiB of this program; `ru_maxrss` begins with what its parent held when it was started."""
    said = Path("/proc/self/status")
    if said.exists():
        return int(said.read_text().partition("VmHWM:")[2].split()[0]) / 1024
    return peak_memory() * 1024
