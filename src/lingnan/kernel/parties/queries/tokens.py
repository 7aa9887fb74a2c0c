"""Who is behind a token."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from lingnan.base.errors import SignInNeeded

from .. import rules
from ..models import Account, ApiToken


class TokenRefused(SignInNeeded):
    code: ClassVar[str] = "parties.token_refused"
    tell: ClassVar[str] = "令牌无效、已过期或已撤销。"


@dataclass(frozen=True)
class Bearer:
    """`duty`: the only hat this token may wear; None: any of the account's."""

    account: Account
    duty: int | None
    token: UUID


def bearer_of(text: str, *, at: datetime) -> Bearer:
    """TokenRefused, without saying which of unknown, expired, revoked or closed it is."""
    prefix = rules.token_prefix(text)
    token = ApiToken.objects.select_related("account").filter(prefix=prefix or "").first()
    matches = rules.same(rules.token_digest(text), token.digest if token else "-" * 64)
    if token is None or not matches:
        raise TokenRefused
    if token.revoked_at is not None or token.expires_at <= at or not token.account.is_active:
        raise TokenRefused
    return Bearer(token.account, token.duty_id, token.uuid)
