"""OpenID Connect provider: another site's users sign in through us. Code flow with PKCE, nothing else."""

import base64
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lingnan.base import clock
from lingnan.base.actors import PUBLIC
from lingnan.base.errors import NotFound
from lingnan.kernel.parties import queries as parties
from lingnan.kernel.parties import rules
from lingnan.kernel.parties import services as accounts
from lingnan.kernel.parties.terms import Asked

from .. import sessions
from ..access import demand_whole, public, signed_in
from ..actors import actor_of, bearer
from ..middleware import policy_for


def issuer_of(request: HttpRequest) -> str:
    return f"{request.scheme}://{request.get_host()}"


@require_safe
@public
def discovery(request: HttpRequest) -> HttpResponse:
    here = issuer_of(request)
    return JsonResponse(
        {
            "issuer": here,
            "authorization_endpoint": here + reverse("oidc_authorize"),
            "token_endpoint": here + reverse("oidc_token"),
            "userinfo_endpoint": here + reverse("oidc_userinfo"),
            "jwks_uri": here + reverse("oidc_keys"),
            "scopes_supported": list(rules.SCOPES),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
            "claims_supported": ["sub", "name", "preferred_username", "duties", "auth_time", "amr"],
            "authorization_response_iss_parameter_supported": True,
        }
    )


@require_safe
@public
def keys(request: HttpRequest) -> HttpResponse:
    return JsonResponse(parties.public_keys())


@require_http_methods(["GET", "POST"])
@signed_in
def authorize(request: HttpRequest) -> HttpResponse:
    """The person is asked, every time, whether this site may learn who she is."""
    told = request.POST if request.method == "POST" else request.GET
    asked = Asked(
        client_id=told.get("client_id", ""),
        redirect_uri=told.get("redirect_uri", ""),
        scope=told.get("scope", ""),
        challenge=told.get("code_challenge", ""),
        nonce=told.get("nonce", ""),
    )
    portal = parties.asking_portal(asked)
    actor = actor_of(request)
    demand_whole(actor)
    state = told.get("state", "")[:1000]
    method = told.get("code_challenge_method", "")
    fault = parties.asking_fault(asked, told.get("response_type", ""), method)
    if fault:
        return sent_back(request, asked, state, error=fault)
    if request.method != "POST":
        context = {
            "portal": portal,
            "home": urlsplit(asked.redirect_uri).netloc,
            "scopes": rules.granted(asked.scope).split(),
            "username": request.user.get_username(),
            "fields": [(name, told.get(name, "")) for name in FIELDS],
        }
        response = render(request, "ui/consent.html", context)
        response["Content-Security-Policy"] = policy_for(asked.redirect_uri)
        return response
    if "yes" not in told:
        return sent_back(request, asked, state, error="access_denied")
    at = clock.now()
    began = sessions.began_at(request) or at
    code = accounts.grant_code(asked, signed_in_at=began, by=actor, at=at)
    return sent_back(request, asked, state, code=code)


FIELDS = (
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "response_type",
    "code_challenge",
    "code_challenge_method",
)


def sent_back(request: HttpRequest, asked: Asked, state: str, **told: str) -> HttpResponse:
    """To the address the portal registered: its own state, and from whom it comes (RFC 9207)."""
    told |= {"iss": issuer_of(request)} | ({"state": state} if state else {})
    joint = "&" if urlsplit(asked.redirect_uri).query else "?"
    response = HttpResponse(status=303)
    response["Location"] = f"{asked.redirect_uri}{joint}{urlencode(told)}"
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response


@csrf_exempt
@require_POST
@public
def token(request: HttpRequest) -> HttpResponse:
    """The portal's program changes a code; it shows its own secret, no cookie counts here."""
    try:
        if request.POST.get("grant_type") != "authorization_code":
            raise parties.PortalRefused(error="unsupported_grant_type")
        done = accounts.redeem(
            request.POST.get("code", ""),
            client=client_of(request),
            redirect_uri=request.POST.get("redirect_uri", ""),
            verifier=request.POST.get("code_verifier", ""),
            by=PUBLIC,
            at=clock.now(),
        )
    except parties.PortalRefused as no:
        status = 401 if no.error == "invalid_client" else 400
        return unkept({"error": no.error}, status)
    body = {
        "access_token": done.access_token,
        "token_type": "Bearer",
        "expires_in": done.seconds,
        "scope": done.scope,
        "id_token": parties.signed({"iss": issuer_of(request), **done.claims}),
    }
    return unkept(body, 200)


@csrf_exempt
@require_http_methods(["GET", "POST"])
@public
def userinfo(request: HttpRequest) -> HttpResponse:
    try:
        return unkept(parties.claims_for(bearer(request), at=clock.now()), 200)
    except NotFound:
        response = unkept({"error": "invalid_token"}, 401)
        response["WWW-Authenticate"] = 'Bearer error="invalid_token"'
        return response


def client_of(request: HttpRequest) -> tuple[str, str]:
    """Number and secret, from the header (RFC 6749 2.3.1) or the form."""
    scheme, _, packed = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return request.POST.get("client_id", ""), request.POST.get("client_secret", "")
    try:
        name, _, secret = base64.b64decode(packed, validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return unquote(name), unquote(secret)


def unkept(body: dict[str, Any], status: int) -> HttpResponse:
    response = JsonResponse(body, status=status)
    response["Cache-Control"] = "no-store"
    return response
