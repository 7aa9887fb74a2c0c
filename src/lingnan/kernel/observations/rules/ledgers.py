"""Versions of ledger entries: their bytes, their blocks, and what of them may be shown."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lingnan.base import canonical

from ..terms import BLOCK, Block, LedgerVersion
from .rows import PRIME

KINDS = ("household", "person", "home", "enterprise")


def row_bytes(row: Mapping[str, Any]) -> bytes:
    """Everything a version says, in canonical form; what its block's digest covers."""
    return canonical.dumps(row)


def version_bytes(row: LedgerVersion) -> bytes:
    """The same of a version, put together by hand: a register has a hundred thousand of them."""
    data = canonical.dumps(row.data).decode() if row.data else "{}"
    until = "null" if row.valid_to is None else f'"{row.valid_to}"'
    party = "null" if row.party is None else row.party
    return (
        f'{{"data":{data},"kind":"{row.kind}","party":{party},"place":{row.place},'
        f'"uuid":"{row.uuid}","valid_from":"{row.valid_from}","valid_to":{until}}}'
    ).encode()


def payload_of(kind: str, source: str, bodies: Iterable[bytes]) -> str:
    """What a batch says, as one canonical list put together from the bytes of its rows."""
    head = b"[%s,%s,[" % (canonical.dumps(kind), canonical.dumps(source))
    return canonical.sha256(head + b",".join(bodies) + b"]]")


def number_of(digest: bytes) -> int:
    """It points at a row; it proves nothing."""
    return int.from_bytes(digest[:8], "big") % PRIME


def digests_of(bodies: Iterable[bytes]) -> list[bytes]:
    return [hashlib.sha256(body).digest() for body in bodies]


def blocks_of(digests: Sequence[bytes]) -> list[Block]:
    """In the order of `n`. As for values: two sums beside a digest point at a changed row."""
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
