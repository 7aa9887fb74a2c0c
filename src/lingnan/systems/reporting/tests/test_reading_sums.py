"""Sums, units and options as people write them in sheets without formulas."""

import csv
import io

import pytest

from lingnan.systems.reporting.content import reading_words
from lingnan.systems.reporting.rules.labels import split_options
from lingnan.systems.reporting.rules.reading import read_workbook
from lingnan.systems.reporting.rules.units_words import split_unit

WORDS = reading_words()


def sums(*rows: str) -> set[tuple[str, tuple[str, ...]]]:
    text = io.StringIO()
    csv.writer(text).writerows(row.split("|") for row in ("某镇情况表", *rows))
    draft = read_workbook(text.getvalue().encode(), "f.csv", WORDS)[0]
    return {(one.total, one.parts) for one in draft.sums}


HEAD = "项目|计量单位|数量"
CODED = "编号|项目|计量单位|数量"
PEOPLE = ("01|总人口(01=02+03)|人|", "02|男|人|", "03|女|人|")


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ((CODED, *PEOPLE), {("01", ("02", "03"))}),
        (
            (CODED, "1|总量|亩|", "2|甲田|亩|", "3|乙田|亩|", "说明：(1)=(2)+(3)。"),
            {("1", ("2", "3"))},
        ),
        ((CODED, "1|总量|亩|", "2|甲田|亩|", "3|乙田|亩|", "说明：1=2+3-4。"), set()),
        ((CODED, "1|总量|亩|", "2|甲田|亩|", "3|农户|户|", "说明：1=2+3。"), set()),
        ((HEAD, "水稻|亩|", "玉米|亩|", "合计|亩|"), {("3", ("1", "2"))}),
        ((HEAD, "合计|人|", "其中：老人|人|", "儿童|人|", "耕地|亩|"), set()),
        ((HEAD, "水稻|亩|", "农户|户|", "合计|亩|"), set()),
        (
            (HEAD, "户籍人口|人|", "其中：男性|人|", "其中：女性|人|", "户数|户|"),
            {("1", ("2", "3"))},
        ),
        ((HEAD, "户籍人口|人|", "其中：男|人|", "　　女|人|", "党员|人|"), {("1", ("2", "3"))}),
        ((CODED, "1|党员总数|人|", "2|1.男党员|人|", "3|2.女党员|人|"), {("1", ("2", "3"))}),
        (
            (HEAD, "耕地面积|亩|", "（1）水田|亩|", "（2）旱地|亩|", "（3）其他|亩|", "户数|户|"),
            {("1", ("2", "3", "4"))},
        ),
        ((HEAD, "耕地面积|亩|", "1.水田|亩|", "2.旱地|亩|"), set()),
        ((HEAD, "总人口|人|", "1.水田|亩|", "2.旱地|亩|"), set()),
        ((HEAD, "总人口|人|", "2.男|人|", "3.女|人|"), set()),
        (("村名|水田（亩）|旱地（亩）|合计（亩）", "甲|乙", "|||"), {("D", ("B", "C"))}),
        (("村名|户数|人口|男|女", "甲|1|2=3+4|3|4", "||||"), {("C", ("D", "E"))}),
    ],
)
def test_sums_are_read_where_no_formula_stands(
    rows: tuple[str, ...], found: set[tuple[str, tuple[str, ...]]]
) -> None:
    assert sums(*rows) == found


@pytest.mark.parametrize(
    ("text", "head", "options"),
    [
        ("是□否□", "", "1是 2否"),
        ("□是□否", "", "1是 2否"),
        ("厕所类型A.水冲B.旱厕", "厕所类型", "A水冲 B旱厕"),
        ("是否通水（1=通，0=不通）", "是否通水", "1通 0不通"),
        ("健康状况1健康2一般3较差", "健康状况", "1健康 2一般 3较差"),
        ("①好②中③差", "", "1好 2中 3差"),
        ("低保（有/无）", "低保", "1有 2无"),
        ("2024年1月2025年2月", "2024年1月2025年2月", ""),
        ("1室2厅", "1室2厅", ""),
        ("省/市", "省/市", ""),
    ],
)
def test_options_in_the_ways_people_list_them(text: str, head: str, options: str) -> None:
    left, found = split_options(text)
    assert (left, " ".join(f"{one.code}{one.label}" for one in found)) == (head, options)


@pytest.mark.parametrize(
    ("text", "head", "base", "times"),
    [
        ("面积/亩", "面积", "亩", 1),
        ("人口数：人", "人口数", "人", 1),
        ("产量千克", "产量", "千克", 1),
        ("总人口（人）（01=02+03）", "总人口", "人", 1),
        ("收入____万元", "收入", "元", 10_000),
        ("Area (ha)", "Area", "亩", 15),
        ("amount (RMB 10,000)", "amount", "元", 10_000),
        ("Income (USD)", "Income", "美元", 1),
        ("number of households (households)", "number of households", "户", 1),
    ],
)
def test_units_without_chinese_brackets(text: str, head: str, base: str, times: int) -> None:
    label, unit = split_unit(text)
    assert unit is not None
    assert (label, unit.base, unit.multiplier) == (head, base, times)


@pytest.mark.parametrize("text", ["户/人", "出生年/月", "村/组", "姓名：人名", "总户数/人数"])
def test_what_only_looks_like_a_unit_stays(text: str) -> None:
    assert split_unit(text) == (text, None)
