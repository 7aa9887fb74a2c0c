"""XLSForm out and in: what goes out comes back the same, and ODK's own validator accepts it."""

import io
import shutil
import time
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree as ET

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lingnan.systems.reporting.content import reading_words
from lingnan.systems.reporting.rules.reading import read_workbook
from lingnan.systems.reporting.rules.xlsform import (
    book_of,
    is_xlsform,
    read_forms,
    xform_of,
    xlsform_of,
)
from lingnan.systems.reporting.rules.xlsform.naming import Names, slug
from lingnan.systems.reporting.terms import (
    Dimension,
    FieldDraft,
    FieldType,
    FormDraft,
    Layout,
    Option,
    Role,
    Unit,
    UnreadableWorkbook,
)
from lingnan.systems.reporting.terms.xlsform import BadXlsForm, XlsFormFacts

from .forms import FORMS, household, village

HEADS = {"h": "http://www.w3.org/1999/xhtml", "x": "http://www.w3.org/2002/xforms"}
REAL = sorted(path.name for path in FORMS.glob("*.xls"))


def said(draft: FormDraft) -> list[tuple[object, ...]]:
    return [(f.code, f.label, f.path, f.type, f.unit, f.options, f.role) for f in draft.fields]


def back(draft: FormDraft, facts: XlsFormFacts | None = None) -> FormDraft:
    return read_forms(book_of(xlsform_of(draft, facts)), "x.xlsx", reading_words())[0]


@pytest.mark.parametrize("name", REAL)
def test_a_real_form_comes_back_the_same(name: str) -> None:
    for draft in read_workbook((FORMS / name).read_bytes(), name, reading_words()):
        assert said(back(draft)) == said(draft)
        assert back(draft).subject == draft.subject


@pytest.mark.parametrize("name", REAL)
def test_odk_validate_accepts_a_real_form(name: str, tmp_path: Path) -> None:
    validate(xform_of(book_of(xlsform_of(read(name), XlsFormFacts(asks_place=True)))), tmp_path)


def read(name: str) -> FormDraft:
    return read_workbook((FORMS / name).read_bytes(), name, reading_words())[0]


def validate(xml: str, folder: Path) -> None:
    if shutil.which("java") is None:
        pytest.skip("java is not installed: sh scripts/need.sh java default-jre-headless")
    from pyxform.validators.odk_validate import check_xform

    path = folder / "form.xml"
    path.write_text(xml, encoding="utf-8")
    check_xform(str(path))  # raises with the validator's own words


WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z")) | st.sampled_from("户人其中：（）"),
    min_size=1,
    max_size=12,
)
CODES = st.text("0123456789abcXYZ.#-_户", min_size=1, max_size=6)
UNITS = st.none() | st.builds(
    Unit,
    written=WORDS,
    base=WORDS,
    multiplier=st.integers(1, 10**8).map(lambda n: Decimal(n).scaleb(-2)),
    dimension=st.sampled_from(Dimension),
    per=st.sampled_from(("", "年", "人")),
)
OPTIONS = st.just(()) | st.lists(
    st.builds(Option, code=CODES, label=WORDS), min_size=1, max_size=5, unique_by=lambda o: o.code
).map(tuple)


@st.composite
def drafts(draw: st.DrawFn) -> FormDraft:
    codes = draw(st.lists(CODES, min_size=1, max_size=8, unique=True))
    paths = st.lists(WORDS | st.just(""), max_size=3).map(tuple)
    labels = WORDS | st.just("")
    fields = tuple(
        FieldDraft(
            code=code, label=draw(labels), path=draw(paths), sheet="表", row=n, col=4, cell=f"D{n}",
            label_cell=f"B{n}", type=draw(st.sampled_from(FieldType)), unit=draw(UNITS),
            options=draw(OPTIONS), role=draw(st.sampled_from((Role.ASKED, Role.PLACE))),
        )
        for n, code in enumerate(codes, start=1)
    )  # fmt: skip
    subject = draw(st.sampled_from(("place", "household", "person", "village")))
    return FormDraft("f", draw(WORDS), "表", draw(st.sampled_from(Layout)), fields, subject=subject)


@given(drafts())
@settings(max_examples=60, deadline=None)
def test_any_form_comes_back_the_same(draft: FormDraft) -> None:
    assert said(back(draft)) == said(draft)
    assert back(draft).subject == draft.subject


@given(drafts())
@settings(max_examples=25, deadline=None)
def test_any_form_becomes_an_xform(draft: FormDraft) -> None:
    """Whatever a department writes, pyxform accepts: names are legal, references resolve."""
    form = xlsform_of(draft)
    tree = ET.fromstring(xform_of(book_of(form)))
    bound = {b.get("nodeset", "").rpartition("/")[2] for b in tree.iterfind(".//x:bind", HEADS)}
    assert set(form.names) <= bound
    assert sorted(form.names.values()) == sorted(f.code for f in draft.fields)


@given(st.lists(CODES, max_size=30, unique=True))
def test_names_are_stable_and_never_two(codes: list[str]) -> None:
    first, again = Names(), Names()
    taken = [first.take(code, "q_") for code in codes]
    assert taken == [again.take(code, "q_") for code in codes]
    assert len({name.casefold() for name in taken}) == len(codes)


def test_equal_options_are_one_list_and_multipliers_stand_in_the_label() -> None:
    form = xlsform_of(village())
    lists = {row["list_name"] for row in form.choices}
    options = {f.options for f in village().fields if f.options}
    assert len(lists) == len(options) < sum(1 for f in village().fields if f.options)
    party = read("village_party_organisation.xls")
    money = next(f for f in party.fields if f.unit and f.unit.multiplier == 10_000)
    rows = {row.get("lingnan_code"): row for row in xlsform_of(party).survey}
    assert "1万元=10000元" in rows[money.code]["label::简体中文 (zh-Hans)"]
    assert rows[money.code]["name"] == f"q_{money.code.replace('.', '_')}"


def test_a_register_is_a_repeat_and_places_come_from_files() -> None:
    listed = read("household_list_header.xls")
    form = xlsform_of(listed, XlsFormFacts(asks_place=True))
    kinds = [row["type"] for row in form.survey]
    assert kinds[0] == "begin_repeat" and kinds[-1] == "end_repeat"
    assert kinds.count("select_one_from_file villages.csv") == 1
    assert form.attachments == ("villages.csv",)
    asked = xlsform_of(village(), XlsFormFacts(asks_place=True))
    assert asked.attachments == ("towns.csv", "villages.csv")
    assert asked.survey[1]["choice_filter"] == f"town=${{{asked.survey[0]['name']}}}"
    assert not form.choices
    assert said(back(listed, XlsFormFacts(asks_place=True))) == said(listed)


def test_what_follows_is_calculated_and_what_is_known_is_not_asked(tmp_path: Path) -> None:
    draft = village()
    whole = [f for f in draft.fields if f.type is FieldType.INTEGER and f.unit]
    first, second, third = whole[:3]
    facts = XlsFormFacts(
        computed={first.code: f"{second.code}/{third.code}*100"},
        derived={second.code: "由户表汇总得出"},
        english={third.code: "Third"},
    )
    rows = {row.get("lingnan_code"): row for row in xlsform_of(draft, facts).survey}
    assert rows[first.code]["type"] == "calculate"
    wanted = f"((${{q_{second.code}}} div ${{q_{third.code}}}) * 100)"
    assert rows[first.code]["calculation"] == wanted
    assert rows[second.code]["type"] == "note"
    assert rows[third.code]["label::English (en)"] == "Third"
    validate(xform_of(book_of(xlsform_of(draft, facts))), tmp_path)
    assert said(back(draft, facts)) == said(draft)


FOREIGN = {
    "survey": [
        ["type", "name", "label::English (en)", "label::中文 (zh)", "hint", "required", "constraint",
         "relevant", "calculation", "choice_filter", "parameters"],
        ["start", "start", "", "", "", "", "", "", "", "", ""],
        ["begin group", "people", "People", "一、人口", "", "", "", "", "", "", ""],
        ["integer", "pop", "Population", "常住人口（人）", "年末数", "yes", ". < 9000", "", "", "", ""],
        ["begin_repeat", "household", "Household", "每户", "", "", "", "", "", "", ""],
        ["decimal", "income", "Income", "年收入（万元）", "", "", "", "${pop} > 0", "", "", ""],
        ["select_one yn", "poor", "Poor?", "是否贫困户", "", "", "", "", "", "", ""],
        ["select_multiple yn", "many", "Many", "多选", "", "", "", "", "", "", ""],
        ["end repeat", "", "", "", "", "", "", "", "", "", ""],
        ["end group", "", "", "", "", "", "", "", "", "", ""],
        ["calculate", "x2", "", "", "", "", "", "", "${pop} * 2", "", ""],
        ["geopoint", "gps", "Where", "位置", "", "", "", "", "", "", ""],
        ["note", "thanks", "Thanks", "谢谢", "", "", "", "", "", "", ""],
        ["date", "day", "Day", "填报日期", "", "", "", "", "", "", ""],
    ],
    "choices": [["list name", "name", "label::English (en)", "label::中文 (zh)"],
                ["yn", "1", "Yes", "是"], ["yn", "2", "No", "否"]],
    "settings": [["form_title", "form_id", "default_language"], ["入户表", "hh_form", "English (en)"]],
}  # fmt: skip


def foreign(sheets: dict[str, list[list[str]]]) -> bytes:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.worksheets[0])
    for title, rows in sheets.items():
        sheet = workbook.create_sheet(title)
        for row in rows:
            sheet.append([text or None for text in row])
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def test_a_form_of_odk_becomes_one_of_ours() -> None:
    (draft,) = read_forms(foreign(FOREIGN), "hh.xlsx", reading_words())
    assert (draft.form, draft.title, draft.subject) == ("hh_form", "入户表", "household")
    assert [(f.code, f.label, f.type, f.unit and f.unit.written) for f in draft.fields] == [
        ("pop", "常住人口", FieldType.INTEGER, "人"),
        ("income", "年收入", FieldType.MONEY, "万元"),
        ("poor", "是否贫困户", FieldType.CODE, None),
        ("many", "多选", FieldType.TEXT, None),
        ("day", "填报日期", FieldType.DATE, None),
    ]
    pop, income, poor, many, day = draft.fields
    assert pop.path == poor.path == ("一、人口",) and day.path == ()
    assert (pop.hint, pop.notes) == ("年末数", ("约束：. < 9000",))
    assert income.notes == ("仅当：${pop} > 0",)
    assert poor.options == (Option("1", "是"), Option("2", "否"))
    assert "可多选" in many.notes[0]
    assert (pop.label_cell, pop.cell) == ("C4", "L4")
    assert {(u.cell, u.text) for u in draft.unread} == {("B11", "x2"), ("C12", "位置")}
    assert [note.text for note in draft.notes] == ["谢谢"]


def test_its_logic_goes_out_again_as_it_came(tmp_path: Path) -> None:
    (draft,) = read_forms(foreign(FOREIGN), "hh.xlsx", reading_words())
    form = xlsform_of(draft)
    rows = {row.get("name"): row for row in form.survey}
    assert rows["income"]["relevant"] == "${pop} > 0"
    assert rows["pop"]["constraint"] == "(. < 9000) and . >= 0"
    again = back(draft)
    assert again.field("pop").notes == draft.field("pop").notes
    assert again.field("income").notes == draft.field("income").notes
    validate(xform_of(book_of(form)), tmp_path)


def test_other_workbooks_are_read_as_ever() -> None:
    data = (FORMS / "survey_2_household_2012.xls").read_bytes()
    assert not is_xlsform(data, "a.xls")
    assert read_forms(data, "survey_2_household_2012.xls", reading_words()) == [household()]
    nearly = foreign({"survey": [["序号", "项目"], ["1", "户数"]]})
    assert not is_xlsform(nearly, "a.xlsx")


def test_a_word_of_ours_that_somebody_changed_is_named() -> None:
    rows = [["type", "name", "label", "lingnan_code", "lingnan_type"]]
    rows.append(["integer", "a", "甲", "1", "no such type"])
    with pytest.raises(UnreadableWorkbook) as no:
        read_forms(foreign({"survey": rows}), "x.xlsx", reading_words())
    assert "第 2 行" in no.value.words()


def test_what_pyxform_refuses_is_said() -> None:
    broken = foreign({"survey": [["type", "name", "label"], ["integer", "1 bad", "x"]]})
    with pytest.raises(BadXlsForm) as no:
        xform_of(broken)
    assert "[row : 2]" in no.value.words()


def test_a_long_form_does_not_take_minutes() -> None:
    """pyxform once took five minutes for 6,728 rows; a thousand must be done while one waits."""
    fields = tuple(
        FieldDraft(str(n), f"项目{n}", (f"第{n // 20}节",), "表", n, 4, f"D{n}", f"B{n}",
                   FieldType.INTEGER)
        for n in range(1, 1001)
    )  # fmt: skip
    draft = FormDraft("f", "长表", "表", Layout.ITEMS, fields)
    started = time.perf_counter()
    xform_of(book_of(xlsform_of(draft)))
    assert time.perf_counter() - started < 30


@pytest.mark.parametrize(
    ("said_", "name"), [("其中：五保户", "qizhong_wubaohu"), ("4.1", "4_1"), ("＃", "x")]
)
def test_a_slug_is_readable(said_: str, name: str) -> None:
    assert slug(said_) == name
