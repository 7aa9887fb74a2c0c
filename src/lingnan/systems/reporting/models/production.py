"""Jobs that make many workbooks, and the files they have made so far."""

from typing import ClassVar

from django.db import models

from .works import Ordered


class Production(Ordered):
    """A workbook of each form for each place of a level. `seq` and `as_of` are fixed when it is ordered,
    so that a job taken up again makes the same bytes. `folder` empty: files are kept here. What
    the orderer might see is kept with it: the worker sees no more."""

    forms = models.JSONField(default=list)
    level = models.PositiveSmallIntegerField()
    tree = models.CharField(max_length=16, default="code")
    period = models.IntegerField()
    seq = models.BigIntegerField()
    as_of = models.DateTimeField()
    folder = models.TextField(blank=True, default="")
    permissions = models.JSONField(default=list)
    labels = models.JSONField(default=list)
    manifest = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["state"], name="production_state")]


class ProductionFile(models.Model):
    """One whole file; the row is written after the bytes are safe."""

    production = models.ForeignKey(Production, models.CASCADE, related_name="files")
    form = models.BigIntegerField()
    place = models.BigIntegerField()
    name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["production", "form", "place"], name="production_file"),
        ]

    def __str__(self) -> str:
        return self.name
