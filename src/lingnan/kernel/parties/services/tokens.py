"""Keys for programs."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.db import transaction

from lingnan.base import clock
from lingnan.base.actors import Actor
from lingnan.base.errors import Invalid, NotFound, Problem
from lingnan.kernel.evidence import services as evidence

from .. import queries, rules
from ..models import Account, ApiToken
from ..terms import NewToken, TokenIssued, TokenRevoked, account_subject, new_uuid


class AccountCannotHaveToken(Invalid):
    code: ClassVar[str] = "parties.account_cannot_have_token"
    tell: ClassVar[str] = "账号尚未启用或已停用，不能发放令牌。"


def account_of_token(text: str, *, at: datetime) -> Account:
    """TokenRefused. The hat a token is bound to is known to `queries.actor_of_token`."""
    return queries.bearer_of(text, at=at).account


@transaction.atomic
def issue_token(
    account_id: int,
    *,
    name: str,
    days: int | None = None,
    duty: int | None = None,
    by: Actor,
    at: datetime,
) -> NewToken:
    """The text is in the answer and nowhere else. `days`: at most, and by default, the policy's.

    `duty`: the only hat it may wear. Invalid, NotYourHat, AccountCannotHaveToken.
    """
    account = Account.objects.filter(pk=account_id).first()
    if account is None:
        raise NotFound
    if account.must_change or not account.is_active:
        raise AccountCannotHaveToken
    most = queries.security_policy(on=clock.legal_day(at)).token_days
    _check(name, days, most)
    if duty is not None:
        queries.actor_of(account_id, duty=duty, at=at)
    prefix, text = rules.new_token()
    token = ApiToken.objects.create(
        uuid=new_uuid(at),
        account=account,
        duty_id=duty,
        name=name.strip(),
        prefix=prefix,
        digest=rules.token_digest(text),
        created_at=at,
        expires_at=at + timedelta(days=days or most),
    )
    event = TokenIssued(
        subject=account_subject(account.uuid), prefix=prefix, expires_at=token.expires_at
    )
    evidence.record(event, by=by, at=at)
    return NewToken(uuid=token.uuid, prefix=prefix, text=text, expires_at=token.expires_at)


@transaction.atomic
def revoke_token(prefix: str, *, by: Actor, at: datetime) -> None:
    """At once and for good; revoking again changes nothing."""
    token = ApiToken.objects.select_for_update().filter(prefix=prefix).first()
    if token is None:
        raise NotFound
    if token.revoked_at is not None:
        return
    token.revoked_at = at
    token.save(update_fields=["revoked_at"])
    event = TokenRevoked(subject=account_subject(token.account.uuid), prefix=prefix)
    evidence.record(event, by=by, at=at)


def _check(name: str, days: int | None, most: int) -> None:
    problems = []
    if not 0 < len(name.strip()) <= 80:
        problems.append(Problem("name", "请说明令牌的用途（1–80 个字）。"))
    if days is not None and not 0 < days <= most:
        problems.append(Problem("days", "有效期须为 1–{most} 天。", (("most", most),)))
    if problems:
        raise Invalid(problems=problems)
