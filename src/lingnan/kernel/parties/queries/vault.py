"""The key behind sealed numbers and keyed hashes: `<data>/keys/identifiers.key`, a file."""

import base64
import binascii
import os
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import ClassVar
from uuid import UUID

from django.conf import settings

from lingnan.base.errors import Refused

from .. import rules
from ..models import PartyIdentifier, SecondFactor
from ..terms import Scheme


class IdentifierKeyMissing(Refused):
    code: ClassVar[str] = "parties.identifier_key_missing"
    status: ClassVar[int] = 500
    tell: ClassVar[str] = (
        "证件号码密钥文件不存在或已损坏：{path}。请从备份恢复该文件；没有它，已存的号码无法还原。"
    )


def key_path() -> Path:
    return Path(settings.ENV.folder) / "keys" / "identifiers.key"


def seal(value: str, row: UUID) -> bytes:
    return rules.seal(_key("seal"), value, row.bytes)


def unseal(sealed: bytes, row: UUID) -> str:
    return rules.unseal(_key("seal"), sealed, row.bytes)


def blind(scheme: Scheme, issuer: str, value: str) -> str:
    """How a number is found without being readable."""
    return rules.keyed_hash(_key("index"), scheme.value, issuer, value)


def who(username: str) -> str:
    return rules.keyed_hash(_key("sign-in"), "who", username)


def where(address: str) -> str:
    return rules.keyed_hash(_key("sign-in"), "address", address)


def code_hash(username: str, code: str) -> str:
    """An activation code holds 60 random bits and few tries are allowed: a keyed hash is enough."""
    return rules.keyed_hash(_key("activation"), username, rules.normal_code(code))


def recovery_hash(account: UUID, code: str) -> str:
    return rules.keyed_hash(_key("recovery"), account.hex, rules.normal_code(code))


def portal_user(issuer: str, name: str) -> str:
    """How a portal's own name for a person is kept."""
    return rules.keyed_hash(_key("portal"), issuer, name)


def pairwise(account: UUID, client_id: str) -> str:
    """The name of a person for one portal: two portals cannot tell that they mean the same."""
    return rules.keyed_hash(_key("pairwise"), account.hex, client_id)[:32]


def digest(text: str) -> str:
    return rules.keyed_hash(_key("digest"), text)


def _key(purpose: str) -> bytes:
    # By the setting's text: resolving the path anew for each of many thousand numbers is slow.
    return _derived(str(settings.ENV.data), purpose)


@lru_cache(maxsize=32)
def _derived(data: str, purpose: str) -> bytes:
    return rules.derived(_master(key_path()), purpose)


def _master(path: Path) -> bytes:
    if not path.exists():
        # A new key beside numbers sealed with a lost one would hide the loss.
        if PartyIdentifier.objects.exists() or SecondFactor.objects.exists():
            raise IdentifierKeyMissing(path=path)
        _make(path)
    try:
        key = base64.b64decode(path.read_bytes().strip(), validate=True)
    except binascii.Error:
        raise IdentifierKeyMissing(path=path) from None
    if len(key) != rules.KEY_BYTES:
        raise IdentifierKeyMissing(path=path)
    return key


def _make(path: Path) -> None:
    keep(path, base64.b64encode(os.urandom(rules.KEY_BYTES)) + b"\n")


def keep(path: Path, secret: bytes) -> None:
    """Linked into place whole, so that two processes starting together agree on one key."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secret)
            file.flush()
            os.fsync(file.fileno())
        os.link(name, path)
    except FileExistsError:
        pass
    finally:
        os.unlink(name)
