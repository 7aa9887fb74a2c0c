"""Second factors, their recovery codes, and the sign-ins of browsers."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from ..terms import FactorKind
from .accounts import Account
from .shared import choices


class SecondFactor(models.Model):
    """A TOTP key (sealed) or a passkey (its public half)."""

    uuid = models.UUIDField(unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="factors")
    kind = models.CharField(max_length=8, choices=choices(FactorKind))
    name = models.CharField(max_length=60)
    sealed = models.BinaryField(default=b"")  # TOTP: the key, bound to this row
    last_step = models.BigIntegerField(default=0)  # TOTP: no code is taken twice (RFC 6238 5.2)
    credential = models.BinaryField(default=b"")  # passkey: attested credential data
    credential_hash = models.CharField(max_length=64, blank=True, default="")
    sign_count = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["credential_hash"],
                condition=~Q(credential_hash=""),
                name="second_factor_passkey_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.uuid}"


class RecoveryCode(models.Model):
    """Good for one sign-in. Only a keyed hash is kept."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "digest"], name="recovery_code_once"),
        ]

    def __str__(self) -> str:
        return f"code of account {self.account_id}"


class SignedSession(models.Model):
    """A browser that is signed in. The address is cleared when the session ends (PIPL 19)."""

    uuid = models.UUIDField(unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="sessions")
    key = models.CharField(max_length=40, db_index=True)
    device = models.CharField(max_length=200, blank=True, default="")
    address = models.CharField(max_length=64, blank=True, default="")
    assurance = models.CharField(max_length=12)
    began_at = models.DateTimeField()
    used_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["account", "ended_at"], name="signed_session_open"),
        ]

    def __str__(self) -> str:
        return f"session {self.uuid}"
