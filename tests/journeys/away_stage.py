"""What others do meanwhile, as a program before the same data: `python -m tests.journeys.away_stage …`.

open YEAR…  ·  answer YEAR CODE=TEXT…  ·  close YEAR  ·  told KIND  ·  matrix  ·  homes HEAD…
"""

import json
import sys
from datetime import date

from .stage import COUNTY, FORM, VILLAGE


def main(verb: str, *said: str) -> None:
    from lingnan.site.setup import prepare

    prepare()
    verbs = {"open": rounds, "answer": answer, "close": close, "told": told, "matrix": matrix}
    (verbs | {"homes": homes})[verb](*said)


def rounds(*years: str, form: str = FORM) -> None:
    from lingnan.base.periods import Period
    from lingnan.kernel.places import queries as places
    from lingnan.systems.reporting import queries, services
    from lingnan.systems.reporting.tests.conftest import AT, DAY, SYSTEM

    for year in years:
        services.open_round(
            f"{year}年度党组织和党员情况",
            [queries.form(form, to=SYSTEM, on=DAY).id],
            place=places.by_code(COUNTY, on=DAY).id,
            period=Period.parse(year).code,
            days=(date(2020, 1, 1), date(2099, 12, 31)),
            by=SYSTEM,
            at=AT,
        )


def answer(year: str, *said: str) -> None:
    from lingnan.base import clock
    from lingnan.base.periods import Period
    from lingnan.kernel.places import queries as places
    from lingnan.systems.reporting import queries, services
    from lingnan.systems.reporting.tests.conftest import SYSTEM

    on = clock.today()
    draft = services.Draft(
        places.by_code(VILLAGE, on=on).id, dict(pair.split("=") for pair in said)
    )
    form = queries.form(FORM, to=SYSTEM, on=on).id
    services.save_draft(form, Period.parse(year).code, draft, by=SYSTEM, at=clock.now())


def close(year: str) -> None:
    from lingnan.base import clock
    from lingnan.base.periods import Period
    from lingnan.systems.reporting import queries, services
    from lingnan.systems.reporting.tests.conftest import SYSTEM

    wanted = Period.parse(year).code
    for one in queries.rounds(to=SYSTEM, on=clock.today(), only_open=True):
        if one.period == wanted:
            services.close_round(one.uuid, by=SYSTEM, at=clock.now())


def told(kind: str) -> None:
    """The facts of all events of a kind, as JSON."""
    from lingnan.kernel.evidence.models import Event

    rows = Event.objects.filter(kind=kind).order_by("pk").values_list("facts", flat=True)
    print(json.dumps([json.loads(one) for one in rows]))


def matrix() -> None:
    """A form of fifty rows and twenty columns, asked in 2026."""
    from lingnan.kernel.places import queries as places
    from lingnan.systems.reporting import services
    from lingnan.systems.reporting.tests.conftest import AT, DAY, SYSTEM, let_in
    from lingnan.systems.reporting.tests.paper import crossed

    raw = crossed("人口年龄", rows=50, columns=20)
    made = services.register_form(raw, "RK-1.xlsx", codes=["RK-1"], by=SYSTEM, at=AT)
    let_in(*made, place=places.by_code("440000", on=DAY).id)
    rounds("2026", form="RK-1")
    print(json.dumps(len(made[0].asked)))


def homes(*heads: str) -> None:
    """The village's register of households, whole: each with its head, the last on low income."""
    from lingnan.base import clock
    from lingnan.kernel.places import queries as places
    from lingnan.systems.reporting.services import ledgers
    from lingnan.systems.reporting.tests.conftest import SYSTEM
    from lingnan.systems.reporting.tests.ledgered import SINCE, households

    rows = [(VILLAGE, n, head, "一般户") for n, head in enumerate(heads, 1)]
    rows[-1] = (*rows[-1][:3], "低保户")
    place = places.by_code(VILLAGE, on=clock.today()).id
    ledgers.take_in_register(
        "household", households(*rows), "homes.csv", place,
        day=SINCE, complete=True, by=SYSTEM, at=clock.now(),
    )  # fmt: skip


if __name__ == "__main__":
    main(*sys.argv[1:])
