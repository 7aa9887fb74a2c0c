"""Accounts as administrators, and their owners, see them."""

from lingnan.base.actors import Actor
from lingnan.base.errors import NotFound

from .. import rules
from ..models import Account
from ..terms import AccountInfo, AccountState

MANAGE = "parties.manage_accounts"


def account(username: str, *, to: Actor) -> AccountInfo:
    """For who manages accounts, and for its owner. NotFound otherwise."""
    row = Account.objects.filter(username=rules.normal_username(username)).first()
    if row is None or not (to.may(MANAGE) or to.account == row.pk):
        raise NotFound
    return AccountInfo(
        id=row.pk,
        uuid=row.uuid,
        username=row.username,
        party=row.party_id,
        state=AccountState(row.state),
        must_change=row.must_change,
        tries=row.tries,
        locked_until=row.locked_until,
        last_seen_at=row.last_seen_at,
        password_set_at=row.password_set_at,
    )
