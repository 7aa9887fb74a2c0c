"""Two offices with forms of their own: one is sent away until it asks only what nobody has, the other's
yearly table is open now."""

from datetime import timedelta
from pathlib import Path

from lingnan.base import clock
from lingnan.base.periods import Kind, Period
from lingnan.kernel.evidence import services as evidence
from lingnan.systems.reporting import queries, services
from lingnan.systems.reporting.terms import FormInfo, Relation, Verdict

from . import figures
from .months import Month, Year, send, typed
from .story import Story, admit

FORMS = Path(__file__).parent / "forms"
NEW = "women_children.xlsx"
YEARLY = "assistance_yearly.xlsx"
OPEN_SINCE, OPEN_FOR = 14, 6  # days before and after today
SURE = 0.9  # what the bureau takes on the matcher's word
LEFT = "党支部数"  # is left for a visitor to decide
SAME = (("在册户数", "全村户数"), ("户籍人口数", "全村人口"))  # the monthly form says: 按户籍填
ALIKE = ("农村低保对象", "困难户：享受低保")
REPEATS = "{fields} 项中 {held} 项其他表已经采集或可以得出，请只报没有的 {new} 项"


def _registered(story: Story, name: str, office: str) -> FormInfo:
    return services.register_form(
        (FORMS / name).read_bytes(), name,
        department=story.cast.offices[office], by=story.actor(office), at=story.days.tick(),
    )[0]  # fmt: skip


def join_repeats(story: Story) -> None:
    """The bureau says of what the matcher is sure that it is the same; the rest waits for it."""
    bureau = story.actor("bureau")
    twice = queries.repeats(to=bureau, on=story.days.today, state=Verdict.PROPOSED)
    said = {}
    for one in twice:
        labels = {one.source.label.strip(), one.target.label.strip()}
        sure = one.relation == Relation.SAME and one.score >= SURE and LEFT not in labels
        if sure or labels == set(ALIKE):
            said[one.id] = Relation.SAME
    services.decide_matches(said, by=bureau, at=story.days.tick())


def join_by_hand(story: Story, monthly: FormInfo, yearly: FormInfo) -> None:
    """What no machine dares to say: both forms count by the household register."""
    named = [
        {field.label.strip(): field.element_code for field in queries.form_by_id(form.id).asked}
        for form in (yearly, monthly)
    ]
    for there, here in SAME:
        codes = [named[0][there], named[1][here]]
        services.join_elements(codes, by=story.actor("bureau"), at=story.days.tick())


def ask_for_less(story: Story) -> None:
    """Offered whole, refused with the reason, offered again with the few that are new, admitted."""
    form = _registered(story, NEW, "women")
    join_repeats(story)
    county, office, days = story.cast.rungs["county"].id, story.actor("women"), story.days
    whole = services.offer_form(
        form.id, services.Offer("掌握妇女儿童状况"), place=county, by=office, at=days.tick()
    )
    days.go(days.today + timedelta(days=3))
    told = whole.verdict
    assert told
    said = REPEATS.format(fields=told.fields, held=told.fields - len(told.new), new=len(told.new))
    services.refuse_admission(whole.uuid, said, by=story.actor("bureau"), at=days.tick())
    story.figures["let in of the new form"] = len(told.new)
    days.go(days.today + timedelta(days=4))
    offer = services.Offer("掌握妇女儿童服务情况", only=told.new)
    less = services.offer_form(form.id, offer, place=county, by=office, at=days.tick())
    for person in ("bureau", "second"):
        services.approve_admission(less.uuid, by=story.actor(person), at=days.tick())


def ask_again(story: Story) -> None:
    """The admission of the survey has run out; its office offers it anew, and the bureau is asked."""
    services.offer_form(
        story.village_form.id, services.Offer("再次掌握村情"),
        place=story.cast.rungs["county"].id, by=story.actor("department"), at=story.days.tick(),
    )  # fmt: skip


def let_in_yearly(story: Story) -> FormInfo:
    form = _registered(story, YEARLY, "civil")
    offered = services.offer_form(
        form.id, services.Offer("年度救助统计", legal_basis="《社会救助暂行办法》"),
        place=story.cast.rungs["county"].id, by=story.actor("civil"), at=story.days.tick(),
    )  # fmt: skip
    admit(story, offered)
    return form


def open_yearly(year: Year, form: FormInfo) -> None:
    """Last year's table, asked now and due in a few days; half of the villages have sent it."""
    story, days = year.story, year.story.days
    end = clock.legal_day(days.end)
    days.go(end - timedelta(days=OPEN_SINCE))
    period, by = Period(end.year - 1, Kind.YEAR), story.actor("county")
    found = services.open_round(
        f"{period} 年度困难群众救助年报", [form.id], place=year.town.id, period=period.code,
        days=(days.today, end + timedelta(days=OPEN_FOR)), by=by, at=days.tick(),
    )  # fmt: skip
    services.plan_round(found, by=by, at=days.tick())
    evidence.drain(at=days.tick())
    own = story.cast.rungs["village"].id
    others = [village for village in year.villages if village.id != own]
    some = others[: len(others) // 2]
    month = Month(period, len(some))
    drafts, once = [], queries.Once()
    for village in some:
        asks = queries.asks_of_form(
            form, village.id, period.code, once=once, to=year.filler, on=days.today
        )
        truth = figures.yearly(story.chance, year.true[village.id])
        drafts.append(services.Draft(village.id, typed(form, asks, truth, month)))
    sent = send(story, form, period.code, drafts)
    first = [one.uuid for one in sent[: len(sent) // 2]]
    services.approve_many(first, by=year.reviewer, at=days.tick())
