"""What only the word of a duty shows is written down, once a showing."""

from datetime import datetime

from django.db import transaction

from lingnan.base.actors import Actor
from lingnan.base.ids import subject
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.places import queries as places

from ..terms import ExactShown


def tell_exact(output: str, place: int, figures: int, *, by: Actor, at: datetime) -> None:
    """Before they are shown. Nothing is written where nothing small was shown: a view stays a read."""
    if not figures:
        return
    event = ExactShown(
        subject=subject("places", "place", places.uuids([place])[place]),
        place=place,
        output=output,
        figures=figures,
    )
    with transaction.atomic():
        evidence.record(event, by=by, at=at)
