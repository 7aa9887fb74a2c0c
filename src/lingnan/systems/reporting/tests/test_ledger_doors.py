"""A family that moves, and data that comes back: by page, by API, by command line."""

import json
from datetime import date, timedelta

import pytest
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile

from lingnan.base import clock
from lingnan.kernel.evidence.models import Event
from lingnan.systems.reporting.models import LedgerAct
from lingnan.systems.reporting.queries import ledgers as seen
from lingnan.systems.reporting.services import ledgers

from .conftest import AT, DAY, SYSTEM
from .ledgered import citizen, households, load
from .planned import made
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
    assert "甲户主" not in text(done).partition("近期迁出")[0]
    arrived = text(other.get(f"{BASE}/ledgers/entries/{home}/"))
    assert "荔湾村 → 石门村" in arrived
    assert "迁居" in arrived
    act = seen.history(home, to=SYSTEM, on=clock.today())[0].act
    back = f"{BASE}/ledgers/entries/{home}/acts/retract/"
    assert other.post(back, {"act": act, "reason": ""}).status_code == 422
    other.post(back, {"act": act, "reason": "不来了"})
    assert set(people(ledger["荔湾村"], clock.today())) >= {"甲一", "甲二", "甲三"}


def test_who_sent_a_family_to_the_wrong_village_takes_it_back(ledger, browser):
    clerk, place, on = browser("village_clerk", VILLAGE), ledger["荔湾村"], clock.today()
    home = homes(place, on)["1"].uuid
    act = f"{BASE}/ledgers/entries/{home}/acts/move/"
    clerk.post(act, {"to": "440112001202", "number": "77", "day": on.isoformat()})
    assert clerk.get(f"{BASE}/ledgers/entries/{home}/").status_code == 404
    there = f"{BASE}/ledgers/household/{VILLAGE}/"
    page = text(clerk.get(there))
    assert "近期迁出" in page and "石门村" in page
    (done,) = seen.left_lately("household", place, to=SYSTEM, on=on)
    back = f"{there}take-back/"
    refused = clerk.post(back, {"act": done.act, "reason": ""})
    assert refused.status_code == 422 and "请写明撤回原因" in text(refused)
    LedgerAct.objects.filter(uuid=done.act).update(at=clock.now() - timedelta(days=31))
    assert "已超过 30 天" in text(clerk.post(back, {"act": done.act, "reason": "写错了村"}))
    LedgerAct.objects.filter(uuid=done.act).update(at=clock.now())
    clerk.post(back, {"act": done.act, "reason": "写错了村"})
    assert homes(place, on)["1"].uuid == home and "甲一" in people(place, on)
    assert "近期迁出" not in text(clerk.get(there))


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
    town, home = browser("county_reviewer", COUNTY), homes(ledger["荔湾村"], clock.today())["1"]
    page = f"{BASE}/ledgers/entries/{home.uuid}/"
    assert "甲户主" not in text(town.get(page))
    shown = text(town.post(f"{page}unmask/", {"reason": "核对"}))
    assert "甲户主" in shown and "甲一" in shown and "甲*" not in shown
    last = json.loads(Event.objects.filter(kind="reporting.ledger_unmasked").last().facts)
    assert last["entries"] == 1 + 3
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
    assert "2026-12-15" not in text(table) and "1946-12-15" not in text(table)
    assert "1946-**-**" in text(table) and "2026-12" in text(table)
    assert "1946-12-15" in text(whole)
    api = program("town_reviewer", "440112001000")
    found = api.get(
        "/api/v1/reporting/ledgers/person/turning?place=440112001000&age=80&month=2026-12"
    ).json()
    assert [one["name"] for one in found] == ["甲*", "丙*"]
    assert clerk.get(f"{BASE}/ledgers/turning/{COUNTY}/?age=80&month=x").status_code == 422


def test_what_somebody_lives_on_is_told_for_a_reason(ledger, browser, program):
    """Neither a row nor a file nor the history says it, nor lets who does not see it say it anew; and no
    full birthday stands beside a number that is masked."""
    one = people(ledger["荔湾村"], clock.today())["甲一"].uuid
    why = ledgers.Why(DAY, reason="核对")
    ledgers.change_entry(one, {"disability": "2", "support": "1"}, why, by=SYSTEM, at=AT)
    county, api = browser("county_reviewer", COUNTY), program("department", COUNTY)
    page = text(county.get(f"{BASE}/ledgers/entries/{one}/"))
    assert "二级" not in page.partition("<details")[0] and "1946-12-15" not in page
    assert 'name="disability"' not in page and 'name="birth"' not in page
    (told,) = (
        e for e in api.get(f"/api/v1/reporting/ledgers/person?place={VILLAGE}").json()
        if e["uuid"] == one
    )  # fmt: skip
    assert (told["data"]["disability"], told["data"]["support"]) == ("**", "**")
    csv = api.get(
        f"/api/v1/reporting/ledgers/household/export.csv?place={VILLAGE}"
    ).content.decode()
    assert "低保户" not in csv and "一般户" not in csv and "**" in csv
    for kind in ("person", "household"):
        assert api.get(f"/api/v1/reporting/block?place={VILLAGE}").json()["ledgers"][kind] is None
    assert "二级" in text(county.post(f"{BASE}/ledgers/entries/{one}/unmask/", {"reason": "核对"}))
    clerk = browser("village_clerk", VILLAGE, "c")
    assert 'name="disability"' in text(clerk.get(f"{BASE}/ledgers/entries/{one}/"))


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
        (f"/ledgers/household/{VILLAGE}/", 25),
        (f"/ledgers/person/{VILLAGE}/", 29),
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


def test_what_falls_due_by_page_and_by_command(ledger, browser):
    """甲一 is eighty in December, 乙户 keeps a card that ends; who was six by the end of August goes to
    school in September."""
    who = people(ledger["荔湾村"], clock.today())
    why = ledgers.Why(DAY, reason="核对")
    ledgers.change_entry(who["乙一"].uuid, {"card_until": "2026-12-03"}, why, by=SYSTEM, at=AT)
    born = {"name": "小一", "birth": "2020-08-31", "household": who["甲三"].data["household"]}
    ledgers.register_entry("person", ledger["荔湾村"], born, why, by=SYSTEM, at=AT)
    late = born | {"name": "晚二", "birth": "2020-09-02"}
    ledgers.register_entry("person", ledger["荔湾村"], late, why, by=SYSTEM, at=AT)
    clerk, town = browser("village_clerk", VILLAGE), browser("town_reviewer", "440112001000", "b")
    page = text(clerk.get(f"{BASE}/ledgers/due/{VILLAGE}/?month=2026-12"))
    assert "年满 80 周岁" in page and "残疾人证到期换领" in page
    assert "甲一" in page and "乙一" in page and "丙二" not in page
    assert "小一" in text(clerk.get(f"{BASE}/ledgers/due/{VILLAGE}/?month=2026-09"))
    assert "晚二" in text(clerk.get(f"{BASE}/ledgers/due/{VILLAGE}/?month=2027-09"))
    there = f"{BASE}/ledgers/due/440112001000/"
    above = text(town.get(f"{there}?month=2026-12"))
    assert "丙*" in above and "丙二" not in above
    full = text(town.post(f"{there}?month=2026-12", {"reason": "发放津贴"}))
    assert "丙二" in full
    assert town.post(f"{there}?month=2026-12", {"reason": ""}).status_code == 422
    assert clerk.get(f"{there}?month=2026-12").status_code in {403, 404}
    assert clerk.get(f"{BASE}/ledgers/due/{VILLAGE}/?month=13").status_code == 422
    from lingnan.systems.reporting.cli import commands

    given = ["ledger", "due", "--month", "2026-12", "--place", VILLAGE, "--json"]
    for more, expected in (
        ([], [("age_80", "2026-12")]),  # that a certificate ends tells of a disability
        (["--reason", "换领"], [("disability_card", "2026-12-03"), ("age_80", "2026-12-15")]),
    ):
        said = CliRunner().invoke(commands, [*given, *more], catch_exceptions=False).output
        found = [(one["rule"]["code"], one["day"]) for one in json.loads(said)]
        assert found == expected


def test_what_came_back_from_above_is_decided_on_the_ledgers_page(ledger, browser):
    sent = ledgers.Sent("canlian", "残疾人证", date(2026, 11, 1))
    ledgers.send_return("person", CARDS, "c.csv", ledger["黄埔区"], sent, by=SYSTEM, at=AT)
    clerk, there = browser("village_clerk", VILLAGE), f"{BASE}/ledgers/person/{VILLAGE}/"
    page = text(clerk.get(there))
    assert "等本村核对" in page and "残疾等级：无 → 二级" in page
    assert "等本村核对" not in text(clerk.get(f"{BASE}/ledgers/household/{VILLAGE}/"))
    rows = {one.name: one.id for one in seen.returned_rows(to=SYSTEM, on=clock.today())}
    answer = f"{BASE}/returns/rows/{rows['甲二']}/"
    back = {"ledger": f"person/{VILLAGE}"}
    done = clerk.post(answer, back | {"reply": "accepted"})
    assert (done.status_code, done["Location"]) == (302, there)
    assert people(ledger["荔湾村"], clock.today())["甲二"].data["disability"] == "2"
    dead = f"{BASE}/returns/rows/{rows['乙一']}/"
    assert clerk.post(dead, back | {"reply": "refused", "reason": ""}).status_code == 422
    clerk.post(dead, back | {"reply": "refused", "reason": "本人健在"})
    assert "乙一" in people(ledger["荔湾村"], clock.today())
    assert "残疾等级：无 → 二级" not in text(clerk.get(there))
    away = clerk.post(answer, {"ledger": "//evil.example/x", "reply": "accepted"})
    assert "evil" not in away.get("Location", "")


def test_a_forms_count_that_differs_from_the_ledger_must_be_explained(ledger, opened, program):
    form = made("LED", ["elders", "births"])
    ledgers.decide_item(
        "elders", accept=True, kind="person", formula="count(age>79)", by=SYSTEM, at=AT
    )
    opened(form)
    clerk, api = program("village_clerk", VILLAGE), "/api/v1/reporting/filings"

    def sent(elders):
        body = {"form": "LED", "place": VILLAGE, "period": "2026",
                "answers": {"A1": elders, "A2": "0"}}  # fmt: skip
        kept = clerk.put(api, body, content_type="application/json").json()
        there = f"{api}/{kept['uuid']}"
        found = clerk.get(f"{there}/findings").json()
        done = clerk.post(f"{there}/submit", {}, content_type="application/json")
        return there, [one for one in found if one["check"] == "ledger"], done

    there, (told,), refused = sent("3")
    assert (told["severity"], told["blocks"]) == ("explain", True)
    assert "台账现有 2" in told["words"] and refused.status_code == 422
    body = {"field": "A1", "reason": "一人未迁出"}
    said = clerk.post(
        f"{there}/explain", body, content_type="application/json", HTTP_IDEMPOTENCY_KEY="1"
    )
    assert said.status_code == 200
    done = clerk.post(f"{there}/submit", {}, content_type="application/json")
    assert (done.status_code, done.json()["state"]) == (200, "submitted")


def test_a_forms_count_that_is_the_ledgers_needs_no_word(ledger, opened, program):
    form = made("LED", ["elders", "births"])
    ledgers.decide_item(
        "elders", accept=True, kind="person", formula="count(age>79)", by=SYSTEM, at=AT
    )
    opened(form)
    clerk, api = program("village_clerk", VILLAGE), "/api/v1/reporting/filings"
    body = {"form": "LED", "place": VILLAGE, "period": "2026", "answers": {"A1": "2", "A2": "0"}}
    kept = clerk.put(api, body, content_type="application/json").json()
    found = clerk.get(f"{api}/{kept['uuid']}/findings").json()
    assert [one for one in found if one["check"] == "ledger"] == []
    done = clerk.post(f"{api}/{kept['uuid']}/submit", {}, content_type="application/json")
    assert done.status_code == 200
