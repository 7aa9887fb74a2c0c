"""What the worker does for reporting: plan what opened, remind those who are late, carry messages
out, make workbooks. Content: the rules of admission."""

from datetime import datetime
from pathlib import Path

from lingnan.base.actors import system_actor
from lingnan.kernel.statutes.terms import UnknownRegion

from . import services

BY = system_actor("reporting", "job")
FILES = 40  # a run: other long work waits meanwhile


def load_content(folder: Path | None, *, at: datetime) -> str:
    return services.load_content(folder, by=system_actor("loader"), at=at).words()


def remind(*, at: datetime) -> str:
    try:
        return f"reminded {services.remind_all(by=BY, at=at)}"
    except UnknownRegion:
        return "no calendar loaded"


def deliver(*, at: datetime) -> str:
    sent, failed = services.deliver(by=BY, at=at)
    return f"sent {sent}, failed {failed}"


def produce(*, at: datetime) -> str:
    return f"made {services.work_all(by=BY, at=at, limit=FILES)}"


def plan(*, at: datetime) -> str:
    return f"planned {services.plan_waiting(by=BY, at=at)}"


def work(*, at: datetime) -> str:
    return f"worked at {services.work_next(by=BY, at=at) or 'nothing'}"


JOBS = (
    ("remind", 3600.0, remind),
    ("deliver", 30.0, deliver),
)
LONG = (
    ("work", 1.0, work),
    ("plan", 5.0, plan),
    ("produce", 2.0, produce),
)
