"""Columns of another time than the form's, and names of sheets that are words and places too."""

import pytest

from lingnan.systems.reporting.content import filled_words
from lingnan.systems.reporting.rules.filled import Known, build_gazetteer, read_filled
from lingnan.systems.reporting.rules.filled.timing import period_of_column, told_time
from lingnan.systems.reporting.terms.filled import PeriodGuess, Spot

from .filled import table

WORDS = filled_words()
SPOTS = [
    Spot("440000000000", "广东省", 1),
    Spot("440100000000", "广州市", 2, "440000000000"),
    Spot("440117000000", "从化区", 3, "440100000000"),
    Spot("440117003000", "教育镇", 4, "440117000000"),
]
KNOWN = Known(build_gazetteer(SPOTS, WORDS.place_ends), WORDS)


@pytest.mark.parametrize(
    ("word", "whole", "own"),
    [
        ("上年同期", "2025-06", "2024-06"),
        ("上年", "2025", "2024"),
        ("上年数", "2025-06", "2024"),
        ("年初数", "2025", "2024"),
        ("期初", "2025-Q1", "2024-Q4"),
        ("上月", "2025-01", "2024-12"),
        ("上月", "2025", ""),
        ("去年", "2025-SY", "2024-SY"),
        ("3月", "2025", "2025-03"),
        ("3月", "2025-Q2", ""),
        ("2023年", "2025", "2023"),
        ("本年", "2025", "2025"),
        ("期末数", "2025-06", "2025-06"),
    ],
)
def test_a_column_of_another_time_is_of_that_time(word: str, whole: str, own: str) -> None:
    guess = period_of_column(word, PeriodGuess(whole))
    assert guess.period == own
    assert own or guess.why


def test_only_the_first_word_of_a_label_tells_its_time() -> None:
    assert told_time("", "上年户数") == "上年"
    assert told_time("", "比上年增长") == told_time("", "上年比") == ""


def test_each_value_has_its_columns_period() -> None:
    head = ["指标名称", "计量单位", "本年", "上年同期", "年初数"]
    rows = [head, ["从化区户数", "户", 12, 11, 10], ["人数", "人", 32, 31, 30]]
    (draft,) = read_filled(table("从化区2025年情况表", rows), "表.xlsx", KNOWN)
    told = {(one.cell[0], one.period) for one in draft.values}
    assert told == {("C", "2025"), ("D", "2024"), ("E", "2024")}


def test_groups_of_years_tell_the_time_of_their_columns() -> None:
    head = ["项目", "上年", None, "本年", None]
    rows = [
        head,
        [None, "户数（户）", "人数（人）", "户数（户）", "人数（人）"],
        ["低保", 1, 2, 3, 4],
    ]
    (draft,) = read_filled(table("2025年救助情况", rows), "表.xlsx", KNOWN)
    assert {(one.cell[0], one.period) for one in draft.values} == {
        ("B", "2024"),
        ("C", "2024"),
        ("D", "2025"),
        ("E", "2025"),
    }


@pytest.mark.parametrize(("sheet", "place"), [("教育", ""), ("教育镇", "教育镇")])
def test_a_sheet_named_as_a_matter_names_no_place(sheet: str, place: str) -> None:
    rows = [["项目", "数量"], ["户数", 12], ["人数", 30]]
    (draft,) = read_filled(table("2025年情况表", rows, sheet=sheet), "表.xlsx", KNOWN)
    assert (draft.place.sure.name if draft.place.sure else "") == place
