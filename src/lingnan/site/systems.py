"""The systems that make up this province. Add a folder under `systems/` and its line here."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lingnan.web.systems import System

NAMES = (
    "platform",
    "reporting",
)


def systems() -> "list[System]":
    """Loaded late: settings read only the names."""
    return [import_module(f"lingnan.systems.{name}.system").SYSTEM for name in NAMES]
