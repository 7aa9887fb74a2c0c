"""Devices that keep sealed work, each for one account."""

from typing import ClassVar

from django.db import models


class Device(models.Model):
    uuid = models.UUIDField(unique=True)
    account = models.BigIntegerField()
    secret = models.BinaryField(null=True)  # null: revoked, and with it what lies on the device
    label = models.CharField(max_length=64)  # browser and system, to tell one's devices apart
    admitted_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager["Device"]] = models.Manager()

    class Meta:
        app_label = "web"
        indexes: ClassVar = [models.Index(fields=["account"], name="web_device_account")]

    def __str__(self) -> str:
        return f"{self.uuid} {self.label}"
