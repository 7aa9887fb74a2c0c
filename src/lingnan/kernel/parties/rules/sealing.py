"""Sealing numbers at rest and hashing them blind. Keys come in as bytes."""

import hashlib
import hmac
import os
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES, NONCE_BYTES, PRINT_BYTES = 32, 12, 4
VERSION = b"\x01"
# Crockford's alphabet without the letters people misread.
CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class SealBroken(ValueError):
    """The key is another one, or the stored bytes were changed or moved to another row."""


def derived(master: bytes, purpose: str) -> bytes:
    """A key of its own for each purpose (RFC 5869)."""
    return HKDF(SHA256(), KEY_BYTES, None, f"lingnan.parties.{purpose}".encode()).derive(master)


def fingerprint(key: bytes) -> bytes:
    return hashlib.sha256(b"fingerprint" + key).digest()[:PRINT_BYTES]


def seal(key: bytes, value: str, row: bytes) -> bytes:
    """Version, fingerprint of the key, nonce, AES-256-GCM text; bound to the row it stands in."""
    nonce = os.urandom(NONCE_BYTES)
    head = VERSION + fingerprint(key)
    return head + nonce + AESGCM(key).encrypt(nonce, value.encode(), head + row)


def unseal(key: bytes, sealed: bytes, row: bytes) -> str:
    """SealBroken when the key or the row is another, or a bit was changed."""
    cut = len(VERSION) + PRINT_BYTES
    head, nonce, text = sealed[:cut], sealed[cut : cut + NONCE_BYTES], sealed[cut + NONCE_BYTES :]
    if head != VERSION + fingerprint(key):
        raise SealBroken("sealed with another key")
    try:
        return AESGCM(key).decrypt(nonce, text, head + row).decode()
    except InvalidTag:
        raise SealBroken("changed, or moved from another row") from None


def keyed_hash(key: bytes, *parts: str) -> str:
    """HMAC-SHA256, hex; parts are length-prefixed so that they cannot run into each other."""
    body = b"".join(len(p.encode()).to_bytes(4, "big") + p.encode() for p in parts)
    return hmac.new(key, body, hashlib.sha256).hexdigest()


def same(left: str, right: str) -> bool:
    """Takes as long whether they differ early or late."""
    return hmac.compare_digest(left.encode(), right.encode())


def activation_code() -> str:
    """60 random bits as `XXXX-XXXX-XXXX`."""
    letters = "".join(CODE_ALPHABET[byte % 32] for byte in os.urandom(12))  # 256 = 8 * 32: even
    return "-".join((letters[:4], letters[4:8], letters[8:]))


def normal_code(text: str) -> str:
    """As typed by a person: case, dashes and the misread letters O, I, L forgiven."""
    plain = "".join(ch for ch in text.upper() if ch.isalnum())
    return plain.translate(str.maketrans("OIL", "011"))


TOKEN_LEAD = "lgn"


def new_token() -> tuple[str, str]:
    """`(prefix, text)`: 256 random bits behind a prefix by which the row is found."""
    prefix = secrets.token_hex(5)
    return prefix, f"{TOKEN_LEAD}_{prefix}_{secrets.token_urlsafe(32)}"


def token_prefix(text: str) -> str | None:
    lead, _, rest = text.partition("_")
    prefix, _, secret = rest.partition("_")
    return prefix if lead == TOKEN_LEAD and len(prefix) == 10 and len(secret) >= 40 else None


def token_digest(text: str) -> str:
    """Plain SHA-256: the text already holds 256 random bits."""
    return hashlib.sha256(text.encode()).hexdigest()
