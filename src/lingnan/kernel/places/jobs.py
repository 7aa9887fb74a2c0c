"""Declared content: the divisions and their changes of the package, or those of a folder."""

from datetime import datetime
from pathlib import Path

from lingnan.base.actors import system_actor

from . import services


def load_content(folder: Path | None, *, at: datetime) -> str:
    loaded = services.load_divisions(folder or services.CONTENT, by=system_actor("loader"), at=at)
    return "unchanged" if loaded.repeated else f"{loaded.places} places"
