"""What others are not told is written down before it is shown: persons in full, small figures."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from lingnan.base.actors import Actor
from lingnan.base.canonical import sha256
from lingnan.base.errors import Problem
from lingnan.base.ids import subject
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.observations.services import tell_exact
from lingnan.kernel.places import queries as places

from ..terms.masking import PersonsShown, Seen, WhyInFull


def checked_reason(reason: str) -> str:
    """WhyInFull without one."""
    if not reason.strip():
        raise WhyInFull(problems=[Problem("reason", WhyInFull.tell)])
    return reason.strip()


def tell_seen(output: str, place: int, seen: Seen, *, by: Actor, at: datetime) -> None:
    """Small figures that only the duty's word shows: one event a view, none when there were none."""
    tell_exact(f"reporting.{output}", place, seen.exact, by=by, at=at)


def tell_persons(  # noqa: PLR0913 - what, of whom, where, why
    output: str,
    place: int | None,
    seen: Seen,
    reason: str,
    *,
    forms: Sequence[str] = (),
    period: int = 0,
    about: str = "",
    by: Actor,
    at: datetime,
) -> None:
    """Persons in full: one event a showing, before it is shown. `about`: the subject, else the place."""
    where = about or subject("places", "place", places.uuids([place])[place] if place else "")
    event = PersonsShown(
        subject=where,
        place=place,
        label="personal",
        output=output,
        persons=seen.persons,
        reason=sha256(reason),
        forms=list(forms),
        period=period,
    )
    with transaction.atomic():
        evidence.record(event, by=by, at=at, private={"reason": reason})
