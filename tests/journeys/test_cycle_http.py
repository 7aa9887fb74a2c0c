"""One figure's whole way through the doors: from a department's file to its file again."""

import io
import json

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from lingnan.base import clock
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.places import queries as places
from lingnan.systems.reporting.models import Repeat
from lingnan.systems.reporting.tests.conftest import form_file, let_in

from .pages import Reader, Visitor

HOME, API = "/zh-hans/reporting/", "/api/v1/reporting"
STONE, TOWN, COUNTY = "440112001202", "440112001000", "440112000000"
CITY, PROVINCE = "440100000000", "440000000000"
SURVEY, STATISTICS = "survey_1_village_2012", "stat_table_1_households"
FILL = f"{HOME}fill/{SURVEY}/{STONE}/2026/"
POOR, PERSONS, RATE = "141", "142", "140"  # Sheet1!D52, D53 and a rate that follows from others

pytestmark = pytest.mark.django_db


def upload(name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, form_file(name))


def register(visit, *names: str) -> None:
    department = visit("department", CITY)
    for name in names:
        page = department.send(f"{HOME}register/", {"file": upload(f"{name}.xls")})
        assert "已登记" in page.text


def open_round(visit, *forms: str) -> Reader:
    """After two persons of the bureau let in what is there."""
    let_in(place=places.by_code(PROVINCE, on=clock.today()).id)
    body = {
        "title": "2026年度调查",
        "form": forms,
        "place": COUNTY,
        "period": "2026",
        "opened_on": "2020-01-01",
        "due_on": "2099-12-31",
    }
    return visit("county_reviewer", COUNTY).send(f"{HOME}open/", body)


def answered(page: Reader, number: str, **given: str) -> dict[str, str]:
    """Every control of the page filled: the number, or the first option."""
    body = {"act": "submit", "version": page.controls.get("version", "")}
    for name in page.controls:
        if name.startswith("f_"):
            options = page.options.get(name)
            body[name] = options[1] if options else number
    return body | given


def control(page: Reader, label: str) -> str:
    """The name of the control in the row of that code."""
    body = page.rows[next(i for i, row in enumerate(page.rows) if row.text.startswith(label))]
    names = [name for name in page.controls if name.startswith("f_")]
    rows = [row for row in page.rows if row.text[:3].isdigit()]
    return names[rows.index(body)]


def fill(visit, number: str) -> None:
    """Filled, submitted, approved; everything that happened has its number."""
    clerk = visit("village_clerk", STONE)
    clerk.send(FILL, answered(clerk.read(FILL), number))
    approve(visit("county_reviewer", COUNTY))


def approve(reviewer: Visitor) -> Reader:
    waiting = reviewer.read(f"{HOME}review/")
    body = {"filing": waiting.controls["filing"], "act": "approve"}
    done = reviewer.send(f"{HOME}review/decide/", body)
    evidence.drain(at=clock.now())
    return done


@pytest.fixture
def asked(county, visit):
    """The village survey is registered and asked of every village."""
    register(visit, SURVEY)
    open_round(visit, SURVEY)
    evidence.drain(at=clock.now())
    return SURVEY


def test_a_department_registers_and_the_bureau_confirms(county, visit):
    register(visit, SURVEY, STATISTICS)
    bureau = visit("data_bureau", PROVINCE)
    assert "各部门的原表" in bureau.read(f"{HOME}forms/").text
    twice = Repeat.objects.filter(target__label__contains="贫困户总户数").latest("score")
    assert "贫困户总户数" in bureau.read(f"{HOME}repeats/?pair={twice.pk}").text
    said = bureau.send(f"{HOME}repeats/{twice.pk}/", {"relation": "same"})
    assert "已记下" in said.text
    assert "贫困户总户数" in bureau.read(f"{HOME}repeats/?state=accepted").text
    form = f"{HOME}forms/{SURVEY}/"
    assert "已采纳" in bureau.act_on(form, f"{RATE} ", {"accept": "yes"}).text
    shared = next(row for row in bureau.read(form).rows if row.text.startswith(f"{POOR} "))
    assert "处共用" in shared.text
    again = visit("department", CITY).send(
        f"{HOME}register/", {"file": SimpleUploadedFile("a.xls", b"no workbook")}, 422
    )
    assert "a.xls" in again.text


def test_a_round_that_cannot_be_opened_says_why(county, visit):
    register(visit, SURVEY)
    official = visit("county_reviewer", COUNTY)
    body = {"title": "", "place": COUNTY, "period": "2026", "opened_on": "2026-01-01"}
    page = official.send(f"{HOME}open/", body | {"due_on": "2026-02-01"}, 422)
    assert "请写名称" in page.text and "请选至少一张报表" in page.text
    body |= {"title": "调查", "form": [SURVEY], "due_on": "2025-12-31"}
    assert "截止日期不能早于开始日期" in official.send(f"{HOME}open/", body, 422).text
    assert "没有报告期“某年”" in official.send(f"{HOME}open/", body | {"period": "某年"}, 422).text


def test_a_report_errs_is_returned_is_mended_and_counts(asked, visit):
    clerk, town = visit("village_clerk", STONE), visit("town_reviewer", TOWN)
    evidence.drain(at=clock.now())
    assert "填报 · " in clerk.read("/zh-hans/").text  # the desk names it
    page = clerk.read(FILL)
    name = next(iter(n for n in page.controls if n.startswith("f_")))
    wrong = clerk.send(FILL, answered(page, "3", **{name: "约三"}), 422)
    assert "Sheet1!D5" in wrong.text and "约三" in wrong.text
    assert f"#{name}" in wrong.links and wrong.controls[name] == "约三"
    sent = clerk.send(FILL, answered(wrong, "3"))
    assert "已提交" in sent.text and "待审核" in sent.text

    evidence.drain(at=clock.now())
    assert "审核 · " in town.read("/zh-hans/").text
    waiting = town.read(f"{HOME}review/").controls["filing"]
    nothing = town.send(f"{HOME}review/decide/", {"filing": waiting, "act": "return"}, 422)
    assert "请写明退回原因" in nothing.text
    body = {"filing": waiting, "act": "return", "reason": "户数与上年相差太大"}
    assert "已退回" in town.send(f"{HOME}review/decide/", body).text
    back = clerk.read(FILL)
    assert "户数与上年相差太大" in back.text
    evidence.drain(at=clock.now())
    assert "改正重报" in clerk.read("/zh-hans/").text
    clerk.send(FILL, answered(back, "4"))

    county = visit("county_reviewer", COUNTY)
    assert "已通过 1 份" in approve(county).text
    status = county.read(HOME)
    round_page = county.read(next(link for link in status.links if "/rounds/" in link))
    assert "应报 6 份，已通过 1 份" in round_page.text
    town_row = next(row for row in round_page.rows if "东岸镇" in row.text)
    assert town_row.text.split()[1:3] == ["3", "0"] and "33%" in town_row.text
    sums = county.read(f"{HOME}rollup/{SURVEY}/{COUNTY}/2026/")
    poor = next(row for row in sums.rows if row.text.startswith(POOR))
    assert poor.text.count("4 1/6 村") == 1 and "4 1/3 村" in poor.text
    assert "西岸镇" in sums.text and poor.text.endswith("—")  # missing is not zero
    below = clerk.read(f"{HOME}rollup/{SURVEY}/{COUNTY}/2026/")
    poor = next((row.text for row in below.rows if row.text.startswith(POOR)), "")
    assert "1/6 村" not in poor and not {"4"} & set(poor.split())  # above the clerk's reach


def produced(client: Client, as_of: str = "") -> tuple[bytes, str]:
    query = f"form={SURVEY}&place={COUNTY}&period=2026" + (f"&as_of={as_of}" if as_of else "")
    made = client.post(f"{API}/products?{query.replace('+', '%2B')}")
    assert made.status_code == 200, made.content
    return made.content, made["X-Lingnan-As-Of"]


def test_the_workbook_comes_back_and_an_earlier_one_again(asked, visit, program):
    fill(
        visit, "6"
    )  # less is kept back: one village has reported, so the county's sum is its own figure
    department = visit("department", CITY)
    body = {"form": SURVEY, "place": COUNTY, "period": "2026", "on": ""}
    file = department.client.post(f"{HOME}produce/", body)
    assert file["Content-Disposition"].startswith("attachment")
    sheet = openpyxl.load_workbook(io.BytesIO(file.content))["Sheet1"]
    assert (sheet["B52"].value, sheet["D52"].value, sheet["D53"].value) == ("1.贫困户总户数", 6, 6)
    assert "最近生成" in department.read(f"{HOME}produce/").text

    before, moment = produced(department.client)
    clerk = program("village_clerk", STONE)
    filing = clerk.get(f"{API}/filings").json()[0]["uuid"]
    code = clerk.get(f"{API}/forms/{SURVEY}").json()["fields"]
    poor = next(one["code"] for one in code if one["cell"] == "D52")
    send(clerk, "post", f"/filings/{filing}/correct", {"answers": {poor: "9"}, "reason": "漏记"})
    send(clerk, "post", f"/filings/{filing}/submit", {})
    approve(visit("county_reviewer", COUNTY))
    again, _ = produced(department.client, moment)
    today, _ = produced(department.client)
    assert again == before
    sheet = openpyxl.load_workbook(io.BytesIO(today))["Sheet1"]
    assert sheet["D52"].value == 9 and today != before


def send(client: Client, method: str, path: str, body: object, key: str = ""):
    headers = {"Idempotency-Key": key} if key else {}
    response = getattr(client, method)(
        f"{API}{path}", json.dumps(body), content_type="application/json", headers=headers
    )
    assert response.status_code < 300, response.content
    return response


def test_a_program_does_the_same_with_a_token(asked, program):
    clerk, reviewer = program("village_clerk", STONE), program("county_reviewer", COUNTY)
    round_id = clerk.get(f"{API}/rounds").json()[0]["uuid"]
    asks = clerk.get(f"{API}/rounds/{round_id}/asks/{STONE}").json()
    fields = {f["code"]: f for f in clerk.get(f"{API}/forms/{SURVEY}").json()["fields"]}
    assert len(asks) == len(fields)
    answers = {c: (f["options"][0]["code"] if f["options"] else "5") for c, f in fields.items()}
    body = {"form": SURVEY, "place": STONE, "period": "2026", "answers": answers}
    first = send(clerk, "put", "/filings", body)
    path, version = f"/filings/{first.json()['uuid']}", {"version": first.json()["version"]}
    sent = send(clerk, "post", f"{path}/submit", version, "submit-1")
    again = send(clerk, "post", f"{path}/submit", version, "submit-1")
    assert again["Idempotency-Replayed"] == "true" and again.json() == sent.json()
    assert sent.json()["state"] == "submitted"
    send(reviewer, "post", "/approvals", {"filings": [first.json()["uuid"]]}, "approve-1")
    evidence.drain(at=clock.now())
    query = f"form={SURVEY}&place={COUNTY}&period=2026"
    top = reviewer.get(f"{API}/rollup?{query}").json()[0]
    assert (top["values"][POOR], top["reported"][POOR], top["expected"][POOR]) == ("5", 1, 6)


DOORS = [
    ("get", HOME, (), 302),
    ("get", FILL, (), 302),
    ("get", f"{API}/forms", (), 401),
    ("get", f"{HOME}review/", ("village_clerk", STONE), 403),
    ("get", f"{HOME}open/", ("village_clerk", STONE), 403),
    ("get", f"{HOME}register/", ("village_clerk", STONE), 403),
    ("get", f"{HOME}register/", ("county_reviewer", COUNTY), 403),
    ("post", f"{HOME}repeats/1/", ("department", CITY), 403),
    ("get", FILL, ("county_reviewer", COUNTY), 403),
    ("get", FILL, ("village_clerk", "440112002201"), 403),
    ("get", f"{HOME}produce/", ("audit_admin", PROVINCE), 403),
    ("get", "/zh-hans/platform/evidence/", ("village_clerk", STONE), 403),
]


@pytest.mark.parametrize(("method", "address", "who", "status"), DOORS)
def test_strangers_and_wrong_hats_stay_outside(asked, visit, client, method, address, who, status):
    visitor = visit(*who).client if who else client
    assert getattr(visitor, method)(address).status_code == status


PAGES = [
    ("/zh-hans/", ("village_clerk", STONE), 22),
    ("/zh-hans/", ("county_reviewer", COUNTY), 34),
    (HOME, ("county_reviewer", COUNTY), 15),
    (f"{HOME}review/", ("county_reviewer", COUNTY), 20),
    (f"{HOME}forms/", ("department", CITY), 20),
    (f"{HOME}repeats/", ("data_bureau", PROVINCE), 20),
    (f"{HOME}produce/", ("department", CITY), 24),
    (f"{HOME}rollup/{SURVEY}/{COUNTY}/2026/", ("county_reviewer", COUNTY), 42),
]


@pytest.mark.parametrize(("address", "who", "most"), PAGES)
def test_a_page_costs_a_fixed_number_of_queries(
    asked, visit, django_assert_max_num_queries, address, who, most
):
    visitor = visit(*who)
    visitor.read(address)  # remembers places and sources
    with django_assert_max_num_queries(most):
        assert visitor.client.get(address).status_code == 200
