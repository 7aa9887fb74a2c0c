"""Second factors: codes by time (RFC 6238), recovery codes, passkeys (WebAuthn)."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyotp
from fido2.server import Fido2Server
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from .sealing import activation_code

STEP = 30  # seconds one code holds
DRIFT = 1  # steps a clock may be off, either way
CODES = 10  # recovery codes issued at a time
ISSUER = "岭南 Lingnan"


class PasskeyRefused(ValueError):
    """The answer of the authenticator does not hold."""


def new_totp_secret() -> str:
    """160 random bits, base32."""
    return pyotp.random_base32()


def totp_uri(secret: str, username: str) -> str:
    return pyotp.TOTP(secret, interval=STEP).provisioning_uri(name=username, issuer_name=ISSUER)


def totp_step(secret: str, code: str, seconds: int, last: int = 0) -> int | None:
    """The step whose code this is; None: wrong, or taken already. Every step is compared."""
    digits = "".join(ch for ch in code if ch.isdigit())
    now, found = seconds // STEP, None
    for step in range(now - DRIFT, now + DRIFT + 1):
        right = pyotp.utils.strings_equal(digits, pyotp.TOTP(secret, interval=STEP).at(step * STEP))
        if right and step > last:
            found = step
    return found


def recovery_codes() -> tuple[str, ...]:
    return tuple(activation_code() for _ in range(CODES))


def begin_passkey(
    site: str, user: bytes, username: str, held: Sequence[bytes]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """`(options, state)` to make a passkey that can sign in by itself; `held` are not made twice.

    `site`: the host name it is bound to. `user`: the account's handle, no name in it.
    """
    options, state = _server(site).register_begin(
        PublicKeyCredentialUserEntity(id=user, name=username, display_name=username),
        credentials=_described(held),
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return _plain(options), dict(state)


def made_passkey(site: str, state: Mapping[str, Any], answer: Mapping[str, Any]) -> bytes:
    """The attested credential data to keep. PasskeyRefused."""
    try:
        made = _server(site).register_complete(dict(state), answer)
    except (ValueError, KeyError, TypeError, AttributeError) as wrong:
        raise PasskeyRefused(str(wrong)) from None
    if made.credential_data is None:
        raise PasskeyRefused("no credential")
    return bytes(made.credential_data)


def ask_passkey(site: str, held: Sequence[bytes] = ()) -> tuple[dict[str, Any], dict[str, Any]]:
    """`(options, state)`; without `held` any passkey of this site may answer."""
    options, state = _server(site).authenticate_begin(
        credentials=_described(held) or None,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return _plain(options), dict(state)


def passkey_id(answer: Mapping[str, Any]) -> bytes:
    try:
        return bytes(AuthenticationResponse.from_dict(answer).raw_id)
    except (ValueError, KeyError, TypeError, AttributeError) as wrong:
        raise PasskeyRefused(str(wrong)) from None


def credential_id(held: bytes) -> bytes:
    return bytes(AttestedCredentialData(held).credential_id)


def answered_passkey(
    site: str, state: Mapping[str, Any], held: bytes, answer: Mapping[str, Any], count: int
) -> int:
    """The authenticator's new counter. PasskeyRefused, also when the counter went back (a copy)."""
    try:
        _server(site).authenticate_complete(dict(state), [AttestedCredentialData(held)], answer)
        told = AuthenticationResponse.from_dict(answer).response.authenticator_data.counter
    except (ValueError, KeyError, TypeError, AttributeError) as wrong:
        raise PasskeyRefused(str(wrong)) from None
    if told and told <= count:
        raise PasskeyRefused("the counter went back")
    return int(told)


def _server(site: str) -> Fido2Server:
    return Fido2Server(PublicKeyCredentialRpEntity(id=site, name=ISSUER), attestation=None)


def _described(held: Sequence[bytes]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(
            type=PublicKeyCredentialType.PUBLIC_KEY, id=credential_id(one)
        )
        for one in held
    ]


def _plain(options: Any) -> dict[str, Any]:
    """As JSON; every run of bytes as base64url."""
    told: dict[str, Any] = _json(dict(options)["publicKey"])
    return told


def _json(value: Any) -> Any:
    if isinstance(value, bytes):
        return websafe_encode(value)
    if isinstance(value, Mapping):
        return {key: _json(one) for key, one in value.items() if one is not None}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_json(one) for one in value]
    return getattr(value, "value", value)
