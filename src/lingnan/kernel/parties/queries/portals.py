"""Portals: who they are, whom they mean, and what they may learn."""

from datetime import datetime
from typing import Any, ClassVar

from lingnan.base import clock
from lingnan.base.actors import Actor
from lingnan.base.errors import Forbidden, NotFound, Refused

from .. import rules
from ..models import Portal, PortalGrant
from ..terms import Asked, PortalInfo
from . import vault
from .hats import hats

MANAGE_PORTALS = "parties.manage_portals"


class PortalRefused(Refused):
    """`error` is the code of RFC 6749 that the portal's program is told."""

    code: ClassVar[str] = "parties.portal_refused"
    status: ClassVar[int] = 422
    tell: ClassVar[str] = "门户的请求不符合约定：{error}。请联系门户的管理单位。"

    @property
    def error(self) -> str:
        return str(self.params["error"])


def portals(*, to: Actor) -> tuple[PortalInfo, ...]:
    """All, for who manages them. Forbidden otherwise."""
    if not to.may(MANAGE_PORTALS):
        raise Forbidden
    return tuple(_told(row) for row in Portal.objects.order_by("pk"))


def sign_in_portals() -> tuple[PortalInfo, ...]:
    """Those offered on the sign-in page; public."""
    rows = Portal.objects.filter(direction="in", closed_at=None).order_by("name", "pk")
    return tuple(_told(row) for row in rows)


def asking_portal(asked: Asked) -> PortalInfo:
    """The portal that asks, when it may ask so. PortalRefused; never answered to its address
    before the address is known to be its own.
    """
    row = Portal.objects.filter(direction="out", client_id=asked.client_id, closed_at=None).first()
    if row is None:
        raise PortalRefused(error="unknown client_id")
    if asked.redirect_uri not in row.redirect_uris:
        raise PortalRefused(error="unknown redirect_uri")
    return _told(row)


def asking_fault(asked: Asked, response_type: str, method: str) -> str:
    """The error code the portal is sent; empty when all is well."""
    if response_type != "code":
        return "unsupported_response_type"
    if "openid" not in asked.scope.split():
        return "invalid_scope"
    if method != "S256" or not rules.CHALLENGE.match(asked.challenge):
        return "invalid_request"
    return ""


def claims_for(token: str, *, at: datetime) -> dict[str, Any]:
    """What the holder of this access token may know. NotFound when it holds no more."""
    grant = (
        PortalGrant.objects.select_related("portal", "account__party")
        .filter(token=rules.key_hash(token), ended_at=None, token_until__gt=at)
        .first()
    )
    if not token or grant is None or grant.portal.closed_at or not grant.account.is_active:
        raise NotFound
    return claims_of(grant, at=at)


def claims_of(grant: PortalGrant, *, at: datetime) -> dict[str, Any]:
    """The person's name for this portal, and what its scopes add."""
    account = grant.account
    told: dict[str, Any] = {"sub": vault.pairwise(account.uuid, grant.portal.client_id)}
    scopes = grant.scope.split()
    if "profile" in scopes:
        told |= {"name": account.party.name, "preferred_username": account.username}
    if "duties" in scopes:
        worn = hats(account.pk, on=clock.legal_day(at))
        told["duties"] = [{"role": hat.role, "place": hat.place_name} for hat in worn]
    return told


def secret_of(portal: PortalInfo) -> str:
    """What we show a portal that signs our people in; for the door that calls it."""
    row = Portal.objects.get(pk=portal.id)
    return vault.unseal(bytes(row.sealed), row.uuid) if row.sealed else ""


def _told(row: Portal) -> PortalInfo:
    return PortalInfo(
        id=row.pk,
        uuid=row.uuid,
        direction=row.direction,
        name=row.name,
        issuer=row.issuer,
        client_id=row.client_id,
        redirect_uris=tuple(row.redirect_uris),
        closed_at=row.closed_at,
    )
