"""The last step of whatever is ordered now and done later, whatever it is: taken once, with evidence."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction

from lingnan.base.actors import Actor
from lingnan.base.events import Event
from lingnan.kernel.evidence import services as evidence

from ..models import Ordered
from ..terms.works import OPEN, Step


def begin(row: Ordered, **more: Any) -> bool:
    """False when it is over. One that was broken off is begun again."""
    rows = type(row)._default_manager.filter(pk=row.pk, state__in=OPEN)
    return bool(rows.update(state=Step.RUNNING, **more))


def end(
    row: Ordered,
    state: Step,
    told: Callable[[], Event],
    *,
    by: Actor,
    at: datetime,
    only: dict[str, Any] | None = None,
    **more: Any,
) -> bool:
    """Who comes second finds it over and changes nothing: False. `only`: while this still holds of it.
    `told` is asked in the same transaction, once the row says how it ended."""
    with transaction.atomic():
        rows = type(row)._default_manager.filter(pk=row.pk, state__in=OPEN, **(only or {}))
        if not rows.update(state=state, ended_at=at, **more):
            return False
        row.refresh_from_db()
        evidence.record(told(), by=by, at=at)
    return True
