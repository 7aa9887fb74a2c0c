"""The words of second factors, sessions and portals."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
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
class PortalInfo:
    """A portal as administrators and the sign-in page see it; no secret."""

    id: int
    uuid: UUID
    direction: str
    name: str
    issuer: str
    client_id: str
    redirect_uris: tuple[str, ...]
    closed_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a portal asks for when it sends somebody to sign in (OpenID Connect Core 3.1.2.1)."""

    client_id: str
    redirect_uri: str
    scope: str
    challenge: str  # PKCE, S256
    nonce: str = ""


@dataclass(frozen=True, kw_only=True)
class Redeemed:
    """What a code was changed for: a key to the person's claims, and who she is."""

    access_token: str
    scope: str
    seconds: int
    claims: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class NewPortal:
    """A portal that may sign its users in through us; the secret is told once."""

    uuid: UUID
    client_id: str
    secret: str
