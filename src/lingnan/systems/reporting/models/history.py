"""Filled workbooks of earlier years, taken in cell by cell."""

from typing import ClassVar

from django.db import models

from ..terms.histories import HistoryState
from .forms import Field, Form


class HistoryFile(models.Model):
    """A filled workbook taken in. `place`: below it its names are looked up, and who reaches it
    may see the file; `why`: the reason when it could not be read."""

    uuid = models.UUIDField(unique=True)
    sha256 = models.CharField(max_length=64)
    place = models.BigIntegerField()
    name = models.CharField(max_length=255)
    why = models.TextField(blank=True, default="")
    taken_by = models.BigIntegerField()
    taken_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sha256", "place"], name="history_file_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["place"], name="history_file_place")]

    def __str__(self) -> str:
        return f"{self.name} {self.sha256[:12]}"


class HistorySheet(models.Model):
    """One filled table of a file. `revision` counts confirmations: each writes its own batch."""

    uuid = models.UUIDField(unique=True)
    file = models.ForeignKey(HistoryFile, models.CASCADE, related_name="sheets")
    position = models.PositiveIntegerField()
    sheet = models.CharField(max_length=100)
    title = models.CharField(max_length=300)
    form = models.ForeignKey(Form, models.PROTECT, null=True, related_name="+")
    subject = models.CharField(max_length=16)
    period_why = models.TextField(blank=True, default="")
    doubts = models.JSONField(default=list)
    state = models.CharField(max_length=10, default=HistoryState.STAGED)
    revision = models.PositiveIntegerField(default=0)
    decided_by = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["file", "position"], name="history_sheet_position"),
        ]

    def __str__(self) -> str:
        return f"{self.file_id}/{self.sheet}"


class HistoryValue(models.Model):
    """One cell: what it says and, in `doubt`, what a person must decide before it counts.

    `place_text` are the words it was looked up by, `spots` the codes they may mean.
    """

    sheet = models.ForeignKey(HistorySheet, models.CASCADE, related_name="values")
    position = models.PositiveIntegerField()
    cell = models.CharField(max_length=12)
    field = models.ForeignKey(Field, models.PROTECT, null=True, related_name="+")
    code = models.CharField(max_length=64)
    label = models.TextField()
    place = models.BigIntegerField(null=True)
    place_text = models.CharField(max_length=200, blank=True, default="")
    place_why = models.TextField(blank=True, default="")
    spots = models.JSONField(default=list)
    subject = models.CharField(max_length=64, blank=True, default="")
    entry = models.BigIntegerField(default=0)
    period = models.IntegerField(null=True)
    text = models.TextField()
    value = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    said = models.TextField(null=True)  # noqa: DJ001 - no text is not an empty text
    mark = models.CharField(max_length=16)
    doubt = models.TextField(blank=True, default="")
    state = models.CharField(max_length=10, default=HistoryState.STAGED)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sheet", "position"], name="history_value_position"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["field", "place", "period"],
                name="history_value_key",
                condition=models.Q(state="confirmed"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sheet_id}!{self.cell}"
