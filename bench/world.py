"""A province in a data folder of its own, on SQLite or what `LINGNAN_DATABASE_URL` names.

`BENCH_DATA` names a folder that another process founded.
"""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

FOLDER = os.environ.get("BENCH_DATA") or tempfile.mkdtemp(prefix="lingnan-bench-")
if "BENCH_DATA" not in os.environ:
    atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
os.environ["LINGNAN_DATA"] = FOLDER

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lingnan.site.settings.test")
from lingnan.site.setup import prepare  # noqa: E402

prepare()  # as the server does

import pyarrow as pa  # noqa: E402
from django.core.management import call_command  # noqa: E402

from bench.data import decimals  # noqa: E402
from lingnan.base.actors import Actor, Scope, system_actor  # noqa: E402
from lingnan.kernel.observations import queries  # noqa: E402
from lingnan.kernel.observations import services as observations  # noqa: E402
from lingnan.kernel.observations.terms import ElementDefinition, ValueType  # noqa: E402
from lingnan.kernel.places import queries as places  # noqa: E402
from lingnan.kernel.places import services as place_services  # noqa: E402
from lingnan.systems.reporting import content, services  # noqa: E402
from lingnan.systems.reporting.terms.filings import FormInfo  # noqa: E402

import numpy as np  # noqa: E402  # isort: skip

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
ON = AT.date()
US = system_actor("bench")
YEAR = 2026
ELEMENTS, MONTHS = 100, 12  # of the roll-up
PERIODS = [YEAR * 1000 + 300 + n for n in range(1, MONTHS + 1)]


def found(elements: int) -> tuple[list[int], np.ndarray, pa.Table]:
    """Element ids, village ids and the hierarchy of a freshly loaded province."""
    call_command("migrate", verbosity=0)
    place_services.load_divisions(by=US, at=AT)
    codes = observations.define_elements(
        [
            ElementDefinition(
                code=f"fact_{n:03}", titles={"zh-hans": f"指标{n}"}, type=ValueType.INTEGER
            )
            for n in range(1, elements + 1)
        ],
        by=US,
        at=AT,
    )
    tree = places.hierarchy(on=ON)
    villages = np.array(
        [p for p, level in zip(tree["place"].to_pylist(), tree["level"].to_pylist(), strict=True)
         if level == 5]
    )  # fmt: skip
    villages.sort()
    return sorted(codes.values()), villages, tree


def month(elements: list[int], villages: np.ndarray, number: int, *, seed: int) -> pa.Table:
    """Every village × every element of one month: the columns an import takes."""
    noise = np.random.default_rng(seed)
    size = len(villages) * len(elements)
    return pa.table(
        {
            "place": pa.array(np.repeat(villages, len(elements))),
            "element": pa.array(np.tile(np.array(elements, dtype=np.int32), len(villages))),
            "period": pa.array(np.full(size, YEAR * 1000 + 300 + number, dtype=np.int32)),
            "value": decimals(noise.integers(0, 5000, size) * 1_000_000, 24),
        }
    )


def months(elements: list[int], villages: np.ndarray, count: int) -> Iterator[pa.Table]:
    for number in range(1, count + 1):
        yield month(elements, villages, number, seed=number)


def year(elements: Sequence[int | str]) -> list[pa.Table]:
    """Town, county, city and province, every place and element, reported or not; month by month."""
    return [queries.rollup(elements, p, level=(1, 2, 3, 4), to=US) for p in PERIODS]


def clerk(scopes: tuple[Scope, ...]) -> Actor:
    """One village's clerk: what most requests come from."""
    return Actor(
        party=1, role="village_clerk", scopes=scopes, labels=frozenset({"public", "internal"})
    )


def let_in(place: int, at: datetime = AT) -> None:
    """Two persons take the forms there are into the catalogue."""
    services.load_content(by=US, at=at)
    for party in (1, 2):
        by = Actor(
            party=party,
            role="data_bureau",
            scopes=places.scopes(place),
            permissions=frozenset({"reporting.read", "reporting.admit"}),
        )
        services.admit_existing(place=place, by=by, at=at)


def ask(name: str, place: int, period: int) -> FormInfo:
    """A form that ships with reporting, let in and asked of every village below the place."""
    path = Path(content.__file__).parent / "forms" / name
    form = services.register_form(path.read_bytes(), name, by=US, at=AT)[0]
    let_in(place)
    days = date(2026, 1, 1), date(2027, 1, 1)
    services.open_round("bench", [form.id], place=place, period=period, days=days, by=US, at=AT)
    return form


def found_reporting() -> tuple[int, list[int]]:
    """The county of a freshly loaded province with the most villages, at most 300 of them."""
    call_command("migrate", verbosity=0)
    place_services.load_divisions(by=US, at=AT)
    below: dict[int, list[int]] = {}
    for row in places.hierarchy(on=ON).to_pylist():
        if row["level"] == 5 and row["county"]:
            below.setdefault(row["county"], []).append(row["place"])
    county = max(below, key=lambda one: len(below[one]))
    return county, sorted(below[county])[:300]


def child(*words: str) -> str:
    """What a Python of its own says, in this data folder."""
    done = subprocess.run(
        [sys.executable, *words],
        env=os.environ | {"BENCH_DATA": FOLDER},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return done.stdout
