"""Tables of admission: applications, who decided on them, and what clerks say of forms."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from ..terms.admission import Admitting, Basis
from .forms import Form


class Admission(models.Model):
    """A form offered to be asked below `place`, and what became of it.

    Conditions are set by the first approval and guarded by `version`; `only` names the fields that
    may be asked (empty: all), `period` the only one (0: any). `verdict` is what the planner said at
    the offer or when it was last asked; `likely_new`: fields left to ask once likely repeats are
    confirmed. `year` and `serial` make the number.
    """

    uuid = models.UUIDField(unique=True)
    form = models.ForeignKey(Form, models.PROTECT, related_name="admissions")
    department = models.ForeignKey(
        "kernel_parties.Party", models.PROTECT, null=True, related_name="+"
    )
    place = models.BigIntegerField()
    basis = models.CharField(max_length=8, default=Basis.OFFER)
    purpose = models.TextField(blank=True, default="")
    legal_basis = models.TextField(blank=True, default="")
    state = models.CharField(max_length=10, default=Admitting.OFFERED)
    version = models.PositiveIntegerField(default=0)
    begins_on = models.DateField(null=True)
    expires_on = models.DateField(null=True)
    notice_days = models.PositiveIntegerField(default=0)
    only = models.JSONField(default=list)
    period = models.IntegerField(default=0)
    number = models.CharField(max_length=64, blank=True, default="")
    year = models.PositiveIntegerField(null=True)
    serial = models.PositiveIntegerField(null=True)
    verdict = models.JSONField(null=True)
    likely_new = models.IntegerField(null=True)
    offered_by = models.BigIntegerField()
    offered_at = models.DateTimeField()
    decide_by = models.DateField(null=True)
    decided_at = models.DateTimeField(null=True)
    withdrawn_on = models.DateField(null=True)
    reason = models.TextField(blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["form"], condition=Q(state="offered"), name="admission_offered_once"
            ),
            models.UniqueConstraint(fields=["year", "serial"], name="admission_number"),
            models.CheckConstraint(
                condition=Q(expires_on__isnull=True) | Q(expires_on__gte=F("begins_on")),
                name="admission_days",
            ),
            models.CheckConstraint(
                condition=~Q(state="admitted") | Q(expires_on__isnull=False, serial__isnull=False),
                name="admission_admitted_whole",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["form", "state"], name="admission_by_form"),
            models.Index(fields=["state", "expires_on"], name="admission_by_expiry"),
        ]

    def __str__(self) -> str:
        return f"{self.form_id} {self.state} {self.number}"


class AdmissionVote(models.Model):
    """A person's yes or no to one version of the conditions; nobody has two on one."""

    admission = models.ForeignKey(Admission, models.CASCADE, related_name="votes")
    version = models.PositiveIntegerField()
    party = models.BigIntegerField()
    duty = models.BigIntegerField(null=True)
    approves = models.BooleanField()
    reason = models.TextField(blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["admission", "version", "party"], name="admission_vote_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.admission_id} v{self.version} {self.party} {self.approves}"


class Objection(models.Model):
    """'This form repeats another' or 'is in no catalogue', and the bureau's answer.

    Of a registered `form`, or of a file that came outside the system: read and matched (`title`,
    `fields`, `likenesses`), never registered.
    """

    uuid = models.UUIDField(unique=True)
    kind = models.CharField(max_length=10)
    form = models.ForeignKey(Form, models.PROTECT, null=True, related_name="+")
    title = models.CharField(max_length=300)
    sender = models.CharField(max_length=200, blank=True, default="")
    file_name = models.CharField(max_length=255, blank=True, default="")
    file_sha256 = models.CharField(max_length=64, blank=True, default="")
    fields = models.PositiveIntegerField(default=0)
    likenesses = models.JSONField(default=list)
    words = models.TextField()
    place = models.BigIntegerField()
    made_by = models.BigIntegerField()
    made_at = models.DateTimeField()
    due_on = models.DateField()
    ruling = models.CharField(max_length=10, blank=True, default="")
    answer = models.TextField(blank=True, default="")
    answered_by = models.BigIntegerField(null=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["ruling", "due_on"], name="objection_open"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.title} {self.ruling}"
