"""How a row's state is told: a salted digest, in a list whose own digest stands in the event."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

GONE = "-"
"""Stands for the digest of a row that is no more, or is open again."""


_text = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str
).encode


def digest(salt: bytes, state: Any) -> str:
    """Hex. `state` is JSON's own types, dates, decimals and UUIDs; the salt keeps names secret."""
    return hashlib.sha256(salt + _text(state).encode("utf-8", "surrogatepass")).hexdigest()


def listed(digests: Iterable[tuple[str, str]]) -> bytes:
    """(subject, digest) a line, sorted: the same states are the same bytes."""
    return "\n".join(sorted(f"{subject} {told}" for subject, told in digests)).encode()


def read(told: bytes) -> list[tuple[str, str]]:
    """ValueError when it is no such list."""
    found = []
    for line in told.decode().splitlines():
        subject, told_digest = line.rsplit(" ", 1)
        found.append((subject, told_digest))
    return found


def root(told: bytes) -> str:
    return hashlib.sha256(told).hexdigest()
