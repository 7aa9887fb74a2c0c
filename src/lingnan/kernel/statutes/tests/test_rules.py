from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lingnan.kernel.statutes.rules import calendar, clock, content
from lingnan.kernel.statutes.rules.calendar import Calendar
from lingnan.kernel.statutes.rules.clock import ClockRefused
from lingnan.kernel.statutes.terms import DayKind, Term, Unit

CONTENT = Path(__file__).parents[1] / "content"
WORKING = Unit.WORKING_DAYS


def held(region, weekend=frozenset({6, 7})):
    by_year = content.days((CONTENT / f"calendar_{region}.csv").read_text("utf-8"))
    entries = {d.day: d for days in by_year.values() for d in days}
    return Calendar(region, weekend, entries, {year: f"notice {year}" for year in by_year})


CN, HK, MO = held("cn"), held("hk"), held("mo")
DATES = st.dates(date(2020, 1, 1), date(2027, 12, 31))


def test_twenty_working_days_across_the_spring_festival():
    due = CN.add_working_days(date(2026, 2, 10), 20)
    assert due.day == date(2026, 3, 16)  # a Monday-to-Friday count would say 2026-03-10
    assert not due.provisional
    assert "notice 2026" in due.basis


def test_a_weekend_day_worked_in_exchange_counts():
    assert CN.is_working_day(date(2026, 2, 14)).working  # a Saturday before the festival
    assert CN.is_working_day(
        date(2020, 2, 3)
    ).working  # the extended holiday of 2020 ended the day before
    assert not CN.is_working_day(date(2026, 10, 1)).working
    assert CN.is_working_day(date(2026, 10, 1)).name.startswith("国庆")


def test_a_macao_eve_is_worked_in_the_morning():
    eve = MO.is_working_day(date(2026, 2, 16))
    assert (eve.working, eve.half) == (True, True)
    full = MO.is_working_day(date(2026, 12, 24))
    assert (full.working, full.half) == (False, False)


def test_a_half_day_on_a_weekend_is_no_working_day():
    eve = MO.is_working_day(date(2022, 12, 31))
    assert (eve.working, eve.half) == (False, False)


def test_sundays_in_the_lists_of_the_south_are_still_sundays():
    assert not HK.is_working_day(date(2020, 10, 25)).working
    assert not HK.is_working_day(date(2021, 4, 6)).working


def test_years_without_a_notice_are_provisional_not_wrong():
    due = CN.add_working_days(date(2026, 12, 25), 10)
    assert due.provisional
    assert any("2027年放假安排尚未公布" in words for words in due.basis)
    assert CN.is_working_day(date(2030, 10, 1)).provisional
    assert CN.is_working_day(date(2030, 10, 1)).working  # by its weekday, and marked


@given(DATES, st.integers(0, 120))
def test_bisection_counts_as_walking_does(start, n):
    day, left = start, n
    while left:
        day += timedelta(days=1)
        left -= CN.works(day)
    assert CN.add_working_days(start, n).day == day


@given(DATES, st.integers(1, 60))
def test_the_last_day_is_worked_and_is_the_nth(start, n):
    due = CN.add_working_days(start, n)
    assert CN.works(due.day)
    assert CN.working_days_between(start, due.day) == n
    assert CN.working_days_between(due.day, start) == -n


@given(DATES, DATES, DATES)
def test_counting_adds_up(a, b, c):
    a, b, c = sorted([a, b, c])
    between = CN.working_days_between
    assert between(a, b) + between(b, c) == between(a, c)


@given(st.dates(date(2000, 1, 1), date(2045, 1, 1)), st.integers(0, 30))
def test_days_outside_the_announced_years_are_walked(start, n):
    due = CN.add_working_days(start, n)
    assert sum(CN.works(d) for d in calendar.days_after(start, due.day)) == n


def test_a_calendar_day_term_that_ends_on_a_holiday_moves_on():
    due = CN.due(date(2026, 9, 1), Term(30, Unit.DAYS))  # 1 October
    assert due.day == date(2026, 10, 8)
    assert calendar.LAST_DAY["cn"] in due.basis


def test_a_calendar_day_term_that_ends_on_a_working_day_stays():
    due = CN.due(date(2026, 9, 1), Term(14, Unit.DAYS, "某条"))
    assert due.day == date(2026, 9, 15)
    assert due.basis[0] == "某条"
    assert calendar.LAST_DAY["cn"] not in due.basis


def test_a_calendar_day_term_moves_off_a_weekend_but_not_off_a_worked_saturday():
    assert CN.due(date(2026, 2, 4), Term(10, Unit.DAYS)).day == date(2026, 2, 14)
    assert CN.due(date(2026, 3, 4), Term(10, Unit.DAYS)).day == date(2026, 3, 16)


def test_months_end_on_the_same_day_or_the_last():
    assert calendar.months_after(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert calendar.months_after(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert CN.due(date(2025, 11, 15), Term(6, Unit.MONTHS)).day == date(2026, 5, 15)
    assert CN.due(date(2024, 2, 29), Term(1, Unit.YEARS)).day == date(2025, 2, 28)


def test_a_term_in_days_is_provisional_only_where_it_matters():
    assert not CN.due(date(2026, 11, 2), Term(30, Unit.DAYS)).provisional
    assert CN.due(date(2026, 12, 20), Term(30, Unit.DAYS)).provisional


ASK, DECIDE = Term(5, WORKING, "许可法32"), Term(20, WORKING, "许可法42")
DAY = date(2026, 2, 10)


def begun():
    return clock.start(DAY, ASK, DECIDE)


def running():
    return clock.accept(begun(), DAY, CN)


def test_a_clock_runs_from_the_day_after_acceptance():
    it = running()
    due = clock.due(it, CN)
    assert due.day == date(2026, 3, 16)
    assert due.basis[0] == "许可法42"
    assert clock.read(it, DAY, CN).used == 0
    seen = clock.read(it, date(2026, 2, 13), CN)
    assert (seen.used, seen.total, seen.late) == (3, 20, False)
    assert clock.read(it, date(2026, 3, 16), CN).used == 20
    assert clock.read(it, date(2026, 3, 17), CN).late


def test_silence_for_five_days_is_acceptance_as_of_receipt():
    last = CN.add_working_days(DAY, 5).day
    assert clock.deemed_accepted(begun(), last, CN) is None
    assert clock.deemed_accepted(begun(), last + timedelta(days=1), CN) == DAY
    late = clock.accept(begun(), last + timedelta(days=3), CN)
    assert late.accepted == DAY
    with pytest.raises(ClockRefused, match="已过告知补正的期限"):
        clock.ask_supplement(begun(), last + timedelta(days=1), CN)


def test_a_supplement_is_asked_once_and_stops_the_deeming():
    asked = clock.ask_supplement(begun(), DAY + timedelta(days=1), CN)
    assert clock.deemed_accepted(asked, date(2026, 6, 1), CN) is None
    assert clock.read(asked, date(2026, 6, 1), CN).standing == "等待补正"
    with pytest.raises(ClockRefused, match="补正材料尚未收到"):
        clock.accept(asked, date(2026, 3, 2), CN)
    came = clock.supply(asked, date(2026, 3, 2))
    with pytest.raises(ClockRefused, match="一次性告知"):
        clock.ask_supplement(came, date(2026, 3, 3), CN)
    assert clock.deemed_accepted(came, date(2026, 3, 10), CN) == date(2026, 3, 2)
    assert clock.due(clock.accept(came, date(2026, 3, 3), CN), CN).day == date(2026, 3, 31)


def test_a_hearing_is_not_counted():
    it = clock.suspend(running(), date(2026, 2, 12), "听证", "许可法45")
    assert clock.due(it, CN) is None
    seen = clock.read(it, date(2026, 3, 30), CN)
    assert (seen.used, seen.standing, seen.late) == (1, "听证", False)
    it = clock.resume(it, date(2026, 3, 2))
    due = clock.due(it, CN)
    assert due.day == CN.add_working_days(date(2026, 2, 28), 19).day
    assert "许可法45" in due.basis
    with pytest.raises(ClockRefused, match="没有中止"):
        clock.resume(it, date(2026, 3, 3))


def test_a_pause_needs_its_reason_and_its_article():
    with pytest.raises(ClockRefused, match="理由和依据"):
        clock.suspend(running(), date(2026, 2, 12), "听证", "")


def test_an_extension_is_made_once_in_time_and_with_a_reason():
    more = Term(10, WORKING, "许可法42一款")
    it = clock.extend(running(), date(2026, 3, 16), more, "案情复杂", CN)
    assert clock.due(it, CN).day == CN.add_working_days(DAY, 30).day
    assert "许可法42一款" in clock.due(it, CN).basis
    with pytest.raises(ClockRefused, match="只能延长一次"):
        clock.extend(it, date(2026, 3, 17), more, "仍然复杂", CN)
    with pytest.raises(ClockRefused, match="期限已过"):
        clock.extend(running(), date(2026, 3, 17), more, "太晚", CN)
    with pytest.raises(ClockRefused, match="理由"):
        clock.extend(running(), date(2026, 3, 1), more, "", CN)
    with pytest.raises(ClockRefused, match="单位"):
        clock.extend(running(), date(2026, 3, 1), Term(10, Unit.DAYS), "不同单位", CN)


def test_after_the_decision_nothing_runs():
    it = clock.decide(running(), date(2026, 3, 2))
    assert clock.read(it, date(2026, 12, 1), CN).used == clock.read(it, date(2026, 3, 2), CN).used
    assert not clock.read(it, date(2026, 12, 1), CN).late
    with pytest.raises(ClockRefused, match="已经办结"):
        clock.decide(it, date(2026, 3, 3))


@given(st.lists(st.tuples(st.integers(1, 15), st.integers(0, 40)), max_size=4))
def test_pauses_move_the_last_day_by_the_days_they_hold(gaps):
    it, day = running(), DAY
    for run, stop in gaps:
        since = day + timedelta(days=run)
        it = clock.suspend(it, since, "检验", "许可法45")
        day = since + timedelta(days=stop)
        it = clock.resume(it, day)
    due = clock.due(it, CN).day
    counted = [
        d
        for d in calendar.days_after(DAY, due)
        if CN.works(d) and not any(p.since <= d < p.until for p in it.pauses)
    ]
    assert len(counted) == 20
    assert counted[-1] == due
    assert clock.read(it, due, CN).used == 20


RULES = """
documents: {law: {title: 某法, number: 第1号, source: 某处}}
rules:
- {key: a.b, title: 期限, value: 5, unit: working_days, document: law, article: 第一条,
   verified: true, valid_from: 2020-01-01, valid_to: 2024-01-01}
- {key: a.b, title: 期限, value: 7, unit: working_days, document: law, valid_from: 2024-01-01}
- {key: a.rate, title: 比例, value: "0.15", unit: ratio, valid_from: 2020-01-01}
"""


def test_rules_are_read_with_their_documents():
    found, problems = content.entries("set", RULES)
    assert problems == []
    assert content.overlaps(found) == []
    assert (found[0].document, found[0].number, found[0].verified) == ("某法", "第1号", True)
    assert found[1].verified is False
    assert str(content.value_of(found[2].value)) == "0.15"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{key: a.b, title: t, value: 0.1, valid_from: 2020-01-01}", "加引号"),
        ("{key: a.b, title: t, valid_from: 2020-01-01}", "缺少 value"),
        ("{key: A, title: t, value: 1, valid_from: 2020-01-01}", "键名"),
        ("{key: a.b, title: t, value: 1, valid_from: soon}", "日期"),
        ("{key: a.b, title: t, value: 1, valid_from: 2020-01-01, valid_to: 2020-01-01}", "失效日"),
        ("{key: a.b, title: t, value: 1, unit: moons, valid_from: 2020-01-01}", "单位"),
        ("{key: a.b, title: t, value: 1, document: no, valid_from: 2020-01-01}", "没有声明"),
    ],
)
def test_a_faulty_rule_is_named(line, words):
    found, problems = content.entries("set", f"rules:\n- {line}\n")
    assert found == []
    assert words in problems[0].words()
    assert problems[0].where.startswith("set:")


def test_two_rules_of_one_key_may_not_overlap():
    found, _ = content.entries("set", RULES.replace("valid_to: 2024-01-01", "valid_to: 2024-01-02"))
    assert [p.where for p in content.overlaps(found)] == ["set:a.b"]


def test_the_content_that_comes_with_the_software_is_sound():
    found = []
    for path in CONTENT.glob("*.yaml"):
        entries, problems = content.entries(path.stem, path.read_text("utf-8"))
        assert problems == []
        found += entries
    assert content.overlaps(found) == []
    for entry in found:
        assert entry.document or not entry.verified, entry.key
        assert entry.text or entry.source, entry.key


def test_kinds_of_days_in_the_lists():
    assert {d.kind for d in CN.entries.values()} == {DayKind.HOLIDAY, DayKind.WORKDAY}
    assert {d.kind for d in MO.entries.values()} == {DayKind.HOLIDAY, DayKind.HALF}


def test_each_region_is_counted_under_its_own_law():
    start = date(2026, 2, 10)
    told = {
        c.region: " ".join(c.due(start, Term(20, Unit.WORKING_DAYS)).basis) for c in (CN, HK, MO)
    }
    assert "中华人民共和国民法典" in told.pop("cn")
    assert all("中华人民共和国" not in words for words in told.values())
    assert "释义及通则条例" in told["hk"] and "第二百七十二条" in told["mo"]
