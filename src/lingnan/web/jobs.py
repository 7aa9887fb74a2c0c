"""Housekeeping of the web floor."""

from datetime import datetime

from django.contrib.sessions.backends.db import SessionStore

from lingnan.base.actors import system_actor

from . import files
from .idempotency import services as idempotency
from .speech import services as speech


def collect(*, at: datetime) -> str:
    """Keys older than a day, files past their retention, bytes no row speaks of, ended sessions, what
    was read aloud when."""
    calls = idempotency.collect(at=at)
    expired = files.expire_files(by=system_actor("web", "job"), at=at)
    orphans = files.collect_orphans(at=at)
    speech.collect(at=at)
    SessionStore.clear_expired()
    return f"calls {calls}, expired {expired}, orphans {orphans}"


JOBS = (("collect", 3600.0, collect),)
