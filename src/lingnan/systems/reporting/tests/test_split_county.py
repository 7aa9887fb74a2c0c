"""A county is split in mid-year: reviewers, sums, trends, plans and workbooks before and after the day."""

from datetime import UTC, date, datetime

import pytest

from lingnan.base.errors import Forbidden
from lingnan.base.periods import Period
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.observations import queries as observations
from lingnan.kernel.places import queries as places
from lingnan.kernel.places import services as divisions
from lingnan.kernel.places.terms import Part, Why
from lingnan.systems.reporting import queries, services
from lingnan.systems.reporting.models import Filing
from lingnan.systems.reporting.terms.filings import State

from .conftest import AT, FILL, REVIEW, SYSTEM, YEAR, full, let_in, wearing

JULY = date(2026, 7, 1)
LAST = YEAR - 1000  # ends before the split, YEAR after it
MARCH = datetime(2026, 3, 2, 2, tzinfo=UTC)
STAY, GO = ("荔湾村", "石门村", "水口村"), ("白沙村", "龙潭村", "新桥村")


def report(form, found, county, villages, by, at, number):
    """Filled and submitted by their clerks."""
    sent = []
    for village in villages:
        who = wearing(county[village], "village_clerk", county[village], FILL)
        draft = services.Draft(county[village], full(form, number))
        one = services.save_draft(form.id, found.period, draft, by=who, at=at)
        for told in queries.findings(one.uuid, to=who, on=at.date()):
            if told.blocks:
                services.explain_finding(one.uuid, told.finding.field, "核实", by=who, at=at)
        services.submit_report(one.uuid, by=who, at=at)
        sent.append(one.uuid)
    services.approve_many(sent, by=by, at=at)


def rounds(form, place, period, at):
    return services.open_round(
        str(Period.from_code(period)), [form.id], place=place, period=period,
        days=(at.date(), date(2027, 3, 1)), by=SYSTEM, at=at,
    )  # fmt: skip


@pytest.fixture
def story(county, party_form):
    """Last year's reports in March, the split in July, this year's reports in November."""
    old, form = county["黄埔区"], party_form
    let_in(form, place=county["广东省"], at=MARCH)
    before = rounds(form, old, LAST, MARCH)
    services.plan_round(before, by=SYSTEM, at=MARCH)
    early = wearing(900, "county_reviewer", old, REVIEW)
    report(form, before, county, STAY + GO, early, MARCH, 1)
    part = Part(name="知识区", code="440199", children=(county["西岸镇"],))
    why = Why(document="粤府函〔2026〕1号")
    (new,) = divisions.split_place(old, [part], on=JULY, keep=True, why=why, by=SYSTEM, at=AT)
    return form, old, new, before


def number(form):
    return next(f for f in form.asked if f.type == "integer")


def test_each_reviewer_reaches_what_is_hers_on_the_day(story, county):
    form, old, new, _ = story
    of_old = wearing(900, "county_reviewer", old, REVIEW)
    of_new = wearing(901, "county_reviewer", new, REVIEW)
    for found, villages in ((rounds(form, old, YEAR, AT), STAY), (rounds(form, new, YEAR, AT), GO)):
        assert found.place in {old, new}
        for village in villages:
            who = wearing(county[village], "village_clerk", county[village], FILL)
            draft = services.Draft(county[village], full(form, 2))
            one = services.save_draft(form.id, YEAR, draft, by=who, at=AT)
            Filing.objects.filter(uuid=one.uuid).update(state=State.SUBMITTED)
    wanted = queries.Wanted(form=form.id, period=YEAR)
    seen = {by: {f.place for f in queries.filings(wanted, to=by, on=AT.date())}
            for by in (of_old, of_new)}  # fmt: skip
    assert seen[of_old] == {county[one] for one in STAY}
    assert seen[of_new] == {county[one] for one in GO}
    moved = Filing.objects.get(place=county["白沙村"], period=YEAR)
    with pytest.raises(Forbidden):
        services.approve_report(str(moved.uuid), by=of_old, at=AT)
    services.approve_report(str(moved.uuid), by=of_new, at=AT)


def test_sums_trends_plans_and_workbooks_follow_the_tree_of_their_day(story, county):
    form, old, new, before = story
    code, element = number(form).code, number(form).element
    evidence.drain(at=AT)
    released = services.produce_workbook(form.id, old, LAST, by=SYSTEM, at=AT)
    for place, villages, each in ((old, STAY, 2), (new, GO, 3)):
        found = rounds(form, place, YEAR, AT)
        figures = services.plan_round(found, by=SYSTEM, at=AT).figures
        assert figures["places"] == 3
        planned = {one: bool(queries.plan_of(found, county[one], to=SYSTEM, on=AT.date()))
                   for one in villages}  # fmt: skip
        assert all(planned.values())
        by = wearing(900 + place, "county_reviewer", place, REVIEW)
        report(form, found, county, villages, by, AT, each)
    evidence.drain(at=AT)

    def total(place, period):
        day = Period.from_code(period).end
        table = queries.rollup_table(
            form, places.place(place, on=day), period, as_of=None, to=SYSTEM
        )
        return int(table[place][code].value)

    assert total(old, LAST) == 6
    assert (total(old, YEAR), total(new, YEAR)) == (6, 9)
    line = observations.trend([element], new, [LAST, YEAR], tree_on=JULY, to=SYSTEM).to_pylist()
    assert [(r["period"], int(r["value"])) for r in line] == [(LAST, 3), (YEAR, 9)]
    again = services.produce_workbook(
        form.id, old, LAST, as_of=released.as_of, by=SYSTEM, at=AT
    )  # the split rewrites nothing that was given out
    assert again.data == released.data
    names = {services.produce_workbook(form.id, one, YEAR, by=SYSTEM, at=AT).name
             for one in (old, new)}  # fmt: skip
    assert any("知识区" in name for name in names) and len(names) == 2
    assert queries.summary(before, to=SYSTEM, on=AT.date()).figures["places"] == 6
