"""One row for each keeping: the same bytes kept twice are one file and two rows."""

from typing import ClassVar

from django.db import models


class KeptFile(models.Model):
    uuid = models.UUIDField(unique=True)
    sha256 = models.CharField(max_length=64, db_index=True)
    name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=127)
    size = models.BigIntegerField()
    party_id = models.BigIntegerField()  # who kept it; always lets its keeper read it back
    place_id = models.BigIntegerField(null=True)
    label = models.CharField(max_length=16)
    kept_at = models.DateTimeField()
    keep_until = models.DateField(null=True)  # first day on which it may be collected

    class Meta:
        app_label = "web"
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(size__gte=0), name="web_file_size"),
        ]
        indexes: ClassVar = [models.Index(fields=["keep_until"], name="web_file_retention")]

    def __str__(self) -> str:
        return f"{self.sha256[:12]} {self.media_type}"
