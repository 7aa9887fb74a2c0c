"""What the machine proposes and the bureau decides: repeats and derivations."""

from typing import ClassVar

from django.db import models

from ..terms.filings import Verdict
from .forms import Field, Form


class Repeat(models.Model):
    """Two fields that seem to ask the same fact, and what the bureau decided.

    `said` is the relation a person chose; `decision` the remembered word behind it.
    """

    source = models.ForeignKey(Field, models.CASCADE, related_name="+")
    target = models.ForeignKey(Field, models.CASCADE, related_name="+")
    relation = models.CharField(max_length=10)
    score = models.DecimalField(max_digits=5, decimal_places=4)
    reasons = models.JSONField(default=list)
    state = models.CharField(max_length=10, default=Verdict.PROPOSED)
    said = models.CharField(max_length=10, blank=True, default="")
    decision = models.ForeignKey("Decision", models.SET_NULL, null=True, related_name="+")
    is_disputed = models.BooleanField(default=False)
    act = models.UUIDField(null=True, db_index=True)
    decided_by = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "target"], name="repeat_pair"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.relation} {self.target_id}"


class Proposal(models.Model):
    """A village item that follows from household items, or a rate from items of its own form."""

    field = models.ForeignKey(Field, models.CASCADE, related_name="+")
    household_form = models.ForeignKey(Form, models.CASCADE, null=True, related_name="+")
    formula = models.TextField()
    sql = models.TextField()
    quality = models.CharField(max_length=12)
    reasons = models.JSONField(default=list)
    uses = models.JSONField(default=list)
    state = models.CharField(max_length=10, default=Verdict.PROPOSED)
    decided_by = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["field", "household_form"], name="proposal_pair"),
        ]

    def __str__(self) -> str:
        return f"{self.field_id} = {self.formula}"
