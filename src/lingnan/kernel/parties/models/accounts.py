"""Accounts, and what programs and limits keep beside them."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q

from ..terms import AccountState, Outcome
from .duties import Duty
from .parties import Party
from .shared import choices


class Account(AbstractBaseUser):
    """A sign-in of one person. What it may do hangs on the duties of its party."""

    last_login = None  # `last_seen_at` instead, written by the use case

    uuid = models.UUIDField(unique=True, editable=False)
    username = models.CharField(max_length=64, unique=True)
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="accounts")
    state = models.CharField(
        max_length=10, choices=choices(AccountState), default=AccountState.INVITED
    )
    must_change = models.BooleanField(default=True)
    password_set_at = models.DateTimeField(null=True)
    activation = models.CharField(max_length=64, blank=True, default="")
    activation_expires = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)
    tried_at = models.DateTimeField(null=True)
    locked_until = models.DateTimeField(null=True)
    last_seen_at = models.DateTimeField(null=True)
    factor_due_at = models.DateTimeField(null=True)  # from then on nothing without a second factor
    factor_tries = models.PositiveIntegerField(default=0)
    factor_tried_at = models.DateTimeField(null=True)
    factor_locked_until = models.DateTimeField(null=True)
    lang = models.CharField(max_length=10, default="zh-hans")
    created_at = models.DateTimeField()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = BaseUserManager["Account"]()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(username=""), name="account_has_a_username"),
            models.CheckConstraint(
                condition=~Q(state="active") | Q(password_set_at__isnull=False),
                name="account_active_with_a_password",
            ),
        ]

    def __str__(self) -> str:
        return self.username

    @property
    def is_active(self) -> bool:  # type: ignore[override]
        return self.state in (AccountState.ACTIVE, AccountState.INVITED)


class ApiToken(models.Model):
    """A program's key to an account, wearing at most one hat. Only the hash is kept."""

    uuid = models.UUIDField(unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="tokens")
    duty = models.ForeignKey(Duty, on_delete=models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="api_token_period"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix})"


class SignInAttempt(models.Model):
    """A try to sign in, for limits all processes share. Both hashes are keyed; rows are swept."""

    address = models.CharField(max_length=64)
    who = models.CharField(max_length=64)
    at = models.DateTimeField()
    outcome = models.CharField(max_length=8, choices=choices(Outcome))

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["address", "at"], name="sign_in_by_address"),
            models.Index(fields=["who", "at"], name="sign_in_by_who"),
            models.Index(fields=["at"], name="sign_in_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} {self.at:%Y-%m-%d %H:%M}"
