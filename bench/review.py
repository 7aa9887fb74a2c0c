"""The review grid of a county: every village × every question of a form, checked and ordered.

A county of 300 villages, 104 questions each, all submitted, with last year's values beside them.
"""

from bench.world import AT, ON, US, ask, found_reporting  # noqa: I001 - sets up Django

from decimal import Decimal

from bench.gates import Report, processor_time, timed
from lingnan.kernel.observations import services as values
from lingnan.kernel.observations.terms import NewValue
from lingnan.systems.reporting import queries, services
from lingnan.systems.reporting.terms.filings import State

YEAR, LAST = 2026_000, 2025_000
FORM = "survey_1_village_2012.xls"
LIMIT = 0.3


def run() -> bool:
    county, villages = found_reporting()
    form = ask(FORM, county, YEAR)
    numbers = [f for f in form.asked if not f.options]
    before = [
        NewValue(place=v, element=f.element or 0, period=LAST, value=Decimal(0))
        for v in villages
        for f in numbers
    ]
    for start in range(0, len(before), 10_000):
        part = before[start : start + 10_000]
        values.record_values(f"last:{start}", part, source=f"form:{form.code}", by=US, at=AT)
    # Zeros add up to zeros; every twentieth village has figures that do not, and has leapt.
    calm = {f.code: f.options[0].code if f.options else "0" for f in form.asked}
    wild = calm | {f.code: str(100 + n) for n, f in enumerate(numbers)}
    drafts = [services.Draft(v, calm if n % 20 else wild) for n, v in enumerate(villages)]
    services.save_drafts(form, YEAR, drafts, by=US, at=AT)
    # Submitted at once: one by one would measure submission, not the grid.
    from lingnan.systems.reporting.models import Filing

    Filing.objects.update(state=State.SUBMITTED)

    def grid() -> object:
        return queries.review_grid(form, county, YEAR, to=US, on=ON)

    grid()
    report = Report()
    taken = timed(grid, times=7)
    report.gate(
        f"review grid of {len(villages)} villages × {len(form.asked)} questions",
        f"{taken * 1000:.0f} ms",
        f"< {LIMIT * 1000:.0f} ms",
        taken < LIMIT,
    )
    report.note("the same, of processors", f"{processor_time(grid) * 1000:.0f} ms")
    return report.held


if __name__ == "__main__":
    raise SystemExit(0 if run() else 1)
