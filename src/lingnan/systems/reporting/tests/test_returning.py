"""Faults come back in the uploaded file itself: coloured, remarked, listed; what was right is kept."""

import io
import zipfile
from datetime import timedelta
from decimal import Decimal

import openpyxl
import pytest
from openpyxl.comments import Comment

from lingnan.kernel.evidence.queries import verify
from lingnan.kernel.observations import services as values
from lingnan.kernel.observations.terms import NewValue
from lingnan.systems.reporting import services
from lingnan.systems.reporting.models import Explanation, Filing, Household
from lingnan.systems.reporting.rules import workbook as book
from lingnan.systems.reporting.rules.workbook.remarks import Remark
from lingnan.systems.reporting.terms.refusals import RoundIsClosed, WrongFile

from .conftest import SYSTEM, YEAR, form_file, later

PARTY = "village_party_organisation.xls"
PINK = "FFFFC7CE"


def saved(workbook):
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def read(data):
    return openpyxl.load_workbook(io.BytesIO(data))


def sheet_of(form, sheet, wrong=()):
    for field in form.asked:
        sheet[field.cell] = "两百" if field.code in wrong else 3


def test_one_place_gets_its_workbook_back_with_the_faulty_cell_marked(
    party_form, opened_round, county, clerk
):
    filled = book.opened(form_file(PARTY))
    sheet_of(party_form, filled[party_form.sheet], wrong=("2",))
    done = services.upload_file(
        party_form.id, saved(filled), "党组织.xlsx", YEAR,
        place=county["石门村"], by=clerk("石门村"), at=later(1),
    )  # fmt: skip
    back = read(done.data)
    cell = back[party_form.sheet][party_form.field("2").cell]
    assert cell.fill.fgColor.rgb == PINK
    assert cell.value == "两百"
    assert "应为整数" in cell.comment.text or "应为数字" in cell.comment.text
    listed = back["问题"]
    assert listed["A2"].value == party_form.field("2").where
    assert listed["A2"].hyperlink.location == f"'{party_form.sheet}'!{cell.coordinate}"
    right = back[party_form.sheet][party_form.field("1").cell]
    assert right.comment is None and right.fill.fgColor.rgb != PINK
    held = Filing.objects.get().answers
    assert (held["1"]["text"], held["2"]["text"]) == ("3", "两百")


@pytest.fixture
def opened_round(party_form, opened):
    return opened(party_form)


def test_all_that_blocks_is_marked_and_a_reason_written_there_is_taken(
    party_form, opened_round, county, clerk
):
    """A leap since last year, a question left blank; the department's own remark is not lost."""
    by, place = clerk("石门村"), county["石门村"]
    one, blank = party_form.field("1"), party_form.asked[-1]
    row = NewValue(place=place, element=one.element, period=YEAR - 1000, value=Decimal(300))
    values.record_values("last", [row], source="form:ZZ-DZZ", by=SYSTEM, at=later(0))
    filled = book.opened(form_file(PARTY))
    sheet = filled[party_form.sheet]
    sheet_of(party_form, sheet)
    sheet[blank.cell] = None
    sheet[one.cell].comment = Comment("部门的批注", "部门")
    given = {"place": place, "by": by, "at": later(1)}
    done = services.upload_file(party_form.id, saved(filled), "表.xlsx", YEAR, **given)
    assert done.uploaded.problems == ()
    assert {(one.where, "explain"), (blank.where, "error")} == {
        (found.where, found.severity) for found in done.uploaded.left
    }
    back = read(done.data)
    said = back[party_form.sheet][one.cell].comment.text
    assert said.startswith("部门的批注") and "由上期 300 变为 3" in said
    assert "未填" in back[party_form.sheet][blank.cell].comment.text
    listed = {row[0].value: row for row in back["问题"].iter_rows(min_row=2)}
    assert listed[blank.where][3].value == "—"
    listed[one.where][3].value = "两村分开"
    back[party_form.sheet][blank.cell] = 3
    again = services.upload_file(party_form.id, saved(back), "表.xlsx", YEAR, **given)
    assert (again.uploaded.left, again.data) == ((), b"")
    assert Explanation.objects.get().reason == "两村分开"
    done = services.submit_report(again.uploaded.saved[0], by=by, at=later(2))
    assert done.state == "submitted"


def test_a_reason_written_beside_other_figures_is_not_taken(
    party_form, opened_round, county, clerk
):
    by, place = clerk("石门村"), county["石门村"]
    one = party_form.field("1")
    row = NewValue(place=place, element=one.element, period=YEAR - 1000, value=Decimal(300))
    values.record_values("last", [row], source="form:ZZ-DZZ", by=SYSTEM, at=later(0))
    filled = book.opened(form_file(PARTY))
    sheet_of(party_form, filled[party_form.sheet])
    given = {"place": place, "by": by, "at": later(1)}
    done = services.upload_file(party_form.id, saved(filled), "表.xlsx", YEAR, **given)
    back = read(done.data)
    back["问题"]["D2"] = "两村分开"
    back[party_form.sheet][one.cell] = 4
    again = services.upload_file(party_form.id, saved(back), "表.xlsx", YEAR, **given)
    assert not Explanation.objects.exists()
    last = read(again.data)
    assert last.sheetnames.count("问题") == 1 and "问题2" not in last.sheetnames
    assert "变为 4" in last["问题"]["B2"].value and last["问题"]["D2"].value is None
    assert last[party_form.sheet][one.cell].comment.text.count("变为") == 1


def test_an_old_excel_file_comes_back_as_a_new_one(party_form, opened_round, county, clerk):
    done = services.upload_file(
        party_form.id, form_file(PARTY), "原表.xls", YEAR,
        place=county["石门村"], by=clerk("石门村"), at=later(1),
    )  # fmt: skip
    assert (done.name, done.data) == ("原表.xls", b"")  # blank answers are no faults of a draft


def test_many_places_by_sheets(party_form, opened_round, county, reviewer):
    filled = book.opened(form_file(PARTY))
    first = filled[party_form.sheet]
    for title in ("白沙村", "440112001202", "别的"):
        filled.copy_worksheet(first).title = title
    del filled[party_form.sheet]
    sheet_of(party_form, filled["白沙村"], wrong=("1",))
    sheet_of(party_form, filled["440112001202"])
    done = services.upload_file(
        party_form.id, saved(filled), "两村.xlsx", YEAR, by=filler(reviewer), at=later(1)
    )
    assert {row.place for row in Filing.objects.all()} == {county["白沙村"], county["石门村"]}
    back = read(done.data)
    cell = back["白沙村"][party_form.field("1").cell]
    assert cell.fill.fgColor.rgb == PINK
    assert [row[0].value for row in back["问题"].iter_rows(min_row=2)] == [
        f"白沙村!{cell.coordinate}", "别的"
    ]  # fmt: skip


def filler(reviewer):
    from dataclasses import replace

    return replace(reviewer, permissions=frozenset({"reporting.read", "reporting.fill"}))


def rows_file(form, lines):
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "各村"
    sheet.append(["地区代码", *(f.code for f in form.asked[:3])])
    for line in lines:
        sheet.append(line)
    return saved(workbook)


def test_many_places_by_rows(party_form, opened_round, county, reviewer):
    data = rows_file(
        party_form,
        [["440112001201", 1, 2, 3], ["440112001202", "一", 2, 3], ["999", 1, 2, 3]],
    )
    done = services.upload_file(
        party_form.id, data, "各村.xlsx", YEAR, by=filler(reviewer), at=later(1)
    )
    assert len(done.uploaded.saved) == 2
    sheet = read(done.data)["各村"]
    marked = {
        cell.coordinate for row in sheet.iter_rows() for cell in row if cell.comment is not None
    }
    assert marked == {"B3", "A4"}
    assert sheet["B3"].value == "一"
    assert Filing.objects.get(place=county["石门村"]).answers["1"]["text"] == "一"


def test_a_csv_comes_back_with_one_column_more(party_form, opened_round, reviewer):
    code = party_form.asked[0].code
    data = f"地区代码,{code}\n440112001201,一\n440112001202,2\n".encode()
    done = services.upload_file(
        party_form.id, data, "各村.csv", YEAR, by=filler(reviewer), at=later(1)
    )
    lines = done.data.decode("utf-8-sig").splitlines()
    assert lines[0].endswith(",问题")
    assert "应为" in lines[1] and lines[2] == "440112001202,2,"


def test_a_broken_file_is_refused(party_form, opened_round, reviewer):
    with pytest.raises(WrongFile):
        services.upload_file(
            party_form.id, b"PK\x03\x04 nothing", "坏.xlsx", YEAR, by=SYSTEM, at=later(1)
        )


def bomb(size):
    """A workbook of few bytes that claims `size` of them."""
    made = io.BytesIO(saved(openpyxl.Workbook()))
    with zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet9.xml", b"<x>" + b" " * size)
    return made.getvalue()


def test_a_zip_bomb_is_refused_at_every_door(party_form, opened_round, county, reviewer):
    """Opened whole it would take gigabytes: it is measured first."""
    given = {"by": reviewer, "at": later(1)}
    small, big = bomb(70 * 2**20), bomb(300 * 2**20)
    assert len(big) < 2**20
    with pytest.raises(WrongFile, match="压缩炸弹"):
        services.upload_answers(party_form.id, small, YEAR, place=county["石门村"], **given)
    for data in (small, big):
        with pytest.raises(WrongFile, match="压缩炸弹"):
            services.upload_file(party_form.id, data, "bomb.xlsx", YEAR, **given)


def test_what_was_received_before_the_round_was_closed_counts(
    party_form, opened_round, county, reviewer
):
    data = rows_file(party_form, [["440112001201", 1, 2, 3]])
    services.close_round(opened_round.uuid, by=SYSTEM, at=later(10))
    by = filler(reviewer)
    late = services.upload_file(party_form.id, data, "迟.xlsx", YEAR, by=by, at=later(11))
    assert late.uploaded.saved == ()
    assert RoundIsClosed().words() in late.uploaded.problems[0][1]
    # Received while it was open, read after it was closed: it counts by when it was received.
    done = services.upload_file(
        party_form.id, data, "及时.xlsx", YEAR, by=by, at=later(10) - timedelta(seconds=1)
    )
    assert len(done.uploaded.saved) == 1 and done.received_at < later(10)


def test_remarks_keep_words_that_xml_cannot_hold_and_a_sheet_called_problems():
    workbook = openpyxl.Workbook()
    workbook.active.title = "问题"
    workbook.active["A1"] = "原"
    back = read(book.remarked(saved(workbook), [Remark("问题", "A1", '坏\x00<字>&"引号"')]))
    assert back["问题"]["A1"].value == "原"
    assert back["问题"]["A1"].comment.text == '坏�<字>&"引号"'
    assert back["问题2"]["B2"].value == '坏�<字>&"引号"'


def test_the_same_village_twice_in_one_file_is_told_and_the_first_row_kept(
    party_form, opened_round, county, reviewer
):
    data = rows_file(party_form, [["440112001201", 1, 2, 3], ["440112001201", 7, 8, 9]])
    by = filler(reviewer)
    done = services.upload_file(party_form.id, data, "重.xlsx", YEAR, by=by, at=later(1))
    assert len(done.uploaded.saved) == 1
    assert [where for where, _ in done.uploaded.problems] == ["2"]
    assert "第 1 行" in done.uploaded.problems[0][1]
    assert Filing.objects.get().answers[party_form.asked[0].code]["text"] == "1"


def test_the_same_file_again_changes_no_answer_and_begins_no_report(
    party_form, opened_round, county, reviewer
):
    data = rows_file(party_form, [["440112001201", 1, 2, 3], [], ["440112001202", 4, 5, 6]])
    by = filler(reviewer)
    first = services.upload_file(party_form.id, data, "一.xlsx", YEAR, by=by, at=later(1))
    held = list(Filing.objects.order_by("pk").values_list("uuid", "answers"))
    again = services.upload_file(party_form.id, data, "一.xlsx", YEAR, by=by, at=later(2))
    assert first.uploaded.problems == again.uploaded.problems == ()  # a blank row says nothing
    assert set(first.uploaded.saved) == set(again.uploaded.saved)
    assert list(Filing.objects.order_by("pk").values_list("uuid", "answers")) == held


def test_many_households_are_begun_as_the_orm_would(household_form, opened, county, clerk):
    """Twenty and more go in one statement of our own; what lies there is the same."""
    opened(household_form)
    codes = [next(f.code for f in household_form.asked if f.type == "integer")]
    rows = [{"place": "440112001201", "household": f"H{n:03}", codes[0]: str(n)} for n in range(30)]
    by = clerk("荔湾村")
    done = services.upload_rows(household_form.id, rows, YEAR, by=by, at=later(1))
    assert len(done.saved) == 30 and done.problems == ()
    few = services.upload_rows(household_form.id, [rows[0] | {"household": "K1"}], YEAR,
                               by=by, at=later(1))  # fmt: skip
    plain = Filing.objects.filter(uuid=few.saved[0]).values().get()
    for row in Filing.objects.filter(uuid__in=done.saved).values():
        alike = set(row) - {"id", "uuid", "subject", "answers"}
        assert {k: row[k] for k in alike} == {k: plain[k] for k in alike}
    assert sorted(int(f.answers[codes[0]]["text"]) for f in
                  Filing.objects.filter(uuid__in=done.saved)) == list(range(30))  # fmt: skip


def test_a_village_at_fault_is_left_out_and_its_neighbours_stay(household_form, opened, county):
    opened(household_form)
    rows = [
        {"place": code, "household": number, "answers": {household_form.asked[0].code: "1"}}
        for code, number in (
            ("440112001201", "1"),
            ("440112001202", "1"),
            ("440112001202", " "),
            ("440112001203", "1"),
        )
    ]
    done = services.upload_rows(household_form.id, rows, YEAR, by=SYSTEM, at=later(1))
    assert [where for where, _ in done.problems] == ["2", "2.household"]
    kept = Filing.objects.order_by("pk").values_list("place", flat=True)
    assert list(kept) == [county["荔湾村"], county["水口村"]]
    assert len(done.saved) == 2
    numbers = Household.objects.values_list("place", "number")
    assert sorted(numbers) == [(county["荔湾村"], "1"), (county["水口村"], "1")]
    assert list(verify()) == []


def test_a_column_that_is_no_question_is_told_and_the_rest_of_the_row_is_kept(
    party_form, opened_round, county
):
    code = party_form.asked[0].code
    rows = [
        {"村代码": "440112001201", code: "5", "99": "6", "空": ""},
        {"place": "440112001202", "answers": {code: "4", "98": "7"}},
    ]
    done = services.upload_rows(party_form.id, rows, YEAR, by=SYSTEM, at=later(1))
    assert [where for where, _ in done.problems] == ["1.99", "2.98"]
    assert "没有“99”这一项" in done.problems[0][1]
    kept = Filing.objects.order_by("place").values_list("answers", flat=True)
    assert [one[code]["text"] for one in kept] == ["5", "4"]


def test_a_row_that_contradicts_what_is_known_is_marked(party_form, opened_round, county, reviewer):
    one = party_form.asked[0]
    place = county["石门村"]
    row = NewValue(place=place, element=one.element, period=YEAR - 1000, value=Decimal(300))
    values.record_values("last", [row], source="form:ZZ-DZZ", by=SYSTEM, at=later(0))
    data = rows_file(party_form, [["440112001201", 1, 2, 3], ["440112001202", 1, 2, 3]])
    by = filler(reviewer)
    done = services.upload_file(party_form.id, data, "各村.xlsx", YEAR, by=by, at=later(1))
    (left,) = done.uploaded.left
    assert (left.where, left.severity) == (f"2.{one.code}", "explain")
    assert "由上期 300 变为 1" in read(done.data)["各村"]["B3"].comment.text
