"""An event kind and helpers the tests share."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.db import transaction

from lingnan.base.actors import Actor
from lingnan.base.events import Event
from lingnan.kernel.evidence import queries
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.evidence.models import Event as Row
from lingnan.kernel.evidence.rules import leaf
from lingnan.kernel.evidence.terms import Leaf

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
CLERK = Actor(party=7, duty=3, role="clerk", channel="api")


def _named(facts: dict[str, Any]) -> dict[str, Any]:
    return {"amount": facts["sum"], "note": ""}


@dataclass(frozen=True, kw_only=True)
class Counted(Event):
    """Version 1 called the amount `sum` and had no note."""

    kind: ClassVar[str] = "sample.counted"
    version: ClassVar[int] = 2
    upcasters = {1: _named}
    amount: int = 0
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Moved(Event):
    kind: ClassVar[str] = "sample.moved"
    to: str = ""


def subject(number: int) -> str:
    return f"sample.thing:{UUID(int=number)}"


def counted(number: int = 1, amount: int = 1, **more: Any) -> Counted:
    return Counted(subject=subject(number), amount=amount, **more)


def keep(*events: Event, private: dict[str, Any] | None = None) -> list[int]:
    with transaction.atomic():
        return [evidence.record(e, by=CLERK, at=AT, private=private) for e in events]


def drain(minutes: int = 1) -> Any:
    return evidence.drain(at=AT + timedelta(minutes=minutes))


def leaves() -> list[bytes]:
    """The leaf hashes as the events are now."""
    rows = Row.objects.exclude(seq=None).order_by("seq").values_list(*queries.LEAF_FIELDS)
    return [leaf.hash_of(Leaf(*row)) for row in rows]
