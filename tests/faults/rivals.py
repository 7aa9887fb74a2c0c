"""Two processes that want the same thing at the same moment."""

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, ParamSpec

from lingnan.base import clock
from lingnan.base.errors import Refused
from lingnan.kernel.observations import queries as observations
from lingnan.kernel.observations import services as values
from lingnan.kernel.observations.models import Batch, PendingValue, Segment
from lingnan.systems.reporting import services
from lingnan.systems.reporting.models import Filing

from . import world

P = ParamSpec("P")
Said = Iterator[dict[str, Any]]


def told(act: Callable[P, dict[str, Any]]) -> Callable[P, Said]:
    """What a door would answer: the outcome, or the refusal by its code and words."""

    @wraps(act)
    def answered(*args: P.args, **kwargs: P.kwargs) -> Said:
        try:
            yield act(*args, **kwargs)
        except Refused as no:
            yield {"refused": no.code, "words": no.words()}

    return answered


@told
def approve(uuids: list[str], username: str) -> dict[str, Any]:
    done = services.approve_many(uuids, by=world.actor(username), at=clock.now())
    return {"done": [str(one.state) for one in done.done]}


@told
def send_back(uuid: str, cells: dict[str, str] | None = None) -> dict[str, Any]:
    done = services.return_report(
        uuid, "请核实", cells=cells, by=world.actor("town"), at=clock.now()
    )
    return {"done": [str(done.state)], "remarks": done.remarks}


@told
def submit(uuid: str) -> dict[str, Any]:
    done = services.submit_report(uuid, by=world.actor("collector"), at=clock.now())
    return {"done": [str(done.state)]}


@told
def upload(group: str, village: int) -> dict[str, Any]:
    rows = world.household_rows(group, world.villages()[village])
    by, at = world.actor("collector"), clock.now()
    sent = services.upload_rows(world.form("S2").id, rows, world.YEAR, by=by, at=at)
    return {"saved": sorted(sent.saved), "problems": list(sent.problems)}


@told
def bring(number: int) -> dict[str, Any]:
    info = world.bring(number)
    return {"batch": info.id, "repeated": info.repeated}


@told
def seal() -> dict[str, Any]:
    return {"rows": values.seal(by=world.SYSTEM, at=clock.now()).rows}


@told
def compact() -> dict[str, Any]:
    return {"files": values.compact(by=world.SYSTEM, at=clock.now(), fewest=2).files}


@told
def drain() -> dict[str, Any]:
    return {"sequenced": world.drain().sequenced}


@told
def produce(as_of: str = "") -> dict[str, Any]:
    from datetime import datetime

    moment = datetime.fromisoformat(as_of) if as_of else None
    made = world.produce(world.county(), moment)
    return {"sha256": made.sha256, "as_of": made.as_of.isoformat(), "seq": made.seq}


def late_drain(seconds: float) -> Said:
    """A drain that looked at the clock some time before it got its turn."""
    from datetime import timedelta

    from lingnan.kernel.evidence import services as evidence

    evidence.drain(at=clock.now() - timedelta(seconds=seconds))
    yield {}


def waiting(count: int) -> Said:
    """Filings that wait for approval, by village: one place with so many."""
    rows = Filing.objects.filter(state="submitted").order_by("pk")
    by_place: dict[int, list[str]] = {}
    for row in rows:
        by_place.setdefault(row.place, []).append(str(row.uuid))
    yield {"villages": [uuids for uuids in by_place.values() if len(uuids) == count]}


def of_group(group: str, village: int) -> Said:
    """What an upload left: filings and households of its village."""
    rows = Filing.objects.filter(place=world.villages()[village], form=world.form("S2").id)
    yield {"filings": sorted(str(row.uuid) for row in rows)}


def state() -> Said:
    """Counts that must not depend on who was faster, and every finding."""
    element = world.form("S1").field("141").element or 0
    found = observations.values([element], [world.YEAR], to=world.SYSTEM, on=clock.today())
    rows = Filing.objects.filter(state="approved")
    yield {
        "approved": sorted(str(row.uuid) for row in rows),
        "batches": Batch.objects.count(),
        "imports": sorted(b.key for b in Batch.objects.filter(key__startswith="import-")),
        "households": int(sum(row["value"] for row in found.to_pylist())),
        "pending": PendingValue.objects.count(),
        "live": Segment.objects.filter(replaced_at=None, shape="value").count(),
        "rows": sum(Segment.objects.filter(replaced_at=None).values_list("rows", flat=True)),
        "states": {str(uuid): s for uuid, s in Filing.objects.values_list("uuid", "state")},
        "remarks": {str(uuid): s for uuid, s in Filing.objects.values_list("uuid", "remarks")},
    }


def findings() -> Said:
    world.drain()
    yield {"findings": [str(found) for found in world.verify()]}
