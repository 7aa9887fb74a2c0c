"""Statements that are signed with Ed25519, and whether a signature holds."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from lingnan.base import canonical

from ..terms import Head
from .leaf import instant

HEAD_FORMAT = "lingnan.evidence.head/1"
KEY_FORMAT = "lingnan.evidence.key/1"


class Malformed(ValueError):
    """A head or proof that cannot be read."""


def key_id(public_key: bytes) -> str:
    """The key's name is its fingerprint: it cannot be swapped under the same name."""
    return hashlib.sha256(public_key).hexdigest()


def head_statement(head: Head) -> bytes:
    return canonical.dumps(
        {
            "at": instant(head.at),
            "format": HEAD_FORMAT,
            "key_id": head.key_id,
            "root": head.root,
            "tree_size": head.tree_size,
        }
    )


def key_statement(public_key: str, valid_from: datetime, predecessor: str) -> bytes:
    """What the old key and the new key both sign when a key takes over."""
    return canonical.dumps(
        {
            "format": KEY_FORMAT,
            "predecessor": predecessor,
            "public_key": public_key,
            "valid_from": instant(valid_from),
        }
    )


def holds(public_key: str, signature: str, statement: bytes) -> bool:
    """Hex in; False for anything that is not a signature of the statement."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
        key.verify(bytes.fromhex(signature), statement)
    except (InvalidSignature, ValueError):
        return False
    return True


def head_holds(head: Head) -> bool:
    """By its own public key, whose fingerprint must be its key id."""
    try:
        named = key_id(bytes.fromhex(head.public_key)) == head.key_id
    except ValueError:
        return False
    return named and holds(head.public_key, head.signature, head_statement(head))


def head_dict(head: Head) -> dict[str, Any]:
    return {
        "format": HEAD_FORMAT,
        "tree_size": head.tree_size,
        "root": head.root,
        "at": instant(head.at),
        "key_id": head.key_id,
        "public_key": head.public_key,
        "signature": head.signature,
    }


def read_head(raw: Any) -> Head:
    """The head of an exported object. Malformed when a field is missing or of the wrong shape."""
    if not isinstance(raw, Mapping) or raw.get("format") != HEAD_FORMAT:
        raise Malformed(f"not a {HEAD_FORMAT}")
    try:
        head = Head(
            tree_size=int(raw["tree_size"]),
            root=_hex(raw["root"], 32),
            at=datetime.fromisoformat(str(raw["at"])),
            key_id=_hex(raw["key_id"], 32),
            signature=_hex(raw["signature"], 64),
            public_key=_hex(raw["public_key"], 32),
        )
    except (KeyError, TypeError, ValueError) as wrong:
        raise Malformed(f"head: {wrong}") from None
    if head.at.tzinfo is None or head.tree_size < 0:
        raise Malformed("head: at needs a zone and tree_size may not be negative")
    return head


def _hex(text: Any, size: int) -> str:
    raw = bytes.fromhex(text) if isinstance(text, str) else b""
    if len(raw) != size:
        raise ValueError(f"expected {size} bytes in hex")
    return raw.hex()
