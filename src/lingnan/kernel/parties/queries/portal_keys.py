"""The key that signs what we tell portals: `<data>/keys/portals.pem`. Lost, it is made anew."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from joserfc import jwt
from joserfc.jwk import RSAKey

from . import vault

ALGORITHM = "RS256"  # the one every client must understand (OpenID Connect Discovery 3)


def signed(claims: dict[str, Any]) -> str:
    key = _key(str(settings.ENV.data))
    return jwt.encode({"alg": ALGORITHM, "kid": key.kid, "typ": "JWT"}, claims, key)


def public_keys() -> dict[str, Any]:
    """The JWK set that checks what we signed."""
    key = _key(str(settings.ENV.data))
    told = dict(key.as_dict(private=False))
    return {"keys": [told | {"kid": key.kid, "use": "sig", "alg": ALGORITHM}]}


@lru_cache(maxsize=4)
def _key(data: str) -> Any:
    path = Path(settings.ENV.folder) / "keys" / "portals.pem"
    if not path.exists():
        vault.keep(path, RSAKey.generate_key(2048, private=True).as_pem(private=True))
    key = RSAKey.import_key(path.read_bytes())
    key.ensure_kid()
    return key
