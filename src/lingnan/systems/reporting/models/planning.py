"""Tables of a plan: who need not be asked what, once for all places of which the same is known."""

from typing import ClassVar

from django.db import models

from .forms import Form
from .rounds import Round


class SumDecision(models.Model):
    """What the bureau said of a sum the form's shape suggests. `total` and `parts` are field codes."""

    form = models.ForeignKey(Form, models.CASCADE, related_name="sums")
    total = models.CharField(max_length=64)
    parts = models.JSONField(default=list)
    why = models.TextField(blank=True, default="")
    is_accepted = models.BooleanField()
    decided_by = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["form", "total"], name="sum_decision"),
        ]

    def __str__(self) -> str:
        return f"{self.form_id}/{self.total} = {'+'.join(self.parts)}"


class Plan(models.Model):
    """One act of planning. `content`: by kind (place, household) the facts, the ways used to each,
    and the sums; `figures` are told in evidence. `sha256` covers the content and the shapes.
    `is_stale`: more facts arrived than are planned again by the way."""

    uuid = models.UUIDField(unique=True)
    round = models.ForeignKey(Round, models.CASCADE, related_name="plans")
    content = models.JSONField(default=dict)
    figures = models.JSONField(default=dict)
    sha256 = models.CharField(max_length=64)
    is_stale = models.BooleanField(default=False)
    planned_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.round_id} {self.sha256[:8]}"


class PlanShape(models.Model):
    """One way for every fact: `choice` is zlib over one byte a fact, the number of its way."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="shapes")
    kind = models.CharField(max_length=16)
    digest = models.CharField(max_length=64)
    choice = models.BinaryField()
    asks = models.IntegerField()
    confirms = models.IntegerField()
    seconds = models.IntegerField()
    bound = models.IntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "kind", "digest"], name="plan_shape"),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id}/{self.digest[:8]}"


class PlacePlan(models.Model):
    """The shape of a place; of its households, the shapes and how many `units` have each."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="+")
    place = models.BigIntegerField()
    kind = models.CharField(max_length=16)
    shape = models.ForeignKey(PlanShape, models.CASCADE, related_name="places")
    units = models.IntegerField(default=1)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "place", "kind", "shape"], name="place_plan"),
        ]

    def __str__(self) -> str:
        return f"{self.round_id}/{self.place}/{self.kind}"
