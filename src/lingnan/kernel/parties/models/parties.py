"""Who can act or be named. Periods are half open: `valid_to` is the first day that no longer counts."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from ..terms import OrganisationKind, PartyKind, Scheme
from .shared import choices, ordered


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
