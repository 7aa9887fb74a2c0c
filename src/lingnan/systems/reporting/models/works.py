"""Long work: what somebody ordered and the worker does, and what of it is kept already."""

from typing import ClassVar

from django.db import models

from ..terms.works import Step, Unit


class Ordered(models.Model):
    """Whatever is ordered now and done later: by whom, since when, how far, how it ended."""

    uuid = models.UUIDField(unique=True)
    place = models.BigIntegerField()
    state = models.CharField(max_length=16, default=Step.WAITING)
    total = models.PositiveIntegerField()
    party = models.BigIntegerField()
    role = models.CharField(max_length=64, blank=True, default="")
    ordered_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    why = models.TextField(blank=True, default="")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.uuid} {self.state}"


class Work(Ordered):
    """Something handed in, or a round's plan. It is done in the hat of who ordered it, as that hat is
    when it is done. `runner`: the run that holds it; `tries`: runs since something was last kept.
    `problems`: the first of `faults`; `back`: the file that went back; `to`: what came of it."""

    kind = models.CharField(max_length=16)
    period = models.IntegerField(default=0)
    about = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    account = models.BigIntegerField(null=True)
    duty = models.BigIntegerField(null=True)
    assurance = models.CharField(max_length=16)
    unit = models.CharField(max_length=16, default=Unit.ROWS)
    done = models.PositiveIntegerField(default=0)
    runner = models.CharField(max_length=32, blank=True, default="")
    tries = models.PositiveSmallIntegerField(default=0)
    problems = models.JSONField(default=list)
    faults = models.PositiveIntegerField(default=0)
    back = models.CharField(max_length=64, blank=True, default="")
    to = models.CharField(max_length=128, blank=True, default="")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["state"], name="work_state"),
            models.Index(fields=["party"], name="work_party"),
        ]


class WorkFile(models.Model):
    """A file as it was handed in, in the order given."""

    work = models.ForeignKey(Work, models.CASCADE, related_name="files")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["work", "number"], name="work_file"),
        ]

    def __str__(self) -> str:
        return self.name


class WorkPart(models.Model):
    """What one transaction kept: the villages, sheets or files in it, written in that transaction."""

    work = models.ForeignKey(Work, models.CASCADE, related_name="parts")
    keys = models.JSONField(default=list)
    done = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    problems = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"{self.work_id} {self.done}"
