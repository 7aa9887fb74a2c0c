"""The element dictionary: who answers for an element, its changes, remembered decisions."""

from typing import ClassVar

from django.db import models

from ..terms.dictionary import Standing


class Entry(models.Model):
    """What the dictionary adds to an element: who answers for it, whose word wins, its standing.

    `truth` is what the bureau said: `ledger`, `form:<code>`, `department:<uuid>`, best first; the
    element's precedence follows from it. `converted`: languages whose name a program made.
    """

    element = models.OneToOneField(
        "kernel_observations.Element", models.PROTECT, primary_key=True, related_name="+"
    )
    department = models.ForeignKey(
        "kernel_parties.Party", models.PROTECT, null=True, related_name="+"
    )
    truth = models.JSONField(default=list)
    converted = models.JSONField(default=list)
    standing = models.CharField(max_length=10, default=Standing.PROPOSED)
    became = models.ForeignKey(
        "kernel_observations.Element", models.PROTECT, null=True, related_name="+"
    )

    def __str__(self) -> str:
        return f"{self.element_id} {self.standing}"


class Change(models.Model):
    """One step of the dictionary that can be undone; the steps of one act share its uuid.

    `moves`: [field id, element id before, after, first day it holds for or null].
    `held`: what the entries were before, by element code.
    """

    act = models.UUIDField(db_index=True)
    kind = models.CharField(max_length=8)
    before = models.JSONField(default=list)
    after = models.JSONField(default=list)
    moves = models.JSONField(default=list)
    held = models.JSONField(default=dict)
    by = models.BigIntegerField()
    role = models.CharField(max_length=64, blank=True, default="")
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.before} {self.after}"


class ChangeOf(models.Model):
    """An element that a change touched: its history in one look-up."""

    change = models.ForeignKey(Change, models.CASCADE, related_name="touched")
    element = models.ForeignKey("kernel_observations.Element", models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["element", "change"], name="change_of_element"),
        ]

    def __str__(self) -> str:
        return f"{self.change_id} {self.element_id}"


class Decision(models.Model):
    """A word on two wordings, kept apart from the forms that showed them. `source` and `target` hold
    the questions as they were read, so that the matcher can look again."""

    act = models.UUIDField(db_index=True)
    source_key = models.CharField(max_length=64, db_index=True)
    target_key = models.CharField(max_length=64, db_index=True)
    source_department = models.CharField(max_length=36, blank=True, default="")
    target_department = models.CharField(max_length=36, blank=True, default="")
    source = models.JSONField()
    target = models.JSONField()
    relation = models.CharField(max_length=10)
    by = models.BigIntegerField(null=True)
    role = models.CharField(max_length=64, blank=True, default="")
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.source_key[:8]} {self.relation} {self.target_key[:8]}"
