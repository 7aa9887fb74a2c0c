"""Tables of parties. Periods are half open: `valid_to` is the first day that no longer counts."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from .terms import AccountState, OrganisationKind, Outcome, PartyKind, Scheme


def choices(kinds: Iterable[Any]) -> list[tuple[str, str]]:
    return [(kind.value, kind.value) for kind in kinds]


def ordered(name: str) -> models.CheckConstraint:
    """A period holds at least one day."""
    return models.CheckConstraint(
        condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name=name
    )


class Party(models.Model):
    """A person or an organisation: who can act or be named. A merged one points to its keeper."""

    uuid = models.UUIDField(unique=True, editable=False)
    kind = models.CharField(max_length=12, choices=choices(PartyKind))
    organisation = models.CharField(
        max_length=24, choices=choices(OrganisationKind), blank=True, default=""
    )
    name = models.CharField(max_length=200)
    place = models.ForeignKey(
        "kernel_places.Place", on_delete=models.PROTECT, null=True, related_name="+"
    )
    alias_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="aliases"
    )
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind="person", organisation="")
                | (Q(kind="organisation") & ~Q(organisation="")),
                name="party_kind_of_organisation",
            ),
            models.CheckConstraint(
                condition=Q(alias_of__isnull=True) | ~Q(alias_of=F("id")),
                name="party_not_its_own_alias",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="party_has_a_name"),
        ]
        indexes: ClassVar = [models.Index(fields=["name"], name="party_by_name")]

    def __str__(self) -> str:
        return f"{self.kind} {self.uuid}"


class PartyName(models.Model):
    """A further or a former name. The current Chinese name stands on the party itself."""

    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="names")
    lang = models.CharField(max_length=10)
    name = models.CharField(max_length=200)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            ordered("party_name_period"),
            models.UniqueConstraint(
                fields=["party", "lang"],
                condition=Q(valid_to__isnull=True),
                name="party_one_name_a_language",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party_id} {self.lang}"


class PartyIdentifier(models.Model):
    """A number from a register: sealed, found through a keyed hash, shown masked."""

    uuid = models.UUIDField(unique=True, editable=False)
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="identifiers")
    scheme = models.CharField(max_length=24, choices=choices(Scheme))
    issuer = models.CharField(max_length=3, blank=True, default="")
    sealed = models.BinaryField()
    blind = models.CharField(max_length=64)
    masked = models.CharField(max_length=40)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            ordered("party_identifier_period"),
            models.UniqueConstraint(
                fields=["scheme", "blind"],
                condition=Q(valid_to__isnull=True),
                name="party_identifier_names_one_party",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["blind"], name="party_by_identifier")]

    def __str__(self) -> str:
        return f"{self.scheme} {self.masked}"


class PartyMerge(models.Model):
    """Two records were found to be one party. Nothing moves, so it can be undone."""

    uuid = models.UUIDField(unique=True, editable=False)
    alias = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    keeper = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["alias"], condition=Q(undone_at__isnull=True), name="party_merged_once"
            ),
            models.CheckConstraint(
                condition=~Q(alias=F("keeper")), name="party_merge_of_two_parties"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.alias_id} into {self.keeper_id}"


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


class Duty(models.Model):
    """A role a party holds over a place, in a department, for a time."""

    uuid = models.UUIDField(unique=True, editable=False)
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="duties")
    role = models.CharField(max_length=64)
    place = models.ForeignKey(
        "kernel_places.Place", on_delete=models.PROTECT, null=True, related_name="+"
    )
    department = models.ForeignKey(Party, on_delete=models.PROTECT, null=True, related_name="posts")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            # A duty given by mistake ends on the day it began: an empty period, kept as history.
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="duty_period",
            ),
            # Coalesce, because two NULLs would count as different.
            models.UniqueConstraint(
                F("party"),
                F("role"),
                Coalesce(F("place"), 0),
                Coalesce(F("department"), 0),
                condition=Q(valid_to__isnull=True),
                name="duty_held_once",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["place", "role"], name="duty_by_place"),
            models.Index(fields=["department"], name="duty_by_department"),
        ]

    def __str__(self) -> str:
        return f"{self.role} of party {self.party_id} at {self.place_id}"


class AbsenceCover(models.Model):
    """Somebody stands in for the holder of a duty; both days are known when it is given."""

    uuid = models.UUIDField(unique=True, editable=False)
    duty = models.ForeignKey(Duty, on_delete=models.PROTECT, related_name="covers")
    stand_in = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="covering")
    valid_from = models.DateField()
    valid_to = models.DateField()
    reason = models.CharField(max_length=200)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(valid_to__gte=F("valid_from")), name="absence_cover_period"
            ),
        ]

    def __str__(self) -> str:
        return f"party {self.stand_in_id} for duty {self.duty_id}"


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
