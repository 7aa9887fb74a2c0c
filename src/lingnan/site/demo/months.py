"""A year of a few villages, month by month: what is known is not asked, what stood is confirmed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from lingnan.base import clock
from lingnan.base.actors import Actor
from lingnan.base.periods import Kind, Period
from lingnan.kernel.places import queries as places
from lingnan.kernel.places.terms import PlaceInfo
from lingnan.systems.reporting import queries, services
from lingnan.systems.reporting.content import costs
from lingnan.systems.reporting.rules.filing import retyped
from lingnan.systems.reporting.terms import FormInfo
from lingnan.systems.reporting.terms.filings import Ask
from lingnan.systems.reporting.terms.planning import Means
from lingnan.systems.reporting.terms.refusals import NeedExplanation

from . import sample
from .story import Story, other_town

FORM = Path(__file__).parent / "forms" / "village_monthly.xlsx"
YEAR, VILLAGES, MOVES = 2025, 3, 0.04
SAME = "无变化"


@dataclass
class Month:
    """Cells of all villages together, by how they were come by."""

    period: Period
    villages: int
    ways: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("asked", "confirmed", "known"), 0)
    )

    def minutes(self) -> int:
        seconds = costs(clock.today()).seconds
        spent = self.ways["asked"] * seconds[Means.ASK]
        spent += self.ways["confirmed"] * seconds[Means.CONFIRM]
        return -(-spent // (60 * self.villages))

    def a_village(self, way: str) -> int:
        return round(self.ways[way] / self.villages)


def play(story: Story) -> Iterator[Month]:
    """Through the ordinary services: round, plan, list, draft, submission, approval."""
    at = clock.now()
    office = story.cast.actor("department", at)
    form = services.register_form(
        FORM.read_bytes(), FORM.name, department=story.cast.department, by=office, at=at
    )[0]
    _let_in(story, form, at)
    town = other_town(story)
    villages = places.children(town.id, on=clock.today())[:VILLAGES]
    true = {village.id: sample.any_answers(story.chance, form.asked) for village in villages}
    for number in range(1, 13):
        yield _month(story, form, (town, villages), Period(YEAR, Kind.MONTH, number), true)


def _let_in(story: Story, form: FormInfo, at: datetime) -> None:
    """A new form: the department offers it, two persons of the bureau approve."""
    offered = services.offer_form(
        form.id,
        services.Offer("逐月掌握村情"),
        place=story.cast.rungs["county"].id,
        by=story.cast.actor("department", at),
        at=at,
    )
    for person in ("bureau", "second"):
        services.approve_admission(offered.uuid, by=story.cast.actor(person, at), at=at)


def _month(
    story: Story,
    form: FormInfo,
    where: tuple[PlaceInfo, list[PlaceInfo]],
    period: Period,
    true: Mapping[int, sample.Answers],
) -> Month:
    at = clock.now()
    today, county = clock.legal_day(at), story.cast.actor("county", at)
    town, villages = where
    found = services.open_round(
        f"{period} 村级月报", [form.id], place=town.id, period=period.code,
        days=(today, today + timedelta(days=10)), by=county, at=at,
    )  # fmt: skip
    services.plan_round(found, by=county, at=at)
    told, filler = Month(period, len(villages)), story.cast.actor("collector", at)
    drafts = []
    for village in villages:
        sample.move(story.chance, form.asked, true[village.id], MOVES)
        asks = queries.asks_of_form(form, village.id, period.code, to=filler, on=today)
        typed = _typed(form, asks, true[village.id], told)
        drafts.append(services.Draft(village.id, typed))
    saved = services.save_drafts(form, period.code, drafts, by=filler, at=at)
    for one in saved:
        _submit(one.uuid, filler)
    services.approve_many([one.uuid for one in saved], by=county, at=at)
    return told


def _typed(
    form: FormInfo, asks: Mapping[str, Ask], true: sample.Answers, told: Month
) -> sample.Answers:
    found = {}
    for one in form.asked:
        ask, text = asks[one.code], true[one.code]
        if ask.follows or ask.waiting or (ask.held and not ask.confirm):
            told.ways["known"] += 1
            continue
        stands = ask.held and retyped(one, ask.value, ask.text) == text
        told.ways["confirmed" if stands else "asked"] += 1
        found[one.code] = SAME if stands else text
    return found


def _submit(uuid: str, by: Actor) -> None:
    """The invented figures may leap; the clerk says that she has looked."""
    at = clock.now()
    try:
        services.submit_report(uuid, by=by, at=at)
    except NeedExplanation:
        for told in queries.findings(uuid, to=by, on=clock.legal_day(at)):
            if told.blocks:
                services.explain_finding(uuid, told.finding.field, "已核实", by=by, at=at)
        services.submit_report(uuid, by=by, at=at)


def table(months: list[Month]) -> list[str]:
    """Of a village on average."""
    head = "  月份      填写  确认  已知  分钟"
    return [head] + [
        f"  {one.period!s:8}" + "".join(f"{one.a_village(way):6}" for way in one.ways)
        + f"{one.minutes():6}" for one in months
    ]  # fmt: skip
