from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lingnan.base.periods import Kind, Period, period_of

DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))
KINDS = st.sampled_from(list(Kind))


@given(DAYS, KINDS)
def test_a_day_lies_in_exactly_one_period_of_a_kind(day: date, kind: Kind) -> None:
    period = period_of(day, kind)
    assert period.contains(day)
    assert not period.next().contains(day)
    assert not period.previous().contains(day)
    assert period.next().start == period.end + timedelta(days=1)


@given(DAYS, KINDS)
def test_text_and_code_both_lead_back(day: date, kind: Kind) -> None:
    period = period_of(day, kind)
    assert Period.parse(str(period)) == period
    assert Period.from_code(period.code) == period
    assert -(2**31) <= period.code < 2**31


@given(DAYS, KINDS, st.integers(-60, 60))
def test_shifting_there_and_back(day: date, kind: Kind, steps: int) -> None:
    period = period_of(day, kind)
    assert period.shift(steps).shift(-steps) == period


@given(DAYS, st.sampled_from([Kind.YEAR, Kind.HALF, Kind.QUARTER, Kind.MONTH]))
def test_a_year_ago_is_the_same_stretch_of_the_year(day: date, kind: Kind) -> None:
    period = period_of(day, kind)
    assert period.year_ago().start == date(
        period.start.year - 1, period.start.month, period.start.day
    )


@pytest.mark.parametrize("text", ["2026-13", "2026-00", "2026-Q5", "2026-W54", "26", "2026-1", "x"])
def test_nonsense_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a period"):
        Period.parse(text)


def test_the_written_forms() -> None:
    codes = {t: Period.parse(t).code for t in ("2026", "2026-Q3", "2026-10", "2026-W44", "2026-SY")}
    assert len(set(codes.values())) == 5
    assert Period.parse("2026-SY").end == date(2027, 8, 31)
    assert Period.parse("2020-W53").next() == Period.parse("2021-W01")
