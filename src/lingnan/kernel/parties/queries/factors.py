"""What an account holds besides its password, and where it is signed in."""

from collections.abc import Sequence
from uuid import UUID

from lingnan.base.actors import Actor
from lingnan.base.errors import NotFound

from ..models import Account, RecoveryCode, SecondFactor, SignedSession
from ..terms import FactorInfo, FactorKind, SessionInfo

HELP = "parties.unlock"


def factors(account_id: int, *, to: Actor) -> tuple[FactorInfo, ...]:
    """For the owner, and for who helps when a device is lost. NotFound otherwise."""
    _check(account_id, to)
    rows = SecondFactor.objects.filter(account_id=account_id).order_by("created_at", "pk")
    return tuple(
        FactorInfo(
            uuid=row.uuid,
            kind=FactorKind(row.kind),
            name=row.name,
            created_at=row.created_at,
            used_at=row.used_at,
        )
        for row in rows
    )


def recovery_left(account_id: int, *, to: Actor) -> int:
    _check(account_id, to)
    return RecoveryCode.objects.filter(account_id=account_id, used_at=None).count()


def sessions(account_id: int, *, here: UUID | None = None, to: Actor) -> tuple[SessionInfo, ...]:
    """Where the account is signed in, this browser first, then the last used. Its owner's alone."""
    if to.account != account_id:
        raise NotFound
    rows = SignedSession.objects.filter(account_id=account_id, ended_at=None)
    told = [
        SessionInfo(
            uuid=row.uuid,
            device=row.device,
            address=row.address,
            began_at=row.began_at,
            used_at=row.used_at,
            here=row.uuid == here,
        )
        for row in rows.order_by("-used_at", "-pk")[:200]
    ]
    return tuple(sorted(told, key=lambda one: not one.here))


def factor_kinds(account_id: int) -> frozenset[FactorKind]:
    """For the door, between the password and the second factor: nobody is an actor yet."""
    kinds = SecondFactor.objects.filter(account_id=account_id).values_list("kind", flat=True)
    return frozenset(FactorKind(kind) for kind in kinds)


def passkeys(account_id: int) -> Sequence[bytes]:
    """Public halves, to ask an authenticator for one of them."""
    rows = SecondFactor.objects.filter(account_id=account_id, kind=FactorKind.PASSKEY)
    return [bytes(one) for one in rows.values_list("credential", flat=True)]


def factor_due(account_id: int) -> bool:
    """Whether a duty asks for a second factor that is not there yet."""
    return Account.objects.filter(pk=account_id, factor_due_at__isnull=False).exists()


def _check(account_id: int, to: Actor) -> None:
    if not (to.account == account_id or to.may(HELP)):
        raise NotFound
