"""The year in a process that has just begun: `BENCH_DATA=FOLDER python -m bench.cold [rows]`.

Prints seconds of the clock and of processors. `rows`: as if no file held its sums, so that every value is
read. Django has started; nothing of the province has been read.
"""

import sys
import time

from bench import world

from lingnan.kernel.observations.queries import sums  # isort: skip


def main(way: str) -> None:
    if way == "rows":
        sums.written = lambda path: None
    start, spent = time.perf_counter(), time.process_time()
    world.year([f"fact_{n:03}" for n in range(1, world.ELEMENTS + 1)])
    print(time.perf_counter() - start, time.process_time() - spent)


if __name__ == "__main__":
    main(*sys.argv[1:2] or [""])
