"""Tables of checking and review: reasons, releases by quorum, reminders and their messages."""

from typing import ClassVar

from django.db import models

from .forms import Form
from .rounds import Filing, Round


class Explanation(models.Model):
    """Why a finding that must be explained is nevertheless right. `said` is a digest of the finding
    that was explained: other figures need another reason."""

    filing = models.ForeignKey(Filing, models.CASCADE, related_name="explanations")
    field = models.CharField(max_length=64)
    rule = models.CharField(max_length=300)
    said = models.CharField(max_length=64)
    reason = models.TextField()
    by_party = models.BigIntegerField()
    given_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["filing", "field", "rule"], name="explanation_key"),
        ]

    def __str__(self) -> str:
        return f"{self.filing_id}/{self.field} {self.rule}"


class QuorumRelease(models.Model):
    """A place above given out although not every village below was approved: what was in, what was
    estimated (`estimated`: place id → field codes) and by which method."""

    uuid = models.UUIDField(unique=True)
    form = models.ForeignKey(Form, models.PROTECT, related_name="+")
    place = models.BigIntegerField()
    period = models.IntegerField()
    expected = models.IntegerField()
    approved = models.IntegerField()
    estimated_places = models.IntegerField()
    share = models.DecimalField(max_digits=5, decimal_places=4)
    method = models.CharField(max_length=32)
    estimated = models.JSONField(default=dict)
    released_by = models.BigIntegerField()
    released_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["form", "place", "period"], name="quorum_release_key"),
        ]

    def __str__(self) -> str:
        return f"{self.form_id}/{self.place}/{self.period} {self.approved}/{self.expected}"


class Message(models.Model):
    """Words for whoever does a duty; the inbox of that duty shows it."""

    uuid = models.UUIDField(unique=True)
    duty = models.ForeignKey("kernel_parties.Duty", models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    words = models.TextField()
    link = models.CharField(max_length=300, blank=True, default="")
    sent_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["duty", "read_at"], name="message_inbox")]

    def __str__(self) -> str:
        return f"{self.duty_id}: {self.title}"


class Reminder(models.Model):
    """Somebody was reminded of a village's part of a round that day: never twice a day."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="reminders")
    place = models.BigIntegerField()
    duty = models.ForeignKey("kernel_parties.Duty", models.PROTECT, related_name="+")
    day = models.DateField()
    working_days = models.IntegerField()
    message = models.ForeignKey(Message, models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "place", "duty", "day"], name="reminder_once"),
        ]

    def __str__(self) -> str:
        return f"{self.round_id}/{self.place} {self.day}"


class Delivery(models.Model):
    """A message on its way through one channel outside; tried again, later each time."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=16)
    state = models.CharField(max_length=8, default="waiting")
    attempts = models.IntegerField(default=0)
    next_at = models.DateTimeField()
    error = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["message", "channel"], name="delivery_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "next_at"], name="delivery_due")]

    def __str__(self) -> str:
        return f"{self.message_id} by {self.channel}: {self.state}"
