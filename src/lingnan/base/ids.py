"""Identifiers: bigint inside, UUIDv7 outside, `noun.kind:uuid` for a subject."""

import hashlib
import os
import re
import uuid

SUBJECT = re.compile(r"^(?P<noun>[a-z]+)\.(?P<kind>[a-z_]+):(?P<key>[0-9a-f-]{36})$")
ELEMENT = re.compile(r"^[a-z][a-z0-9_]*$")


def uuid7(at_ms: int) -> uuid.UUID:
    """A UUIDv7 (RFC 9562 5.7). `at_ms` is Unix time in milliseconds: the clock is the caller's."""
    noise = int.from_bytes(os.urandom(10), "big")
    value = (at_ms & (2**48 - 1)) << 80 | noise
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return uuid.UUID(int=value)


def uuid_of(*parts: str) -> uuid.UUID:
    """The same UUID for the same words, for rows that come from content."""
    return uuid.uuid5(uuid.NAMESPACE_URL, "lingnan:" + ":".join(parts))


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
