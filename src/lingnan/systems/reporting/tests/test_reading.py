"""Every field of the five real forms, none invented; other layouts; hostile files."""

import io
import re
import time
import zipfile
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils import range_boundaries

from lingnan.systems.reporting.content import reading_words
from lingnan.systems.reporting.rules.grid import cell_name, column_name
from lingnan.systems.reporting.rules.labels import read_label, split_options, squeeze
from lingnan.systems.reporting.rules.opening import open_grids
from lingnan.systems.reporting.rules.reading import read_workbook
from lingnan.systems.reporting.rules.units_words import parse_unit, split_unit
from lingnan.systems.reporting.terms import (
    Dimension,
    FieldType,
    Layout,
    Role,
    UnreadableWorkbook,
)

from .forms import FORMS, form, household, truth, village

SURVEYS = {"GZ-S1-2012": village, "GZ-S2-2012": household}
BY_HAND = [
    ("party_organisation", "village_party_organisation", 0, 46),
    ("stat_table_households", "stat_table_1_households", 0, 31),
    ("stat_table_village", "stat_table_1_households", 1, 30),
    ("household_list", "household_list_header", 0, 5),
]


@pytest.mark.parametrize(("form_id", "count"), [("GZ-S1-2012", 104), ("GZ-S2-2012", 47)])
def test_every_item_of_the_surveys_is_read_and_none_invented(form_id: str, count: int) -> None:
    draft = SURVEYS[form_id]()
    rows = [row for row in truth("surveys") if row["form_id"] == form_id]
    assert [f.code for f in draft.fields] == [row["item_code"] for row in rows]
    assert len(draft.fields) == count
    for found, row in zip(draft.fields, rows, strict=True):
        assert found.unit is not None
        assert found.unit.written == row["unit"].replace("％", "%"), found.code
        assert found.cell == f"D{row['sheet_row']}"
        # The clean label and its options are all that the sheet says, less numbering and marks.
        said = re.sub(r"[\W_]|\d", "", found.label + "".join(o.label for o in found.options))
        written = re.sub(r"^（.）|^\d\.|^[一-十]、|其中：", "", squeeze(row["item"]))
        assert said == re.sub(r"[\W_]|\d", "", written), found.code


@pytest.mark.parametrize(("name", "stem", "sheet", "count"), BY_HAND)
def test_the_other_forms_as_noted_by_hand(name: str, stem: str, sheet: int, count: int) -> None:
    draft = form(stem, sheet)
    read = [
        {
            "code": f.code,
            "label": f.label,
            "path": "/".join(f.path),
            "unit": f.unit.written if f.unit else "",
            "parent": f.parent,
            "cell": f.cell,
        }
        for f in draft.fields
    ]
    assert read == truth(name)
    assert len(read) == count


def test_nothing_of_a_sheet_is_lost() -> None:
    """Every written cell of the item lists is in a field's row, furniture, a note or unread."""
    for path in FORMS.glob("*.xls"):
        data = path.read_bytes()
        for grid, draft in zip(
            open_grids(data, path.name),
            read_workbook(data, path.name, reading_words()),
            strict=True,
        ):
            if draft.layout is not Layout.ITEMS:
                continue
            named = {f.cell for f in draft.furniture} | {note.cell for note in draft.notes}
            sections = [f.cell for f in draft.furniture if f.kind == "section"]
            rows = {f.row for f in draft.fields} | {range_boundaries(c)[1] for c in sections}
            spans = [range_boundaries(u.cell) for u in draft.unread]
            for row, col in grid.texts:
                aside = any(a <= col <= c and b <= row <= d for a, b, c, d in spans)
                in_list = row in rows and col <= draft.fields[0].col
                assert aside or in_list or cell_name(row, col) in named, cell_name(row, col)


def test_the_list_beside_the_household_survey_is_no_field() -> None:
    assert [u.cell for u in household().unread] == ["F2:J208"]
    assert "1030 格" in household().unread[0].why
    assert village().unread == ()


def test_title_period_cut_off_and_subject() -> None:
    one, two = village(), household()
    assert one.title == "广州市农村扶贫开发“规划到户责任到人”工作2012年度调查表（一）"
    assert (one.period, str(one.cut_off), one.subject) == ("2012", "2012-12-31", "village")
    assert (two.period, two.subject, two.subject_name) == ("2012", "household", "贫困户")
    assert form("stat_table_1_households", 1).subtitle == "帮扶到村"
    assert form("household_list_header").subject == "household"


def test_options_come_with_their_codes_and_notes_are_linked() -> None:
    kind = household().field("201")
    assert [o.code for o in kind.options] == ["1", "2", "3", "4"]
    assert kind.options[3].label == "无劳动能力的低收入困难家庭"
    assert kind.notes == ("3.“贫困户类型”和“住房结构类型”填相应选项的数字“1、2、3、4”。",)
    yes_no = [f for f in village().fields if f.type is FieldType.CODE]
    assert len(yes_no) == 18
    assert all([o.label for o in f.options] == ["是", "否"] and f.notes for f in yes_no)


def test_sections_and_wholes_make_the_path() -> None:
    one = village()
    assert one.field("141").path == ("五、户帮扶情况", "（一）贫困户基本情况")
    assert one.field("143").parent == "142"
    assert one.field("164").path[-1] == "考上大学、大专院校、高中、中专、中技学校人数"
    assert one.field("169").parent == "", "a rate is no part of a number of persons"
    assert one.field("172").parent == "170"
    assert one.field("201").path == ("八、基层组织建设",)
    assert one.field("138").path[0] == "四、村帮扶情况"


def test_columns_that_say_whose_row_it_is_are_not_asked() -> None:
    draft = form("stat_table_1_households")
    assert [(f.label, f.role) for f in draft.fields[:2]] == [
        ("帮扶单位", Role.UNIT),
        ("贫困村", Role.PLACE),
    ]
    assert len(draft.asked()) == 29
    assert len(form("stat_table_1_households", 1).asked()) == 28


def test_bands_and_parts_are_hinted_as_sums() -> None:
    hints = {(h.total, h.parts) for h in form("village_party_organisation").sums}
    assert ("3", ("4.1", "4.2", "4.3", "4.4")) in hints
    assert ("24", ("24.1", "24.2", "24.3", "24.4")) in hints
    totals = {h.total for h in village().sums}
    assert totals == {"130", "186", "195"}
    assert "114" not in totals, "通电 and 通水 villages overlap"


@pytest.mark.parametrize(
    ("text", "base", "multiplier", "dimension", "per"),
    [
        ("万元/年", "元", 10_000, Dimension.MONEY, "年"),
        ("㎡", "平方米", 1, Dimension.AREA, ""),
        ("％", "%", 1, Dimension.RATIO, ""),
        ("公里", "米", 1000, Dimension.LENGTH, ""),
        ("人次", "人次", 1, Dimension.PERSON_TIMES, ""),
        ("单位：亿元", "元", 100_000_000, Dimension.MONEY, ""),
    ],
)
def test_units(text: str, base: str, multiplier: int, dimension: Dimension, per: str) -> None:
    unit = parse_unit(text)
    assert unit is not None
    assert (unit.base, unit.multiplier, unit.dimension, unit.per) == (
        base,
        Decimal(multiplier),
        dimension,
        per,
    )


def test_a_last_bracket_that_is_no_unit_stays() -> None:
    assert split_unit("全村党员（不含挂扶干部）") == ("全村党员（不含挂扶干部）", None)
    assert parse_unit("挂扶干部") is None


def test_numbering_is_not_a_year_or_an_age() -> None:
    assert read_label("2011年村干部人均工资").clean == "2011年村干部人均工资"
    assert read_label("36-45岁").clean == "36-45岁"
    assert read_label("　　（1）其中：女性").clean == "女性"
    assert read_label("（十一）其他").clean == "其他"


def test_references_to_other_items_are_no_options() -> None:
    text = "贫困村第（2）、（3）、（4）类项目稳定的年收益总和"
    assert split_options(text) == (text, ())
    assert split_options("是否入住：□是 □否")[1][1].label == "否"


def _book(rows: list[list[object]], merges: tuple[str, ...] = ()) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    for merge in merges:
        sheet.merge_cells(merge)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_an_xlsx_with_other_words_in_other_columns() -> None:
    rows: list[list[object]] = [
        [None, "2026年第一季度残疾人服务情况表"],
        [None, "填报单位（盖章）："],
        [None, "指标名称", "计量单位", "行次", "本期"],
        [None, "一、康复服务"],
        [None, "1.接受康复服务残疾人", "人", 1],
        [None, "  其中：儿童", "人", 2],
        [None, "2.康复补贴", "万元", 3],
        [None, "是否设康复站：1.是 2.否", "代码", 4],
        [None, "随手写的一行"],
        [None, "填表人：", None, "填表日期："],
        [None, "备注：截至2026年3月31日。"],
    ]
    draft = read_workbook(_book(rows), "康复.xlsx", reading_words())[0]
    assert [(f.code, f.label, f.cell, f.parent) for f in draft.fields] == [
        ("1", "接受康复服务残疾人", "E5", ""),
        ("2", "儿童", "E6", "1"),
        ("3", "康复补贴", "E7", ""),
        ("4", "是否设康复站", "E8", ""),
    ]
    assert draft.period == "2026-Q1"
    assert str(draft.cut_off) == "2026-03-31"
    assert [u.cell for u in draft.unread] == ["B9"]
    assert draft.fields[2].unit is not None
    assert draft.fields[2].unit.multiplier == 10_000


@pytest.mark.parametrize("path", sorted(FORMS.glob("*.xls")), ids=lambda p: p.stem)
def test_the_same_form_as_xlsx_reads_the_same(path: Path) -> None:
    data = path.read_bytes()
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for grid in open_grids(data, path.name):
        sheet = book.create_sheet(grid.sheet)
        for (row, col), text in grid.texts.items():
            sheet.cell(row, col, float(text) if text.isdigit() else text)
        for one in grid.aside:
            sheet.cell(*one.at, one.text)
            sheet.column_dimensions[column_name(one.at[1])].hidden = True
        for span in grid.merges:
            sheet.merge_cells(str(span))
    file = io.BytesIO()
    book.save(file)
    assert read_workbook(file.getvalue(), f"{path.stem}.xlsx", reading_words()) == read_workbook(
        data, path.name, reading_words()
    )


def test_two_item_lists_side_by_side() -> None:
    rows: list[list[object]] = [
        ["序号", "项目", "单位", "数量", "序号", "项目", "单位", "数量"],
        [1, "户数", "户", None, 3, "耕地", "亩"],
        [2, "人口", "人", None, 4, "水田", "亩"],
    ]
    draft = read_workbook(_book(rows), "x.xlsx", reading_words())[0]
    assert [(f.code, f.label, f.cell) for f in draft.fields] == [
        ("1", "户数", "D2"),
        ("2", "人口", "D3"),
        ("3", "耕地", "H2"),
        ("4", "水田", "H3"),
    ]
    assert draft.unread == ()


def test_a_register_with_rows_takes_types_from_values() -> None:
    rows: list[list[object]] = [
        ["序号", "姓名", "出生日期", "补贴(元)", "编号"],
        [1, "住户一", "1950-01-02", 100, "007"],
        [2, "住户二", "1951-01-02", 120, "008"],
    ]
    draft = read_workbook(_book(rows), "x.xlsx", reading_words())[0]
    assert [(f.label, f.type) for f in draft.fields] == [
        ("姓名", FieldType.TEXT),
        ("出生日期", FieldType.DATE),
        ("补贴", FieldType.MONEY),
        ("编号", FieldType.TEXT),
    ]
    assert (draft.layout, draft.subject, draft.unread) == (Layout.LIST, "person", ())


def test_a_register_of_projects_is_no_item_list() -> None:
    rows: list[list[object]] = [
        ["扶贫项目登记表"],
        ["序号", "项目名称", "建设地点", "金额", "负责人"],
    ]
    for more in ([], [[1, "水渠", "村东", 5, "某处"]]):
        draft = read_workbook(_book([*rows, *more]), "x.xlsx", reading_words())[0]
        assert [f.label for f in draft.fields] == ["项目名称", "建设地点", "金额", "负责人"]
        assert draft.title == "扶贫项目登记表"


def test_a_csv_names_are_codes_and_labels() -> None:
    data = "\ufeff户名,人数（人）,率,日期\n甲,3,0.5,2020-01-02\n乙,4,1,2020-02-03\n".encode()
    draft = read_workbook(data, "户.csv", reading_words())[0]
    assert [(f.code, f.label, f.type.value) for f in draft.fields] == [
        ("户名", "户名", "text"),
        ("人数（人）", "人数", "integer"),
        ("率", "率", "number"),
        ("日期", "日期", "date"),
    ]
    assert draft.fields[1].samples == ("3", "4")
    again = read_workbook("户名;人数\n甲;3\n".encode("gb18030"), "户.csv", reading_words())[0]
    assert [f.code for f in again.fields] == ["户名", "人数"]


def test_a_sheet_without_a_table_is_listed_whole() -> None:
    draft = read_workbook(_book([["通知"], ["请各村按时上报"]]), "x.xlsx", reading_words())[0]
    assert draft.fields == ()
    assert [u.cell for u in draft.unread] == ["A1", "A2"]


def _zip(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "why"),
    [
        (b"", "空.xls", "空的"),
        (b"hello", "假.xlsx", "与扩展名不符"),
        (b"hello", "文.pdf", "只能读取"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "坏.xls", "损坏"),
        (b"PK\x03\x04broken", "坏.xlsx", "损坏"),
        (_zip({"xl/worksheets/sheet1.xml": b"0" * (65 * 1024 * 1024)}), "弹.xlsx", "64 MiB"),
        (_zip({"xl/workbook.xml": b"<!DOCTYPE x [<!ENTITY a 'b'>]>"}), "体.xlsx", "外部实体"),
        (("a," * 17_000).encode(), "宽.csv", "列数"),
        (b" , , \n", "白.csv", "没有任何文字"),
        (b"\x80\xff\xfe\x00", "码.csv", "编码"),
    ],
)
def test_unreadable_files_are_refused_by_name(data: bytes, name: str, why: str) -> None:
    with pytest.raises(UnreadableWorkbook) as refused:
        read_workbook(data, name, reading_words())
    assert name in refused.value.words()
    assert why in refused.value.words()


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40))
def test_any_label_can_be_read(text: str) -> None:
    label = read_label(text)
    assert len(label.clean) <= len(squeeze(text))
    assert split_unit(squeeze(text))[0] is not None


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.text(max_size=6), min_size=1, max_size=5), min_size=1, max_size=8))
def test_any_small_sheet_is_read_or_refused(rows: list[list[str]]) -> None:
    data = "\n".join(",".join(row) for row in rows).encode("utf-8", "ignore")
    try:
        drafts = read_workbook(data, "x.csv", reading_words())
    except UnreadableWorkbook:
        return
    codes = [f.code for f in drafts[0].fields]
    assert len(codes) == len(set(codes))


def test_five_forms_are_read_quickly() -> None:
    files = [(p.read_bytes(), p.name) for p in FORMS.glob("*.xls")]
    start = time.perf_counter()
    for data, name in files:
        read_workbook(data, name, reading_words())
    assert time.perf_counter() - start < 5
