"""The pages as officials see them: without scripts, with sources, losing nothing typed."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from lingnan.base import clock
from lingnan.kernel.evidence import services as evidence
from lingnan.systems.reporting import queries, services
from lingnan.systems.reporting.models import Filing, Proposal, Repeat
from lingnan.systems.reporting.rules import workbook as book

from .conftest import AT, DAY, SYSTEM, YEAR, form_file, full

STONE, COUNTY = "440112001202", "440112000000"
HOME = "/zh-hans/reporting/"
FILL = f"{HOME}fill/ZZ-DZZ/{STONE}/2026/"
Draft = services.Draft


@pytest.fixture
def asked(party_form, opened):
    opened(party_form)
    return queries.form("ZZ-DZZ", to=SYSTEM, on=DAY)


def controls(form, answers):
    return {f"f_{field.id}": answers[field.code] for field in form.asked if field.code in answers}


def text(response):
    return response.content.decode()


def test_the_catalogue_leads_to_every_cell(asked, browser):
    clerk = browser("village_clerk", STONE)
    assert "党组织和党员情况明细表" in text(clerk.get(f"{HOME}forms/"))
    page = text(clerk.get(f"{HOME}forms/ZZ-DZZ/"))
    assert "村表!E52" in page and "万元" in page


def test_a_round_shows_the_ladder_and_what_is_missing(asked, browser, county):
    services.save_draft(asked.id, YEAR, Draft(county["石门村"], {"1": "1"}), by=SYSTEM, at=AT)
    reviewer = browser("county_reviewer", COUNTY)
    page = text(reviewer.get(HOME))
    assert "2026年度报表" in page
    uuid = queries.rounds(to=SYSTEM, on=DAY)[0].uuid
    page = reviewer.get(f"{HOME}rounds/{uuid}/", follow=True)
    assert page.status_code == 200
    assert "东岸镇" in text(page) and "应报 6 份" in text(page)
    village = text(reviewer.get(f"{HOME}rounds/{uuid}/{STONE}/"))
    assert "草稿" in village and FILL in village


def test_a_form_is_filled_and_faults_keep_what_was_typed(asked, browser):
    clerk = browser("village_clerk", STONE)
    assert clerk.get(FILL).status_code == 200
    wrong = clerk.post(FILL, controls(asked, full(asked, 3, **{"1": "三"})) | {"act": "submit"})
    page = text(wrong)
    assert wrong.status_code == 422
    one = asked.field("1")
    assert f'href="#f_{one.id}"' in page and "村表!E5" in page
    assert 'value="三"' in page and 'aria-invalid="true"' in page
    assert Filing.objects.get().answers["1"]["text"] == "三"
    right = clerk.post(FILL, controls(asked, full(asked, 3)) | {"act": "submit"}, follow=True)
    assert "已提交" in text(right) and "待审核" in text(right)


def test_a_stale_page_does_not_overwrite_another(asked, browser, county):
    clerk = browser("village_clerk", STONE)
    services.save_draft(asked.id, YEAR, Draft(county["石门村"], {"1": "8"}), by=SYSTEM, at=AT)
    services.save_draft(asked.id, YEAR, Draft(county["石门村"], {"1": "9"}), by=SYSTEM, at=AT)
    stale = clerk.post(FILL, controls(asked, {"1": "1"}) | {"version": "1", "act": "save"})
    assert stale.status_code == 422 and "刷新" in text(stale)
    assert Filing.objects.get().answers["1"]["text"] == "9"


def test_a_workbook_is_read_into_the_page(asked, browser):
    clerk = browser("village_clerk", STONE)
    workbook = book.opened(form_file("village_party_organisation.xls"))
    workbook["村表"]["E6"] = 12
    file = SimpleUploadedFile("a.xlsx", book.packed(workbook))
    page = clerk.post(f"{FILL}file/", {"file": file}, follow=True)
    assert "已读入文件" in text(page) and 'value="12"' in text(page)


def test_what_is_known_is_shown_with_its_source_and_not_asked(
    village_form, household_form, opened, browser, county, clerk, reviewer
):
    for row in Proposal.objects.filter(household_form=household_form.id, quality="exact"):
        services.decide_proposal(row.pk, accept=True, by=SYSTEM, at=AT)
    opened(village_form, household_form)
    place, by = county["石门村"], clerk("石门村")
    ids = services.household_ids(place, ["001", "002"], by=by, at=AT)
    drafts = [
        Draft(place, full(household_form, 0, **{"201": "1", "202": "4"}), subject=one)
        for one in ids.values()
    ]
    saved = services.save_drafts(household_form, YEAR, drafts, by=by, at=AT)
    services.submit_many([one.uuid for one in saved], by=by, at=AT)
    services.approve_many([one.uuid for one in saved], by=reviewer, at=AT)
    page = text(browser("village_clerk", STONE).get(f"{HOME}fill/GZ-S1-2012/{STONE}/2026/"))
    field = village_form.field("142")
    assert f'<output id="f_{field.id}">8</output>' in page
    assert 'data-quality="derived"' in page and f'name="f_{field.id}"' not in page


def test_a_reviewer_approves_many_and_returns_one(asked, browser, county):
    for name in ("石门村", "水口村"):
        made = services.save_draft(
            asked.id, YEAR, Draft(county[name], full(asked, 3)), by=SYSTEM, at=AT
        )
        services.submit_report(made.uuid, by=SYSTEM, at=AT)
    reviewer = browser("town_reviewer", "440112001000")
    page = text(reviewer.get(f"{HOME}review/"))
    assert "石门村" in page and "水口村" in page
    one, other = (str(f.uuid) for f in Filing.objects.order_by("pk"))
    assert "审核通过" in text(reviewer.get(f"{HOME}filings/{one}/"))
    no_reason = reviewer.post(f"{HOME}review/decide/", {"filing": one, "act": "return"})
    assert no_reason.status_code == 422
    reviewer.post(f"{HOME}review/decide/", {"filing": one, "act": "return", "reason": "再核"})
    reviewer.post(f"{HOME}review/decide/", {"filing": [other], "act": "approve"})
    assert [f.state for f in Filing.objects.order_by("pk")] == ["returned", "approved"]
    back = text(browser("village_clerk", STONE).get(FILL))
    assert "再核" in back


def test_sums_and_the_departments_workbook_come_from_the_pages(asked, browser, county):
    at = clock.now()
    made = services.save_draft(
        asked.id, YEAR, Draft(county["石门村"], full(asked, 4)), by=SYSTEM, at=at
    )
    services.submit_report(made.uuid, by=SYSTEM, at=at)
    services.approve_report(made.uuid, by=SYSTEM, at=at)
    evidence.drain(at=clock.now())
    department = browser("department", "440100000000")
    page = text(department.get(f"{HOME}rollup/ZZ-DZZ/{COUNTY}/2026/"))
    assert "东岸镇" in page and "1/6 村" in page
    body = {"form": "ZZ-DZZ", "place": COUNTY, "period": "2026", "on": ""}
    file = department.post(f"{HOME}produce/", body)
    assert file.status_code == 200 and "attachment" in file["Content-Disposition"]
    assert openpyxl.load_workbook(io.BytesIO(file.content))["村表"]["E5"].value == 4
    assert "最近生成" in text(department.get(f"{HOME}produce/"))
    wrong = department.post(f"{HOME}produce/", body | {"place": "999999"})
    assert wrong.status_code == 422


def test_repeats_and_derivations_are_decided_on_their_pages(village_form, household_form, browser):
    one, other = village_form.field("141"), village_form.field("144")
    repeat = Repeat.objects.create(source_id=other.id, target_id=one.id, relation="same", score=1)
    bureau = browser("data_bureau", "440000000000")
    assert "贫困户总户数" in text(bureau.get(f"{HOME}repeats/"))
    bureau.post(f"{HOME}repeats/{repeat.pk}/", {"accept": "yes"})
    assert queries.form("GZ-S1-2012", to=SYSTEM, on=DAY).field("144").element == one.element
    rule = Proposal.objects.get(field__code="141")
    assert "count(*)" in text(bureau.get(f"{HOME}forms/GZ-S1-2012/"))
    bureau.post(f"{HOME}forms/GZ-S1-2012/proposals/{rule.pk}/", {"accept": "yes"})
    rule.refresh_from_db()
    assert rule.state == "accepted"


def test_pages_ask_for_the_right_hat(asked, browser, client):
    assert client.get(f"{HOME}forms/").status_code == 302
    clerk = browser("village_clerk", STONE)
    assert clerk.get(f"{HOME}review/").status_code == 403
    assert clerk.post(f"{HOME}repeats/1/", {"accept": "yes"}).status_code == 403


def test_the_page_of_a_form_costs_the_same_however_many_questions(
    asked, browser, django_assert_max_num_queries
):
    clerk = browser("village_clerk", STONE)
    clerk.get(FILL)
    with django_assert_max_num_queries(30):
        clerk.get(FILL)


def test_a_county_split_off_says_that_it_has_no_data_yet(asked, browser, county):
    """What was reported before stays with the old county; the new one begins empty, in words."""
    from lingnan.kernel.places import queries as places
    from lingnan.kernel.places import services as divisions
    from lingnan.kernel.places.terms import Part

    stone = county["石门村"]
    saved = services.save_draft(asked.id, YEAR, Draft(stone, full(asked, 3)), by=SYSTEM, at=AT)
    services.submit_report(saved.uuid, by=SYSTEM, at=AT)
    services.approve_report(saved.uuid, by=SYSTEM, at=AT)
    evidence.drain(at=AT)
    part = Part(name="东区", code="440150", children=(county["西岸镇"],))
    today = clock.today()
    [new] = divisions.split_place(county["黄埔区"], [part], on=today, by=SYSTEM, at=AT)
    assert places.place(new, on=today).code == "440150000000"
    reader = browser("data_bureau", "440000000000")
    empty = text(reader.get(f"{HOME}rollup/ZZ-DZZ/440150000000/2026/"))
    assert "还没有审核通过的数据" in empty
    old = text(reader.get(f"{HOME}rollup/ZZ-DZZ/{COUNTY}/2026/"))
    assert "还没有审核通过的数据" not in old
    assert "东岸镇" in old
