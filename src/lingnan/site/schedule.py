"""What the worker does, and how often. Each noun offers its own work in `jobs.py`.

JOBS = (("drain", 1.0, drain), ...)       # name, seconds between runs, fn(*, at: datetime)
LONG = (("work", 1.0, work), ...)         # what takes longer than numbering may wait: a process of its own
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import structlog
from django.conf import settings
from django.db import close_old_connections

from lingnan.base import clock
from lingnan.web import metrics

from .operations import prune_kept
from .systems import NAMES

log = structlog.get_logger("lingnan.worker")


@dataclass
class Task:
    """`next` is on the monotonic clock; each failure doubles the wait, up to ten minutes."""

    name: str
    every: float
    run: Callable[..., Any]
    next: float = 0.0
    failures: int = 0


def tasks(kind: str = "JOBS") -> list[Task]:
    return [Task(name, every, run) for name, every, run in _offers(kind)]


def step(plan: list[Task], *, now: float, at: datetime) -> float:
    """Run what is due; answer the seconds until something is due again."""
    for task in plan:
        if task.next <= now:
            _run(task, at)
            wait = task.every * 2 ** min(task.failures, 10)
            task.next = now + min(wait, max(600.0, task.every))
    return max(0.0, min((task.next for task in plan), default=now + 1.0) - now)


def loop(stopped: Callable[[], bool], kind: str = "JOBS") -> None:
    """Until told to stop; never sleeps longer than a second, so that it stops at once."""
    plan = tasks(kind)
    log.info("worker_started", jobs=[task.name for task in plan])
    while not stopped():
        wait = step(plan, now=time.monotonic(), at=clock.now())
        time.sleep(min(wait, 0.5))
    log.info("worker_stopped")


def _run(task: Task, at: datetime) -> None:
    started = time.perf_counter()
    close_old_connections()
    try:
        outcome = task.run(at=at)
    except Exception:  # one job's failure must not stop the others
        task.failures += 1
        metrics.JOBS.labels(task.name, "failed").inc()
        log.exception("job_failed", job=task.name, failures=task.failures)
        return
    task.failures = 0
    metrics.JOBS.labels(task.name, "done").inc()
    metrics.JOB_SECONDS.labels(task.name).observe(time.perf_counter() - started)
    log.debug("job_done", job=task.name, outcome=str(outcome))


def _offers(kind: str) -> Iterator[tuple[str, float, Callable[..., Any]]]:
    """In the order of the kernel: numbering and delivering events comes first of all."""
    homes = [f"lingnan.kernel.{noun}" for noun in settings.KERNEL]
    homes += ["lingnan.web", *(f"lingnan.systems.{name}" for name in NAMES)]
    for home in homes:
        if find_spec(f"{home}.jobs"):
            for job, every, run in getattr(import_module(f"{home}.jobs"), kind, ()):
                yield f"{home.rsplit('.', 1)[-1]}.{job}", every, run
    if kind == "JOBS" and settings.ENV.backup_store:
        yield "site.prune", 86_400.0, prune_kept
