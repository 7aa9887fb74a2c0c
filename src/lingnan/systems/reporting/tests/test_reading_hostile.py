"""Files that mean harm, or were harmed: refused with the reason or read, in 512 MiB and a minute."""

import io
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lingnan.systems.reporting.content import reading_words
from lingnan.systems.reporting.rules.opening import open_grids
from lingnan.systems.reporting.rules.opening.limits import MAX_CELLS, Refusal, claimed
from lingnan.systems.reporting.rules.reading import heads as heads_module
from lingnan.systems.reporting.rules.reading import read_workbook
from lingnan.systems.reporting.rules.reading.sheet import read_sheet
from lingnan.systems.reporting.terms import UnreadableWorkbook

from .forms import FORMS
from .hostile import HEAD, book, numbered, package, read_in_child
from .layout_sheets import SHEETS
from .layouts import drawn, workbook

LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
MILLION = range(3, 1_048_577)


@pytest.mark.parametrize("ref", ["A:XFD", "1:1048576", "nonsense", "A1:XFD1048576", ""])
def test_a_range_without_an_end_counts_as_too_many(ref: str) -> None:
    with pytest.raises(Refusal):
        claimed([ref])


def test_merges_are_counted_together() -> None:
    assert len(claimed(["A1:C2", "B5:B9"])) == 2
    with pytest.raises(Refusal):
        claimed([f"A1:A{MAX_CELLS // 2}", f"B1:B{MAX_CELLS // 2 + 1}"])


def _liar() -> bytes:
    """Its directory says that a part of 80 MB has ten bytes."""
    data = bytearray(package({"xl/workbook.xml": b"0" * 80_000_000}))
    for mark, at in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        struct.pack_into("<I", data, data.find(mark) + at, 10)
    return bytes(data)


REFUSED = {
    "弹.xlsx": (lambda: package({"xl/worksheets/sheet1.xml": b"0" * 1_000_000_000}), "64 MiB"),
    "谎.xlsx": (_liar, "损坏"),
    "笑.xlsx": (lambda: book(**{"xl/sharedStrings.xml": f"{LAUGHS}<sst/>"}), "外部实体"),
    "笑16.xlsx": (
        lambda: book(**{"xl/sharedStrings.xml": f"{LAUGHS}<sst/>".encode("utf-16")}),
        "外部实体",
    ),
    "并.xlsx": (
        lambda: book(after='<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'),
        "单元格超过",
    ),
    "多并.xlsx": (
        lambda: book(after="<mergeCells>" + '<mergeCell ref="A1:J1"/>' * 60_000 + "</mergeCells>"),
        "单元格超过",
    ),
    "多.xlsx": (
        lambda: book(numbered(range(1, 600), "<c><v>1</v></c>" * 1_000)),
        "单元格超过",
    ),
    "深.xlsx": (lambda: book("<a>" * 500_000), "嵌套"),
    "长.xlsx": (
        lambda: book("<row " + " ".join(f'a{n}=""' for n in range(900_000)) + "/>"),
        "过长",
    ),
    "套.xlsx": (lambda: package({"里面.xlsx": book()}), "先解压"),
    "二进制.xlsx": (lambda: package({"xl/workbook.bin": b"x"}), "xlsb"),
    "垃圾.xls": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x7f" * 5_000_000, "损坏"),
}


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_harmful_file_is_refused_with_its_reason(name: str, tmp_path: Path) -> None:
    made, why = REFUSED[name]
    assert why in read_in_child(made(), tmp_path, name)["why"]


SURVIVED = {
    "空行.xlsx": lambda: book(HEAD + numbered(MILLION)),
    "空格.xlsx": lambda: book(HEAD + numbered(MILLION, '<c r="A{r}" s="1"/>')),
    "尺寸.xlsx": lambda: book(before='<dimension ref="A1:XFD1048576"/>'),
    "宏.xlsx": lambda: book(**{"xl/vbaProject.bin": b"\0\xff" * 1000}),
    "外链.xlsx": lambda: book(
        HEAD.replace("</row>", '<c r="E1"><f>[1]Sheet1!$A$1</f><v>1</v></c></row>', 1),
        **{"xl/externalLinks/externalLink1.xml": f"{LAUGHS}<externalLink/>"},
    ),
    "公式.xlsx": lambda: book(HEAD.replace("户籍人口", "=HYPERLINK(&quot;x&quot;)户籍人口")),
    "标记.xlsx": lambda: book(name="&lt;script&gt;alert(1)&lt;/script&gt;"),
}


@pytest.mark.parametrize("name", sorted(SURVIVED))
def test_a_strange_file_is_read_all_the_same(name: str, tmp_path: Path) -> None:
    said = read_in_child(SURVIVED[name](), tmp_path, name)
    assert said["cells"][-1] == "C2"


def test_sixteen_thousand_columns_are_a_list(tmp_path: Path) -> None:
    cells = "".join(f'<c t="inlineStr"><is><t>列名{n}</t></is></c>' for n in range(16_384))
    assert read_in_child(book(f'<row r="1">{cells}</row>'), tmp_path, "宽.xlsx")["fields"] == 16_384


def test_a_dense_sheet_of_one_word_is_looked_at_once() -> None:
    """Every width divides a head of equal words: it is no row of two hundred lists."""
    cells = "".join('<c t="inlineStr"><is><t>户数</t></is></c>' for _ in range(240))
    grid = open_grids(book(numbered(range(1, 40), cells)), "密.xlsx")[0]
    tried = []
    spans = heads_module._leaves
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(heads_module, "_leaves", lambda *a: tried.append(1) or spans(*a))
        read_sheet(grid)
    assert len(tried) < 40 * 10


def test_a_long_sheet_is_read_from_the_top_and_the_rest_is_told(tmp_path: Path) -> None:
    cell = '<c r="A{r}" t="inlineStr"><is><t>通知</t></is></c>'
    said = read_in_child(book(numbered(range(1, 50_000), cell)), tmp_path, "长.xlsx")
    assert said["fields"] == 0
    assert read_workbook(book(HEAD + numbered(range(9, 5_000), cell)), "长.xlsx", reading_words())[
        0
    ].unread


def test_a_text_that_is_not_text_is_refused() -> None:
    for data, why in (
        (b"\x80\xff\xfe\x00", "编码"),
        (b"a,b\0c\n1,2\n", "不是文字"),
        (("a," * 17_000).encode(), "列数"),
        (b"a\n" * 200_002, "行数"),
    ):
        with pytest.raises(UnreadableWorkbook) as refused:
            read_workbook(data, "x.csv", reading_words())
        assert why in refused.value.words()
    assert (
        read_workbook("姓名,人数\n甲,3\n".encode("utf-16"), "x.csv", reading_words())[0]
        .fields[1]
        .code
        == "人数"
    )


def _read_or_refused(data: bytes, name: str) -> None:
    """Any other exception fails the test."""
    try:
        drafts = read_workbook(data, name, reading_words())
    except UnreadableWorkbook:
        return
    for draft in drafts:
        codes = [found.code for found in draft.fields]
        assert len(codes) == len(set(codes))


XLS = sorted(FORMS.glob("*.xls"))
_FUZZ = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@_FUZZ
@given(st.sampled_from(XLS), st.data())
def test_a_damaged_xls_is_read_or_refused(path: Path, draw: st.DataObject) -> None:
    data = bytearray(path.read_bytes())
    if draw.draw(st.booleans()):
        del data[draw.draw(st.integers(1, len(data))) :]
    for at in draw.draw(st.lists(st.integers(0, len(data) - 1), max_size=12)):
        data[at] = draw.draw(st.integers(0, 255))
    _read_or_refused(bytes(data), path.name)


@_FUZZ
@given(st.sampled_from(sorted(SHEETS)), st.data())
def test_a_damaged_xlsx_is_read_or_refused(name: str, draw: st.DataObject) -> None:
    """Parts are changed inside the archive, so that the reading gets to see them."""
    with zipfile.ZipFile(io.BytesIO(workbook(drawn(SHEETS[name]), lines=True))) as archive:
        parts = {one: archive.read(one) for one in archive.namelist()}
    chosen = draw.draw(st.sampled_from([one for one in parts if one.startswith("xl/")]))
    part = bytearray(parts[chosen])
    for at in draw.draw(st.lists(st.integers(0, len(part) - 1), max_size=6)):
        part[at] = draw.draw(st.sampled_from(b'<>"/0129AZ \xff'))
    _read_or_refused(package({**parts, chosen: bytes(part)}), f"{name}.xlsx")


_WORDS = st.sampled_from(
    ["", "", "项目", "单位", "数量", "人", "其中：男", "（一）户数", "12", "合计", "□是 □否", "×", "姓名",
     "单位：万元", "注：说明。", "填表人：", "2024年", "甲", "1", "一、情况"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.lists(_WORDS, min_size=1, max_size=7), min_size=1, max_size=12),
    st.lists(
        st.tuples(st.integers(1, 8), st.integers(1, 6), st.integers(0, 3), st.integers(0, 3)),
        max_size=4,
    ),
)
def test_any_sheet_of_form_words_is_read(
    rows: list[list[str]], merges: list[tuple[int, int, int, int]]
) -> None:
    """No answer twice, none on a printed label, nothing said twice."""
    layout = drawn("\n".join("|".join(row) for row in rows))
    layout.answers["A1"] = ""
    layout.merges = [(top, left, top + down, left + over) for top, left, down, over in merges[:1]]
    try:
        drafts = read_workbook(workbook(layout, lines=False), "x.xlsx", reading_words())
    except UnreadableWorkbook:
        return
    for draft in drafts:
        cells = [found.cell for found in draft.fields]
        assert len(cells) == len(set(cells))
        own = {f.cell for f in draft.fields if f.cell == f.label_cell and not f.options}
        assert own == set()
