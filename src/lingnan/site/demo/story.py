"""One full cycle of one county, through the ordinary services, as their ordinary actors."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from django.conf import settings

from lingnan.base import clock
from lingnan.base.actors import Actor
from lingnan.base.periods import Period
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.observations import services as observations
from lingnan.kernel.places import queries as places
from lingnan.kernel.places.terms import PlaceInfo
from lingnan.systems.reporting import content, queries, services
from lingnan.systems.reporting.queries.checks import check_plan
from lingnan.systems.reporting.rules.filing import retyped
from lingnan.systems.reporting.terms import FormInfo, Verdict
from lingnan.systems.reporting.terms.admission import AdmissionInfo

from . import sample
from .cast import INSTALLER, Cast
from .days import Days

PERIOD = Period.parse("2012").code
SEED = 2012
SURVEY_DAYS = 20


@dataclass
class Story:
    """What happened, for the summary."""

    cast: Cast
    folder: Path
    households_a_village: int
    forms: dict[str, FormInfo] = field(default_factory=dict)
    further: list[FormInfo] = field(default_factory=list)  # other forms that ask villages
    rounds: list[str] = field(default_factory=list)  # of the survey
    figures: dict[str, Any] = field(default_factory=dict)
    chance: Random = field(default_factory=lambda: Random(SEED))
    released_at: datetime | None = None
    months: list[Any] = field(default_factory=list)  # of the year of a town
    days: Days = field(default_factory=Days)

    def actor(self, username: str) -> Actor:
        return self.cast.actor(username, self.days.now)

    @property
    def village_form(self) -> FormInfo:
        return self.forms["survey_1_village_2012.xls"]

    @property
    def household_form(self) -> FormInfo:
        return self.forms["survey_2_household_2012.xls"]


def read_forms(story: Story) -> None:
    """The department registers its real workbooks; the bureau confirms what is the same."""
    at = story.days.tick()
    office, bureau = story.actor("department"), story.actor("bureau")
    folder = Path(content.__file__).parent / "forms"
    fields = sheets = 0
    for path in sorted(folder.glob("*.xls")):
        made = services.register_form(
            path.read_bytes(),
            path.name,
            department=story.cast.offices["department"],
            by=office,
            at=at,
        )
        story.forms |= {path.name: made[0]}
        story.further += [one for one in made if one.subject == "place"]
        sheets, fields = sheets + len(made), fields + sum(len(form.asked) for form in made)
    twice = queries.repeats(to=bureau, on=clock.legal_day(at), state=Verdict.PROPOSED)
    story.further.remove(story.village_form)
    proposed = queries.proposals(to=bureau, on=clock.legal_day(at))
    surely = {one.field.id for one in proposed if one.quality == "exact"}
    for one in proposed:  # where an exact way exists, the approximate one is refused
        accept = one.quality == "exact" or one.field.id not in surely
        services.decide_proposal(one.id, accept=accept, by=bureau, at=at)
    exact = sum(one.quality == "exact" for one in proposed)
    story.figures |= {
        "forms": sheets,
        "fields": fields,
        "asked twice": len(twice),
        "derivations": len(proposed),
        "exact derivations": exact,
    }


def open_rounds(story: Story) -> None:
    """The surveys for the whole county, the department's other tables for one town. Two persons of
    the bureau take what is in use into the first catalogue: nothing else may be asked."""
    at = story.days.tick()
    for person in ("bureau", "second"):
        done = services.admit_existing(
            place=story.cast.rungs["province"].id, by=story.actor(person), at=at
        )
    story.figures["forms admitted"] = done.admitted
    both = [story.village_form.id, story.household_form.id]
    _open(story, "2012年度扶贫开发“规划到户责任到人”调查", both, story.cast.rungs["county"])
    others = [form.id for form in story.further]
    _open(story, "2012年度村级统计表和党组织情况表", others, other_town(story))


def admit(story: Story, offered: AdmissionInfo) -> None:
    """Two persons of the bureau say yes, until some months from now."""
    usual = services.usual_conditions(offered, story.days.today)
    until = clock.legal_day(story.days.end) + timedelta(days=120)
    for person in ("bureau", "second"):
        services.approve_admission(
            offered.uuid, conditions=replace(usual, expires_on=until),
            by=story.actor(person), at=story.days.tick(),
        )  # fmt: skip


def _open(story: Story, title: str, forms: list[int], place: PlaceInfo) -> None:
    today = story.days.today
    opened = services.open_round(
        title,
        forms,
        place=place.id,
        period=PERIOD,
        days=(today, today + timedelta(days=SURVEY_DAYS)),
        by=story.actor("county"),
        at=story.days.tick(),
    )
    story.rounds.append(opened.uuid)


def close_rounds(story: Story) -> None:
    story.days.go(story.days.today + timedelta(days=SURVEY_DAYS))
    for uuid in story.rounds:
        services.close_round(uuid, by=story.actor("county"), at=story.days.tick())


def other_town(story: Story) -> PlaceInfo:
    county = story.cast.rungs["county"].id
    return places.children(county, on=Period.from_code(PERIOD).end)[1]


def villages(story: Story) -> list[PlaceInfo]:
    county = story.cast.rungs["county"].id
    return places.descendants(county, on=Period.from_code(PERIOD).end, level=5)


def collect(story: Story) -> Iterator[int]:
    """Villages done so far."""
    totals = dict.fromkeys(("villages", "households", "answers typed", "asked"), 0)
    day = Period.from_code(PERIOD).end
    for town in places.children(story.cast.rungs["county"].id, on=day):
        below = [p for p in (town, *places.children(town.id, on=day)) if p.level == 5]
        homes = {
            village.id: [sample.household(story.chance) for _ in range(story.households_a_village)]
            for village in below
        }
        rows = [
            {"place": village.codes["nbs"], "household": f"{n:03}", "answers": home}
            for village in below
            for n, home in enumerate(homes[village.id], 1)
        ]
        _report(story, story.household_form, rows)
        once = queries.Once()
        forms = [_village_row(story, v, homes[v.id], once) for v in below]
        _report(story, story.village_form, forms)
        asked = sum(len(row["answers"]) for row in forms)
        totals["villages"] += len(below)
        totals["households"] += len(rows)
        totals["asked"] += asked
        totals["answers typed"] += asked + sum(len(row["answers"]) for row in rows)
        yield totals["villages"]
    story.figures |= totals | {
        "asked per village": round(totals["asked"] / max(1, totals["villages"])),
        "in the village form": len(story.village_form.asked),
    }


def collect_further(story: Story) -> None:
    """Each village of the other town fills the department's other tables."""
    town = other_town(story)
    for form in story.further:
        rows, once, plan = [], queries.Once(), check_plan(form, story.days.today)
        for village in places.children(town.id, on=Period.from_code(PERIOD).end):
            known = _asks(story, form, village, once)
            held = {c for c, one in known.items() if one.held and not one.confirm}
            full = sample.any_answers(story.chance, form.asked)
            full |= {
                f.code: retyped(f, known[f.code].value, known[f.code].text)
                for f in form.asked
                if f.code in held
            }
            full = sample.agreed(full, plan, held)
            typed = {code: text for code, text in full.items() if code not in held}
            rows.append({"place": village.codes["nbs"], "answers": typed})
        _report(story, form, rows)


def _asks(story: Story, form: FormInfo, village: PlaceInfo, once: queries.Once) -> dict[str, Any]:
    at = story.days.tick()
    by = story.actor("collector")
    day = clock.legal_day(at)
    return queries.asks_of_form(form, village.id, PERIOD, once=once, to=by, on=day)


def _village_row(
    story: Story, village: PlaceInfo, homes: list[sample.Answers], once: queries.Once
) -> dict[str, Any]:
    """Only what is asked: the rest follows from the households, or waits for a word."""
    known = _asks(story, story.village_form, village, once)
    full = sample.village(story.chance, homes)
    typed = {c: text for c, text in full.items() if not known[c].held or known[c].confirm}
    return {"place": village.codes["nbs"], "answers": typed}


def _report(story: Story, form: FormInfo, rows: list[dict[str, Any]]) -> None:
    """Uploaded and submitted by the collector, approved by the county."""
    at = story.days.tick()
    filler, reviewer = story.actor("collector"), story.actor("county")
    sent = services.upload_rows(form.id, rows, PERIOD, by=filler, at=at)
    services.submit_many(sent.saved, by=filler, at=at)
    services.approve_many(sent.saved, by=reviewer, at=at)


def produce(story: Story) -> None:
    """The department's own workbooks, for every rung, written beside the data."""
    at = story.days.tick()
    evidence.drain(at=at)
    story.released_at = story.days.tick()
    out = story.folder / "workbooks"
    out.mkdir(parents=True, exist_ok=True)
    office = story.actor("department")
    reach = story.actor("bureau")
    town = other_town(story)
    village = places.children(town.id, on=clock.legal_day(at))[0]
    every = (*story.cast.rungs.values(), town, village)
    made = [
        _write(story, out, story.village_form, place, reach if place.level == 1 else office)
        for place in every
    ]
    for form in story.further:
        made += [_write(story, out, form, place, office) for place in (town, village)]
    made.append(_one_household(story, out, village))
    story.figures["workbooks"] = len(made)
    story.figures["folder"] = str(out)


def _one_household(story: Story, out: Path, village: PlaceInfo) -> str:
    at = story.days.tick()
    by = story.actor("collector")
    wanted = queries.Wanted(form=story.household_form.id, period=PERIOD, under=village.id, limit=1)
    filing = queries.filings(wanted, to=by, on=clock.legal_day(at))[0]
    return _write(story, out, story.household_form, village, by, subject=filing.subject)


def _write(
    story: Story, out: Path, form: FormInfo, place: PlaceInfo, by: Actor, subject: int = 0
) -> str:
    product = services.produce_workbook(
        form.id,
        place.id,
        PERIOD,
        as_of=story.released_at,
        subject=subject,
        by=by,
        at=story.days.tick(),
    )
    (out / product.name).write_bytes(product.data)
    return product.sha256


def correct_and_reproduce(story: Story) -> None:
    """A village corrects a figure; the earlier release comes out again, byte for byte."""
    at = story.days.tick()
    county = story.cast.rungs["county"]
    office, filler = story.actor("department"), story.actor("collector")
    reviewer = story.actor("county")
    before = services.produce_workbook(
        story.village_form.id, county.id, PERIOD, as_of=story.released_at, by=office, at=at
    )
    wanted = queries.Wanted(form=story.village_form.id, period=PERIOD, under=county.id, limit=1)
    filing = queries.filings(wanted, to=reviewer, on=clock.legal_day(at))[0]
    services.correct_report(
        filing.uuid, {"101": "12"}, "更正：漏记一次调研", by=filler, at=story.days.tick()
    )
    services.submit_report(filing.uuid, by=filler, at=story.days.tick())
    services.approve_many([filing.uuid], by=reviewer, at=story.days.tick())
    evidence.drain(at=story.days.tick())
    again = services.produce_workbook(
        story.village_form.id,
        county.id,
        PERIOD,
        as_of=story.released_at,
        by=office,
        at=story.days.tick(),
    )
    today = services.produce_workbook(
        story.village_form.id, county.id, PERIOD, by=office, at=story.days.tick()
    )
    story.figures["reproduced"] = before.data == again.data and before.data != today.data


def seal(story: Story) -> None:
    sealed = observations.seal(by=INSTALLER, at=story.days.tick())
    evidence.drain(at=story.days.tick())
    story.figures |= {"sealed values": sealed.rows, "data": str(settings.ENV.folder)}
