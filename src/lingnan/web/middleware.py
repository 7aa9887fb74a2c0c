"""Around every request: a number for the log, figures, headers, one handler for errors."""

import time
from collections.abc import Callable
from urllib.parse import urlsplit

import structlog
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from ninja.utils import check_csrf

from . import metrics
from .actors import bearer
from .errors import NotThatWay, Stale, answer, refusal_of
from .requests import id_of, is_api

Next = Callable[[HttpRequest], HttpResponse]
log = structlog.get_logger("lingnan.web")

SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}
# No script or style inside a page, nothing from elsewhere, no frame, forms only to ourselves.
POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "report-uri /csp-report",
    ]
)


def policy_for(*addresses: str) -> str:
    """The same, and a form of this page may lead on to those sites (sign-in between sites)."""
    parts = (urlsplit(one) for one in addresses)
    sites = sorted({f"{one.scheme}://{one.netloc}" for one in parts})
    return POLICY.replace("form-action 'self'", " ".join(["form-action 'self'", *sites]))


class Observe:
    """Outermost: the request's number, one log line, one count and one timing."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=id_of(request))
        response = self.get_response(request)
        took = time.perf_counter() - started
        route = route_of(request)
        metrics.observe(request.method or "", route, response.status_code, took)
        log.info(
            "request",
            method=request.method,
            route=route,
            status=response.status_code,
            ms=round(took * 1000, 1),
        )
        response["X-Request-Id"] = id_of(request)
        return response


class Smaller(GZipMiddleware):
    """Pages, JSON and CSV go out compressed; what is packed already (workbooks) goes as it is.

    BREACH guesses a secret from the length of a compressed page that also repeats what the attacker
    sent. The one secret in our pages, the CSRF token, is masked anew for every answer (Django does
    it), so no two answers hold the same bytes to guess at; and Django's middleware adds up to
    `max_random_bytes` of random length to each answer ("Heal the Breach").
    """

    packed = ("application/vnd.", "application/zip", "image/", "application/octet-stream")
    plain = ("image/svg+xml",)

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        kind = response.get("Content-Type", "")
        if response.streaming or (kind.startswith(self.packed) and not kind.startswith(self.plain)):
            return response
        return super().process_response(request, response)


class Headers:
    """What every answer carries, unless the view said something stricter."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Content-Security-Policy", POLICY)
        response.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if not request.path.startswith("/static/"):
            response.setdefault("Cache-Control", "private, no-cache")
        return response


class ApiCsrf:
    """Ninja exempts its views; who comes with a cookie instead of a token is checked here."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        risky = is_api(request) and request.method not in SAFE and not bearer(request)
        if risky and request.user.is_authenticated and check_csrf(request) is not None:
            return answer(request, Stale())
        return self.get_response(request)


class Errors:
    """Whatever a page raises becomes words; nobody sees a bare 500."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 405 and "problem" not in response["Content-Type"]:
            allowed = response.get("Allow", "")
            response = answer(request, NotThatWay())
            response["Allow"] = allowed
        return response

    def process_exception(self, request: HttpRequest, broken: Exception) -> HttpResponse:
        return answer(request, refusal_of(request, broken))


def route_of(request: HttpRequest) -> str:
    """The pattern, not the address: no identifier gets into a log or a figure."""
    match = getattr(request, "resolver_match", None)
    return f"/{match.route}" if match else "unmatched"
