"""Secure unless told otherwise."""

from .base import *  # noqa: F403
from .base import ENV

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENV.https
SECURE_HSTS_SECONDS = 31_536_000 if ENV.https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = ENV.https
SECURE_SSL_REDIRECT = False  # the proxy in front terminates TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENV.https else None
BEHIND_PROXY = ENV.https
CSRF_TRUSTED_ORIGINS = (
    [f"https://{host.strip()}" for host in ENV.allowed_hosts.split(",") if host.strip()]
    if ENV.https
    else []
)
