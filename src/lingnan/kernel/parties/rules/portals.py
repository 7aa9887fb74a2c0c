"""OpenID Connect: what may be asked, and whether an answer fits. Values in, values out."""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Collection
from urllib.parse import urlsplit

SCOPES = ("openid", "profile", "duties")
CODE_SECONDS, TOKEN_SECONDS = 60, 600
CHALLENGE = re.compile(r"^[A-Za-z0-9_-]{43}$")
VERIFIER = re.compile(r"^[A-Za-z0-9._~-]{43,128}$")


def new_key() -> str:
    return secrets.token_urlsafe(32)


def key_hash(text: str) -> str:
    """Plain SHA-256: the text holds 256 random bits."""
    return hashlib.sha256(text.encode()).hexdigest()


def challenge_of(verifier: str) -> str:
    """RFC 7636 4.2."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def fits(verifier: str, challenge: str) -> bool:
    return bool(VERIFIER.match(verifier)) and hmac.compare_digest(challenge_of(verifier), challenge)


def granted(scope: str) -> str:
    """What we know of what is asked, in our order; the rest is left out (RFC 6749 3.3)."""
    asked = set(scope.split())
    return " ".join(one for one in SCOPES if one in asked)


def safe_address(url: str) -> bool:
    """Over TLS, or to this machine itself; without a fragment and without a user's name."""
    parts = urlsplit(url)
    local = parts.scheme == "http" and parts.hostname in {"localhost", "127.0.0.1"}
    secure = parts.scheme == "https" and bool(parts.hostname)
    return (secure or local) and not parts.fragment and "@" not in parts.netloc


def addresses_ok(urls: Collection[str]) -> bool:
    return bool(urls) and all(safe_address(url) for url in urls)
