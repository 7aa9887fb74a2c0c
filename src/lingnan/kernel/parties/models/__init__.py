"""Tables of parties."""

from .accounts import Account, ApiToken, SignInAttempt
from .duties import AbsenceCover, Duty
from .factors import RecoveryCode, SecondFactor, SignedSession
from .parties import Party, PartyIdentifier, PartyMerge, PartyName
from .portals import Portal, PortalGrant, PortalLink

__all__ = [
    "AbsenceCover",
    "Account",
    "ApiToken",
    "Duty",
    "Party",
    "PartyIdentifier",
    "PartyMerge",
    "PartyName",
    "Portal",
    "PortalGrant",
    "PortalLink",
    "RecoveryCode",
    "SecondFactor",
    "SignInAttempt",
    "SignedSession",
]
