"""Who offers declared content, in the order they need each other."""

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from .systems import NAMES

KERNEL = ("places", "statutes", "observations", "parties")


def loaders() -> list[tuple[str, Callable[..., Any]]]:
    """Nouns whose `jobs.py` offers `load_content(folder | None, *, at)`."""
    homes = {name: f"lingnan.kernel.{name}.jobs" for name in KERNEL}
    homes |= {name: f"lingnan.systems.{name}.jobs" for name in NAMES}
    found = []
    for noun, home in homes.items():
        if find_spec(home) and hasattr(import_module(home), "load_content"):
            found.append((noun, import_module(home).load_content))
    return found
