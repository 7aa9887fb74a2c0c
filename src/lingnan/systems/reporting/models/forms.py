"""Forms as registered, their questions, and what people said of their cells."""

from typing import ClassVar

from django.db import models

from ..terms.filings import FormState


class Form(models.Model):
    """One form of one sheet of a department's file. `profile` is what the reader saw, as JSON.

    `levels`: of whom must approve one after the other, lowest first (`[4, 3]`: town, then county);
    empty: any one reviewer.
    """

    uuid = models.UUIDField(unique=True)
    code = models.CharField(max_length=64)
    version = models.PositiveIntegerField(default=1)
    title = models.CharField(max_length=300)
    department = models.ForeignKey(
        "kernel_parties.Party", models.PROTECT, null=True, related_name="+"
    )
    period_kind = models.SmallIntegerField(default=0)
    subject = models.CharField(max_length=16, default="place")
    layout = models.CharField(max_length=8)
    sheet = models.CharField(max_length=100)
    file_sha256 = models.CharField(max_length=64)
    file_name = models.CharField(max_length=255)
    profile = models.JSONField(default=dict)
    state = models.CharField(max_length=10, default=FormState.CURRENT)
    levels = models.JSONField(default=list)
    registered_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code", "version"], name="form_version"),
        ]
        indexes: ClassVar = [models.Index(fields=["file_sha256"], name="form_by_file")]

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"


class Field(models.Model):
    """One question. Several fields of several forms may point at one element: it is asked once."""

    form = models.ForeignKey(Form, models.CASCADE, related_name="fields")
    position = models.PositiveIntegerField()
    code = models.CharField(max_length=64)
    label = models.TextField()
    path = models.JSONField(default=list)
    sheet = models.CharField(max_length=100)
    row = models.PositiveIntegerField()
    col = models.PositiveIntegerField()
    cell = models.CharField(max_length=12)
    type = models.CharField(max_length=10)
    role = models.CharField(max_length=8)
    unit = models.CharField(max_length=24, blank=True, default="")
    base_unit = models.CharField(max_length=24, blank=True, default="")
    dimension = models.CharField(max_length=16, blank=True, default="")
    multiplier = models.DecimalField(max_digits=18, decimal_places=6, default=1)
    options = models.JSONField(default=list)
    element = models.ForeignKey(
        "kernel_observations.Element", models.PROTECT, null=True, related_name="+"
    )
    # [until, element id, its code]: what it meant in periods that begin before `until`.
    earlier = models.JSONField(default=list)
    # The admission of the form leaves it out: nobody is asked, what is held elsewhere fills it.
    is_spared = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["form", "code"], name="field_code"),
            models.UniqueConstraint(fields=["form", "position"], name="field_position"),
        ]
        ordering: ClassVar = ["form_id", "position"]

    def __str__(self) -> str:
        return f"{self.form_id}/{self.code}"


class Profile(models.Model):
    """What people said of a form's cells, kept whole each time; version 0 is the reader's own draft.

    `draft` is the form with these corrections, `lost` those that found no place in this version.
    """

    form = models.ForeignKey(Form, models.CASCADE, related_name="profiles")
    version = models.PositiveIntegerField()
    corrections = models.JSONField(default=list)
    lost = models.JSONField(default=list)
    draft = models.JSONField(default=dict)
    carried_from = models.PositiveIntegerField(null=True)
    made_by = models.BigIntegerField(null=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["form", "version"], name="profile_version"),
        ]

    def __str__(self) -> str:
        return f"{self.form_id} profile {self.version}"
