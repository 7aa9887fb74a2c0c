"""Small questions about a request."""

import secrets
from datetime import date

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from lingnan.base import clock
from lingnan.base.errors import Invalid, Problem

API = "/api/"


def id_of(request: HttpRequest) -> str:
    """The number under which the log speaks of this request; made on first asking."""
    return str(request.META.setdefault("lingnan.id", secrets.token_hex(8)))


def is_api(request: HttpRequest) -> bool:
    return request.path.startswith(API)


def wants_json(request: HttpRequest) -> bool:
    """Programs get problem+json, whatever they accept; so does a script that asks for JSON."""
    return is_api(request) or request.get_preferred_type(["text/html", "application/json"]) == (
        "application/json"
    )


def asked_day(request: HttpRequest, name: str = "on") -> date:
    """The legal day of `?on=2026-10-31`, else today. Invalid when it is no day."""
    text = request.GET.get(name, "").strip()
    if not text:
        return clock.today()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid(problems=[Problem(name, "应为日期，例如 2026-10-31。")]) from None


def asked_number(request: HttpRequest, name: str) -> int | None:
    """A whole number of the query, None when it is not there. Invalid otherwise."""
    text = request.GET.get(name, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise Invalid(problems=[Problem(name, "应为整数。")])
    return int(text)


def safe_next(request: HttpRequest) -> str:
    """Where to go afterwards: a path of our own, or home."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(
        asked, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return asked if ours else reverse("home")
