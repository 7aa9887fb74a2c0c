"""One village on one page: 300 elements asked by current forms, three years held, a warm process."""

from bench import gates, world  # noqa: I001 - sets up Django

import sys

import numpy as np

from lingnan.base import ids
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.observations import services as values
from lingnan.kernel.observations.terms import NewValue
from lingnan.kernel.places import queries as places
from lingnan.systems.reporting import queries
from lingnan.systems.reporting.models import Field, Form

ELEMENTS, FORMS, TIMES, LIMIT = 300, 6, 120, 0.1
PERIODS = [(world.YEAR - back) * 1000 for back in range(3)]


def main() -> int:
    report = gates.Report()
    elements, villages, _ = world.found(ELEMENTS)
    _forms(elements)
    chosen = [int(v) for v in villages[:: len(villages) // 40]][:40]
    noise = np.random.default_rng(3)
    for period in PERIODS:
        new = [
            NewValue(place=v, element=e, period=period, value=int(noise.integers(0, 900)))
            for v in chosen
            for e in elements
        ]
        for start in range(0, len(new), 4000):
            part = new[start : start + 4000]
            values.record_values(
                f"{period}:{start}", part, source="bench", by=world.US, at=world.AT
            )
    evidence.drain(at=world.AT)
    infos = places.infos(chosen, on=world.ON)
    wanted = queries.BlockWanted()
    taken: list[float] = []
    found = queries.block(infos[0], wanted, to=world.US, on=world.ON)
    for number in range(TIMES):
        with gates.stopwatch(taken):
            queries.block(infos[number % len(infos)], wanted, to=world.US, on=world.ON)
    p99 = gates.percentile(taken, 0.99)
    report.note("elements on the page", f"{len(found.known)}")
    report.note("p50", f"{gates.percentile(taken, 0.5) * 1000:.0f} ms")
    used = gates.processor_time(lambda: queries.block(infos[1], wanted, to=world.US, on=world.ON))
    report.note("of processors", f"{used * 1000:.0f} ms")
    report.gate("block of a village", f"p99 {p99 * 1000:.0f} ms", f"< {LIMIT * 1000:.0f} ms",
                p99 < LIMIT and len(found.known) == ELEMENTS)  # fmt: skip
    return 0 if report.held else 1


def _forms(elements: list[int]) -> None:
    share = ELEMENTS // FORMS
    for number in range(FORMS):
        form = Form.objects.create(
            uuid=ids.uuid7(number + 1),
            code=f"B{number}",
            title=f"表{number}",
            layout="items",
            sheet="S",
            file_sha256="0" * 64,
            file_name="b.xlsx",
            profile={},
            registered_at=world.AT,
        )
        Field.objects.bulk_create(
            Field(
                form=form, position=n, code=f"A{n}", label=f"项目{n}", sheet="S", row=n + 1, col=2,
                cell=f"B{n + 1}", type="integer", role="asked", element_id=element,
            )
            for n, element in enumerate(elements[number * share : (number + 1) * share])
        )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
