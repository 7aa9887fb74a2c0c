"""Thousands of small objects at once: the collector would look through all of them again and again."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

_lock, _paused = Lock(), 0


@contextmanager
def collector_paused() -> Iterator[None]:
    """For a short build of objects without cycles. Nests, and several threads may hold it."""
    global _paused
    with _lock:
        _paused += 1
        gc.disable()
    try:
        yield
    finally:
        with _lock:
            _paused -= 1
            if _paused == 0:
                gc.enable()
