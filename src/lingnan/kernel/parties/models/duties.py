"""Duties, and who stands in. Periods are half open."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from .parties import Party


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
