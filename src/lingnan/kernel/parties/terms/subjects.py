"""How evidence names the things of this noun."""

from datetime import datetime
from uuid import UUID

from lingnan.base.ids import subject, uuid7


def party_subject(uuid: UUID) -> str:
    return subject("parties", "party", uuid)


def account_subject(uuid: UUID) -> str:
    return subject("parties", "account", uuid)


def duty_subject(uuid: UUID) -> str:
    return subject("parties", "duty", uuid)


def portal_subject(uuid: UUID) -> str:
    return subject("parties", "portal", uuid)


def new_uuid(at: datetime) -> UUID:
    """Ordered by the caller's clock."""
    return uuid7(int(at.timestamp() * 1000))
