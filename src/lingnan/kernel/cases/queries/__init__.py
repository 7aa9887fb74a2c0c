"""Gates for reading tasks: each takes `to`, and shows nothing of kinds the actor may not work on."""

from .desk import counts, desk, key_of, task
from .overseeing import delegates, tasks, waiting
from .registry import kind, kinds, kinds_of
from .states import STATES

__all__ = [
    "STATES",
    "counts",
    "delegates",
    "desk",
    "key_of",
    "kind",
    "kinds",
    "kinds_of",
    "task",
    "tasks",
    "waiting",
]
