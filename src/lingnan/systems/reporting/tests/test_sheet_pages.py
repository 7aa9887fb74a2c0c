"""The sheet as a page: every cell an address, a correction one form, nothing typed is lost."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from lingnan.systems.reporting import queries
from lingnan.systems.reporting.models import Profile
from lingnan.systems.reporting.rules.opening import open_grids
from lingnan.systems.reporting.terms import FieldType

from .conftest import DAY, SYSTEM, form_file
from .test_profiles import moved

pytestmark = pytest.mark.django_db
NAME = "village_party_organisation.xls"
SHEET = "/zh-hans/reporting/forms/ZZ-DZZ/sheet/"
CORRECT = f"{SHEET}correct/"
PROVINCE = "440000000000"


def text(response):
    return response.content.decode()


def field(code):
    return queries.form("ZZ-DZZ", to=SYSTEM, on=DAY).field(code)


@pytest.fixture
def bureau(party_form, browser):
    return browser("data_bureau", PROVINCE)


def cell_of(page, name):
    found = re.search(rf'<td class="([^"]*)"([^>]*)><a href="\?cell={name}#beside"[^>]*>', page)
    assert found, name
    return found[1], found[2]


def test_the_sheet_keeps_its_shape_and_says_what_each_cell_is(bureau):
    page = text(bureau.get(SHEET))
    assert "s-head" in cell_of(page, "B1")[0] and 'colspan="4"' in cell_of(page, "B1")[1]
    assert "s-label" in cell_of(page, "B5")[0] and "s-asks" in cell_of(page, "E5")[0]
    assert 'rowspan="4"' in cell_of(page, "B8")[1]
    assert 'aria-label="E5 支部数"' in page
    assert page.count("<col ") == 6


def test_a_cell_is_an_address_that_opens_its_form(bureau):
    page = text(bureau.get(SHEET, {"cell": "e7"}))
    assert 'aria-current="true" id="c-E7"' in page
    assert 'id="beside-title">E7' in page
    assert 'value="field" id="say-field" checked' in page
    assert 'name="unit" value="人"' in page
    label = text(bureau.get(SHEET, {"cell": "B7"}))
    assert "答案填在 E7" in label
    whole = text(bureau.get(SHEET, {"cell": "不是地址"}))
    assert "整张表" in whole and 'name="form_period"' in whole


def say(client, cell, kind, **more):
    return client.post(CORRECT, {"cell": cell, "say": kind, **more}, follow=True)


def test_a_field_is_put_right_from_the_page(bureau):
    given = {"label": "支部数", "unit": "万元", "type": "money", "options": "", "path": ""}
    page = text(say(bureau, "E5", "field", **given))
    assert "这是第 1 次更正" in page and "s-said" in cell_of(page, "E5")[0]
    assert (field("1").type, field("1").base_unit) == (FieldType.MONEY, "元")
    assert "按系统读出的" in page
    say(bureau, "E5", "read")
    assert (field("1").type, field("1").base_unit) == (FieldType.INTEGER, "个")


def test_an_invented_field_and_a_total_from_the_page(bureau):
    page = text(say(bureau, "B17", "nothing"))
    assert field("8") is None and "s-nothing" in cell_of(page, "B17")[0]
    assert "没有用到" in text(bureau.get(SHEET, {"cell": "E17"}))
    say(bureau, "E6", "part", total="E5")
    hint = queries.profile("ZZ-DZZ", to=SYSTEM, on=DAY).draft.sums
    assert any(h.total == "1" and "2" in h.parts for h in hint)
    assert 'name="total" value="E5"' in text(bureau.get(SHEET, {"cell": "E6"}))


def test_what_cannot_be_taken_stays_as_typed(bureau):
    wrong = bureau.post(
        CORRECT, {"cell": "E5", "say": "field", "unit": "某", "options": "只有名称"}
    )
    page = text(wrong)
    assert wrong.status_code == 422 and "error-summary" in page
    assert (
        "代码 名称" in page and 'name="unit" value="某"' in page and ">只有名称</textarea>" in page
    )
    assert "请先选择" in text(bureau.post(CORRECT, {"cell": "E5"}))
    assert not Profile.objects.exists()


def test_the_whole_form_is_put_right(bureau):
    bureau.post(CORRECT, {"say": "form", "title": "改过的表名", "form_period": "2026-10"})
    form = queries.form("ZZ-DZZ", to=SYSTEM, on=DAY)
    assert (form.title, form.period_kind) == ("改过的表名", 3)


def test_readers_see_but_do_not_correct(party_form, browser):
    clerk = browser("village_clerk", "440112001202")
    page = text(clerk.get(SHEET, {"cell": "E5"}))
    assert "填报项" in page and "记下更正" not in page
    assert clerk.post(CORRECT, {"cell": "E5", "say": "nothing"}).status_code == 403


def test_the_next_version_is_registered_corrected_and_says_what_was_lost(bureau):
    say(bureau, "B17", "nothing")
    say(bureau, "E5", "field", label="改过的", unit="个")
    grid = open_grids(form_file(NAME), NAME)[0]
    data = moved(grid, [6], [1], {"联系带动10户以上的农户致富能手": "另外一件完全不同的事情"})
    file = SimpleUploadedFile("2027.xlsx", data)
    done = bureau.post(
        "/zh-hans/reporting/register/", {"file": file, "next_of": "ZZ-DZZ"}, follow=True
    )
    page = text(done)
    assert "已沿用上一版的 1 处更正" in page and "有 1 处更正没能沿用" in page
    assert field("1").label == "改过的"
    sheet = text(bureau.get(SHEET))
    assert "没能沿用的更正" in sheet and "上一版 B17" in sheet and "沿用自第 1 版" in sheet


def test_a_page_asks_no_more_than_its_budget(bureau, django_assert_max_num_queries):
    say(bureau, "B17", "nothing")
    bureau.get(SHEET)
    with django_assert_max_num_queries(22):
        bureau.get(SHEET, {"cell": "E5"})


def test_words_in_cells_are_words(bureau):
    grid = open_grids(form_file(NAME), NAME)[0]
    data = moved(grid, [], [], {"支部数": "<script>alert(1)</script>支部数"})
    file = SimpleUploadedFile("x.xlsx", data)
    bureau.post("/zh-hans/reporting/register/", {"file": file, "next_of": "ZZ-DZZ"})
    page = text(bureau.get(SHEET))
    assert "&lt;script&gt;alert(1)" in page and "<script>alert" not in page
