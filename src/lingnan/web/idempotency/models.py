"""The calls we have seen, so that a repeat is harmless."""

from typing import ClassVar

from django.db import models


class Call(models.Model):
    actor = models.CharField(max_length=64)
    key = models.CharField(max_length=128)
    fingerprint = models.CharField(max_length=64)
    started_at = models.DateTimeField(db_index=True)
    status = models.PositiveSmallIntegerField(null=True)  # null: still running, or died on the way
    content_type = models.CharField(max_length=127, default="")
    headers = models.JSONField(default=dict)
    body = models.BinaryField(null=True)  # null with a status: the answer was not fit to keep

    class Meta:
        app_label = "web"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["actor", "key"], name="web_call_once"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.status or 'running'}"
