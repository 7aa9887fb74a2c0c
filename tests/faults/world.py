"""The small county in which faults happen, built through the ordinary services; and its story.

Everything that is imported or reported follows from a number by plain Python, so that what ought
to be known can be computed from what was acknowledged alone.
"""

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
from django.conf import settings
from django.core.management import call_command

from lingnan.base import clock
from lingnan.base.actors import Actor, system_actor
from lingnan.base.periods import Period
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.observations import queries as observations
from lingnan.kernel.observations import services as values
from lingnan.kernel.observations.terms import ElementDefinition, NewValue, ValueType
from lingnan.kernel.parties import queries as parties
from lingnan.kernel.parties import services as party_services
from lingnan.kernel.places import queries as places
from lingnan.kernel.places import services as place_services
from lingnan.site.demo import cast, sample
from lingnan.systems.reporting import content, queries, services
from lingnan.systems.reporting.terms import FormInfo

SYSTEM = system_actor("operator", "cli")
YEAR = Period.parse("2012").code
MONTHS = tuple(Period.parse(f"2026-{m:02}").code for m in range(1, 5))
CODES = ("faults_a", "faults_b", "faults_c")
TOWNS, VILLAGES = 6, 8
# The first villages' households are submitted beforehand: an act of approval finishes a village.
EARLY, TOGETHER = 40, 3
EMPTY = '{"type":"FeatureCollection","features":[]}'


def divisions() -> dict[str, str]:
    rows = [
        "code,name,level,parent_code,urban_rural_code",
        "440000000000,广东省,1,,",
        "440100000000,广州市,2,440000000000,",
        "440112000000,黄埔区,3,440100000000,",
    ]
    for town in range(1, TOWNS + 1):
        code = f"440112{town:03}000"
        rows.append(f"{code},{town}镇,4,440112000000,")
        rows += [
            f"440112{town:03}{200 + v},{town}镇{v}村,5,{code}," for v in range(1, VILLAGES + 1)
        ]
    return {
        "divisions_2023.csv": "\n".join(rows) + "\n",
        "towns_mca_2026.csv": "code9,name,county_code,city_code\n",
        "hk_mo_districts.csv": "adcode_datav,name,level,parent_code,area,name_full\n",
        "changes.csv": "kind,effective,old,new,old_name,new_name,level,tree,children,document,"
        "source,verified\n",
        "guangdong_counties_2017.geojson": EMPTY,
        "guangdong_cities_2017.geojson": EMPTY,
    }


@cache
def county() -> int:
    return places.by_code("440112", on=clock.today()).id


@cache
def villages() -> list[int]:
    below = places.descendants(county(), on=clock.today(), level=5)
    return [village.id for village in below]


@cache
def village_codes() -> dict[int, str]:
    below = places.descendants(county(), on=clock.today(), level=5)
    return {village.id: village.codes["nbs"] for village in below}


@cache
def elements() -> tuple[int, ...]:
    held = observations.element_map(CODES)
    return tuple(held[code].id for code in CODES)


def form(code: str) -> FormInfo:
    return queries.form(code, to=SYSTEM, on=clock.today())


def actor(username: str) -> Actor:
    from lingnan.kernel.parties.models import Account

    account = Account.objects.get(username=username)
    return parties.actor_of(account.pk, at=clock.now(), channel="cli")


def amount(number: int, village: int, element: int, month: int) -> int:
    """Of import `number`; villages, elements and months counted from 0. Totals tell the number."""
    return number * 10_000 + village * 100 + element * 10 + month


def import_table(number: int) -> pa.Table:
    rows = [
        (place, element, month, Decimal(amount(number, v, e, m)))
        for v, place in enumerate(villages())
        for e, element in enumerate(elements())
        for m, month in enumerate(MONTHS)
    ]
    names = ("place", "element", "period", "value")
    types = (pa.int64(), pa.int32(), pa.int32(), pa.decimal128(24, 6))
    columns = zip(*rows, strict=True)
    return pa.table({n: pa.array(c, t) for n, t, c in zip(names, types, columns, strict=True)})


def bring(number: int) -> Any:
    """In several chunks, so that a kill can land between them."""
    return values.import_values(
        f"import-{number}",
        import_table(number),
        source="census",
        by=SYSTEM,
        at=clock.now(),
        chunk=150,
    )


def household_rows(group: str, village: int, count: int = TOGETHER) -> list[dict[str, Any]]:
    chance = Random(group)
    return [
        {
            "place": village_codes()[village],
            "household": f"{group}-{n}",
            "answers": sample.household(chance),
        }
        for n in range(count)
    ]


def late_village(number: int) -> int:
    """One of those where nothing was submitted beforehand."""
    return villages()[EARLY:][number % (TOWNS * VILLAGES - EARLY)]


def build() -> Iterator[dict[str, Any]]:
    at = clock.now()
    call_command("migrate", interactive=False, verbosity=0)
    with tempfile.TemporaryDirectory() as folder:
        for name, text in divisions().items():
            (Path(folder) / name).write_text(text, encoding="utf-8")
        place_services.load_divisions(Path(folder), by=SYSTEM, at=at)
    party_services.load_content(by=SYSTEM, at=at)
    engaged = cast.engage(places.by_code("440112", on=clock.today()), at=at)
    _define(at)
    _register(engaged.offices["department"], at)
    _open(at)
    for number in range(EARLY):
        submit(f"early{number}", villages()[number])
    evidence.drain(at=clock.now())
    yield {"villages": len(villages())}


def _define(at: datetime) -> None:
    values.define_elements(
        [
            ElementDefinition(
                code=code,
                titles={"zh-hans": code},
                type=ValueType.NUMBER,
                period_kind=3,
                precedence=("police", "census"),
            )
            for code in CODES
        ],
        by=SYSTEM,
        at=at,
    )


def _register(department: int, at: datetime) -> None:
    folder = Path(content.__file__).parent / "forms"
    for name, code in (("survey_1_village_2012.xls", "S1"), ("survey_2_household_2012.xls", "S2")):
        services.register_form(
            (folder / name).read_bytes(),
            name,
            department=department,
            codes=[code],
            by=actor("department"),
            at=at,
        )
    bureau = actor("bureau")
    for one in queries.proposals(to=bureau, on=clock.legal_day(at)):
        services.decide_proposal(one.id, accept=True, by=bureau, at=at)


def _open(at: datetime) -> None:
    today = clock.legal_day(at)
    services.load_content(by=SYSTEM, at=at)
    for person in ("bureau", "second"):
        services.admit_existing(
            place=places.ancestors(county(), on=today)[0].id, by=actor(person), at=at
        )
    services.open_round(
        "一轮",
        [form("S1").id, form("S2").id],
        place=county(),
        period=YEAR,
        days=(today - timedelta(days=1), today + timedelta(days=30)),
        by=actor("county"),
        at=at,
    )


def submit(group: str, village: int, count: int = TOGETHER) -> list[str]:
    filler, at = actor("collector"), clock.now()
    rows = household_rows(group, village, count)
    sent = services.upload_rows(form("S2").id, rows, YEAR, by=filler, at=at)
    assert not sent.problems, sent.problems
    services.submit_many(sent.saved, by=filler, at=at)
    return list(sent.saved)


def submitted(limit: int) -> list[str]:
    """Waiting for approval, oldest first."""
    from lingnan.systems.reporting.models import Filing

    rows = Filing.objects.filter(state="submitted").order_by("pk")[:limit]
    return [str(row.uuid) for row in rows]


def approve(limit: int = TOGETHER) -> Any:
    return services.approve_many(submitted(limit), by=actor("county"), at=clock.now()).done


def produce(place: int, as_of: datetime | None = None) -> Any:
    return services.produce_workbook(
        form("S1").id, place, YEAR, as_of=as_of, by=actor("department"), at=clock.now()
    )


def police(number: int) -> None:
    """A better source says something else of some villages; the census then disagrees with it."""
    rows = [
        NewValue(
            place=place,
            element=elements()[0],
            period=MONTHS[0],
            value=Decimal(amount(number, v, 0, 0) + 5),
        )
        for v, place in enumerate(villages()[:6])
    ]
    values.record_values(f"police-{number}", rows, source="police", by=SYSTEM, at=clock.now())


def tell() -> Iterator[dict[str, Any]]:
    """Raw, sealed and merged files, pending rows, a dispute open, one taken, a correction."""
    from lingnan.kernel.observations.models import Contender

    for number in (1, 2):
        bring(number)
        approve(9)
        drain()
        values.seal(by=SYSTEM, at=clock.now())
    values.seal_ledgers(by=SYSTEM, at=clock.now())
    drain()
    values.compact(by=SYSTEM, at=clock.now(), fewest=2)
    police(3)
    bring(4)
    drain()
    contenders = list(Contender.objects.order_by("pk")[:2])
    for contender, take in zip(contenders, (True, False), strict=True):
        values.resolve_contender(contender.pk, take=take, by=SYSTEM, at=clock.now())
    drain()
    values.seal(by=SYSTEM, at=clock.now())
    drain()
    bring(5)
    approved = approve(6)
    drain()
    product = produce(county())
    correct(approved[0].uuid)
    drain()
    yield {
        "sha256": product.sha256,
        "as_of": product.as_of.isoformat(),
        "findings": [str(found) for found in verify()],
    }


def tell_half() -> Iterator[dict[str, Any]]:
    """Files to be merged, rows to be sealed, events to be numbered, filings to be approved."""
    for number in (1, 2):
        bring(number)
    approve(6)
    drain()
    police(3)
    yield {"waiting": len(submitted(100))}


def correct(uuid: str) -> None:
    filler = actor("collector")
    services.correct_report(uuid, {"228": "99"}, "丈量有误", by=filler, at=clock.now())
    services.submit_report(uuid, by=filler, at=clock.now())
    services.approve_many([uuid], by=actor("county"), at=clock.now())


def drain() -> Any:
    return evidence.drain(at=clock.now())


def verify(outside: Any = None) -> list[Any]:
    from lingnan.kernel.evidence import queries as evidence_queries

    return list(evidence_queries.verify(outside))


def later(hours: float) -> datetime:
    return datetime.now(UTC) + timedelta(hours=hours)


def folder() -> Path:
    found: Path = settings.ENV.folder
    return found


def correct_value(number: int) -> None:
    """One more word of the census about the first village."""
    row = NewValue(
        place=villages()[0], element=elements()[1], period=MONTHS[0], value=Decimal(number)
    )
    values.record_values(f"one-{number}", [row], source="census", by=SYSTEM, at=clock.now())
