"""What periods of other kinds say: a year is its months, a year's end is December's."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lingnan.base.periods import Kind, Period
from lingnan.systems.reporting import queries, services
from lingnan.systems.reporting.models import Form
from lingnan.systems.reporting.queries.forms import form_by_id
from lingnan.systems.reporting.rules.planning import spans_of
from lingnan.systems.reporting.rules.planning.lags import _cut
from lingnan.systems.reporting.terms.filings import Mark

from .conftest import AT, DAY, SYSTEM, YEAR, later, let_in
from .planned import made, planned, say

KINDS = (Kind.YEAR, Kind.HALF, Kind.QUARTER, Kind.MONTH)
TOPS = {Kind.YEAR: 0, Kind.HALF: 2, Kind.QUARTER: 4, Kind.MONTH: 12}
MONTHS = [2026_301 + n for n in range(12)]


@st.composite
def any_period(draw):
    kind = draw(st.sampled_from(KINDS))
    number = draw(st.integers(1, TOPS[kind])) if TOPS[kind] else 0
    return Period(draw(st.integers(2000, 2050)), kind, number)


@given(any_period())
def test_parts_tile_the_period_and_ends_end_with_it(whole):
    spans = spans_of(whole.code)
    for row in spans.parts:
        found = [Period.from_code(code) for code in row]
        assert found[0].start == whole.start and found[-1].end == whole.end
        assert all(
            a.end + timedelta(days=1) == b.start for a, b in zip(found, found[1:], strict=False)
        )
    assert all(Period.from_code(code).end == whole.end for code in spans.ends)
    eve = whole.start - timedelta(days=1)
    assert all(Period.from_code(code).end == eve for code in spans.before)
    assert whole.code not in spans.codes


def test_weeks_and_school_years_have_none():
    assert spans_of(2026_444).codes == () == spans_of(2026_500).codes


def test_the_last_bracket_is_cut_off():
    assert _cut("出生（本期（1—6月））") == ("出生", "（", "本期（1—6月）")
    assert _cut("出生人数") == ("出生人数", "", "")


@pytest.fixture
def yearly(county, opened):
    form = made("F1", ["persons", "births"], flows=["births"])
    return form, opened(form)


def test_a_year_is_not_asked_what_its_months_have_said(yearly, county, clerk, reviewer):
    form, found = yearly
    for n, month in enumerate(MONTHS, start=1):
        say(county, "石门村", "persons", 400 + n, period=month)
        say(county, "石门村", "births", n, period=month)
    for month in MONTHS[:-1]:
        say(county, "白沙村", "births", 1, period=month)
    services.plan_round(found, by=SYSTEM, at=AT)
    assert {f: one.why for f, one in planned(found, county).items()} == {
        "persons": "由 2026-12 已报的数得出",
        "births": "由 2026-01 至 2026-12 已报的数得出",
    }
    assert planned(found, county, "白沙村")["births"].is_asked
    village, by = county["石门村"], clerk("石门村")
    filing = services.save_draft(form.id, YEAR, services.Draft(village, {}), by=by, at=later(1))
    done = services.submit_report(filing.uuid, by=by, at=later(2))
    told = {code: (one.text, one.mark, one.source) for code, one in done.answers.items()}
    assert told == {"A1": ("412", Mark.DERIVED, ""), "A2": ("78", Mark.DERIVED, "")}
    services.approve_report(filing.uuid, by=reviewer, at=later(3))
    say(county, "石门村", "births", 20, period=MONTHS[0])
    ask = queries.asks_of_form(form, village, YEAR, to=by, on=DAY)["A2"]
    assert (ask.held, ask.value) == (True, Decimal(97))


def test_what_a_month_lacks_or_guesses_is_asked(yearly, county):
    from lingnan.kernel.observations.terms import Quality

    _, found = yearly
    for month in MONTHS:
        guess = Quality.ESTIMATED if month == MONTHS[-1] else Quality.REPORTED
        say(county, "石门村", "births", 1, period=month, quality=guess)
    say(county, "石门村", "persons", 1, period=MONTHS[-1], quality=Quality.ESTIMATED)
    services.plan_round(found, by=SYSTEM, at=AT)
    assert all(one.is_asked for one in planned(found, county).values())


def test_last_year_s_end_is_offered_to_january(county, clerk):
    form = made("F1", ["persons", "births"], flows=["births"])
    Form.objects.filter(pk=form.id).update(period_kind=Kind.MONTH)
    let_in(form, place=county["广东省"])
    found = services.open_round(
        "一月", [form.id], place=county["黄埔区"], period=MONTHS[0], days=(DAY, DAY + timedelta(days=10)),
        by=SYSTEM, at=AT
    )  # fmt: skip
    for fact in ("persons", "births"):
        say(county, "石门村", fact, 430, period=YEAR - 1000)
    services.plan_round(found, by=SYSTEM, at=AT)
    plan = planned(found, county)
    assert plan["persons"].why == "上期 430 人，若无变化请确认" and plan["births"].is_asked
    ask = queries.asks_of_form(
        form_by_id(form.id), county["石门村"], MONTHS[0], to=clerk("石门村"), on=DAY
    )["A1"]
    assert (ask.held, ask.confirm, ask.value) == (True, True, 430)


def test_a_column_of_last_year_is_offered_what_last_year_s_report_said(county, opened):
    from lingnan.systems.reporting.models import Field

    form = made("F1", ["power", "power_before"], flows=["power", "power_before"])
    for fact, label in (("power", "用电量（本年）"), ("power_before", "用电量（上年）")):
        Field.objects.filter(element__code=fact).update(label=label)
    found = opened(form_by_id(form.id))
    say(county, "石门村", "power", 70, period=YEAR - 1000)
    services.plan_round(found, by=SYSTEM, at=AT)
    plan = planned(found, county)
    assert plan["power"].is_asked
    assert plan["power_before"].why == "上年报表已报 70 人，请核对"
    ask = queries.asks_of_form(form_by_id(form.id), county["石门村"], YEAR, to=SYSTEM, on=DAY)["A2"]
    assert (ask.held, ask.confirm, ask.value) == (True, True, 70)
