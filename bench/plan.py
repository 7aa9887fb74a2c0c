"""A province's plan: 26,775 real villages × 30 synthetic forms of 45 fields, from what is held.

What is known follows the county (which departments deliver there) and is spoilt village by village.
The knowledge lies in history as imports leave it; the plan is read, worked out, kept and told.
"""

import random
import sys
from datetime import timedelta

from bench import gates, world

import numpy as np  # isort: skip
import pyarrow as pa
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench.data import decimals
from lingnan.base import ids
from lingnan.kernel.observations import services as observations
from lingnan.kernel.observations.services.drafts import draft
from lingnan.kernel.observations.services.imports import import_upload
from lingnan.kernel.observations.services.winning import Claim, source_of
from lingnan.kernel.observations.services.writing import Upload
from lingnan.kernel.observations.terms import ElementDefinition, OverTime, ValueType
from lingnan.systems.reporting import queries, services
from lingnan.systems.reporting.models import Field, Form
from lingnan.systems.reporting.rules.filing import profile_of
from lingnan.systems.reporting.terms.forms import FormDraft, Layout, SumHint

FORMS, FIELDS, POOL, SUMS, NOISE = 30, 45, 900, 4, 0.02
HELD, STOOD, FLOWS = 0.2, 0.35, 0.3
YEAR = world.YEAR * 1000


def main() -> int:
    report = gates.Report()
    _, villages, tree = world.found(1)
    chance = random.Random(4)
    facts = _facts(chance)
    forms = [_form(n, facts, chance) for n in range(FORMS)]
    rows = _know(sorted(facts.values()), villages, tree)
    top = int(tree["place"][0].as_py())
    world.let_in(top)
    days = (world.ON, world.ON + timedelta(days=30))
    found = services.open_round(
        "年报", forms, place=top, period=YEAR, days=days, by=world.US, at=world.AT
    )
    taken: list[float] = []
    with CaptureQueriesContext(connection) as caught, gates.stopwatch(taken):
        told = services.plan_round(found, by=world.US, at=world.AT)
    figures = told.figures
    report.note("values held", f"{rows:,}")
    report.note("fields, facts", f"{figures['fields']:,}, {figures['facts']:,}")
    report.note("asked, confirmed", f"{figures['asked']:,}, {figures['confirmed']:,}")
    share = 1 - figures["asked"] / figures["fields"]
    report.note("fields nobody is asked", f"{share:.0%}")
    report.note(
        "small plans worked out, lists", f"{figures['worked_out']:,}, {figures['shapes']:,}"
    )
    reads = sum(one["sql"].startswith("SELECT") for one in caught.captured_queries)
    report.note("statements of SQL that read", f"{reads:,}")
    report.note("peak memory", f"{gates.peak_memory():.2f} GB")
    report.gate("no shorter list exists", f"{figures['seconds']:,} s", f"= {figures['bound']:,}",
                figures["seconds"] == figures["bound"])  # fmt: skip
    report.gate("plan of the province", f"{taken[0]:.1f} s", "< 60 s", taken[0] < 60)
    _read(report, found, int(villages[7]))
    return 0 if report.held else 1


def _facts(chance: random.Random) -> dict[str, int]:
    found = observations.define_elements(
        [
            ElementDefinition(
                code=f"pool_{n:04}",
                titles={"zh-hans": f"事实{n}"},
                type=ValueType.INTEGER,
                over_time=OverTime.SUM if chance.random() < FLOWS else OverTime.LAST,
                precedence=("ledger", "bench"),
            )
            for n in range(POOL)
        ],
        by=world.US,
        at=world.AT,
    )
    return dict(found)


def _form(number: int, facts: dict[str, int], chance: random.Random) -> int:
    """A third of its facts are what everybody asks; totals and their parts are its own."""
    names = sorted(facts)
    own = names[100 + number * 26 : 126 + number * 26]
    asked = [*own, *chance.sample(names[:100], FIELDS - len(own))]
    hints = tuple(
        SumHint(f"A{n * 5 + 1}", tuple(f"A{n * 5 + k}" for k in range(2, 6)), "其中")
        for n in range(SUMS)
    )
    row = Form.objects.create(
        uuid=ids.uuid7(number + 1),
        code=f"B{number:02}",
        title=f"表{number}",
        layout=Layout.ITEMS,
        sheet="S",
        file_sha256="0" * 64,
        file_name="b.xlsx",
        profile=profile_of(FormDraft("", "", "S", Layout.ITEMS, (), sums=hints)),
        registered_at=world.AT,
    )
    Field.objects.bulk_create(
        Field(
            form=row, position=n, code=f"A{n + 1}", label=name, sheet="S", row=n + 1, col=2,
            cell=f"B{n + 1}", type="integer", role="asked", element_id=facts[name],
        )
        for n, name in enumerate(asked)
    )  # fmt: skip
    for hint in hints:
        services.decide_sum(row.pk, hint.total, accept=True, by=world.US, at=world.AT)
    return row.pk


def _know(elements: list[int], villages: np.ndarray, tree: pa.Table) -> int:
    """Each county holds a share of the facts; of each village some are missing and some more there."""
    noise = np.random.default_rng(9)
    lines = {p: (c or t) for p, c, t in zip(*(tree[n].to_pylist() for n in ("place", "city", "town")),
                                            strict=True)}  # fmt: skip
    homes = np.array([lines[int(one)] for one in villages])
    _, group = np.unique(homes, return_inverse=True)
    total = 0
    for period, share in ((YEAR, HELD), (YEAR - 1000, STOOD)):
        held = noise.random((group.max() + 1, len(elements))) < share
        known = held[group] ^ (noise.random((len(villages), len(elements))) < NOISE)
        at, which = np.nonzero(known)
        table = pa.table(
            {
                "place": pa.array(villages[at]),
                "element": pa.array(np.array(elements, np.int32)[which]),
                "period": pa.array(np.full(len(at), period, np.int32)),
                "value": decimals(noise.integers(0, 900, len(at)) * 1_000_000, 24),
            }
        )
        new = draft(table)
        claim = Claim(ids.stable_int(str(period)), source_of("bench"), world.AT)
        import_upload(Upload(key=str(period), draft=new, payload=new.payload("bench"), claim=claim,
                             by=world.US, event=None))  # fmt: skip
        total += len(at)
    return total


def _read(report: gates.Report, found: object, village: int) -> None:
    """What a clerk waits for: one village's list with its reasons, in a warm process."""
    taken: list[float] = []
    for _ in range(5):
        with gates.stopwatch(taken):
            queries.plan_of(found, village, to=world.US, on=world.ON)
    name = "one village's list with reasons, read from the files of the import"
    report.note(name, f"{min(taken) * 1000:.0f} ms")
    with gates.stopwatch(taken):
        queries.burden(found, found.place, to=world.US, on=world.ON)
    report.note("burden of the whole province", f"{taken[-1]:.1f} s")


if __name__ == "__main__":
    sys.exit(main())
