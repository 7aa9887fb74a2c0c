"""A year of one town, month by month: what is known is not asked, what stood is confirmed; and what
happens in a year: a leap explained, a figure returned, a village that is late, a correction."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from lingnan.base import clock
from lingnan.base.actors import Actor
from lingnan.base.periods import Period
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.places import queries as places
from lingnan.kernel.places.terms import PlaceInfo
from lingnan.systems.reporting import queries, services
from lingnan.systems.reporting.content import costs
from lingnan.systems.reporting.rules.filing import retyped
from lingnan.systems.reporting.terms import FormInfo
from lingnan.systems.reporting.terms.filings import Ask, FilingInfo, RoundInfo
from lingnan.systems.reporting.terms.planning import Means
from lingnan.systems.reporting.terms.refusals import NeedExplanation

from . import figures
from .sample import Answers
from .story import Story, admit

FORM = Path(__file__).parent / "forms" / "village_monthly.xlsx"
ENOUGH = 12  # villages, to give figures out without one of them
DUE, CLOSED = 10, 20  # days of the next month
INCOME, MEMBERS = "16", "6"
LEAP, RETURN, LATE, CORRECT = 3, 6, 9, 10  # month of the year in which it happens
SAME = "无变化"


@dataclass
class Month:
    """Cells of all villages together, by how they were come by."""

    period: Period
    villages: int
    ways: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("asked", "confirmed", "known"), 0)
    )

    def minutes(self, story: Story) -> int:
        seconds = costs(story.days.today).seconds
        spent = self.ways["asked"] * seconds[Means.ASK]
        spent += self.ways["confirmed"] * seconds[Means.CONFIRM]
        return -(-spent // (60 * self.villages))

    def a_village(self, way: str) -> int:
        return round(self.ways[way] / self.villages)


@dataclass
class Year:
    story: Story
    form: FormInfo
    town: PlaceInfo
    villages: list[PlaceInfo]
    true: dict[int, figures.Village]

    @property
    def filler(self) -> Actor:
        return self.story.actor("collector")

    @property
    def reviewer(self) -> Actor:
        return self.story.actor("town")


def let_in(story: Story) -> int:
    """The office offers its form; two persons of the bureau approve."""
    at, office = story.days.tick(), story.actor("organisation")
    form = services.register_form(
        FORM.read_bytes(), FORM.name,
        department=story.cast.offices["organisation"], by=office, at=at,
    )[0]  # fmt: skip
    county = story.cast.rungs["county"]
    offered = services.offer_form(
        form.id, services.Offer("逐月掌握村情"), place=county.id, by=office, at=at
    )
    admit(story, offered)
    return form.id


def begin(story: Story, form: int) -> Year:
    town = story.cast.rungs["town"]
    villages = places.children(town.id, on=story.days.today)
    true = {village.id: figures.founded(story.chance) for village in villages}
    return Year(story, queries.form_by_id(form), town, villages, true)


def play(year: Year, meanwhile: Mapping[int, Callable[[], None]]) -> Iterator[Month]:
    """Through the ordinary services: round, plan, list, draft, submission, approval. `meanwhile`: what
    others do after the month of that number."""
    story = year.story
    *whole, last = story.days.months
    for number, period in enumerate(whole):
        found = _open(year, period)
        story.days.go(_day(period, 5))
        late = year.villages[2:3] if number == LATE and len(year.villages) >= ENOUGH else []
        month = Month(period, len(year.villages) - len(late))
        sent = _fill(year, [v for v in year.villages if v not in late], month)
        if number == RETURN:
            _returned(year, sent[len(sent) // 2])
        story.days.go(_day(period, 8))
        services.approve_many([one.uuid for one in sent], by=year.reviewer, at=story.days.tick())
        evidence.drain(at=story.days.tick())
        if late:
            _released(year, period, late)
        if number == CORRECT:
            _corrected(year, sent[len(sent) // 3])
        story.days.go(_day(period, CLOSED))
        services.close_round(found.uuid, by=story.actor("county"), at=story.days.tick())
        evidence.drain(at=story.days.tick())
        yield month
        meanwhile.get(number, lambda: None)()
        _pass(year, period.next(), number + 1)
    yield _unfinished(year, last)


def _day(period: Period, day: int) -> date:
    return period.end + timedelta(days=day)


def _pass(year: Year, period: Period, number: int) -> None:
    month = period.start.month
    for one in year.true.values():
        figures.month_passes(year.story.chance, one, january=month == 1, july=month == 7)
    if number == LEAP:
        year.true[year.villages[1].id].income *= 6  # a field was let for the year


def _open(year: Year, period: Period) -> RoundInfo:
    days, by = year.story.days, year.story.actor("county")
    days.go(_day(period, 1))
    found = services.open_round(
        f"{period} 村级月报", [year.form.id], place=year.town.id, period=period.code,
        days=(days.today, _day(period, DUE)), by=by, at=days.tick(),
    )  # fmt: skip
    services.plan_round(found, by=by, at=days.tick())
    evidence.drain(at=days.tick())
    return found


def _fill(year: Year, villages: Sequence[PlaceInfo], told: Month) -> list[FilingInfo]:
    once = queries.Once()
    drafts = [services.Draft(v.id, _answers(year, v, told, once)) for v in villages]
    return send(year.story, year.form, told.period.code, drafts)


def send(
    story: Story, form: FormInfo, period: int, drafts: Sequence[services.Draft]
) -> list[FilingInfo]:
    filler = story.actor("collector")
    saved = services.save_drafts(form, period, drafts, by=filler, at=story.days.tick())
    left = [one.uuid for one in saved]
    while left:  # what needs a word gets it, and the rest follows
        try:
            services.submit_many(left, by=filler, at=story.days.tick())
            break
        except NeedExplanation:
            left = _explain_first(story, form, left, filler)
    return list(saved)


def _explain_first(story: Story, form: FormInfo, left: list[str], by: Actor) -> list[str]:
    on = story.days.today
    open_ = [one for one in left if str(queries.filing(one, to=by, on=on).state) != "submitted"]
    for told in queries.findings(open_[0], to=by, on=on):
        if told.blocks:
            services.explain_finding(
                open_[0], told.finding.field, "已核实：本月一次性收入", by=by, at=story.days.tick()
            )
    return open_


def _answers(year: Year, village: PlaceInfo, told: Month, once: queries.Once) -> Answers:
    asks = queries.asks_of_form(
        year.form, village.id, told.period.code, once=once, to=year.filler, on=year.story.days.today
    )
    return typed(year.form, asks, figures.monthly(year.true[village.id]), told)


def typed(form: FormInfo, asks: Mapping[str, Ask], true: Answers, told: Month) -> Answers:
    """Only what is asked; what stands is confirmed in a word."""
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


def _returned(year: Year, one: FilingInfo) -> None:
    """The town asks for one figure again; the village says it is right and how it knows."""
    days = year.story.days
    days.go(days.today + timedelta(days=1))
    services.return_report(
        one.uuid, "请核对党员总数", cells={MEMBERS: "与名册相差一人，请核对"},
        by=year.reviewer, at=days.tick(),
    )  # fmt: skip
    days.go(days.today + timedelta(days=1))
    services.submit_report(one.uuid, by=year.filler, at=days.tick())


def _released(year: Year, period: Period, late: Sequence[PlaceInfo]) -> None:
    """One village is missing when the figures are due: estimated, marked so, and replaced when its
    report comes."""
    days = year.story.days
    days.go(_day(period, DUE), 16)
    place = year.town.id
    services.release_place(year.form.id, place, period.code, by=year.reviewer, at=days.tick())
    days.go(_day(period, DUE + 3))
    sent = _fill(year, late, Month(period, 1))
    services.approve_many([one.uuid for one in sent], by=year.reviewer, at=days.tick())


def _corrected(year: Year, one: FilingInfo) -> None:
    days, truth = year.story.days, year.true[one.place]
    truth.income += 1
    days.go(days.today + timedelta(days=4))
    services.correct_report(
        one.uuid, {INCOME: str(truth.income)}, "漏记一笔租金", by=year.filler, at=days.tick()
    )
    services.submit_report(one.uuid, by=year.filler, at=days.tick())
    services.approve_many([one.uuid], by=year.reviewer, at=days.tick())


def _unfinished(year: Year, period: Period) -> Month:
    """The month that is being reported: some approved, some waiting for the town, one sent back, the
    clerk's own and two more not begun."""
    story, days = year.story, year.story.days
    found = _open(year, period)
    days.go(_day(period, 6))
    own = story.cast.rungs["village"].id
    absent = [v for v in year.villages if v.id == own or v in year.villages[-2:]]
    here = [v for v in year.villages if v not in absent]
    month = Month(period, len(here))
    sent = _fill(year, here, month)
    half = [one.uuid for one in sent[: len(sent) // 2]]
    services.approve_many(half, by=year.reviewer, at=days.tick())
    services.return_report(
        sent[-1].uuid, "请核对流动党员人数", cells={"11": "比上月少，请核对"},
        by=year.reviewer, at=days.tick(),
    )  # fmt: skip
    if clock.legal_day(days.end) > _day(period, DUE):
        days.go(_day(period, DUE + 1))
        services.remind(found.uuid, by=year.reviewer, at=days.tick())
    return month


def table(story: Story) -> list[str]:
    """Of a village on average."""
    head = "  月份      填写  确认  已知  分钟"
    return [head] + [
        f"  {one.period!s:8}" + "".join(f"{one.a_village(way):6}" for way in one.ways)
        + f"{one.minutes(story):6}" for one in story.months
    ]  # fmt: skip
