"""One table: what is to be done, by whom, by when. Rows are never deleted."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from .terms import State

DUTY = "kernel_parties.Duty"


class Task(models.Model):
    """For whoever holds `role` at `place`. `holder`, `delegate` and `closed_by` are duties.

    `act` is the last deed that touched the row, single or in bulk: the event tells of it.
    """

    uuid = models.UUIDField(unique=True)
    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=80)
    role = models.CharField(max_length=64)
    place = models.ForeignKey(
        "kernel_places.Place", models.PROTECT, related_name="+", db_index=False
    )
    department = models.ForeignKey(
        "kernel_parties.Party", models.PROTECT, null=True, related_name="+", db_index=False
    )
    subject = models.CharField(max_length=120)
    title = models.CharField(max_length=300)
    effect = models.IntegerField(default=0)
    opened_at = models.DateTimeField()
    opened_on = models.DateField()
    due_on = models.DateField()
    basis = models.CharField(max_length=300, blank=True, default="")
    provisional = models.BooleanField(default=False)
    state = models.CharField(
        max_length=10, choices=[(s.value, s.value) for s in State], default=State.OPEN
    )
    holder = models.ForeignKey(DUTY, models.PROTECT, null=True, related_name="+", db_index=False)
    delegate = models.ForeignKey(DUTY, models.PROTECT, null=True, related_name="+", db_index=False)
    reason = models.CharField(max_length=300, blank=True, default="")
    reminded = models.PositiveIntegerField(default=0)
    reminded_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(DUTY, models.PROTECT, null=True, related_name="+", db_index=False)
    version = models.PositiveIntegerField(default=1)
    act = models.UUIDField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=(State.DONE, State.WITHDRAWN), closed_at__isnull=False)
                | Q(state__in=(State.OPEN, State.CLAIMED, State.DELEGATED), closed_at=None),
                name="task_closed_when_final",
            ),
            models.CheckConstraint(
                condition=Q(state=State.OPEN, holder=None, delegate=None)
                | Q(state=State.CLAIMED, holder__isnull=False, delegate=None)
                | Q(state=State.DELEGATED, holder__isnull=False, delegate__isnull=False)
                | Q(state__in=(State.DONE, State.WITHDRAWN)),
                name="task_in_somebodys_hands",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["place", "role", "due_on"],
                condition=Q(closed_at=None),
                name="task_waiting",
            ),
            models.Index(
                fields=["place", "role", "closed_at"],
                condition=Q(closed_at__isnull=False),
                name="task_closed",
            ),
            models.Index(
                fields=["delegate", "due_on"],
                condition=Q(delegate__isnull=False),
                name="task_by_delegate",
            ),
            models.Index(fields=["subject", "kind"], name="task_by_subject"),
            models.Index(fields=["act"], name="task_by_act"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.state}"
