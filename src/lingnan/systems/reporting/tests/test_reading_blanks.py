"""Sentences with places to write in: asked, filled in, read back; and what only looks like one."""

import io

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lingnan.kernel.evidence import services as evidence
from lingnan.systems.reporting import services
from lingnan.systems.reporting.content import filled_words, reading_words
from lingnan.systems.reporting.rules.blanks import blanks_of, filled_in, written_in
from lingnan.systems.reporting.rules.filled import Known, build_gazetteer, read_filled
from lingnan.systems.reporting.rules.reading import read_workbook

from .conftest import AT, SYSTEM, YEAR, later

PEOPLE = "全村共有（　）户，其中低保户（  ）户。"
CONTACT = "村党组织书记：____　联系电话：________"
LAND = "耕地面积＿＿＿亩，人均收入______元"


def book(*rows: list[str]) -> bytes:
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def read(*rows: list[str]):
    return read_workbook(book(*rows), "村情.xlsx", reading_words())[0]


def told(draft):
    return [(f.cell, f.label, f.unit.written if f.unit else "") for f in draft.fields]


def test_every_place_of_a_sentence_is_a_field_of_its_own() -> None:
    draft = read(
        ["村情调查表"], [PEOPLE], [LAND], [CONTACT], ["下辖（　）个自然村，（　）个村民小组"]
    )
    assert told(draft) == [
        ("A2#1", "全村户数", "户"),
        ("A2#2", "低保户", "户"),
        ("A3#1", "耕地面积", "亩"),
        ("A3#2", "人均收入", "元"),
        ("A4#1", "村党组织书记", ""),
        ("A4#2", "联系电话", ""),
        ("A5#1", "下辖自然村", "个"),
        ("A5#2", "村民小组", "个"),
    ]
    assert draft.fields[1].parent == draft.fields[0].code
    assert draft.unread == () and draft.title == "村情调查表"


def test_sentences_stand_beside_tables_and_in_cards() -> None:
    card = read(
        ["户主姓名", "", "身份证号", ""],
        ["家庭情况", "全家共有（　）人，其中劳动力（　）人"],
        ["住房", "面积____平方米"],
    )
    assert {(f.label, f.path) for f in card.fields if f.within} == {
        ("全家人数", ("家庭情况",)),
        ("劳动力", ("家庭情况", "全家人数")),
        ("面积", ("住房",)),
    }
    assert {f.label for f in card.fields if not f.within} == {"户主姓名", "身份证号"}
    table = read(["人口表"], [PEOPLE], ["项目", "单位", "数量"], ["残疾人", "人", ""])
    assert [f.cell for f in table.fields] == ["C4", "A2#1", "A2#2"]


@pytest.mark.parametrize(
    "text",
    [
        "填表人：____　审核人：____　联系电话：____",  # who signs
        "____县____镇____村",  # whose sheet it is
        "填表日期：____年__月__日",
        "是（　）否（　）",  # boxes to tick
        "低保户（　）五保户（　）残疾户（　）",
        "村（盖章）：____　单位负责人：____",
    ],
)
def test_what_is_no_question_is_none(text: str) -> None:
    draft = read(["人口表"], [text], ["项目", "单位", "数量"], ["残疾人", "人", ""])
    assert [f.label for f in draft.fields] == ["残疾人"]


def test_a_list_is_filled_by_rows_and_tells_the_sentence_beside_it() -> None:
    draft = read(["低保名册"], [PEOPLE], ["户主姓名", "住址", "保障金（元）"], ["", "", ""])
    assert [f.label for f in draft.fields] == ["户主姓名", "住址", "保障金"]
    assert [u.cell for u in draft.unread] == ["A2"]


@settings(max_examples=60, deadline=None)
@given(
    text=st.sampled_from([PEOPLE, CONTACT, LAND]),
    said=st.lists(st.text("张三0123456789.甲乙AB-", max_size=12), min_size=2, max_size=2),
    spaces=st.sampled_from(["", " ", "　"]),
)
def test_what_is_written_in_is_read_back(text: str, said: list[str], spaces: str) -> None:
    answers = dict(enumerate(said, start=1))
    made = filled_in(text, answers)
    assert written_in(text, spaces + made.replace("，", f"，{spaces}")) == answers
    assert blanks_of(made) == blanks_of(text) or any(said)
    assert written_in(text, "另一句话：" + made) is None


def test_a_village_answers_in_the_sentence_and_gets_it_back(
    county, opened, clerk, reviewer
) -> None:
    rows = [["村情调查表"], [PEOPLE], [CONTACT], ["项目", "单位", "数量"], ["残疾人", "人", None]]
    form = services.register_form(book(*rows), "村情.xlsx", codes=["CQ-1"], by=SYSTEM, at=AT)[0]
    opened(form)
    by, place = clerk("石门村"), county["石门村"]
    rows[1:3] = [
        ["全村共有（ 120 ）户，其中低保户（约9）户。"],
        ["村党组织书记：书记01　联系电话：100"],
    ]
    rows[4][2] = 5
    done = services.upload_answers(form.id, book(*rows), YEAR, place=place, by=by, at=later(1))
    assert [where for where, _ in done.problems] == ["Sheet!A2#2"]  # 约9 is no number
    rows[1] = ["全村共有（120）户，其中低保户（9）户。"]
    done = services.upload_answers(form.id, book(*rows), YEAR, place=place, by=by, at=later(1))
    services.submit_report(done.saved[0], by=by, at=later(1))
    services.approve_report(done.saved[0], by=reviewer, at=later(2))
    evidence.drain(at=later(3))
    made = services.produce_workbook(form.id, place, YEAR, as_of=later(4), by=SYSTEM, at=later(4))
    sheet = openpyxl.load_workbook(io.BytesIO(made.data))["Sheet"]
    assert [sheet[cell].value for cell in ("A2", "A3", "C5")] == [
        "全村共有（120）户，其中低保户（9）户。",
        "村党组织书记：书记01　联系电话：***",  # a telephone is masked where it stands
        5,
    ]


def test_an_old_filled_copy_is_read_by_its_sentences() -> None:
    blank = [["村情调查表"], [PEOPLE], ["项目", "单位", "数量"], ["残疾人", "人", None]]
    (known,) = read_workbook(book(*blank), "村情.xlsx", reading_words())
    filled = [["2024年村情调查表"], [], ["全村共有（120）户，其中低保户（不详）户。"], blank[2]]
    data = book(*filled, ["残疾人", "人", 7])
    words = filled_words()
    (draft,) = read_filled(
        data, "村情2024.xlsx", Known(build_gazetteer([], words.place_ends), words, (known,))
    )
    assert {v.cell: (str(v.content.value), v.content.mark) for v in draft.values} == {
        "A3#1": ("120.000000", "reported"),
        "A3#2": ("None", "missing"),
        "C5": ("7.000000", "reported"),
    }
