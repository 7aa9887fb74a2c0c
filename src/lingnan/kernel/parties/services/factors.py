"""Second factors: added, removed, tried. Every try is counted and recorded before it is answered."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from math import ceil
from typing import Any, ClassVar
from uuid import UUID

from django.db import transaction

from lingnan.base import clock
from lingnan.base.actors import Actor
from lingnan.base.errors import Invalid, NotFound, Problem, Refused
from lingnan.kernel.evidence import services as evidence

from .. import queries, rules
from ..models import Account, RecoveryCode, SecondFactor
from ..queries import vault
from ..terms import (
    AccountState,
    FactorAdded,
    FactorKind,
    FactorRemoved,
    FactorTried,
    NewTotp,
    Outcome,
    RecoveryCodesIssued,
    account_subject,
    new_uuid,
)
from .sign_in import BASIS, AccountClosed, Locked

MOST = 10  # factors of one account


class WrongCode(Refused):
    code: ClassVar[str] = "parties.wrong_code"
    status: ClassVar[int] = 401
    tell: ClassVar[str] = "验证码不正确，或已经用过。请等下一个验证码再试。"


class PasskeyWrong(Refused):
    code: ClassVar[str] = "parties.passkey_wrong"
    status: ClassVar[int] = 401
    tell: ClassVar[str] = "通行密钥没有通过验证，请重试，或改用口令登录。"


def begin_totp(username: str) -> NewTotp:
    """Nothing is kept: it counts after one right code (`add_totp`)."""
    secret = rules.new_totp_secret()
    return NewTotp(secret=secret, uri=rules.totp_uri(secret, username))


@transaction.atomic
def add_totp(
    account_id: int, secret: str, code: str, *, name: str = "", by: Actor, at: datetime
) -> tuple[str, ...]:
    """The owner shows that her authenticator has the key. Recovery codes when it is the first."""
    account = _own(account_id, by)
    step = rules.totp_step(secret, code, int(at.timestamp()))
    if step is None:
        raise Invalid(
            problems=[Problem("code", "验证码不正确。请核对手机时间，再写当前的 6 位数。")]
        )
    uuid = new_uuid(at)
    return _add(
        account,
        SecondFactor(
            uuid=uuid,
            kind=FactorKind.TOTP.value,
            name=name.strip()[:60] or "验证器",
            sealed=vault.seal(secret, uuid),
            last_step=step,
        ),
        by,
        at,
    )


@transaction.atomic
def add_passkey(
    account_id: int,
    answer: Mapping[str, Any],
    *,
    site: str,
    state: Mapping[str, Any],
    name: str = "",
    by: Actor,
    at: datetime,
) -> tuple[str, ...]:
    """What the authenticator made for `begin_passkey`. Recovery codes when it is the first factor."""
    account = _own(account_id, by)
    try:
        made = rules.made_passkey(site, state, answer)
    except rules.PasskeyRefused:
        raise PasskeyWrong from None
    hashed = _hash(rules.credential_id(made))
    if SecondFactor.objects.filter(credential_hash=hashed).exists():
        raise PasskeyWrong("这个通行密钥已经登记过。")
    row = SecondFactor(
        uuid=new_uuid(at),
        kind=FactorKind.PASSKEY.value,
        name=name.strip()[:60] or "通行密钥",
        credential=made,
        credential_hash=hashed,
    )
    return _add(account, row, by, at)


@transaction.atomic
def remove_factor(account_id: int, factor: UUID, *, by: Actor, at: datetime) -> None:
    """Her own, or by who helps when a device is lost; the codes go with the last. NotFound."""
    owner = by.account == account_id
    if not (owner or by.may(queries.HELP)):
        raise NotFound
    account = Account.objects.select_for_update().filter(pk=account_id).first()
    row = SecondFactor.objects.filter(account_id=account_id, uuid=factor).first()
    if account is None or row is None:
        raise NotFound
    row.delete()
    if not SecondFactor.objects.filter(account_id=account_id).exists():
        RecoveryCode.objects.filter(account_id=account_id).delete()
    event = FactorRemoved(
        subject=account_subject(account.uuid),
        factor=str(factor),
        factor_kind=row.kind,
        by_owner=owner,
    )
    evidence.record(event, by=by, at=at)


@transaction.atomic
def issue_recovery_codes(account_id: int, *, by: Actor, at: datetime) -> tuple[str, ...]:
    """Ten new ones, told once; the earlier ones end. Only beside a factor."""
    account = _own(account_id, by)
    if not SecondFactor.objects.filter(account=account).exists():
        raise NotFound
    return _codes(account, by, at)


def check_code(account_id: int, code: str, *, address: str, at: datetime) -> FactorKind:
    """A code by time, or a recovery code. WrongCode, Locked. Never call it inside a transaction."""
    with transaction.atomic(durable=True):
        account = Account.objects.select_for_update().get(pk=account_id)
        outcome, kind = Outcome.LOCKED, FactorKind.TOTP
        if rules.wait_until(account.factor_locked_until, at).allowed:
            found = _right(account, code, at)
            outcome, kind = (Outcome.RIGHT, found) if found else (Outcome.WRONG, kind)
        _settle(account, kind, outcome, address, at)
    if outcome is Outcome.LOCKED:
        wait = rules.wait_until(account.factor_locked_until, at)
        raise Locked(minutes=max(1, ceil(wait.seconds / 60)), basis=BASIS)
    if outcome is Outcome.WRONG:
        raise WrongCode
    return kind


def check_passkey(
    answer: Mapping[str, Any],
    *,
    site: str,
    state: Mapping[str, Any],
    account_id: int | None = None,
    address: str,
    at: datetime,
) -> Account:
    """Whose passkey answered; `account_id`: only that account's may. PasskeyWrong, AccountClosed.

    Never call it inside a transaction.
    """
    try:
        hashed = _hash(rules.passkey_id(answer))
    except rules.PasskeyRefused:
        raise PasskeyWrong from None
    with transaction.atomic(durable=True):
        row = SecondFactor.objects.select_for_update().filter(credential_hash=hashed).first()
        if row is None or account_id not in (None, row.account_id):
            raise PasskeyWrong
        account = Account.objects.select_for_update().get(pk=row.account_id)
        outcome = _answered(row, answer, site, state, at)
        if outcome is Outcome.RIGHT and not account.is_active:
            outcome = Outcome.CLOSED
        _settle(account, FactorKind.PASSKEY, outcome, address, at)
    if outcome is Outcome.CLOSED:
        raise AccountClosed
    if outcome is Outcome.WRONG:
        raise PasskeyWrong
    return account


def _answered(
    row: SecondFactor, answer: Mapping[str, Any], site: str, state: Mapping[str, Any], at: datetime
) -> Outcome:
    try:
        row.sign_count = rules.answered_passkey(
            site, state, bytes(row.credential), answer, row.sign_count
        )
    except rules.PasskeyRefused:
        return Outcome.WRONG
    row.used_at = at
    row.save(update_fields=["sign_count", "used_at"])
    return Outcome.RIGHT


def _right(account: Account, code: str, at: datetime) -> FactorKind | None:
    """Uses it up: a code by time holds once, a recovery code for ever once."""
    totps = SecondFactor.objects.select_for_update().filter(account=account, kind=FactorKind.TOTP)
    for row in totps:
        secret = vault.unseal(bytes(row.sealed), row.uuid)
        step = rules.totp_step(secret, code, int(at.timestamp()), row.last_step)
        if step is not None:
            row.last_step, row.used_at = step, at
            row.save(update_fields=["last_step", "used_at"])
            return FactorKind.TOTP
    digest = vault.recovery_hash(account.uuid, code)
    used = RecoveryCode.objects.filter(account=account, digest=digest, used_at=None)
    return FactorKind.RECOVERY if used.update(used_at=at) else None


def _settle(
    account: Account, kind: FactorKind, outcome: Outcome, address: str, at: datetime
) -> None:
    policy = queries.security_policy(on=clock.legal_day(at))
    if outcome is Outcome.RIGHT:
        account.factor_tries, account.factor_locked_until = 0, None
        account.last_seen_at = at
    elif outcome is Outcome.WRONG and kind is not FactorKind.PASSKEY:
        # Only codes can be guessed; a passkey's signature cannot, and must not lock its owner out.
        account.factor_tries, account.factor_locked_until = rules.after_wrong(
            account.factor_tries, account.factor_tried_at, at, policy
        )
        account.factor_tried_at = at
    account.save(
        update_fields=["factor_tries", "factor_tried_at", "factor_locked_until", "last_seen_at"]
    )
    event = FactorTried(
        subject=account_subject(account.uuid),
        factor_kind=kind.value,
        outcome=outcome.value,
        address=vault.where(address),
    )
    actor = Actor(party=account.party_id, account=account.pk)
    evidence.record(event, by=actor, at=at)


def _own(account_id: int, by: Actor) -> Account:
    """Nobody adds a factor to somebody else's account."""
    if by.account != account_id:
        raise NotFound
    account = Account.objects.select_for_update().filter(pk=account_id).first()
    if account is None or account.state != AccountState.ACTIVE:
        raise NotFound
    return account


def _add(account: Account, row: SecondFactor, by: Actor, at: datetime) -> tuple[str, ...]:
    held = SecondFactor.objects.filter(account=account).count()
    if held >= MOST:
        raise Invalid(
            problems=[Problem("name", "最多登记 {n} 种，请先移除不用的。", (("n", MOST),))]
        )
    row.account, row.created_at = account, at
    row.save(force_insert=True)
    account.factor_due_at = None
    account.save(update_fields=["factor_due_at"])
    event = FactorAdded(
        subject=account_subject(account.uuid), factor=str(row.uuid), factor_kind=row.kind
    )
    evidence.record(event, by=by, at=at)
    return () if held else _codes(account, by, at)


def _codes(account: Account, by: Actor, at: datetime) -> tuple[str, ...]:
    codes = rules.recovery_codes()
    RecoveryCode.objects.filter(account=account).delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(account=account, digest=vault.recovery_hash(account.uuid, code))
        for code in codes
    )
    event = RecoveryCodesIssued(subject=account_subject(account.uuid), codes=len(codes))
    evidence.record(event, by=by, at=at)
    return codes


def _hash(credential: bytes) -> str:
    return hashlib.sha256(credential).hexdigest()
