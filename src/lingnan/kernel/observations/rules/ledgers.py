"""Versions of ledger entries: their bytes, their blocks, and what of them may be shown."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from lingnan.base import canonical

from ..terms import BLOCK, Block
from .rows import PRIME

KINDS = ("household", "person", "home", "enterprise")


def row_bytes(row: Mapping[str, Any]) -> bytes:
    """Everything a version says, in canonical form; what its block's digest covers."""
    return canonical.dumps(row)


def digests_of(rows: Sequence[Mapping[str, Any]]) -> list[bytes]:
    return [hashlib.sha256(row_bytes(row)).digest() for row in rows]


def number_of(digest: bytes) -> int:
    """It points at a row; it proves nothing."""
    return int.from_bytes(digest[:8], "big") % PRIME


def blocks_of(rows: Sequence[Mapping[str, Any]]) -> list[Block]:
    """In the order of `n`. As for values: two sums beside a digest point at a changed row."""
    return blocks_of_digests(digests_of(rows))


def blocks_of_digests(digests: Sequence[bytes]) -> list[Block]:
    found = []
    for start in range(0, len(digests), BLOCK):
        part = digests[start : start + BLOCK]
        numbers = [number_of(d) for d in part]
        sum1 = sum(i * h for i, h in enumerate(numbers, 1)) % PRIME
        block = Block(hashlib.sha256(b"".join(part)).digest(), sum(numbers) % PRIME, sum1)
        found.append(block)
    return found


def masked(text: str | None) -> str | None:
    """A number keeps its first and last four characters, a name its first."""
    if not text:
        return text
    if len(text) >= 12:
        return text[:4] + "*" * (len(text) - 8) + text[-4:]
    return text[0] + "*" * (len(text) - 1)
