"""Declared content: the law and the calendars that come with the package, or those of a folder."""

from datetime import datetime
from pathlib import Path

from lingnan.base.actors import system_actor

from . import services


def load_content(folder: Path | None, *, at: datetime) -> str:
    done = services.load_content(folder or services.CONTENT, by=system_actor("loader"), at=at)
    return done.words()
