"""How much was read aloud for whom, by the minute; not what."""

from typing import ClassVar

from django.db import models


class Heard(models.Model):
    who = models.CharField(max_length=64)  # a keyed hash of the account, or of the address
    minute = models.DateTimeField(db_index=True)
    pieces = models.PositiveIntegerField(default=0)

    class Meta:
        app_label = "web"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["who", "minute"], name="web_heard_once"),
        ]

    def __str__(self) -> str:
        return f"{self.minute} {self.pieces}"
