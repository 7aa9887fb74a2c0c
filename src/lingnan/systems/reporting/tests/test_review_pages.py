"""Findings beside the questions, reasons, and the reviewer's grid, as officials see them."""

import io
from decimal import Decimal

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from lingnan.kernel.observations import services as values
from lingnan.kernel.observations.terms import NewValue
from lingnan.systems.reporting import queries, services
from lingnan.systems.reporting.models import Explanation, Field, Filing

from .conftest import DAY, SYSTEM, YEAR, full, later

STONE, COUNTY = "440112001202", "440112000000"
HOME = "/zh-hans/reporting/"
FILL = f"{HOME}fill/ZZ-DZZ/{STONE}/2026/"
GRID = f"{HOME}review/ZZ-DZZ/{COUNTY}/2026/"
Draft = services.Draft


@pytest.fixture
def asked(party_form, opened):
    opened(party_form)
    return queries.form("ZZ-DZZ", to=SYSTEM, on=DAY)


@pytest.fixture
def leap(asked, county):
    """石门村 said 20 last year."""
    field = asked.field("1")
    row = NewValue(
        place=county["石门村"], element=field.element, period=YEAR - 1000, value=Decimal(20)
    )
    values.record_values("last", [row], source="form:ZZ-DZZ", by=SYSTEM, at=later(0))


def controls(form, answers):
    return {f"f_{field.id}": answers[field.code] for field in form.asked if field.code in answers}


def text(response):
    return response.content.decode()


def submit(form, place, by, **given):
    draft = Draft(place, full(form, 20, **given))
    kept = services.save_draft(form.id, YEAR, draft, by=by, at=later(1))
    return services.submit_report(kept.uuid, by=by, at=later(1))


def test_a_clerk_is_asked_why_and_may_submit_after_saying_so(asked, leap, browser):
    clerk = browser("village_clerk", STONE)
    typed = controls(asked, full(asked, 20, **{"1": "200"})) | {"act": "submit"}
    refused = clerk.post(FILL, typed)
    assert refused.status_code == 422
    assert "“本" in text(refused) or "由上期 20 变为 200" in text(refused)
    assert 'name="why:1:last"' in text(refused)
    done = clerk.post(FILL, typed | {"why:1:last": "两村合并"})
    assert done.status_code == 302
    assert Explanation.objects.get().reason == "两村合并"
    assert Filing.objects.get().state == "submitted"


def test_the_grid_approves_what_was_on_the_screen_and_returns_single_cells(
    asked, county, clerk, browser
):
    first = submit(asked, county["石门村"], clerk("石门村"))
    second = submit(asked, county["白沙村"], clerk("白沙村"))
    reviewer = browser("county_reviewer", COUNTY)
    assert GRID in text(reviewer.get(f"{HOME}review/"))
    page = text(reviewer.get(GRID))
    assert "石门村" in page and "待审核 2 份" in page
    assert f'value="{first.uuid}:{first.version}"' in page
    approve = {"act": "approve", "filing": f"{first.uuid}:{first.version}"}
    assert reviewer.post(f"{GRID}act/", approve).status_code == 302
    back = {
        "act": f"return:{second.uuid}",
        f"reason:{second.uuid}": "请核对人数",
        "cell": f"{second.uuid}:1",
    }
    assert reviewer.post(f"{GRID}act/", back).status_code == 302
    held = {str(row.uuid): row for row in Filing.objects.all()}
    assert held[first.uuid].state == "approved"
    assert (held[second.uuid].state, held[second.uuid].remarks) == (
        "returned", {"1": "请核对人数"}
    )  # fmt: skip


def test_a_report_changed_since_it_was_on_the_screen_is_not_approved(asked, county, clerk, browser):
    sent = submit(asked, county["石门村"], clerk("石门村"))
    reviewer = browser("county_reviewer", COUNTY)
    stale = {"act": "approve", "filing": f"{sent.uuid}:{sent.version - 1}"}
    assert reviewer.post(f"{GRID}act/", stale).status_code == 409
    assert Filing.objects.get().state == "submitted"


def test_a_clerk_sees_no_grid(asked, browser):
    assert browser("village_clerk", STONE).get(GRID).status_code == 403


def test_the_grid_page_asks_a_fixed_number_of_queries(
    asked, county, clerk, browser, django_assert_max_num_queries
):
    for name in ("荔湾村", "石门村", "水口村", "白沙村"):
        submit(asked, county[name], clerk(name))
    reviewer = browser("county_reviewer", COUNTY)
    reviewer.get(GRID)
    with django_assert_max_num_queries(40):
        reviewer.get(GRID)


def test_a_program_reads_findings_explains_and_sees_the_grid(asked, leap, county, program):
    clerk = program("village_clerk", STONE)
    api = "/api/v1/reporting"
    body = {"form": "ZZ-DZZ", "place": STONE, "period": "2026",
            "answers": full(asked, 20, **{"1": "200"})}  # fmt: skip
    kept = clerk.put(f"{api}/filings", body, content_type="application/json").json()
    found = clerk.get(f"{api}/filings/{kept['uuid']}/findings").json()
    leap_ = next(one for one in found if one["check"] == "last")
    assert (leap_["severity"], leap_["blocks"], leap_["cell"]) == (
        "explain", True, asked.field("1").where
    )  # fmt: skip
    assert leap_["figures"] == {"value": "200", "before": "20"}
    said = clerk.post(
        f"{api}/filings/{kept['uuid']}/explain",
        {"field": "1", "reason": "两村合并"},
        content_type="application/json",
        HTTP_IDEMPOTENCY_KEY="one",
    )
    assert said.status_code == 200 and not any(one["blocks"] for one in said.json())
    sent = clerk.post(
        f"{api}/filings/{kept['uuid']}/submit", {}, content_type="application/json",
        HTTP_IDEMPOTENCY_KEY="two",
    )  # fmt: skip
    assert sent.status_code == 200
    grid = program("county_reviewer", COUNTY).get(
        f"{api}/review-grid?form=ZZ-DZZ&place={COUNTY}&period=2026"
    )
    assert grid.json()["rows"][0]["place"] == STONE
    assert grid.json()["expected"] == 6


def test_an_upload_with_faults_comes_back_as_a_file(asked, browser):
    import io

    import openpyxl
    from django.core.files.uploadedfile import SimpleUploadedFile

    from lingnan.systems.reporting.rules import workbook as book

    from .conftest import form_file

    filled = book.opened(form_file("village_party_organisation.xls"))
    filled[asked.sheet][asked.field("1").cell] = "三"
    out = io.BytesIO()
    filled.save(out)
    clerk = browser("village_clerk", STONE)
    file = SimpleUploadedFile("党组织.xlsx", out.getvalue())
    back = clerk.post(f"{FILL}file/", {"file": file, "back": "1"})
    assert back.status_code == 200 and "attachment" in back["Content-Disposition"]
    cell = openpyxl.load_workbook(io.BytesIO(back.content))[asked.sheet][asked.field("1").cell]
    assert "应为" in cell.comment.text
    assert Filing.objects.get().answers["1"]["text"] == "三"


def test_reminding_from_the_round_and_the_inbox_of_the_clerk(asked, county, browser):
    from lingnan.kernel.statutes import services as statutes

    statutes.load_content(by=SYSTEM, at=later(0))
    clerk, reviewer = browser("village_clerk", STONE), browser("county_reviewer", COUNTY)
    uuid = queries.rounds(to=SYSTEM, on=DAY)[0].uuid
    page = reviewer.get(f"{HOME}rounds/{uuid}/{COUNTY}/")
    assert "催办未报的村" in text(page)
    reviewer.post(f"{HOME}rounds/{uuid}/{COUNTY}/remind/")
    again = reviewer.post(f"{HOME}rounds/{uuid}/{COUNTY}/remind/", follow=True)
    assert "今天已催过的 1 条" in text(again)
    inbox = text(clerk.get(f"{HOME}messages/"))
    assert "催办：2026年度报表" in inbox and "未读" in inbox
    message = queries.inbox(to=actor_behind(clerk))[0]
    clerk.post(f"{HOME}messages/{message.uuid}/read/")
    assert "未读" not in text(clerk.get(f"{HOME}messages/"))


def actor_behind(client):
    """The actor whose inbox the signed-in client sees."""
    from lingnan.base import clock
    from lingnan.kernel.parties import queries as parties

    return parties.actor_of(int(client.session["_auth_user_id"]), at=clock.now(), channel="web")


def test_a_reviewers_estimate_stands_beside_the_report(asked, county, clerk, browser):
    sent = submit(asked, county["石门村"], clerk("石门村"))
    reviewer, there = browser("county_reviewer", COUNTY), f"{HOME}filings/{sent.uuid}/"
    said = {"field": "1", "text": "33", "reason": ""}
    assert "请写明估计依据" in text(reviewer.post(f"{there}estimate/", said))
    page = text(reviewer.post(f"{there}estimate/", said | {"reason": "按上年"}, follow=True))
    row = page[page.index("审核人估计") :]
    assert ">20<" in row and ">33<" in row  # the report and, beside it, the estimate
    office = browser("department", COUNTY).get(there)  # it would give away what is kept back
    assert office.status_code == 200 and "审核人估计" not in text(office)
    own = browser("village_clerk", STONE)
    assert own.post(f"{there}estimate/", said | {"reason": "自报"}).status_code == 403


def test_a_clerk_puts_an_approved_figure_right(asked, county, clerk, reviewer, browser):
    sent = submit(asked, county["石门村"], clerk("石门村"))
    services.approve_report(sent.uuid, by=reviewer, at=later(2))
    own, there = browser("village_clerk", STONE), f"{HOME}filings/{sent.uuid}/"
    assert "改后要再提交" in text(own.get(there))
    said = {"field": "1", "text": "21", "reason": ""}
    assert own.post(f"{there}correct/", said).status_code == 422
    page = text(own.post(f"{there}correct/", said | {"reason": "漏记一户"}, follow=True))
    assert "请核对后提交" in page and 'value="21"' in page
    neighbour = browser("village_clerk", "440112001201")
    assert neighbour.post(f"{there}correct/", said | {"reason": "代改"}).status_code in (403, 404)


def test_the_workbook_to_fill_holds_what_is_known_and_comes_back(asked, county, clerk, browser):
    field, other, third = asked.field("1"), asked.field("2"), asked.field("3")
    row = NewValue(place=county["石门村"], element=field.element, period=YEAR, value=Decimal(12))
    values.record_values("police", [row], source="police", by=SYSTEM, at=later(0))
    own = browser("village_clerk", STONE)
    own.post(FILL, controls(asked, {"2": "缺"}) | {"act": "save"})
    got = own.get(f"{FILL}workbook/")
    book = openpyxl.load_workbook(io.BytesIO(got.content))
    sheet = book[field.sheet]
    assert [sheet[one.cell].value for one in (field, other, third)] == [12, "缺", None]
    for one in asked.asked:
        if sheet[one.cell].value is None:
            sheet[one.cell] = 3
    filled = io.BytesIO()
    book.save(filled)
    file = SimpleUploadedFile("填好.xlsx", filled.getvalue())
    assert "请核对后提交" in text(own.post(f"{FILL}file/", {"file": file}, follow=True))
    sent = own.post(FILL, {"act": "submit"})
    assert sent.status_code == 302, text(sent)
    answers = Filing.objects.get().answers
    assert (answers["1"]["source"], answers["2"]["mark"]) == ("police", "missing")
    assert answers["3"] == {"text": "3"}
    assert browser("county_reviewer", COUNTY).get(f"{FILL}workbook/").status_code == 403


def test_what_the_workbook_held_is_nobodys_word_when_it_comes_back(asked, county, browser):
    """What is known elsewhere and what was worked out stay so; only what was changed was said."""
    field = asked.field("1")
    row = NewValue(place=county["石门村"], element=field.element, period=YEAR, value=Decimal(12))
    values.record_values("police", [row], source="police", by=SYSTEM, at=later(0))
    own = browser("village_clerk", STONE)
    own.post(FILL, controls(asked, {"2": "5", "3": "7"}) | {"act": "save"})
    filing = Filing.objects.get()
    Filing.objects.update(answers=filing.answers | {"2": {"text": "5", "mark": "derived"}})
    book = openpyxl.load_workbook(io.BytesIO(own.get(f"{FILL}workbook/").content))
    sheet = book[field.sheet]
    sheet[asked.field("3").cell] = 8
    filled = io.BytesIO()
    book.save(filled)
    own.post(f"{FILL}file/", {"file": SimpleUploadedFile("改.xlsx", filled.getvalue())})
    answers = Filing.objects.get().answers
    assert answers.get("1", {}).get("text", "") == ""
    assert answers["2"] == {"text": "5", "mark": "derived"}
    assert answers["3"] == {"text": "8"}


def test_the_workbook_to_fill_names_nobody(asked, county, browser):
    """A file leaves the house: what the clerk typed of a person comes masked, and sent back so it
    changes nothing; what others know of one is left out."""
    telephone, other = asked.field("1"), asked.field("2")
    words = Field.objects.filter(pk__in=[telephone.id, other.id])
    words.update(label="书记电话", type="text", unit="", base_unit="", dimension="")
    form = queries.form_by_id(asked.id)
    row = NewValue(place=county["石门村"], element=other.element, period=YEAR, value=Decimal(13800))
    values.record_values("police", [row], source="police", by=SYSTEM, at=later(0))
    own = browser("village_clerk", STONE)
    own.post(FILL, controls(form, {"1": "13800001234", "3": "7"}) | {"act": "save"})
    assert Filing.objects.get().answers["1"]["text"] == "13800001234"
    got = own.get(f"{FILL}workbook/")
    sheet = openpyxl.load_workbook(io.BytesIO(got.content))[form.sheet]
    held = [str(sheet[form.field(code).cell].value or "") for code in "123"]
    assert held == ["138****1234", "", "7"]
    back = SimpleUploadedFile("填好.xlsx", got.content)
    own.post(f"{FILL}file/", {"file": back}, follow=True)
    assert Filing.objects.get().answers["1"]["text"] == "13800001234"


def test_an_act_refused_shows_its_page_again_with_what_was_typed(asked, county, clerk, browser):
    """Never a bare page that names a control nobody sees; nothing typed is lost."""
    sent = submit(asked, county["石门村"], clerk("石门村"))
    reviewer, own = browser("county_reviewer", COUNTY), browser("village_clerk", STONE)
    there, grid = f"{HOME}filings/{sent.uuid}/", f"{HOME}review/{asked.code}/{COUNTY}/2026/"

    def refused(who, path, said, *words):
        answer = who.post(path, said)
        page = text(answer)
        assert answer.status_code == 422 and 'class="error-summary"' in page, path
        assert asked.title.strip() in page or path.endswith("decide/"), "another page"
        for word in words:
            assert word in page, word

    refused(reviewer, f"{there}estimate/", {}, "请选择项目", "请填写估计值", "请写明估计依据")
    refused(reviewer, f"{there}estimate/", {"field": "2", "text": "77"}, 'value="77"')
    refused(reviewer, f"{HOME}review/decide/", {}, "请先选中要审核的报表")
    back = {"filing": sent.uuid, "act": "return", "reason": " "}
    refused(reviewer, f"{HOME}review/decide/", back, "请写明退回原因", "退回…")
    refused(reviewer, f"{grid}act/", {}, "请选择怎样办理")
    refused(reviewer, f"{grid}act/", {"act": "approve"}, "请先选中要审核的报表")
    refused(reviewer, f"{grid}act/", {"act": f"return:{sent.uuid}"}, "请写明退回原因")
    refused(own, f"{FILL}file/", {}, "请选择文件")
    assert Filing.objects.get().state == "submitted"
    done = {"filing": sent.uuid, "act": "return", "reason": "再核"}
    assert reviewer.post(f"{HOME}review/decide/", done).status_code == 302
    late = reviewer.post(f"{HOME}review/decide/", done)  # somebody was faster
    assert late.status_code == 409 and asked.title.strip() in text(late)
    assert "不能退回" in text(late)
