"""How far a piece of work is, written down as it goes; and where it stops when somebody cancels it."""

import time
from collections.abc import Sequence

from django.db import connection, transaction
from django.db.models import F

from ...models import Work, WorkPart
from ...terms.works import Before, Step, Stopped, Told, Unit

PAUSE = 0.5  # seconds between two looks whether somebody cancelled
# SQLite has one writer, and who waits looks again every tenth of a second: one that writes without a
# break would shut all others out.
WRITING, REST = 0.5, 0.15


class Tracked:
    """A row that another run has taken over, or that is over, can no longer be written: Stopped."""

    def __init__(self, row: Work, runner: str) -> None:
        self._rows = Work.objects.filter(pk=row.pk, state=Step.RUNNING, runner=runner)
        self._work, self._told, self._next = row, 0, 0.0
        self._rested = time.monotonic()
        parts = list(row.parts.order_by("pk"))
        self._kept = sum(part.done for part in parts)
        self.before = Before(
            frozenset(key for part in parts for key in part.keys),
            tuple((where, words) for part in parts for where, words in part.problems),
        )

    def begin(self, total: int, unit: Unit, told: int = 0) -> None:
        self._told = told
        self._write(total=total, unit=unit, done=told + self._kept)

    def tell(self, done: int) -> None:
        if time.monotonic() >= self._next:
            self._write(done=self._told + done)
            self._next = time.monotonic() + PAUSE

    def rest(self) -> None:
        if connection.vendor == "sqlite" and time.monotonic() - self._rested > WRITING:
            time.sleep(REST)
            self._rested = time.monotonic()

    def keep(
        self, keys: Sequence[object], done: int, problems: Sequence[Told] = (), **counts: int
    ) -> None:
        with transaction.atomic():
            self._write(done=F("done") + done, tries=0)
            WorkPart.objects.create(
                work=self._work,
                keys=[str(key) for key in keys],
                done=done,
                counts=counts,
                problems=[list(one) for one in problems],
            )

    def _write(self, **said: object) -> None:
        if not self._rows.update(**said):
            raise Stopped
