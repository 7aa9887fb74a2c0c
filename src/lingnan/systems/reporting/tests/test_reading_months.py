"""Twelve months across or down: what is asked, of which month, and what adds them up."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lingnan.systems.reporting.content import reading_words
from lingnan.systems.reporting.rules.reading import read_workbook
from lingnan.systems.reporting.terms import FormDraft

from .layouts import drawn, workbook

NUMERALS = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"]


def read(rows: list[list[str]]) -> FormDraft:
    layout = drawn("\n".join("|".join(row) for row in rows))
    return read_workbook(workbook(layout, lines=True), "各月.xlsx", reading_words())[0]


def across(heads: list[str], total: str) -> FormDraft:
    cells = ["?"] * (len(heads) + 1)
    return read(
        [
            ["各月用电用水情况"],
            ["指标", "单位", *heads, total],
            ["用电量", "度", *cells],
            ["用水量", "吨", *cells],
        ]
    )


@settings(max_examples=15, deadline=None)
@given(
    first=st.integers(1, 8),
    count=st.integers(3, 5),
    style=st.sampled_from(["{}月", "{}月份", "中"]),
)
def test_months_across_and_down_ask_the_same(first: int, count: int, style: str) -> None:
    months = range(first, first + count)
    heads = [f"{NUMERALS[m - 1]}月" if style == "中" else style.format(m) for m in months]
    wide = across(heads, "合计")
    tall = read(
        [
            ["各月用电用水情况"],
            ["月份", "用电量（度）", "用水量（吨）"],
            *([head, "?", "?"] for head in [*heads, "合计"]),
        ]
    )
    asked = {(f"{what}（{m}月）", f"{m}月", unit) for m in months for what, unit in WHAT}
    for draft in (wide, tall):
        told = {
            (f.label, f.period, f.unit.written if f.unit else "") for f in draft.fields if f.period
        }
        assert told == asked
        parts = {s.total: {draft.field(code).label for code in s.parts} for s in draft.sums}
        assert len(parts) == 2 and all(len(some) == count for some in parts.values())


WHAT = (("用电量", "度"), ("用水量", "吨"))


def test_bare_numbers_under_months_are_months_and_a_lone_month_is_none() -> None:
    draft = read(
        [
            ["各月用电情况"],
            ["指标", "单位", "月份", *["<"] * 11, "全年"],
            ["^", "^", *map(str, range(1, 13)), "^"],
            ["用电量", "度", *["?"] * 13],
        ]
    )
    assert [f.period for f in draft.fields] == [*(f"{m}月" for m in range(1, 13)), ""]
    assert draft.sums == ()  # 全年 may be an average or a plan: only a total's own word adds up
    lone = across(["6月", "上年"], "增减")
    assert [f.period for f in lone.fields[:3]] == ["", "上年", ""]


@pytest.mark.parametrize("heads", [["1月", "2月", "4月"], ["1月", "2月"]])
def test_months_that_do_not_follow_one_another_are_left_as_they_stand(heads: list[str]) -> None:
    assert [f.column for f in across(heads, "合计").fields[: len(heads)]] == heads
    assert not any(f.period for f in across(heads, "合计").fields)
