"""What several tables use."""

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import F, Q


def choices(kinds: Iterable[Any]) -> list[tuple[str, str]]:
    return [(kind.value, kind.value) for kind in kinds]


def ordered(name: str) -> models.CheckConstraint:
    """A period holds at least one day."""
    return models.CheckConstraint(
        condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name=name
    )
