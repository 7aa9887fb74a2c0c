"""The words of second factors, sessions and portals."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from .words import FactorKind


@dataclass(frozen=True, kw_only=True)
class FactorInfo:
    """A second factor as its owner sees it; nothing secret."""

    uuid: UUID
    kind: FactorKind
    name: str
    created_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class SessionInfo:
    """One sign-in of a browser. `address` as it was seen; only the owner is told."""

    uuid: UUID
    device: str
    address: str
    began_at: datetime
    used_at: datetime
    here: bool


@dataclass(frozen=True)
class Where:
    """The network address a person is at, and her own sign-in there."""

    address: str = ""
    session: UUID | None = None


NOWHERE = Where()


@dataclass(frozen=True, kw_only=True)
class NewTotp:
    """A key to be kept by an authenticator; it counts only after one right code."""

    secret: str
    uri: str


@dataclass(frozen=True, kw_only=True)
class NewPortal:
    """A portal that may sign its users in through us; the secret is told once."""

    uuid: UUID
    client_id: str
    secret: str
