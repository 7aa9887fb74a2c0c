"""Identifiers: bigint inside, UUIDv7 outside, `noun.kind:uuid` for a subject."""

import hashlib
import os
import re
import uuid
from collections.abc import Iterable, Iterator

_COUNTED = 4096
_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}
SUBJECT = re.compile(r"^(?P<noun>[a-z]+)\.(?P<kind>[a-z_]+):(?P<key>[0-9a-f-]{36})$")
UUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
ELEMENT = re.compile(r"^[a-z][a-z0-9_]*$")


def uuid7(at_ms: int) -> uuid.UUID:
    """A UUIDv7 (RFC 9562 5.7). `at_ms` is Unix time in milliseconds: the clock is the caller's."""
    noise = int.from_bytes(os.urandom(10), "big")
    value = (at_ms & (2**48 - 1)) << 80 | noise
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return uuid.UUID(int=value)


def uuid7s(at_ms: int, count: int) -> list[str]:
    """Many of them as text, ascending (RFC 9562 6.2, a counter before 48 random bits): side by side
    in an index, where those of one millisecond would otherwise lie strewn over all of its pages."""
    when = f"{at_ms & (2**48 - 1):012x}"
    found: list[str] = []
    for start in range(0, count, _COUNTED):
        size = min(_COUNTED, count - start)
        shared, noise = os.urandom(2).hex(), os.urandom(6 * size).hex()
        head = f"{when[:8]}-{when[8:]}-7{shared[:3]}-{_VARIANT[shared[3]]}"
        found += [f"{head}{n:03x}-{noise[12 * n : 12 * n + 12]}" for n in range(size)]
    return found


def uuid_of(*parts: str) -> uuid.UUID:
    """The same UUID for the same words, for rows that come from content."""
    return uuid.uuid5(uuid.NAMESPACE_URL, "lingnan:" + ":".join(parts))


def uuids_of(*parts: str, names: Iterable[str]) -> Iterator[str]:
    """`uuid_of(*parts, name)` of each name, as text: what they share is hashed once."""
    head = f"lingnan:{':'.join([*parts, ''])}".encode()
    shared = hashlib.sha1(uuid.NAMESPACE_URL.bytes + head, usedforsecurity=False)
    for name in names:
        own = shared.copy()
        own.update(name.encode())
        found = bytearray(own.digest()[:16])
        found[6] = found[6] & 0x0F | 0x50
        found[8] = found[8] & 0x3F | 0x80
        text = found.hex()
        yield f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def stable_int(key: str) -> int:
    """A positive 63-bit number that depends on the key alone: a retry meets its own row."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") >> 1


def subject(noun: str, kind: str, key: uuid.UUID | str) -> str:
    return f"{noun}.{kind}:{key}"


def parse_subject(text: str) -> tuple[str, str, uuid.UUID]:
    """`("places", "place", UUID)`; ValueError when it is not `noun.kind:uuid`."""
    found = SUBJECT.match(text)
    if not found:
        raise ValueError(f"not a subject: {text!r}")
    return found["noun"], found["kind"], uuid.UUID(found["key"])


def parse_uuid(text: str | uuid.UUID) -> uuid.UUID:
    """The nil UUID, which nothing has, for a text that is none."""
    if isinstance(text, uuid.UUID):
        return text
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.UUID(int=0)
