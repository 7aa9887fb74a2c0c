"""A family that moves, and data that comes back: by page, by API, by command line."""

import json
from datetime import date

import pytest
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile

from lingnan.base import clock
from lingnan.systems.reporting.queries import ledgers as seen
from lingnan.systems.reporting.services import ledgers

from .conftest import AT, SYSTEM
from .ledgered import citizen, households, load
from .test_ledgers import homes, people
from .test_returns import CARDS

VILLAGE, OTHER, COUNTY = "440112001201", "440112001202", "440112000000"
BASE = "/zh-hans/reporting"


@pytest.fixture
def ledger(county):
    load(county["黄埔区"], SYSTEM, AT)
    return county


def text(answer):
    return answer.content.decode()


def test_a_family_that_moves(ledger, browser):
    clerk, other = browser("village_clerk", VILLAGE), browser("village_clerk", OTHER)
    home = homes(ledger["荔湾村"], clock.today())["1"].uuid
    page = clerk.get(f"{BASE}/ledgers/household/{VILLAGE}/")
    assert page.status_code == 200
    assert "甲户主" in text(page)
    assert other.get(f"{BASE}/ledgers/entries/{home}/").status_code == 404
    assert "甲二" in text(clerk.get(f"{BASE}/ledgers/entries/{home}/"))
    move = f"{BASE}/ledgers/entries/{home}/acts/move/"
    taken = clerk.post(move, {"to": OTHER})
    assert taken.status_code == 422
    assert "另给一个" in text(taken)
    done = clerk.post(move, {"to": OTHER, "number": "8", "reason": "迁居"}, follow=True)
    assert done.status_code == 200
    assert "甲户主" not in text(done)
    arrived = text(other.get(f"{BASE}/ledgers/entries/{home}/"))
    assert "荔湾村 → 石门村" in arrived
    assert "迁居" in arrived
    act = seen.history(home, to=SYSTEM, on=clock.today())[0].act
    back = f"{BASE}/ledgers/entries/{home}/acts/retract/"
    assert other.post(back, {"act": act, "reason": ""}).status_code == 422
    other.post(back, {"act": act, "reason": "不来了"})
    assert set(people(ledger["荔湾村"], clock.today())) >= {"甲一", "甲二", "甲三"}


def test_acts_of_life_by_page(ledger, browser):
    clerk, place, on = browser("village_clerk", VILLAGE), ledger["荔湾村"], clock.today()
    home = homes(place, on)["1"].uuid
    base = f"{BASE}/ledgers/entries"
    who = people(place, on)
    clerk.post(
        f"{base}/{home}/acts/split/",
        {"person": [who["甲三"].uuid], "number": "31", "day": "2026-11-19"},
    )
    clerk.post(f"{base}/{home}/acts/born/", {"name": "甲四", "sex": "2"})
    clerk.post(f"{base}/{who['乙一'].uuid}/acts/die/", {"day": "2026-11-20"})
    clerk.post(f"{base}/{who['甲二'].uuid}/acts/change/", {"disability": "3"})
    clerk.post(f"{base}/{who['甲一'].uuid}/acts/move/", {"to": OTHER, "number": "1"})
    assert set(homes(place, on)) == {"1", "31"}
    clerk.post(f"{base}/{homes(place, on)['31'].uuid}/acts/merge/", {"into": "1"})
    assert set(homes(place, on)) == {"1"}
    now = people(place, on)
    assert set(now) == {"甲二", "甲三", "甲四"}
    assert now["甲二"].data["disability"] == "3"
    made = clerk.post(
        f"{BASE}/ledgers/enterprise/{VILLAGE}/register/",
        {"name": "荔湾农场", "sort": "3"},
        follow=True,
    )
    assert "荔湾农场" in text(made)
    wrong = clerk.post(f"{BASE}/ledgers/person/{VILLAGE}/register/", {"name": "无户"})
    assert wrong.status_code == 422
    assert "请填写所在户" in text(wrong)


def test_a_register_by_page_gives_faults_back_by_cell(county, browser):
    reviewer = browser("town_reviewer", "440112001000")
    there = f"{BASE}/ledgers/household/440112001000/import/"
    data = households((VILLAGE, "1", "甲户主", "一般户"), (VILLAGE, "2", "乙户主", "无此类"))
    file = SimpleUploadedFile("h.csv", data)
    page = reviewer.post(there, {"file": file})
    assert "D3" in text(page)
    assert set(homes(county["荔湾村"], clock.today())) == {"1"}


def test_numbers_are_masked_and_shown_once_for_a_reason(ledger, browser):
    clerk, bureau = browser("village_clerk", VILLAGE), browser("data_bureau", COUNTY)
    one = people(ledger["荔湾村"], clock.today())["甲一"].uuid
    number = citizen("1946-12-15", 1)
    assert number not in text(clerk.get(f"{BASE}/ledgers/entries/{one}/"))
    there = f"{BASE}/ledgers/entries/{one}/unmask/"
    assert clerk.post(there, {"reason": ""}).status_code == 422
    assert number in text(clerk.post(there, {"reason": "核对"}))
    assert bureau.post(there, {"reason": "核对"}).status_code == 403
    shown = text(bureau.get(f"{BASE}/ledgers/entries/{one}/"))
    assert "1946-12-15" not in shown  # no label for what is personal
    assert "甲一" not in shown


def test_who_is_eighty_next_month(ledger, browser, program):
    clerk = browser("county_reviewer", COUNTY)
    page = text(clerk.get(f"{BASE}/ledgers/turning/{COUNTY}/?age=80&month=2026-12"))
    assert "甲*" in page
    assert "丙*" in page
    assert "甲一" not in page
    whole = clerk.post(
        f"{BASE}/ledgers/turning/{COUNTY}/?age=80&month=2026-12", {"reason": "高龄津贴"}
    )
    assert "甲一" in text(whole)
    table = clerk.get(f"{BASE}/ledgers/turning/{COUNTY}/?age=80&month=2026-12&as=csv")
    assert "2026-12-15" in text(table)
    api = program("town_reviewer", "440112001000")
    found = api.get(
        "/api/v1/reporting/ledgers/person/turning?place=440112001000&age=80&month=2026-12"
    ).json()
    assert [one["name"] for one in found] == ["甲*", "丙*"]
    assert clerk.get(f"{BASE}/ledgers/turning/{COUNTY}/?age=80&month=x").status_code == 422


def test_data_comes_back_by_page(ledger, browser):
    department, clerk = browser("department", COUNTY), browser("village_clerk", VILLAGE)
    given = {
        "kind": "person", "title": "残疾人证", "code": "canlian", "day": "2026-11-01",
        "place": COUNTY, "file": SimpleUploadedFile("c.csv", CARDS),
    }  # fmt: skip
    sent = department.post(f"{BASE}/returns/sent/", given, follow=True)
    assert "待核对 5" in text(sent)
    queue = text(clerk.get(f"{BASE}/returns/"))
    assert "残疾等级：无 → 二级" in queue
    assert "新人" not in queue  # of the other village
    rows = {r.name: r.id for r in seen.returned_rows(to=SYSTEM, on=clock.today())}
    there = f"{BASE}/returns/rows"
    assert clerk.post(f"{there}/{rows['甲二']}/", {"reply": "refused"}).status_code == 422
    clerk.post(f"{there}/{rows['甲二']}/", {"reply": "accepted"})
    clerk.post(f"{there}/{rows['甲三']}/", {"reply": "refused", "reason": "没有这个证"})
    assert people(ledger["荔湾村"], clock.today())["甲二"].data["disability"] == "2"
    heard = text(department.get(sent.redirect_chain[-1][0]))
    assert "没有这个证" in heard
    assert "已采纳 1" in heard


def test_the_same_by_api(ledger, program):
    api, place = program("village_clerk", VILLAGE), ledger["荔湾村"]
    base = "/api/v1/reporting"
    found = api.get(f"{base}/ledgers/household?place={VILLAGE}").json()
    home = next(one for one in found if one["data"]["number"] == "1")["uuid"]
    body = {"act": "move", "to": OTHER, "number": "9", "day": "2026-11-20"}
    done = api.post(f"{base}/ledgers/entries/{home}/acts", json.dumps(body), "application/json")
    assert done.status_code == 201, done.content
    assert api.get(f"{base}/ledgers/entries/{home}").status_code == 404
    then = api.get(f"{base}/ledgers/person?place={VILLAGE}&on=2026-11-19").json()
    assert len(then) == 4
    assert len(people(place, date(2026, 11, 20))) == 1
    made = {"kind": "person", "place": VILLAGE, "data": {"name": "新来", "household": "2"}}
    new = api.post(f"{base}/ledgers", json.dumps(made), "application/json")
    assert new.status_code == 201
    assert api.get(f"{base}/ledgers/person/export.csv?place={VILLAGE}").status_code == 200


def test_the_same_by_command(ledger, tmp_path):
    from lingnan.systems.reporting.cli import commands

    def run(*given):
        done = CliRunner().invoke(commands, [*given, "--json"], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return json.loads(done.output)

    found = run("ledger", "turning", "--age", "80", "--month", "2026-12", "--place", COUNTY)
    assert [one["name"] for one in found] == ["甲*", "丙*"]
    home = next(
        e
        for e in run("ledger", "list", "household", "--place", VILLAGE)
        if e["data"]["number"] == "1"
    )
    run("ledger", "move", home["uuid"], "--to", OTHER, "--number", "5", "--reason", "迁居")
    told = run("ledger", "history", home["uuid"])
    assert told[0]["reason"] == "迁居"
    file = tmp_path / "c.csv"
    file.write_bytes(CARDS)
    run(
        "return",
        "send",
        "person",
        str(file),
        "--place",
        COUNTY,
        "--code",
        "c",
        "--title",
        "证",
        "--on",
        "2026-11-01",
    )
    [batch] = run("return", "status")
    assert batch["rows"] == 8


@pytest.mark.parametrize(
    ("address", "most"),
    [
        (f"/ledgers/household/{VILLAGE}/", 24),
        (f"/ledgers/person/{VILLAGE}/", 28),
        (f"/ledgers/turning/{VILLAGE}/", 26),
        ("/returns/", 24),
    ],
)
def test_pages_ask_little(ledger, browser, django_assert_max_num_queries, address, most):
    ledgers.send_return(
        "person",
        CARDS,
        "c.csv",
        ledger["黄埔区"],
        ledgers.Sent("c", "证", date(2026, 11, 1)),
        by=SYSTEM,
        at=AT,
    )
    clerk = browser("village_clerk", VILLAGE)
    clerk.get(f"{BASE}{address}")
    with django_assert_max_num_queries(most):
        assert clerk.get(f"{BASE}{address}").status_code == 200
