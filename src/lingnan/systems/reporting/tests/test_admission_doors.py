"""Admission through pages, interface and command line: offered, refused, cut to five, let in, asked."""

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from lingnan.base import clock
from lingnan.kernel.statutes import services as statutes
from lingnan.systems.reporting import queries, services
from lingnan.systems.reporting.models import Admission, Objection

from .conftest import AT, SYSTEM, let_in
from .paper import paper
from .planned import made

ROOT, API = "/zh-hans/reporting/", "/api/v1/reporting"
COUNTY, VILLAGE = "440112", "440112001202"
ASKED = [("户籍人口", "人"), ("总户数", "户"), ("耕地面积", "亩"), ("自然村数", "个")]


@pytest.fixture
def rules(county):
    services.load_content(by=SYSTEM, at=AT)
    statutes.load_content(by=SYSTEM, at=AT)


@pytest.fixture
def in_use(rules, county):
    """A department's form that everybody is asked already."""
    form = services.register_form(
        paper("民政", ASKED), "MZ-1.xlsx", codes=["MZ-1"], by=SYSTEM, at=AT
    )
    let_in(*form, place=county["广东省"])
    return form[0]


def text_of(response, status=200):
    assert response.status_code == status, response.content.decode()[:2000]
    return response.content.decode()


def sheet(name, asked):
    return SimpleUploadedFile(f"{name}.xlsx", paper(name, asked))


NEW = [("水塘数", "个"), ("龙舟数", "条"), ("祠堂数", "个"), ("古树数", "棵"), ("戏台数", "个")]


def test_a_form_is_refused_and_then_admitted_with_five_fields(
    in_use, county, browser, django_assert_max_num_queries
):
    office, clerk = browser("department", COUNTY), browser("village_clerk", VILLAGE)
    first, second = browser("data_bureau", COUNTY), browser("data_bureau", COUNTY, ".2")
    said = {"file": sheet("文旅", ASKED + NEW), "place": COUNTY, "purpose": "摸底"}
    page = text_of(office.post(f"{ROOT}admission/offer/", said, follow=True))
    assert "9 项中 0 项已掌握，0 项可以得出，只需新填 9 项" in page
    assert "疑似重复的项目确认后，只需新填 5 项" in page and "<svg" in page
    one = Admission.objects.get(state="offered")
    for repeat in queries.repeats(to=SYSTEM, on=clock.today(), form=one.form_id):
        services.confirm_match(repeat.id, by=SYSTEM, at=clock.now())
    address = f"{ROOT}admission/{one.uuid}/"
    page = text_of(office.post(f"{address}assess/", follow=True))
    assert "9 项中 4 项已掌握，0 项可以得出，只需新填 5 项" in page and "MZ-1:" in page
    assert office.post(f"{address}approve/").status_code == 403
    assert clerk.post(f"{address}refuse/", {"reason": "x"}).status_code == 403
    assert "请写明原因" in text_of(first.post(f"{address}refuse/", {"reason": ""}), 422)
    page = text_of(first.post(f"{address}refuse/", {"reason": "人口已有"}, follow=True))
    assert "不予批准" in page and "人口已有" in page
    assert "不予批准。理由：人口已有" in text_of(office.get(f"{ROOT}messages/"))
    new = one.form.fields.filter(label__in=[label for label, _ in NEW])
    codes = [field.code for field in new]
    again = {"form": one.form.code, "place": COUNTY, "purpose": "只要五项", "only": " ".join(codes)}
    page = text_of(office.post(f"{ROOT}admission/offer/", again, follow=True))
    assert "5 项中 0 项已掌握，0 项可以得出，只需新填 5 项" in page
    two = Admission.objects.get(state="offered")
    address = f"{ROOT}admission/{two.uuid}/"
    assert "还要另一人批准" in text_of(first.post(f"{address}approve/", {"seen": 0}, follow=True))
    assert "您已经批准过" in text_of(first.post(f"{address}approve/", {"seen": 1}), 403)
    assert "刚刚有人改动" in text_of(second.post(f"{address}approve/", {"seen": 0}), 409)
    bad = {"seen": 1, "expires_on": "2099-01-01"}
    assert "有效期最长 36 个月" in text_of(second.post(f"{address}approve/", bad), 422)
    with django_assert_max_num_queries(40):
        text_of(second.get(address))
    page = text_of(second.post(f"{address}approve/", {"seen": 1}, follow=True))
    assert "两人均已批准，文号 报表准入〔" in page
    today = clock.today()
    days = {"opened_on": today.isoformat(), "due_on": (today + timedelta(days=3)).isoformat()}
    body = {"title": "五项", "form": [one.form.code], "place": COUNTY, "period": "2026"} | days
    assert "至少要有 5 天" in text_of(first.post(f"{ROOT}open/", body), 422)
    body["due_on"] = (today + timedelta(days=5)).isoformat()
    text_of(first.post(f"{ROOT}open/", body, follow=True))
    _is_asked(one, clerk, today)
    page = text_of(office.post(f"{address}withdraw/", {"reason": "做完了"}, follow=True))
    assert "已停用" in page
    assert "已停用，不能要求填报" in text_of(first.post(f"{ROOT}open/", body), 422)


def _is_asked(one, clerk, today):
    """Five fields to fill, four not; and the catalogue has it."""
    page = text_of(clerk.get(f"{ROOT}fill/{one.form.code}/{VILLAGE}/2026/"))
    assert page.count("本表不问此项") == 4 and page.count('inputmode="decimal"') == 5
    assert "报表准入〔" in page
    listed = text_of(clerk.get(f"{ROOT}catalogue/{today.year}/"))
    assert one.form.title in listed and "MZ-1" in listed
    table = clerk.get(f"{ROOT}catalogue/{today.year}/catalogue.csv").content.decode("utf-8-sig")
    assert [line.split(",")[9] for line in table.splitlines()[1:]] == ["4", "5"]


def test_the_stock_is_listed_by_one_and_admitted_by_another(rules, browser):
    made("F1", ["persons"])
    first, second = browser("data_bureau", COUNTY), browser("data_bureau", COUNTY, ".2")
    text_of(first.post(f"{ROOT}admission/existing/", follow=True))
    page = text_of(first.get(f"{ROOT}admission/"))
    assert "1 张等另一人批准" in page and "1 / 2" in page
    assert first.post(f"{ROOT}admission/existing/").status_code == 422
    assert "1 张两人均已批准" in text_of(second.post(f"{ROOT}admission/existing/", follow=True))
    assert browser("county_reviewer", COUNTY).post(f"{ROOT}admission/existing/").status_code == 403


def test_a_form_that_came_outside_is_objected_to_and_answered_in_public(in_use, browser, client):
    clerk, chief = browser("village_clerk", VILLAGE), browser("data_bureau", COUNTY)
    assert "请上传收到的表" in text_of(
        clerk.post(f"{ROOT}objections/new/", {"place": VILLAGE, "words": "群里发的"}), 422
    )
    said = {"file": sheet("卫健", ASKED), "place": VILLAGE, "words": "群里发的", "sender": "某站"}
    page = text_of(clerk.post(f"{ROOT}objections/new/", said, follow=True))
    assert "4 个项目中 4 个与在用报表相同" in page and "答复期限" in page
    one = Objection.objects.get()
    address = f"{ROOT}objections/{one.uuid}/"
    assert clerk.post(f"{address}answer/", {"ruling": "upheld"}).status_code == 403
    assert "请选一种结论" in text_of(chief.post(f"{address}answer/", {"answer": "是"}), 422)
    chief.post(f"{address}answer/", {"ruling": "upheld", "answer": "不必填，已通知某站停用"})
    page = text_of(client.get(f"{ROOT}objections/"))
    assert "属实，不必填报" in page and "某站" in page and "石门村" in page
    assert "不必填，已通知某站停用" in text_of(client.get(address))
    page = text_of(clerk.get(f"{ROOT}objections/new/?form=MZ-1"))
    assert in_use.title in page
    text_of(clerk.post(f"{ROOT}objections/new/", {"form": "MZ-1", "place": VILLAGE, "words": "同"},
                       follow=True))  # fmt: skip
    assert Objection.objects.count() == 2
    assert "1 条重复反映" in text_of(browser("department", COUNTY).get(f"{ROOT}forms/MZ-1/"))
    assert "答复重复报表反映" in text_of(chief.get("/zh-hans/"))
    outside = {"form": "MZ-1", "place": "440112002201", "words": "同"}
    assert clerk.post(f"{ROOT}objections/new/", outside).status_code in {403, 422}


def test_the_interface_does_the_same(in_use, program):
    office, clerk = program("department", COUNTY), program("village_clerk", VILLAGE)
    first, second = program("data_bureau", COUNTY), program("data_bureau", COUNTY, ".2")
    form = made("N1", ["pond", "herd"])

    def post(who, path, body, key, status):
        done = who.post(f"{API}{path}", json.dumps(body), content_type="application/json",
                        headers={"Idempotency-Key": key})  # fmt: skip
        assert done.status_code == status, done.content.decode()
        return done.json()

    body = {"form": "N1", "place": "440112", "purpose": "要"}
    assert post(clerk, "/admissions", body, "a", 403)["status"] == 403
    one = post(office, "/admissions", body, "b", 201)
    assert (one["verdict"]["new"], one["verdict"]["fields"], one["standing"]) == (2, 2, "offered")
    assert {row["kind"] for row in one["verdict"]["rows"]} == {"new"}
    path = f"/admissions/{one['uuid']}"
    post(office, f"{path}/approve", {}, "c", 403)
    half = post(first, f"{path}/approve", {"only": ["A1"], "notice_days": 7}, "d", 200)
    assert (half["approvals"], half["standing"], half["version"]) == (1, "offered", 1)
    post(second, f"{path}/approve", {"only": ["A9"]}, "e", 422)
    whole = post(second, f"{path}/approve", {"seen": 1}, "f", 200)
    assert whole["standing"] == "in_force" and whole["conditions"]["only"] == ["A1"]
    year = clock.today().year
    lines = clerk.get(f"{API}/catalogue/{year}").json()
    assert {line["admission"]["form"] for line in lines} == {"MZ-1", "N1"}
    assert clerk.get(f"{API}/catalogue/{year - 5}").json() == []
    said = {"form": "N1", "place": VILLAGE, "words": "重复"}
    complaint = post(clerk, "/objections", said, "g", 201)
    assert complaint["fields"] == 2 and complaint["ruling"] == ""
    ruled = {"ruling": "refused", "answer": "不重复"}
    assert post(first, f"/objections/{complaint['uuid']}/answer", ruled, "h", 200)["answer"]
    post(second, f"/objections/{complaint['uuid']}/answer", ruled, "i", 409)
    assert len(clerk.get(f"{API}/objections").json()) == 1
    assert post(office, f"{path}/withdraw", {"reason": "完"}, "j", 200)["standing"] == "withdrawn"
    assert form.code == "N1"


def test_the_command_line_does_the_same(in_use, official):
    from click.testing import CliRunner

    from lingnan.systems.reporting.cli import commands

    made("N1", ["pond", "herd"])
    for more in ("", ".2"):
        official("data_bureau", "440112", more)
    one, two = "data.bureau.440112", "data.bureau.440112.2"

    def run(*words, who=""):
        who = ("--as", who) if who else ()
        done = CliRunner().invoke(
            commands, ["admission", *words, *who, "--json"], catch_exceptions=False
        )
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    made_one = run("offer", "N1", "--place", "440112", "--purpose", "要")
    assert made_one["counts"] == {"held": 0, "derivable": 0, "new": 2}
    uuid = made_one["uuid"]
    assert run("assess", uuid)["counts"]["new"] == run("show", uuid)["counts"]["new"] == 2
    assert run("approve", uuid, "--new-only", "--notice", "6", who=one)["standing"] == "offered"
    done = run("approve", uuid, who=two)
    assert (done["standing"], done["conditions"]["notice_days"]) == ("in_force", 6)
    year = str(clock.today().year)
    assert {x["admission"]["form_code"] for x in run("catalogue", year)} == {"MZ-1", "N1"}
    plain = CliRunner().invoke(commands, ["admission", "catalogue", year, "--csv"])
    assert plain.output.startswith("表号,报表,") and "报表准入〔" in plain.output
    said = run("object", "--place", VILLAGE, "--form", "N1", "--words", "同")
    assert run("objections", "--open")[0]["uuid"] == said["uuid"]
    run("answer", said["uuid"], "--ruling", "partly", "--answer", "部分", who=one)
    assert run("objections", "--open") == []
    assert run("withdraw", uuid, "--reason", "完", who=one)["standing"] == "withdrawn"
    again = run(
        "offer", "N1", "--place", "440112", "--purpose", "再", "--only", "A1", "--once", "2026"
    )
    assert (again["only"], again["period"]) == (["A1"], 2026000)
    assert run("refuse", again["uuid"], "--reason", "不必", who=two)["state"] == "refused"
    assert [x["standing"] for x in run("list")][:2] == ["refused", "withdrawn"]
