"""What ought to be known, computed from the keys of the batches alone, against what is shown."""

import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import connection

from lingnan.base import clock
from lingnan.kernel.evidence import queries as evidence
from lingnan.kernel.observations import queries as observations
from lingnan.kernel.observations import services as values
from lingnan.kernel.observations.models import Batch, CurrentValue, Segment, segments_folder
from lingnan.systems.reporting import services
from lingnan.systems.reporting.models import Filing, Release

from . import world
from .acts import totals

RANK = {"draft": 1, "returned": 1, "submitted": 2, "approved": 3}
Promises = dict[str, Any]


def look(promises: Promises, seed: int) -> Iterator[dict[str, Any]]:
    """Every broken promise, in words. `promises` as `test_kill.Promises` collects them."""
    wait_for_the_dead()
    yield from broken(promises, seed)


def close(promises: Promises) -> Iterator[dict[str, Any]]:
    """The end: everybody's work is finished as the worker would, and all is checked again."""
    wait_for_the_dead()
    yield from broken(promises, 0)
    values.finish_projections()
    world.drain()
    values.seal(by=world.SYSTEM, at=clock.now())
    values.seal_ledgers(by=world.SYSTEM, at=clock.now())
    world.drain()
    while world.submitted(1):
        world.approve(50)
    world.drain()
    values.compact(by=world.SYSTEM, at=clock.now(), fewest=2)
    values.collect(by=world.SYSTEM, at=world.later(1), grace=world.later(0) - world.later(0))
    world.drain()
    yield from broken(promises, 1)
    yield from releases(promises["releases"])
    yield from kept_values()
    yield from files()
    yield from ({"broken": f"verify: {found}"} for found in world.verify())
    yield {"allowed": steps(), "imports": numbers()}


def wait_for_the_dead() -> None:
    """PostgreSQL finishes the statement of a client that is gone; SQLite has nobody to do so."""
    if connection.vendor != "postgresql":
        return
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid() AND backend_type = 'client backend' "
                "AND state <> 'idle'"
            )
            if not cursor.fetchone()[0]:
                return
        time.sleep(0.01)


def broken(promises: Promises, seed: int) -> Iterator[dict[str, Any]]:
    for what in (
        *batches(promises["batches"]),
        *imports(seed),
        *filings(promises["filings"]),
        *households(),
        *releases(promises["releases"][-1:]),
    ):
        yield {"broken": what} if isinstance(what, str) else what


def numbers() -> list[int]:
    """Of the visible imports, in the order in which they became so."""
    keys = Batch.objects.filter(key__startswith="import-", event__isnull=False)
    ordered = keys.order_by("event_id").values_list("key", flat=True)
    return [int(key.removeprefix("import-")) for key in ordered]


def batches(promised: list[str]) -> Iterator[str]:
    found = Counter(Batch.objects.values_list("key", flat=True))
    yield from (
        f"batch {key} was acknowledged and is not there" for key in promised if not found[key]
    )
    yield from (f"batch {key} is there {n} times" for key, n in found.items() if n > 1)


def expected(number: int) -> dict[tuple[int, int, int], int]:
    return {
        (place, element, month): world.amount(number, v, e, m)
        for v, place in enumerate(world.villages())
        for e, element in enumerate(world.elements())
        for m, month in enumerate(world.MONTHS)
    }


def imports(seed: int) -> Iterator[str]:
    """All rows of the newest import or none of it, now and as of the end of an earlier one."""
    order = numbers()
    if not order:
        return
    yield from same(expected(order[-1]), None, f"now (import {order[-1]})")
    numbered = Batch.objects.filter(key__startswith="import-", event__seq__isnull=False)
    earlier = list(numbered.order_by("event__seq").values_list("key", "event__seq"))
    if earlier:
        key, seq = earlier[seed % len(earlier)]
        number = int(key.removeprefix("import-"))
        yield from same(expected(number), seq, f"as of {seq} (import {number})")
    ought = [
        sum(
            v
            for (_, e, m), v in expected(order[-1]).items()
            if (e, m) == (element, world.MONTHS[0])
        )
        for element in world.elements()
    ]
    shown = totals(list(world.elements()), world.MONTHS[0])
    if shown != ought:
        yield f"the county's totals are {shown}, the sum of import {order[-1]} is {ought}"


def same(ought: dict[tuple[int, int, int], int], as_of: int | None, when: str) -> Iterator[str]:
    found = observations.values(
        list(world.elements()), world.MONTHS, as_of=as_of, to=world.SYSTEM, on=clock.today()
    )
    held = {(r["place"], r["element"], r["period"]): r["value"] for r in found.to_pylist()}
    if len(held) != len(found):
        yield f"{when}: {len(found) - len(held)} keys are there twice"
    if held != ought:
        wrong = {k: (held.get(k), v) for k, v in ought.items() if held.get(k) != v}
        yield f"{when}: {len(wrong)} of {len(ought)} values differ, such as {list(wrong.items())[:2]}"
    if as_of is None:
        place = world.villages()[len(held) % len(world.villages())]
        one = observations.current(
            place,
            elements=world.elements(),
            periods=world.MONTHS,
            to=world.SYSTEM,
            on=clock.today(),
        )
        if {(place, *key): info.value for key, info in one.items()} != {
            key: value for key, value in ought.items() if key[0] == place
        }:
            yield f"{when}: the current values of place {place} are not those of history"


def filings(promised: dict[str, list[Any]]) -> Iterator[str]:
    """Acknowledged states stand; a filing is approved if and only if all its values are known."""
    rows = {str(row.uuid): row for row in Filing.objects.all()}
    for uuid, (state, version) in promised.items():
        row = rows.get(uuid)
        if row is None or RANK[row.state] < RANK[state] or row.version < version:
            shown = row and (row.state, row.version)
            yield f"filing {uuid} was acknowledged as {state} v{version} and is {shown}"
    form = world.form("S2")
    asked = [f.element for f in form.asked if f.element]
    found = observations.values(asked, [world.YEAR], to=world.SYSTEM, on=clock.today())
    held = Counter(r["subject"] for r in found.to_pylist())
    approved = {
        r.subject: r for r in rows.values() if r.form_id == form.id and r.state == "approved"
    }
    for subject in held.keys() | approved.keys():
        ought = len(asked) if subject in approved else 0
        if held[subject] != ought:
            yield f"household {subject}: {held[subject]} values are known, {ought} were approved"


def households() -> Iterator[str]:
    """What follows once all households of a village are approved, and its sum over the county."""
    element = world.form("S1").field("141").element
    rows = Filing.objects.filter(form=world.form("S2").id)
    ought = Counter(rows.values_list("place", flat=True))
    for place in rows.exclude(state="approved").values_list("place", flat=True):
        ought.pop(place, None)
    found = observations.values([element], [world.YEAR], to=world.SYSTEM, on=clock.today())
    held = {r["place"]: int(r["value"]) for r in found.to_pylist()}
    if held != dict(ought):
        yield f"households by village are {held}, approved were {dict(ought)}"
    shown = totals([element], world.YEAR)[0]
    if shown != (sum(ought.values()) or None):
        yield f"the county has {shown} households, {sum(ought.values())} were approved"


def steps() -> list[int]:
    """How many households were approved after each act of approval."""
    acts = Counter(
        Filing.objects.filter(form=world.form("S2").id, state="approved")
        .order_by("approved_at")
        .values_list("approved_at", flat=True)
    )
    total, found = 0, []
    for moment in sorted(acts):
        total += acts[moment]
        found.append(total)
    return found


def releases(promised: list[list[Any]]) -> Iterator[Any]:
    """Made again as of their moment, they have the same bytes, and the register says so."""
    for place, as_of, sha256 in promised:
        moment = datetime.fromisoformat(as_of)
        made = services.produce_workbook(
            world.form("S1").id,
            place,
            world.YEAR,
            as_of=moment,
            by=world.actor("department"),
            at=clock.now(),
        )
        rows = Release.objects.filter(place=place, as_of=moment).values_list("sha256", flat=True)
        if made.sha256 != sha256 or list(rows) != [sha256]:
            yield {
                "broken": f"release of {place} as of {as_of}: {sha256} became {made.sha256}, {list(rows)}"
            }


def kept_values() -> Iterator[dict[str, Any]]:
    """CurrentValue itself, which the worker has caught up with by now."""
    rows = CurrentValue.objects.filter(element__in=world.elements())
    held = {(r.place, r.element, r.period): int(r.value or 0) for r in rows}
    if held != expected(numbers()[-1]):
        yield {"broken": "CurrentValue is not what the last import says"}


def files() -> Iterator[dict[str, Any]]:
    """Every file has its row, every row its file."""
    listed = set(Segment.objects.values_list("path", flat=True))
    there = {
        str(path.relative_to(segments_folder()))
        for path in segments_folder().rglob("*")
        if path.is_file()
    }
    if listed != there:
        yield {
            "broken": f"files without a row {there - listed}, rows without a file {listed - there}"
        }


def history() -> Iterator[dict[str, Any]]:
    """What a copy must have in common with the original."""
    head = evidence.latest_head()
    yield {
        "imports": numbers(),
        "totals": totals(list(world.elements()), world.MONTHS[0]),
        "households": steps(),
        "values": CurrentValue.objects.count(),
        "releases": list(Release.objects.order_by("pk").values_list("sha256", flat=True)),
        "head": [head.tree_size, head.root] if head else None,
        "watermark": evidence.watermark(),
    }
