"""Backup and restore inside a child, and somebody who goes on working meanwhile."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lingnan.base import clock
from lingnan.base.errors import Refused
from lingnan.kernel.observations import services as values
from lingnan.site import backup
from lingnan.systems.reporting import services
from lingnan.systems.reporting.models import Release

from . import judge, world

Said = Iterator[dict[str, Any]]


def back_up(folder: str, with_keys: bool = False) -> Said:
    made = backup.back_up(Path(folder), at=clock.now(), with_keys=with_keys)
    yield {"name": made.name, "tree_size": made.tree_size}


def names(folder: str) -> Said:
    yield {"names": [one.name for one in backup.snapshots(Path(folder))]}


def restore(folder: str, name: str) -> Said:
    found = {one.name: one for one in backup.snapshots(Path(folder))}
    try:
        backup.restore(Path(folder), found[name], replace=True)
        yield {"restored": name}
    except Refused as no:
        yield {"refused": no.code, "words": no.words()}


def collect_now() -> Said:
    """As if hours had passed: files that were replaced are gone."""
    grace = world.later(0) - world.later(0)
    done = values.collect(by=world.SYSTEM, at=world.later(1), grace=grace)
    world.drain()
    yield {"collected": done.segments}


def remake() -> Said:
    """The newest release, from the books, made again."""
    row = Release.objects.order_by("-pk")[0]
    made = services.produce_workbook(
        row.form_id,
        row.place,
        row.period,
        as_of=row.as_of,
        by=world.actor("department"),
        at=clock.now(),
    )
    yield {"was": row.sha256, "sha256": made.sha256}


def write_on(seconds: float) -> Said:
    """Imports, seals and merges until it is stopped."""
    until, parent, number = time.monotonic() + seconds, os.getppid(), 100
    while time.monotonic() < until and os.getppid() == parent:
        number += 1
        world.bring(number)
        world.correct_value(number)
        world.drain()
        values.seal(by=world.SYSTEM, at=clock.now())
        world.drain()
        if number % 3 == 0:
            values.compact(by=world.SYSTEM, at=clock.now(), fewest=2)
        yield {"number": number}


def wait() -> Said:
    judge.wait_for_the_dead()
    yield {}


def whole() -> Said:
    """Nothing lost, nothing half: every file is there, every row verifies."""
    values.finish_projections()
    world.drain()
    yield from ({"broken": str(found)} for found in world.verify())
