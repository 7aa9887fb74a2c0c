"""Layouts that departments use: every answer's cell and unit, none missing, none invented."""

import pytest

from lingnan.base.periods import Kind
from lingnan.systems.reporting.content import reading_words
from lingnan.systems.reporting.rules.frequency import kind_of
from lingnan.systems.reporting.rules.labels import read_label
from lingnan.systems.reporting.rules.reading import read_workbook

from .layout_sheets import SHEETS
from .layout_sheets_beside import BESIDE
from .layout_sheets_later import LATER
from .layout_sheets_more import MORE
from .layout_sheets_sides import SIDES
from .layouts import drawn, workbook

ALL = SHEETS | MORE | LATER | SIDES | BESIDE


@pytest.mark.parametrize("lines", [True, False], ids=["lined", "bare"])
@pytest.mark.parametrize("name", sorted(ALL))
def test_every_answer_of_a_layout_is_found_and_none_invented(name: str, lines: bool) -> None:
    layout = drawn(ALL[name])
    draft = read_workbook(workbook(layout, lines=lines), f"{name}.xlsx", reading_words())[0]
    read = {f.cell: f.unit.written if f.unit else "" for f in draft.fields}
    assert sorted(read) == sorted(layout.answers)
    wrong = {c: (u, read[c]) for c, u in layout.answers.items() if u not in ("*", read[c])}
    assert wrong == {}
    assert len({f.code for f in draft.fields}) == len(draft.fields)


@pytest.mark.parametrize(
    ("rows", "asked"),
    [
        (
            "编号,学生姓名,资助标准(元/学期)\n1,,\n2,,\n",
            [("学生姓名", "", "asked"), ("资助标准", "元/学期", "asked")],
        ),
        (
            "序号,村居名称,参保率(％),补贴（元/人·月）\n",
            [("村居名称", "", "place"), ("参保率", "%", "asked"), ("补贴", "元/人·月", "asked")],
        ),
        (
            "所在镇街,户籍人口(人),村名\n",
            [("所在镇街", "", "place"), ("户籍人口", "人", "asked"), ("村名", "", "asked")],
        ),
        (
            "编号,单产（kg/亩）\nA07,3\nA09,4\n",
            [("编号", "", "asked"), ("单产", "kg/亩", "asked")],
        ),
    ],
)
def test_a_csv_asks_neither_running_numbers_nor_places(
    rows: str, asked: list[tuple[str, str, str]]
) -> None:
    draft = read_workbook(rows.encode(), "表.csv", reading_words())[0]
    told = [(f.label, f.unit.written if f.unit else "", f.role.value) for f in draft.fields]
    assert told == asked
    assert draft.unread == ()


@pytest.mark.parametrize(
    ("rows", "title", "labels"),
    [
        ("附件2\n改厕情况统计表\n指标,单位,数量\n总户数,户,\n", "改厕情况统计表", ["总户数"]),
        ("学生\n项目,人数\n八、九年级学生,\n七年级学生,\n", "学生", ["八、九年级学生", "七年级学生"]),
        ("学生情况表\n项目,人数\n一、小学生,\n二、中学生,\n", "学生情况表", ["小学生", "中学生"]),
    ],
)  # fmt: skip
def test_neither_attachments_nor_grades_are_taken_for_what_they_look_like(
    rows: str, title: str, labels: list[str]
) -> None:
    draft = read_workbook(rows.encode(), "表.csv", reading_words())[0]
    assert (draft.title, [f.label for f in draft.fields]) == (title, labels)


def test_each_side_says_what_it_is_about() -> None:
    layout = drawn(ALL["收支两边_行次"])
    draft = read_workbook(workbook(layout, lines=True), "表.xlsx", reading_words())[0]
    assert {f.path[0] for f in draft.fields if f.col == 3} == {"收入"}
    assert {f.path[0] for f in draft.fields if f.col == 6} == {"支出"}


@pytest.mark.parametrize(
    "name",
    ["八、九年级", "一、二、三产业合计", "三、四级残疾", "1.5米以下儿童", "3.5%以上", "内河里程"],
)
def test_a_name_that_begins_like_numbering_is_kept_whole(name: str) -> None:
    label = read_label(name)
    assert (label.clean, label.numbering, label.among) == (name, "", False)


@pytest.mark.parametrize("name", ["三、五保户", "一、二手车", "1.1户籍人口", "2.1元旦慰问"])
def test_numbering_before_a_numeral_is_numbering(name: str) -> None:
    assert read_label(name).numbering


@pytest.mark.parametrize("mark", ["附件2", "附表3", "附件 1-2：", "表一"])
def test_the_number_of_an_annex_is_not_the_title(mark: str) -> None:
    text = f"{mark}|<|<\n村级情况调查表|<|<\n项目|单位|数量\n户数|户|?户"
    draft = read_workbook(workbook(drawn(text), lines=True), "表.xlsx", reading_words())[0]
    assert draft.title == "村级情况调查表"


@pytest.mark.parametrize("encoding", ["big5", "gb18030"])
def test_a_csv_is_read_in_the_encoding_that_makes_sense(encoding: str) -> None:
    head = "村名,戶籍人口（人）,備註" if encoding == "big5" else "村名,户籍人口（人）,备注"
    data = f"{head}\n白沙村,88,\n石門村,90,\n".encode(encoding)
    draft = read_workbook(data, "表.csv", reading_words())[0]
    assert [f.code for f in draft.fields][0] == "村名"
    assert any("Big5" in one.why for one in draft.unread) == (encoding == "big5")


@pytest.mark.parametrize("lines", [True, False], ids=["lined", "bare"])
def test_rows_set_in_are_parts_of_the_row_above(lines: bool) -> None:
    sheet = workbook(drawn(ALL["缩进的分项"]), lines=lines)
    draft = read_workbook(sheet, "表.xlsx", reading_words())[0]
    whole, seeing, hearing, households = draft.fields
    assert seeing.parent == hearing.parent == whole.code
    assert seeing.path == hearing.path == (whole.label,)
    assert households.parent == whole.parent == ""


@pytest.mark.parametrize(
    ("title", "period", "kind"),
    [
        ("村级人口月报", "", Kind.MONTH),
        ("2025年村级人口月报表", "2025", Kind.MONTH),
        ("2025年6月人口表", "2025-06", Kind.MONTH),
        ("2025年上半年人口表", "2025-H1", Kind.HALF),
        ("就业情况季报", "", Kind.QUARTER),
        ("2025年人口年报", "2025", Kind.YEAR),
        ("人口表", "", None),
    ],
)
def test_how_often_a_form_is_filled_in(title: str, period: str, kind: Kind | None) -> None:
    rows = f"{title}|<\n项目|数值\n总人口（人）|?人\n总户数（户）|?户"
    draft = read_workbook(workbook(drawn(rows), lines=True), "表.xlsx", reading_words())[0]
    assert draft.period == period
    assert kind_of(draft.period, draft.title, reading_words().frequencies) is kind
