"""Hand corrections: said once, found again when rows and columns of next year's form have moved."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from lingnan.systems.reporting.content import reading_words
from lingnan.systems.reporting.rules.grid import Grid, cell_name
from lingnan.systems.reporting.rules.opening import open_grids
from lingnan.systems.reporting.rules.profiles import (
    anchor_of,
    apply_corrections,
    correction_at,
    corrections_of,
    corrections_to_json,
    export_of,
    exported,
    find,
    merged,
    place_of,
)
from lingnan.systems.reporting.rules.reading import read_workbook
from lingnan.systems.reporting.rules.workbook import packed
from lingnan.systems.reporting.terms import FieldType, FormDraft, Option, Role
from lingnan.systems.reporting.terms.profiles import (
    Anchor,
    BadCorrection,
    BadProfile,
    Correction,
    Say,
    Told,
)

from .forms import FORMS

NAMES = [
    "survey_1_village_2012.xls",
    "village_party_organisation.xls",
    "stat_table_1_households.xls",
]


def opened(name: str) -> tuple[Grid, FormDraft]:
    data = (FORMS / name).read_bytes()
    draft = read_workbook(data, name, reading_words())[0]
    return next(g for g in open_grids(data, name) if g.sheet == draft.sheet), draft


def moved(grid: Grid, rows: list[int], cols: list[int], renamed: dict[str, str]) -> bytes:
    """The same sheet with blank rows and columns before those given, and texts replaced."""

    def at(row: int, col: int) -> tuple[int, int]:
        return row + sum(r <= row for r in rows), col + sum(c <= col for c in cols)

    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = grid.sheet
    for (row, col), text in grid.texts.items():
        for old, new in renamed.items():
            text = text.replace(old, new)
        sheet.cell(*at(row, col), text).data_type = "s"
    for span in grid.merges:
        (top, left), (bottom, right) = at(span.top, span.left), at(span.bottom, span.right)
        if (top, left) != (bottom, right):
            sheet.merge_cells(start_row=top, start_column=left, end_row=bottom, end_column=right)
    return packed(book)


def reread(data: bytes) -> tuple[Grid, FormDraft]:
    return open_grids(data, "n.xlsx")[0], read_workbook(data, "n.xlsx", reading_words())[0]


@pytest.mark.parametrize("name", NAMES)
def test_every_cell_is_found_where_it_was(name: str) -> None:
    grid, draft = opened(name)
    for field in draft.fields:
        assert find(grid, draft, anchor_of(grid, draft, (field.row, field.col))) == grid.anchor(
            field.row, field.col
        )


@given(
    name=st.sampled_from(NAMES[:2]),
    rows=st.lists(st.integers(1, 60), max_size=3),
    cols=st.lists(st.integers(1, 2), max_size=2),
    pick=st.integers(0, 200),
)
@settings(max_examples=25, deadline=None)
def test_a_cell_is_found_after_it_moved_or_not_at_all(name, rows, cols, pick) -> None:
    """Never another field's cell: a lost correction is said, a wrong one would be silent."""
    grid, draft = opened(name)
    field = draft.fields[pick % len(draft.fields)]
    anchor = anchor_of(grid, draft, (field.row, field.col))
    new_grid, new_draft = reread(moved(grid, rows, cols, {"2012": "2013", "2011": "2012"}))
    found = find(new_grid, new_draft, anchor)
    wanted = (
        field.row + sum(r <= field.row for r in rows),
        field.col + sum(c <= field.col for c in cols),
    )
    assert isinstance(found, str) or found == new_grid.anchor(*wanted)


def test_nearly_all_of_a_form_is_found_again_a_year_later() -> None:
    grid, draft = opened(NAMES[0])
    new_grid, new_draft = reread(moved(grid, [7, 20, 41], [2], {"2012": "2013", "2011": "2012"}))
    right = 0
    for field in draft.fields:
        found = find(new_grid, new_draft, anchor_of(grid, draft, (field.row, field.col)))
        wanted = field.row + sum(r <= field.row for r in [7, 20, 41]), field.col + 1
        assert isinstance(found, str) or found == wanted
        right += found == wanted
    assert right / len(draft.fields) >= 0.97


def corrected(grid: Grid, draft: FormDraft, *said: Correction) -> FormDraft:
    applied = apply_corrections(draft, grid, said)
    assert not applied.lost
    return applied.draft


def say(grid, draft, cell, kind, told=None, **more) -> Correction:
    return correction_at(grid, draft, cell, kind, told or Told(), **more)


def test_a_wrong_field_is_put_right_and_only_the_difference_is_kept() -> None:
    grid, draft = opened(NAMES[0])
    was = draft.fields[1]
    told = Told(
        code=was.code, label=was.label, path=was.path, unit="万元", type=FieldType.MONEY, options=(),
        role=Role.ASKED, period="", breakdown=(),
    )  # fmt: skip
    one = say(grid, draft, was.cell, Say.FIELD, told)
    assert one.told == Told(unit="万元", type=FieldType.MONEY, options=())
    now = corrected(grid, draft, one).field(was.code)
    assert (now.unit.base, now.unit.multiplier, now.type, now.options) == (
        "元", 10_000, FieldType.MONEY, (),
    )  # fmt: skip
    assert (now.label, now.path, now.cell) == (was.label, was.path, was.cell)


def test_an_invented_field_is_removed_and_its_cell_is_not_forgotten() -> None:
    grid, draft = opened(NAMES[1])
    parent = next(f for f in draft.fields if any(o.parent == f.code for o in draft.fields))
    for kind, where in (
        (Say.NOTHING, "furniture"),
        (Say.NOTE, "notes"),
        (Say.HEADING, "furniture"),
    ):
        now = corrected(grid, draft, say(grid, draft, parent.label_cell, kind))
        assert parent.code not in {f.code for f in now.fields}
        assert len(now.fields) == len(draft.fields) - 1
        assert parent.label_cell in {one.cell for one in getattr(now, where)}
        assert all(f.parent != parent.code for f in now.fields)


def test_an_unread_cell_becomes_a_field_between_its_neighbours() -> None:
    grid, draft = opened(NAMES[1])
    gone = draft.fields[4]
    read = replace(draft, fields=draft.fields[:4] + draft.fields[5:])
    one = say(grid, read, gone.cell, Say.FIELD, Told(unit="人", type=FieldType.INTEGER))
    now = corrected(grid, read, one)
    made = now.fields[4]
    assert (made.cell, made.label_cell, made.label) == (gone.cell, gone.label_cell, gone.label)
    assert (made.code, made.type, made.unit.base) == ("h1", FieldType.INTEGER, "人")
    assert [f.code for f in now.fields if f.code != "h1"] == [f.code for f in read.fields]


def test_a_heading_covers_what_stands_below_it() -> None:
    grid, draft = opened(NAMES[0])
    field = next(f for f in draft.fields if f.row > 30)
    one = say(grid, draft, field.label_cell, Say.HEADING, covers=True)
    now = corrected(grid, draft, one)
    text = grid.seen(*place_of(field.label_cell)).strip()
    under = [f for f in now.fields if any(text[:4] in part for part in f.path)]
    assert under and all(f.row > field.row for f in under)


def test_a_part_is_added_to_its_total() -> None:
    grid, draft = opened(NAMES[1])
    total, part, other = draft.fields[0], draft.fields[1], draft.fields[2]
    first = say(grid, draft, part.cell, Say.PART, total=total.cell)
    second = say(grid, draft, other.cell, Say.PART, total=total.cell)
    now = corrected(grid, draft, first, second)
    hint = next(h for h in now.sums if h.total == total.code)
    assert {part.code, other.code} <= set(hint.parts) and hint.why == "人工指定"
    lost = apply_corrections(draft, grid, [say(grid, draft, part.cell, Say.PART, total=part.cell)])
    assert "两个不同" in lost.lost[0].why


def test_what_cannot_be_found_is_said_and_everything_else_is_done() -> None:
    grid, draft = opened(NAMES[0])
    fine = say(grid, draft, draft.fields[3].cell, Say.FIELD, Told(label="另一个名称"))
    gone = Correction(Say.NOTE, Anchor("B99", "完全没有的一行文字", (), ("上面也没有",)))
    blank = Correction(Say.NOTHING, Anchor("Z99"))
    applied = apply_corrections(draft, grid, [fine, gone, blank])
    assert applied.done == (fine,) and applied.draft.fields[3].label == "另一个名称"
    assert [(one.cell, one.said) for one in applied.lost] == [
        ("B99", "说明"),
        ("Z99", "不是填报项"),
    ]
    assert "找不到“完全没有的一行文字”" in applied.lost[0].why
    assert "没有可以辨认的文字" in applied.lost[1].why


def test_equals_are_told_apart_by_what_is_around_or_not_at_all() -> None:
    texts = {(1, 1): "项目", (1, 2): "数量", (2, 1): "合计", (3, 1): "合计"}
    grid, draft = Grid("表", texts), opened(NAMES[0])[1]
    draft = replace(draft, fields=())
    same = Grid("表", {(r + 1, c): t for (r, c), t in texts.items()})
    twin = anchor_of(grid, draft, (2, 1))
    assert find(grid, draft, twin) == (2, 1)
    assert (
        find(same, draft, replace(twin, cell="A9", above=()))
        == "有 2 处一样像（A3、A4），无法分辨。"
    )


def test_a_later_word_takes_the_place_of_an_earlier_one() -> None:
    grid, draft = opened(NAMES[0])
    cell = draft.fields[2].cell
    first = say(grid, draft, cell, Say.FIELD, Told(label="一"))
    second = say(grid, draft, cell, Say.FIELD, Told(label="二"))
    part = say(grid, draft, cell, Say.PART, total=draft.fields[0].cell)
    assert merged([first, part], [second]) == (part, second)
    assert merged([first, part], [say(grid, draft, cell, Say.READ)]) == (part,)


told = st.builds(
    Told,
    label=st.none() | st.text(max_size=8),
    path=st.none() | st.lists(st.text(max_size=4), max_size=2).map(tuple),
    unit=st.none() | st.just("万元"),
    type=st.none() | st.sampled_from(FieldType),
    options=st.none() | st.just((Option("1", "是"),)) | st.just(()),
    breakdown=st.none() | st.just(("性别=女",)) | st.just(()),
)
anchors = st.builds(
    Anchor,
    cell=st.just("D5"),
    text=st.text(max_size=5),
    left=st.lists(st.text(max_size=3)).map(tuple),
)
said = st.builds(
    Correction, say=st.sampled_from(Say), at=anchors, told=told,
    label_at=st.none() | anchors, total=st.none() | anchors, covers=st.booleans(),
)  # fmt: skip


@given(st.lists(said, max_size=4).map(tuple))
@settings(deadline=None)
def test_corrections_survive_being_kept_and_carried(corrections) -> None:
    assert corrections_of(corrections_to_json(corrections)) == corrections
    assert export_of(exported("F", 1, corrections)) == corrections


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"kind": "lingnan.form-profile", "corrections": [{"say": "bark"}]}']
)
def test_what_is_no_profile_is_refused(text: str) -> None:
    with pytest.raises(BadProfile):
        export_of(text)


@pytest.mark.parametrize("cell", ["", "D0", "5D", "ABCD1", "D5:E6"])
def test_an_address_must_name_one_cell(cell: str) -> None:
    with pytest.raises(BadCorrection):
        place_of(cell)
    assert cell_name(*place_of("d5")) == "D5"
