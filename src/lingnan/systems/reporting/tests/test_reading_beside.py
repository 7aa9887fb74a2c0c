"""Lists that go on beside themselves: one list, every row of it read."""

import io

import openpyxl
import pytest
from openpyxl.styles import Border, Side

from lingnan.kernel.evidence import services as evidence
from lingnan.systems.reporting import queries, services
from lingnan.systems.reporting.content import filled_words, reading_words
from lingnan.systems.reporting.rules.filled import Known, build_gazetteer, read_filled
from lingnan.systems.reporting.rules.reading import read_workbook

from .conftest import AT, DAY, SYSTEM, YEAR, later
from .filled import saved, table

HEAD = ["村名", "户数（户）", "人数（人）"]


@pytest.mark.parametrize("gap", [[], [None]])
@pytest.mark.parametrize("times", [2, 3])
def test_the_same_head_again_is_the_same_list(gap: list[None], times: int) -> None:
    head = [*HEAD, *([*gap, *HEAD] * (times - 1))]
    (draft,) = read_workbook(
        table("各村户数", [head, [None] * len(head)]), "x.xlsx", reading_words()
    )
    width = len(HEAD) + len(gap)
    assert [(f.cell, f.label) for f in draft.fields] == [
        ("A3", "村名"),
        ("B3", "户数"),
        ("C3", "人数"),
    ]
    assert draft.again == tuple(width * n for n in range(1, times))
    assert draft.unread == ()


def test_another_head_beside_is_another_table() -> None:
    head = [*HEAD, "党员姓名", "性别", "电话"]
    (draft,) = read_workbook(table("各村户数", [head, [None] * 6]), "x.xlsx", reading_words())
    assert (len(draft.fields), draft.again) == (6, ())


def test_every_village_of_both_halves_is_taken(county, opened, reviewer) -> None:
    blank = table("各村户数", [[*HEAD, *HEAD], [None] * 6, [None] * 6])
    form = services.register_form(blank, "各村.xlsx", codes=["CS-1"], by=SYSTEM, at=AT)[0]
    opened(form)
    rows = [["荔湾村", 1, 10, "白沙村", 3, 30], ["石门村", 2, 20, None, None, None]]
    filled = table("各村户数", [[*HEAD, *HEAD], *rows])
    done = services.upload_answers(
        form.id, filled, YEAR, place=county["黄埔区"], by=SYSTEM, at=later(1)
    )
    assert done.problems == ()
    told = [queries.filing(one, to=SYSTEM, on=DAY) for one in done.saved]
    assert {(one.place, one.answers["C"].text) for one in told} == {
        (county["荔湾村"], "10"),
        (county["石门村"], "20"),
        (county["白沙村"], "30"),
    }


def test_an_old_list_is_read_in_both_halves() -> None:
    made = openpyxl.Workbook()
    for row in (["2024年党员名册"], ["姓名", "党龄（年）"] * 2, ["党员01", 3, "党员02", 40]):
        made.active.append(row)
    words = filled_words()
    known = Known(build_gazetteer([], words.place_ends), words)
    (draft,) = read_filled(saved(made), "名册.xlsx", known)
    assert {(v.cell, v.content.text) for v in draft.values} == {
        ("A3", "党员01"),
        ("B3", "3"),
        ("C3", "党员02"),
        ("D3", "40"),
    }


def _ruled(free: int) -> bytes:
    """The head, and so many lines of empty cells with a border."""
    made = openpyxl.load_workbook(io.BytesIO(table("各村户数", [[*HEAD, *HEAD]])))
    line = Border(bottom=Side("thin"))
    for row in range(3, 3 + free):
        for column in range(1, 7):
            made.worksheets[0].cell(row, column).border = line
    return saved(made)


def _drawn(blank: bytes, county, reviewer, villages, opened):
    form = services.register_form(blank, "各村.xlsx", codes=["CS-2"], by=SYSTEM, at=AT)[0]
    opened(form)
    rows = [[name, n, n * 10, None, None, None] for n, name in enumerate(villages, 1)]
    filled = table("各村户数", [[*HEAD, *HEAD], *rows])
    done = services.upload_answers(
        form.id, filled, YEAR, place=county["黄埔区"], by=SYSTEM, at=later(1)
    )
    for uuid in done.saved:
        services.submit_report(uuid, by=SYSTEM, at=later(2))
        services.approve_report(uuid, by=reviewer, at=later(3))
    evidence.drain(at=later(3))
    drawn = queries.draw_workbook(form.id, county["黄埔区"], YEAR, as_of=later(4), to=SYSTEM)
    sheet = openpyxl.load_workbook(io.BytesIO(drawn.data)).worksheets[0]
    return [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3, max_col=6)]


@pytest.mark.parametrize(("free", "lines"), [(4, 4), (2, 3)])
def test_all_parts_are_filled_down_then_right(free, lines, county, opened, reviewer) -> None:
    blank = _ruled(free)
    villages = ["荔湾村", "石门村", "水口村", "白沙村", "龙潭村", "新桥村"]
    rows = _drawn(blank, county, reviewer, villages, opened)
    left = [row[:3] for row in rows if row[0]]
    right = [row[3:] for row in rows if row[3]]
    assert len(left) == lines
    assert [one[0] for one in (*left, *right)] == villages
    assert [one[1:] for one in (*left, *right)] == [[n, n * 10] for n in range(1, 7)]
