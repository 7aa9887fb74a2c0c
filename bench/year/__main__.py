"""`python -m bench.year [--villages 2] [--by matcher]`: the benchmark's forms through one year.

Every form of `bench/forms` in its version of 2025, asked as often as `frequencies.csv` says, of the
villages of one town, through the ordinary services. `play.py` is the clerk, `truth.py` the village.
"""

import argparse
import sys
from datetime import UTC, datetime

from bench import gates
from bench.world import US, let_in

from django.core.management import call_command  # isort: skip

from bench.year import forms as reading
from bench.year.history import take_in
from bench.year.play import ASKED, CHANGED, CONFIRMED, DERIVED, KNOWN, Told, Year
from lingnan.kernel.places import queries as places
from lingnan.kernel.places import services as divisions
from lingnan.systems.reporting.content import costs
from lingnan.systems.reporting.terms.planning import Means

COUNTY, TOWN = "440117", "温泉镇"
BEGIN = datetime(2026, 1, 5, 2, tzinfo=UTC)
SAMPLED = [2025_000, 2026_301, 2026_307, 2026_203, 2026_101, 2026_000]
FILLED, SHARE = 0.85, 0.75


def main() -> int:
    chosen = _options()
    report = gates.Report()
    year = _founded(report, chosen)
    print("     月  报告期                      项目  填写  改填  确认  推算  已知  分钟：原  现")
    for number in range(1, chosen.months + 1):
        _row(number, year.month(number), len(year.villages))
    _told(report, year, gated=chosen.by == "truth")
    return 0 if report.held else 1


def _options() -> argparse.Namespace:
    options = argparse.ArgumentParser()
    options.add_argument("--by", choices=("truth", "matcher"), default="truth")
    options.add_argument("--villages", type=int, default=2)
    options.add_argument("--months", type=int, default=12)
    return options.parse_args()


def _founded(report: gates.Report, chosen: argparse.Namespace) -> Year:
    call_command("migrate", verbosity=0)
    divisions.load_divisions(by=US, at=BEGIN)
    forms, truth = reading.read_all(BEGIN)
    decide = reading.decide_by_truth if chosen.by == "truth" else reading.decide_by_matcher
    decide(forms, BEGIN)
    reading.decide_sums(forms, truth, SAMPLED, BEGIN)
    town, villages = _villages(chosen.villages)
    let_in(places.by_code("44", on=BEGIN.date()).id, BEGIN)
    year = Year(forms, truth, town, villages)
    said = {one["fact"] for one in forms.said.values()}
    asked = {one.element for form in forms.infos for one in form.asked}
    report.note("forms, fields", f"{len(forms.infos)}, {forms.counts['fields']}")
    report.note("facts by the table, elements", f"{len(said)}, {len(asked)}")
    report.note("decided", ", ".join(f"{k} {v}" for k, v in forms.counts.items() if k != "fields"))
    report.note("values of last year's filled forms", f"{take_in(BEGIN):,}")
    return year


def _villages(count: int) -> tuple[int, dict[str, int]]:
    """Those of which filled forms of last year exist come first."""
    on = BEGIN.date()
    county = places.by_code(COUNTY, on=on)
    town = next(one for one in places.children(county.id, on=on) if one.name == TOWN)
    below = places.children(town.id, on=on)
    below.sort(key=lambda one: (one.codes["nbs"] not in reading.SAMPLE, one.codes["nbs"]))
    return town.id, {one.codes["nbs"]: one.id for one in below[:count]}


def _row(number: int, told: Told, villages: int) -> None:
    before, after = _minutes(told)
    ways = "".join(f"{told.counts[way] / villages:6.0f}" for way in
                   (ASKED, CHANGED, CONFIRMED, DERIVED, KNOWN))  # fmt: skip
    print(f"     {number:2}  {' '.join(told.rounds):26}{told.fields / villages:6.0f}{ways}"
          f"{before / villages:8.0f}{after / villages:6.0f}", flush=True)  # fmt: skip


def _minutes(told: Told) -> tuple[float, float]:
    """As the declared costs count: every cell typed, and only what was asked, looked at or mended."""
    seconds = costs(BEGIN.date()).seconds
    typed = told.counts[ASKED] + told.counts[CHANGED]
    looks = told.counts[CONFIRMED] + told.counts[CHANGED]
    after = typed * seconds[Means.ASK] + looks * seconds[Means.CONFIRM]
    return told.fields * seconds[Means.ASK] / 60, after / 60


def _told(report: gates.Report, year: Year, *, gated: bool) -> None:
    villages = len(year.villages)
    first, last = year.months[0], year.months[-1]
    fields = sum(one.fields for one in year.months)
    typed = sum(one.counts[ASKED] + one.counts[CHANGED] for one in year.months)
    report.note("reports filled, submitted, approved", f"{year.filings:,}")
    report.note("a village, month 1", _of(first, villages))
    report.note("a village, last month", _of(last, villages))
    later = year.months[1:]
    of_later = sum(one.fields for one in later)
    filled = of_later - sum(one.counts[ASKED] + one.counts[CHANGED] for one in later)
    report.note("prefilled and right, whole year", f"{1 - typed / fields:.1%}")
    report.note(
        "prefilled, prefilled and right, month 1", f"{_filled(first):.1%}, {_share(first):.1%}"
    )
    report.note("prefilled and right, from month 2", f"{filled / max(1, of_later):.1%}")
    knowable = sum(one.knowable for one in later)
    report.note("asked from month 2 though what was given says it", f"{knowable}")
    if gated:
        _gates(report, year, last)
    else:
        report.note("prefilled, last month", f"{_filled(last):.1%}")
        report.note("prefilled and right, last month", f"{_share(last):.1%}")
        report.note("asked again", f"{len(year.again)}")
    for one in year.again[:20]:
        print("     again:", *one)
    cells, explained, wrong = year.wrong()
    report.note("cells that say what last year's files say", f"{len(explained)} of {cells:,}")
    report.gate("cells blank or not the truth", f"{len(wrong)} of {cells:,}", "= 0", not wrong)
    for one in wrong[:20]:
        print("     wrong:", *one)


def _gates(report: gates.Report, year: Year, last: Told) -> None:
    filled, right = _filled(last), _share(last)
    wanted = f"> {FILLED:.0%} (Jiangxi publishes ~70 %)"
    report.gate("prefilled, last month", f"{filled:.1%}", wanted, filled > FILLED)
    report.gate("and right, last month", f"{right:.1%}", f"> {SHARE:.0%}", right > SHARE)
    report.gate("asked again", f"{len(year.again)}", "= 0", not year.again)


def _filled(told: Told) -> float:
    """Cells that stood filled before the clerk began, as Jiangxi's figure counts them."""
    return 1 - told.counts[ASKED] / told.fields


def _share(told: Told) -> float:
    """Cells that stood filled before the clerk began and that she did not have to change."""
    return 1 - (told.counts[ASKED] + told.counts[CHANGED]) / told.fields


def _of(told: Told, villages: int) -> str:
    before, after = _minutes(told)
    asked = told.counts[ASKED] / villages
    return (f"{told.fields / villages:.0f} cells, {asked:.0f} asked, "
            f"{told.counts[CHANGED] / villages:.0f} changed, "
            f"{told.counts[CONFIRMED] / villages:.0f} confirmed, "
            f"{before / villages:.0f} → {after / villages:.0f} minutes")  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
