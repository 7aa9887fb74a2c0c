"""The signing key: its private part in a file only we can read, its public part in the database."""

import os
import stat
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from django.db import transaction

from lingnan.base import ids
from lingnan.base.actors import Actor
from lingnan.base.errors import Refused

from ..models import SequencerState, SigningKey, TreeHead
from ..queries.trust import folder, private_file, public_file
from ..rules import signing
from ..terms import KeyRotated
from .recording import record


class KeyMissing(Refused):
    code = "evidence.key_missing"
    tell = (
        "找不到签名私钥 {file}。请从保管处恢复；确已遗失的，运行 "
        "lingnan evidence rotate-key --lost，并向外部重新公布公钥指纹。"
    )


class KeyExposed(Refused):
    code = "evidence.key_exposed"
    tell = "签名私钥 {file} 的权限是 {mode}，必须是 600：其他用户不得读取。"


def current_key(at: datetime) -> SigningKey:
    """The key in force; the first one is made here. The caller holds the sequencer's lock."""
    key = SigningKey.objects.filter(valid_to=None).order_by("-id").first()
    return key or _add_key(Ed25519PrivateKey.generate(), at, predecessor=None, certificate="")


def sign(key: SigningKey, statement: bytes) -> str:
    """Hex. KeyMissing, KeyExposed."""
    return _private_key(key.key_id).sign(statement).hex()


def rotate_key(*, by: Actor, at: datetime, lost: bool = False) -> str:
    """The new key's id. The old key certifies the new one, and its private file is destroyed.

    `lost`: the old private key is gone and nothing certifies the new one; tell everybody outside.
    """
    with transaction.atomic():
        lock_state()
        old = current_key(at)
        newest = TreeHead.objects.order_by("-at").values_list("at", flat=True).first()
        at = max(at, old.valid_from, newest or at)
        fresh = Ed25519PrivateKey.generate()
        statement = signing.key_statement(_public_hex(fresh), at, old.key_id)
        new = _add_key(fresh, at, old, "" if lost else sign(old, statement))
        SigningKey.objects.filter(pk=old.pk).update(valid_to=at)
        record(
            KeyRotated(
                subject=ids.subject("evidence", "key", ids.uuid_of("evidence", "key", new.key_id)),
                old_key=old.key_id,
                new_key=new.key_id,
                public_key=new.public_key,
                certified=not lost,
            ),
            by=by,
            at=at,
        )
        transaction.on_commit(lambda: private_file(old.key_id).unlink(missing_ok=True))
    return new.key_id


def lock_state() -> SequencerState:
    """The sequencer's one row, locked until the transaction ends."""
    rows = SequencerState.objects.select_for_update().filter(pk=1)
    found = rows.first()
    if found is None:
        SequencerState.objects.bulk_create([SequencerState(pk=1)], ignore_conflicts=True)
        found = rows.get()
    return found


def _add_key(
    private: Ed25519PrivateKey, at: datetime, predecessor: SigningKey | None, certificate: str
) -> SigningKey:
    public = _public_hex(private)
    named = signing.key_id(bytes.fromhex(public))
    before = predecessor.key_id if predecessor else ""
    statement = signing.key_statement(public, at, before)
    _write(private_file(named), _pem(private))
    _write(public_file(named), public.encode() + b"\n")
    return SigningKey.objects.create(
        key_id=named,
        public_key=public,
        valid_from=at,
        predecessor=predecessor,
        self_signature=private.sign(statement).hex(),
        certificate=certificate,
    )


@lru_cache(maxsize=8)
def _private_key(named: str) -> Ed25519PrivateKey:
    file = private_file(named)
    if not file.exists():
        raise KeyMissing(file=str(file))
    mode = stat.S_IMODE(file.stat().st_mode)
    if mode & 0o077:
        raise KeyExposed(file=str(file), mode=f"{mode:o}")
    key = load_pem_private_key(file.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey) or signing.key_id(_public(key)) != named:
        raise KeyMissing(file=str(file))
    return key


def _write(file: Path, content: bytes) -> None:
    """Durable before the database speaks of it, and never over a file that is there."""
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())


def _pem(key: Ed25519PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _public(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def _public_hex(key: Ed25519PrivateKey) -> str:
    return _public(key).hex()
