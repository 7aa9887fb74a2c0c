"""Rounds of asking, what places answered, what was given back."""

from typing import ClassVar

from django.db import models

from ..terms.filings import RoundState, State
from .forms import Form


class Round(models.Model):
    """Forms asked of every village below `place` for one period."""

    uuid = models.UUIDField(unique=True)
    title = models.CharField(max_length=200)
    place = models.BigIntegerField()
    period = models.IntegerField()
    forms = models.ManyToManyField(Form, related_name="rounds")
    opened_on = models.DateField()
    due_on = models.DateField()
    state = models.CharField(max_length=8, default=RoundState.OPEN)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(due_on__gte=models.F("opened_on")), name="round_days"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["period", "state"], name="round_by_period")]

    def __str__(self) -> str:
        return f"{self.title} {self.period}"


class Filing(models.Model):
    """The answers of one form for one place (or household of it) in one period.

    `version` counts every change and is checked in every UPDATE; `revision` counts approvals of
    different content: 1 is the first report, higher ones are corrections. `passed_level`: up to
    which level it has been approved on its way (0: none yet).
    """

    uuid = models.UUIDField(unique=True)
    form = models.ForeignKey(Form, models.PROTECT, related_name="filings")
    place = models.BigIntegerField()
    subject = models.BigIntegerField(default=0)
    period = models.IntegerField()
    state = models.CharField(max_length=10, default=State.DRAFT)
    version = models.PositiveIntegerField(default=1)
    revision = models.PositiveIntegerField(default=1)
    passed_level = models.PositiveSmallIntegerField(default=0)
    answers = models.JSONField(default=dict)
    remarks = models.JSONField(default=dict)
    reason = models.TextField(blank=True, default="")
    reporter = models.BigIntegerField(null=True)
    submitted_by = models.ForeignKey(
        "kernel_parties.Duty", models.PROTECT, null=True, related_name="+"
    )
    submitted_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(
        "kernel_parties.Duty", models.PROTECT, null=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["form", "place", "subject", "period"], name="filing_key"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["form", "period", "state"], name="filing_by_state"),
            models.Index(fields=["period", "place"], name="filing_by_place"),
        ]

    def __str__(self) -> str:
        return f"{self.form_id}/{self.place}/{self.subject}/{self.period} {self.state}"


class Household(models.Model):
    """The number under which a village reports on an entry of the household ledger."""

    entry = models.OneToOneField(
        "kernel_observations.LedgerEntry", models.PROTECT, primary_key=True, related_name="+"
    )
    place = models.BigIntegerField()
    number = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["place", "number"], name="household_number"),
        ]

    def __str__(self) -> str:
        return f"{self.place}/{self.number}"


class Release(models.Model):
    """One workbook as it was given out: made again as of `as_of`, it must have these bytes."""

    uuid = models.UUIDField(unique=True)
    form = models.ForeignKey(Form, models.PROTECT, related_name="releases")
    place = models.BigIntegerField()
    subject = models.BigIntegerField(default=0)
    period = models.IntegerField()
    seq = models.BigIntegerField()
    as_of = models.DateTimeField()
    sha256 = models.CharField(max_length=64)
    produced_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["form", "place", "subject", "period", "as_of"], name="release_key"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.form_id}/{self.place}/{self.period} @{self.seq}"
