"""What the worker does for the store, a little at a time, whenever it has a moment."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lingnan.base.actors import system_actor

from . import services
from .queries import upkeep

WORKER = system_actor("worker", "job")
SEAL_AFTER = timedelta(minutes=5)  # a row waits no longer than this for its segment
COMPACT_EVERY = timedelta(minutes=1)
TIDY_EVERY = timedelta(minutes=10)


@dataclass
class Clockwork:
    """When each chore was last done by this process; doing one too often harms nothing."""

    done: dict[str, datetime] = field(default_factory=dict)

    def is_due(self, chore: str, every: timedelta, at: datetime) -> bool:
        last = self.done.get(chore)
        if last is not None and last <= at < last + every:
            return False
        self.done[chore] = at
        return True


CLOCKWORK = Clockwork()


def tick(at: datetime, clockwork: Clockwork = CLOCKWORK) -> dict[str, int]:
    """What was done: chore → how much. Safe in several workers at once."""
    done = {"projected": services.finish_projections()}
    if upkeep.is_sealing_due(before=at - SEAL_AFTER):
        done["sealed"] = services.seal(by=WORKER, at=at).rows
    if upkeep.is_ledger_sealing_due(before=at - SEAL_AFTER):
        done["ledgers"] = services.seal_ledgers(by=WORKER, at=at)
    if clockwork.is_due("compact", COMPACT_EVERY, at):
        done["compacted"] = services.compact(by=WORKER, at=at).files
    if clockwork.is_due("tidy", TIDY_EVERY, at):
        collected = services.collect(by=WORKER, at=at)
        done["collected"] = collected.segments + collected.orphans
        done["pruned"] = len(services.prune())
    return {chore: count for chore, count in done.items() if count}


JOBS = (("tick", 5.0, tick),)
