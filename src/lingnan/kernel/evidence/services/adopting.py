"""Rows from before events told of states: taken over as they are, with a name under it."""

from datetime import datetime

from django.db import transaction

from lingnan.base.actors import Actor
from lingnan.base.ids import subject, uuid_of

from ..queries.state_checks import unmarked
from ..terms import StatesAdopted
from .recording import record


@transaction.atomic
def adopt_states(*, basis: str, by: Actor, at: datetime) -> int:
    """How many rows. From now on a change of them beside the use cases is found."""
    found = list(unmarked())
    if found:
        event = StatesAdopted(
            subject=subject("evidence", "states", uuid_of("evidence", "states")),
            rows=len(found),
            basis=basis,
        )
        record(event, by=by, at=at, also=found)
    return len(found)
