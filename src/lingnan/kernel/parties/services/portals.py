"""Portals registered, closed and linked; codes granted and changed; people signed in by a portal."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from django.db import transaction

from lingnan.base.actors import Actor
from lingnan.base.errors import Clash, Forbidden, Invalid, NotFound, Problem, Refused
from lingnan.kernel.evidence import services as evidence

from .. import queries, rules
from ..models import Account, Portal, PortalGrant, PortalLink
from ..queries import vault
from ..terms import (
    Asked,
    ConsentGiven,
    NewPortal,
    Outcome,
    PortalClosed,
    PortalInfo,
    PortalLinked,
    PortalRegistered,
    PortalSignInTried,
    PortalTokenIssued,
    PortalUnlinked,
    Redeemed,
    account_subject,
    new_uuid,
    portal_subject,
)


class PortalKnown(Clash):
    code: ClassVar[str] = "parties.portal_known"
    tell: ClassVar[str] = "这个门户或门户用户已经登记过。"


class NotLinked(Refused):
    code: ClassVar[str] = "parties.portal_not_linked"
    status: ClassVar[int] = 403
    tell: ClassVar[str] = "门户确认了您是谁，但您还没有与这里的账号关联。请联系本单位的系统管理员。"


@transaction.atomic
def register_portal_out(
    name: str, redirect_uris: Sequence[str], *, by: Actor, at: datetime
) -> NewPortal:
    """A portal whose users sign in through us. Its secret is told once. Invalid, Forbidden."""
    _manager(by)
    problems = []
    if not 0 < len(name.strip()) <= 120:
        problems.append(Problem("name", "请写门户的名称（1–120 个字）。"))
    if not rules.addresses_ok(redirect_uris):
        problems.append(Problem("redirect_uris", "返回地址须为 https 的完整地址，不带 # 号。"))
    if problems:
        raise Invalid(problems=problems)
    uuid, secret = new_uuid(at), rules.new_key()
    Portal.objects.create(
        uuid=uuid,
        direction="out",
        name=name.strip(),
        client_id=uuid.hex,
        digest=rules.key_hash(secret),
        redirect_uris=list(redirect_uris),
        created_at=at,
    )
    event = PortalRegistered(subject=portal_subject(uuid), direction="out")
    evidence.record(event, by=by, at=at)
    return NewPortal(uuid=uuid, client_id=uuid.hex, secret=secret)


@transaction.atomic
def register_portal_in(
    name: str, issuer: str, client_id: str, secret: str, *, by: Actor, at: datetime
) -> UUID:
    """A portal that signs our people in. Invalid, Forbidden, PortalKnown."""
    _manager(by)
    problems = []
    if not 0 < len(name.strip()) <= 120:
        problems.append(Problem("name", "请写门户的名称（1–120 个字）。"))
    if not rules.safe_address(issuer):
        problems.append(Problem("issuer", "签发地址须为 https 的完整地址，不带 # 号。"))
    if not client_id.strip():
        problems.append(Problem("client_id", "请写门户给我们的客户端编号。"))
    if problems:
        raise Invalid(problems=problems)
    if Portal.objects.filter(direction="in", issuer=issuer, client_id=client_id).exists():
        raise PortalKnown
    uuid = new_uuid(at)
    Portal.objects.create(
        uuid=uuid,
        direction="in",
        name=name.strip(),
        issuer=issuer,
        client_id=client_id,
        sealed=vault.seal(secret, uuid),
        created_at=at,
    )
    event = PortalRegistered(subject=portal_subject(uuid), direction="in")
    evidence.record(event, by=by, at=at)
    return uuid


@transaction.atomic
def close_portal(portal: UUID, *, by: Actor, at: datetime) -> None:
    """From now on it signs nobody in, and every key it holds ends."""
    _manager(by)
    row = Portal.objects.select_for_update().filter(uuid=portal, closed_at=None).first()
    if row is None:
        raise NotFound
    row.closed_at = at
    row.save(update_fields=["closed_at"])
    PortalGrant.objects.filter(portal=row, ended_at=None).update(ended_at=at)
    event = PortalClosed(subject=portal_subject(row.uuid), direction=row.direction)
    evidence.record(event, by=by, at=at)


@transaction.atomic
def link_portal(portal: UUID, who: str, account_id: int, *, by: Actor, at: datetime) -> None:
    """`who`: the portal's own name (`sub`) for the person behind that account."""
    _manager(by)
    row = Portal.objects.filter(uuid=portal, direction="in", closed_at=None).first()
    account = Account.objects.filter(pk=account_id).first()
    if row is None or account is None:
        raise NotFound
    hashed = vault.portal_user(row.issuer, who)
    if PortalLink.objects.filter(portal=row, who=hashed).exists():
        raise PortalKnown
    PortalLink.objects.create(portal=row, account=account, who=hashed, created_at=at)
    event = PortalLinked(subject=portal_subject(row.uuid), account=str(account.uuid), who=hashed)
    evidence.record(event, by=by, at=at)


@transaction.atomic
def unlink_portal(portal: UUID, account_id: int, *, by: Actor, at: datetime) -> None:
    _manager(by)
    rows = PortalLink.objects.select_related("portal", "account")
    links = list(rows.filter(portal__uuid=portal, account_id=account_id))
    if not links:
        raise NotFound
    for link in links:
        link.delete()
        event = PortalUnlinked(
            subject=portal_subject(portal), account=str(link.account.uuid), who=link.who
        )
        evidence.record(event, by=by, at=at)


def sign_in_by_portal(portal: PortalInfo, who: str, *, by: Actor, at: datetime) -> Account:
    """Whom the portal means. NotLinked; no account is ever made. Recorded either way, so never
    call it inside a transaction.
    """
    hashed = vault.portal_user(portal.issuer, who)
    with transaction.atomic(durable=True):
        links = PortalLink.objects.select_related("account__party", "portal")
        link = links.filter(portal_id=portal.id, portal__closed_at=None, who=hashed).first()
        right = link is not None and link.account.is_active
        named = account_subject(link.account.uuid) if link else portal_subject(portal.uuid)
        outcome = Outcome.RIGHT if right else Outcome.WRONG
        event = PortalSignInTried(subject=named, outcome=outcome.value, who=hashed)
        evidence.record(event, by=by, at=at)
    if link is None or not right:
        raise NotLinked
    return link.account


@transaction.atomic
def grant_code(asked: Asked, *, signed_in_at: datetime, by: Actor, at: datetime) -> str:
    """The person agrees; the code the portal changes within a minute. PortalRefused."""
    if by.account is None:
        raise NotFound
    portal = queries.asking_portal(asked)
    code, scope = rules.new_key(), rules.granted(asked.scope)
    PortalGrant.objects.create(
        portal_id=portal.id,
        account_id=by.account,
        code=rules.key_hash(code),
        scope=scope,
        redirect_uri=asked.redirect_uri,
        challenge=asked.challenge,
        nonce=asked.nonce[:300],
        signed_in_at=signed_in_at,
        assurance=by.assurance,
        code_until=at + timedelta(seconds=rules.CODE_SECONDS),
    )
    event = ConsentGiven(subject=_person(by.account), portal=str(portal.uuid), scope=scope)
    evidence.record(event, by=by, at=at)
    return code


def redeem(
    code: str, *, client: tuple[str, str], redirect_uri: str, verifier: str, by: Actor, at: datetime
) -> Redeemed:
    """A code for a key and the person's claims; `client`: its number and secret. PortalRefused.

    A code that comes a second time also ends what the first was given (RFC 6749 4.1.2). Never
    call it inside a transaction: that end is kept while the answer is a refusal.
    """
    with transaction.atomic(durable=True):
        portal = Portal.objects.filter(direction="out", client_id=client[0], closed_at=None).first()
        known = portal.digest if portal else "-" * 64
        if not rules.same(rules.key_hash(client[1]), known) or portal is None:
            raise queries.PortalRefused(error="invalid_client")
        grant = (
            PortalGrant.objects.select_for_update()
            .filter(portal=portal, code=rules.key_hash(code), ended_at=None)
            .first()
        )
        if grant is not None and grant.token:
            grant.ended_at = at
            grant.save(update_fields=["ended_at"])
            grant = None
        if grant is not None and _fits(grant, redirect_uri, verifier, at):
            return _redeemed(grant, by, at)
    raise queries.PortalRefused(error="invalid_grant")


def _fits(grant: PortalGrant, redirect_uri: str, verifier: str, at: datetime) -> bool:
    return (
        at < grant.code_until
        and grant.redirect_uri == redirect_uri
        and rules.fits(verifier, grant.challenge)
        and grant.account.is_active
    )


def _redeemed(grant: PortalGrant, by: Actor, at: datetime) -> Redeemed:
    token = rules.new_key()
    grant.token = rules.key_hash(token)
    grant.token_until = at + timedelta(seconds=rules.TOKEN_SECONDS)
    grant.save(update_fields=["token", "token_until"])
    event = PortalTokenIssued(
        subject=portal_subject(grant.portal.uuid), account=str(grant.account.uuid)
    )
    evidence.record(event, by=by, at=at)
    claims = queries.claims_of(grant, at=at) | {
        "aud": grant.portal.client_id,
        "iat": int(at.timestamp()),
        "exp": int(at.timestamp()) + rules.TOKEN_SECONDS,
        "auth_time": int(grant.signed_in_at.timestamp()),
        "amr": ["pwd", "mfa"] if grant.assurance == "two_factor" else ["pwd"],
    }
    if grant.nonce:
        claims["nonce"] = grant.nonce
    return Redeemed(
        access_token=token, scope=grant.scope, seconds=rules.TOKEN_SECONDS, claims=claims
    )


@transaction.atomic
def forget_grants(*, by: Actor, at: datetime) -> int:
    """Codes and keys that hold no more."""
    rows, _ = PortalGrant.objects.filter(code_until__lt=at - timedelta(days=1)).delete()
    return rows


def _manager(by: Actor) -> None:
    if not by.may(queries.MANAGE_PORTALS):
        raise Forbidden


def _person(account_id: int) -> str:
    return account_subject(Account.objects.values_list("uuid", flat=True).get(pk=account_id))
