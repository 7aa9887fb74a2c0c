"""What a child does until it is killed. Every line it yields is a promise to somebody outside."""

import os
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from lingnan.base import clock
from lingnan.kernel.evidence import queries as evidence
from lingnan.kernel.observations import queries as observations
from lingnan.kernel.observations import services as values
from lingnan.systems.reporting import services
from lingnan.systems.reporting.terms import FilingInfo

from . import world

Said = Iterator[dict[str, Any]]
GRACE = timedelta(seconds=3)  # longer than any read here takes


def kept(filings: list[FilingInfo]) -> dict[str, Any]:
    """A promise about filings: their state, and at which version."""
    return {"filings": [[f.uuid, str(f.state), f.version] for f in filings]}


def bring(number: int) -> Said:
    info = world.bring(number)
    yield {"batch": info.key, "number": number, "at": time.monotonic()}


def submit(number: int) -> Said:
    filler, at = world.actor("collector"), clock.now()
    rows = world.household_rows(f"late{number}", world.late_village(number), 2)
    sent = services.upload_rows(world.form("S2").id, rows, world.YEAR, by=filler, at=at)
    yield {"filings": [[uuid, "draft", 1] for uuid in sent.saved]}
    yield kept(services.submit_many(sent.saved, by=filler, at=at))


def approve(number: int) -> Said:
    yield kept(world.approve(world.TOGETHER))


def seal(number: int) -> Said:
    done = values.seal(by=world.SYSTEM, at=clock.now())
    entries = values.seal_ledgers(by=world.SYSTEM, at=clock.now())
    yield {"sealed": done.rows, "entries": entries}


def compact(number: int) -> Said:
    done = values.compact(by=world.SYSTEM, at=clock.now(), fewest=2)
    yield {"compacted": done.files}


def collect(number: int) -> Said:
    done = values.collect(by=world.SYSTEM, at=clock.now(), grace=GRACE)
    yield {"collected": done.segments, "orphans": done.orphans}


def produce(number: int) -> Said:
    place = world.county() if number % 2 else world.villages()[number % world.EARLY]
    made = world.produce(place)
    yield {"release": [place, made.as_of.isoformat(), made.sha256]}


def produce_all(folder: str, as_of: str) -> Said:
    """A workbook for every village of the county; killed and called again, it goes on."""
    job = services.order_production(
        [world.form("S1").id],
        world.county(),
        world.YEAR,
        level=5,
        as_of=datetime.fromisoformat(as_of),
        folder=Path(folder),
        by=world.SYSTEM,
        at=clock.now(),
    )
    done = services.work_production(job.uuid, by=world.SYSTEM, at=clock.now())
    yield {"production": done.uuid, "state": str(done.state), "files": done.done}


def moment() -> Said:
    """An instant of which all evidence is numbered."""
    world.drain()
    yield {"moment": clock.now().isoformat()}


def drain(number: int) -> Said:
    world.drain()
    yield {"watermark": evidence.watermark()}


def read(seconds: float) -> Said:
    """Totals of the county again and again, each with when the question was put."""
    until, parent = time.monotonic() + seconds, os.getppid()
    households = world.form("S1").field("141").element
    while time.monotonic() < until and os.getppid() == parent:
        asked = time.monotonic()
        found = totals(list(world.elements()), world.MONTHS[0])
        yield {"asked": asked, "imports": found}
        yield {"households": totals([households], world.YEAR)[0]}
        time.sleep(0.05)


def totals(elements: list[int], period: int) -> list[int | None]:
    """Of the county, in the order of the elements."""
    rows = observations.rollup(elements, period, level=3, under=world.county(), to=world.SYSTEM)
    held = {row["element"]: row["value"] for row in rows.to_pylist()}
    return [None if held[e] is None else int(held[e]) for e in elements]
