"""The worker forgets old sign-in tries; content: the rules that sign-in and passwords go by."""

from datetime import datetime
from pathlib import Path

from lingnan.base.actors import system_actor

from . import services


def load_content(folder: Path | None, *, at: datetime) -> str:
    return services.load_content(folder, by=system_actor("loader"), at=at).words()


def forget_attempts(*, at: datetime) -> int:
    return services.forget_attempts(by=system_actor("worker", "job"), at=at)


def forget_sessions(*, at: datetime) -> int:
    return services.forget_sessions(by=system_actor("worker", "job"), at=at)


def forget_grants(*, at: datetime) -> int:
    return services.forget_grants(by=system_actor("worker", "job"), at=at)


JOBS = (
    ("forget_attempts", 3600.0, forget_attempts),
    ("forget_sessions", 3600.0, forget_sessions),
    ("forget_grants", 3600.0, forget_grants),
)
