"""Browsers that are signed in: begun, followed, used, ended, and Django's own rows with them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from lingnan.base import clock
from lingnan.base.actors import Actor, Assurance
from lingnan.base.errors import NotFound
from lingnan.kernel.evidence import services as evidence

from .. import queries
from ..models import Account, SecondFactor, SignedSession
from ..queries import vault
from ..terms import SessionBegun, SessionEnded, account_subject, new_uuid


@transaction.atomic
def begin_session(
    account_id: int,
    *,
    key: str,
    device: str,
    address: str,
    assurance: Assurance,
    by: Actor,
    at: datetime,
) -> UUID:
    """`key`: Django's session. Also sets until when a duty's second factor must be there."""
    account = Account.objects.select_for_update().select_related("party").get(pk=account_id)
    due = _due(account, at)
    if due != account.factor_due_at:
        account.factor_due_at = due
        account.save(update_fields=["factor_due_at"])
    row = SignedSession.objects.create(
        uuid=new_uuid(at),
        account=account,
        key=key,
        device=device[:200],
        address=address[:64],
        assurance=assurance,
        began_at=at,
        used_at=at,
    )
    event = SessionBegun(
        subject=account_subject(account.uuid),
        session=str(row.uuid),
        assurance=assurance,
        address=vault.where(address),
    )
    evidence.record(event, by=by, at=at)
    return row.uuid


@transaction.atomic
def follow_session(session: UUID, *, key: str, assurance: Assurance, at: datetime) -> None:
    """Django gave it another key, or a second factor was added."""
    SignedSession.objects.filter(uuid=session, ended_at=None).update(
        key=key, assurance=assurance, used_at=at
    )


@transaction.atomic
def touch_session(session: UUID, *, at: datetime) -> None:
    SignedSession.objects.filter(uuid=session, ended_at=None).update(used_at=at)


@transaction.atomic
def end_session(session: UUID, *, why: str = "revoked", by: Actor, at: datetime) -> None:
    """The owner's own, or by who unlocks accounts. NotFound for anybody else's."""
    rows = SignedSession.objects.select_for_update().filter(uuid=session, ended_at=None)
    row = rows.select_related("account").first()
    if row is None or not (by.account == row.account_id or by.may("parties.unlock")):
        raise NotFound
    _end([row], why, by, at)


@transaction.atomic
def end_sessions(
    account_id: int, *, but: UUID | None = None, why: str = "revoked", by: Actor, at: datetime
) -> int:
    """All of an account, or all others; how many."""
    if not (
        by.account == account_id or by.may("parties.unlock") or by.may("parties.manage_accounts")
    ):
        raise NotFound
    return close_sessions(account_id, but=but, why=why, by=by, at=at)


@transaction.atomic
def close_sessions(
    account_id: int, *, but: UUID | None = None, why: str, by: Actor, at: datetime
) -> int:
    """A part of other use cases, which have said who may: a new password, an account closed."""
    rows = SignedSession.objects.select_for_update().filter(account_id=account_id, ended_at=None)
    if but is not None:
        rows = rows.exclude(uuid=but)
    return _end(list(rows.select_related("account")), why, by, at)


@transaction.atomic
def forget_sessions(*, by: Actor, at: datetime) -> int:
    """Those nobody used for a day end; ended ones go after as long as tries (PIPL 19)."""
    policy = queries.security_policy(on=clock.legal_day(at))
    stale = at - timedelta(seconds=settings.SESSION_COOKIE_AGE)
    open_rows = SignedSession.objects.select_for_update().filter(ended_at=None, began_at__lt=stale)
    ended = _end(list(open_rows.select_related("account")[:500]), "expired", by, at)
    before = at - timedelta(days=policy.attempt_days)
    SignedSession.objects.filter(ended_at__lt=before).delete()
    return ended


def _end(rows: Iterable[SignedSession], why: str, by: Actor, at: datetime) -> int:
    store: Any = import_module(settings.SESSION_ENGINE).SessionStore
    ended = 0
    for row in rows:
        store(row.key).delete()
        row.ended_at, row.key, row.address = at, "", ""
        row.save(update_fields=["ended_at", "key", "address"])
        event = SessionEnded(
            subject=account_subject(row.account.uuid), session=str(row.uuid), why=why
        )
        evidence.record(event, by=by, at=at)
        ended += 1
    return ended


def _due(account: Account, at: datetime) -> datetime | None:
    """None: no duty asks for it, or it is there. Once set it stays; asking again gives no new grace."""
    day = clock.legal_day(at)
    policy = queries.security_policy(on=day)
    root = account.party.alias_of_id or account.party_id
    roles = {worn.duty.role for worn in queries.own_duties(root, on=day)}
    if not roles & set(policy.factor_roles):
        return None
    if SecondFactor.objects.filter(account=account).exists():
        return None
    return account.factor_due_at or at + timedelta(days=policy.factor_grace_days)
