"""OpenID Connect client: a city's portal says who somebody is; an administrator said whom it means."""

from typing import Any, ClassVar
from uuid import UUID

import httpx
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oauth2.rfc6749 import OAuth2Error
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from lingnan.base import clock
from lingnan.base.actors import PUBLIC
from lingnan.base.errors import NotFound, Refused
from lingnan.kernel.parties import queries as parties
from lingnan.kernel.parties import rules
from lingnan.kernel.parties import services as accounts
from lingnan.kernel.parties.terms import PortalInfo

from ..access import public
from ..requests import safe_next
from .entering import admitted

AWAY = "portal"  # what we must find again when the person comes back
SECONDS = 8.0
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]


class PortalUnreachable(Refused):
    code: ClassVar[str] = "portal_unreachable"
    status: ClassVar[int] = 502
    tell: ClassVar[str] = "门户现在没有应答，请稍后再试，或用口令登录。"


class PortalDisagrees(Refused):
    code: ClassVar[str] = "portal_disagrees"
    status: ClassVar[int] = 403
    tell: ClassVar[str] = "门户的应答没有通过核对，没有登录。请重新登录。"


@require_POST
@public
def begin(request: HttpRequest, portal: UUID) -> HttpResponse:
    """Off to the portal, with a secret of our own to know the answer by."""
    asked = _portal(portal)
    about = described(asked)
    verifier, nonce = rules.new_key(), rules.new_key()
    with _client(request, asked) as client:
        address, state = client.create_authorization_url(
            about["authorization_endpoint"], nonce=nonce, code_verifier=verifier
        )
    request.session[AWAY] = {
        "portal": str(portal),
        "state": state,
        "nonce": nonce,
        "verifier": verifier,
        "next": safe_next(request),
    }
    return redirect(address)


@require_safe
@public
def back(request: HttpRequest) -> HttpResponse:
    """From the portal: a code, changed for who it was; once only."""
    away = request.session.pop(AWAY, None)
    state = request.GET.get("state", "")
    if not away or not rules.same(state, away["state"]) or "code" not in request.GET:
        raise PortalDisagrees
    asked = _portal(UUID(away["portal"]))
    about = described(asked)
    if request.GET.get("iss", about["issuer"]) != about["issuer"]:
        raise PortalDisagrees
    try:
        with _client(request, asked) as client:
            got = client.fetch_token(
                about["token_endpoint"],
                code=request.GET["code"],
                code_verifier=away["verifier"],
                grant_type="authorization_code",
            )
            keys = httpx.get(about["jwks_uri"], timeout=SECONDS).raise_for_status().json()
        who = checked(str(got.get("id_token", "")), keys, asked, away["nonce"])
    except (httpx.HTTPError, OAuth2Error):
        raise PortalUnreachable from None
    account = accounts.sign_in_by_portal(asked, who, by=PUBLIC, at=clock.now())
    return admitted(request, account, away["next"])


def checked(token: str, keys: dict[str, Any], portal: PortalInfo, nonce: str) -> str:
    """`sub` of an ID token that holds (OpenID Connect Core 3.1.3.7). PortalDisagrees."""
    wanted = jwt.JWTClaimsRegistry(
        now=int(clock.now().timestamp()),
        leeway=60,
        iss={"essential": True, "value": portal.issuer},
        aud={"essential": True, "value": portal.client_id},
        exp={"essential": True},
        nonce={"essential": True, "value": nonce},
        sub={"essential": True},
    )
    try:
        found = jwt.decode(token, KeySet.import_key_set(keys), algorithms=ALGORITHMS)  # type: ignore[arg-type]
        wanted.validate(found.claims)
    except (JoseError, ValueError):
        raise PortalDisagrees from None
    return str(found.claims["sub"])


def described(portal: PortalInfo) -> dict[str, Any]:
    """What the portal publishes of itself. PortalUnreachable, PortalDisagrees."""
    address = portal.issuer.rstrip("/") + "/.well-known/openid-configuration"
    try:
        told: dict[str, Any] = httpx.get(address, timeout=SECONDS).raise_for_status().json()
    except (httpx.HTTPError, ValueError):
        raise PortalUnreachable from None
    needed = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
    if not isinstance(told, dict) or told.get("issuer") != portal.issuer:
        raise PortalDisagrees
    if not all(rules.safe_address(str(told.get(name, ""))) for name in needed):
        raise PortalDisagrees
    return told


def _portal(number: UUID) -> PortalInfo:
    found = next((one for one in parties.sign_in_portals() if one.uuid == number), None)
    if found is None:
        raise NotFound
    return found


def _client(request: HttpRequest, portal: PortalInfo) -> Any:
    return OAuth2Client(
        portal.client_id,
        parties.secret_of(portal) or None,
        scope="openid",
        redirect_uri=request.build_absolute_uri(reverse("oidc_back")),
        code_challenge_method="S256",
        timeout=SECONDS,
    )
