"""Facts counted over ledgers, and the end of a round: by page and by API."""

import pytest

from lingnan.base import clock
from lingnan.systems.reporting.models import Field, LedgerCover, LedgerItem, Round
from lingnan.systems.reporting.queries import ledgers as seen

from .conftest import AT, SYSTEM
from .ledgered import load
from .planned import made

STONE, BASE, API = "440112001202", "/zh-hans/reporting", "/api/v1/reporting"
PROVINCE = "440000000000"


@pytest.fixture
def words(county):
    load(county["黄埔区"], SYSTEM, AT)
    form = made("WORDS", ["all_people", "young_people", "parrots"])
    for code, label in (("A1", "总人口"), ("A2", "18岁以下人口"), ("A3", "鹦鹉")):
        Field.objects.filter(form=form.id, code=code).update(label=label)
    return form


def states():
    return dict(LedgerItem.objects.values_list("element", "state"))


def send(client, path, body):
    return client.post(f"{API}/{path}", body, content_type="application/json")


def text(answer):
    return answer.content.decode()


def test_what_a_ledger_can_count_is_found_and_decided(words, browser):
    bureau, clerk = browser("data_bureau", PROVINCE), browser("village_clerk", STONE)
    page = bureau.post(f"{BASE}/counted/propose/", {"form": "WORDS"}, follow=True)
    assert "找到 2 个" in text(page)
    assert states() == {"all_people": "proposed", "young_people": "proposed"}
    again = bureau.post(f"{BASE}/counted/propose/", {"form": "WORDS"}, follow=True)
    assert "没有找到新的" in text(again)
    none = bureau.post(f"{BASE}/counted/propose/", {"form": ""})
    assert (none.status_code, "请选一张报表" in text(none)) == (422, True)
    for element, accept in (("all_people", "yes"), ("young_people", "no")):
        bureau.post(f"{BASE}/counted/items/{element}/", {"accept": accept})
    assert states() == {"all_people": "accepted", "young_people": "refused"}
    shown = text(clerk.get(f"{BASE}/counted/"))
    assert "18岁以下人口" in shown
    assert 'name="accept"' not in shown
    assert clerk.post(f"{BASE}/counted/items/young_people/", {"accept": "yes"}).status_code == 403


def test_a_clerk_declares_her_own_ledger_complete(words, county, browser):
    clerk, other = browser("village_clerk", STONE), browser("village_clerk", "440112001201")
    page = f"{BASE}/ledgers/enterprise/{STONE}/"
    assert "台账已齐全" in text(clerk.get(page))
    assert other.post(f"{page}complete/").status_code in {403, 404}
    assert "没有登记的就是没有" in text(clerk.post(f"{page}complete/", follow=True))
    assert "台账已齐全" not in text(clerk.get(page))
    cover = LedgerCover.objects.get(kind="enterprise", place=county["石门村"])
    assert cover.since == clock.today()


def test_a_program_does_the_same(words, county, program):
    bureau, clerk = program("data_bureau", PROVINCE), program("village_clerk", STONE)
    done = send(clerk, "ledgers/enterprise/complete", {"places": [STONE], "since": "2026-01-01"})
    assert done.json() == {"count": 1}
    strange = send(clerk, "ledgers/enterprise/complete", {"places": [STONE, "44", "999999999999"]})
    assert strange.status_code == 422 and "999999999999" in strange.content.decode()
    assert str(seen.complete_since("enterprise", county["石门村"])) == "2026-01-01"
    assert send(bureau, "forms/WORDS/counted", {}).json() == {"count": 2}
    said = bureau.get(f"{API}/ledgers/counted/items?state=proposed").json()
    assert {one["element"] for one in said} == {"all_people", "young_people"}
    own = {"accept": True, "kind": "person", "formula": "count(age>79)"}
    assert send(bureau, "ledgers/counted/items/young_people", own).status_code == 204
    wrong = own | {"formula": "count(wings>1)"}
    assert send(bureau, "ledgers/counted/items/young_people", wrong).status_code == 422
    assert send(clerk, "ledgers/counted/items/young_people", own).status_code == 403
    assert "count" in send(clerk, f"ledgers/counted/{STONE}", {}).json()
    due = clerk.get(f"{API}/dues?place={STONE}&month=2026-12")
    assert due.status_code == 200
    assert clerk.get(f"{API}/dues?place={STONE}&month=never").status_code == 422
    bare = {"place": STONE, "month": "2026-12", "reason": ""}
    assert send(clerk, "dues/unmask", bare).status_code == 422


def test_a_round_is_ended_by_who_opened_it(words, county, opened, browser, program):
    one, two = opened(words), opened(made("OTHER", ["schools"]))
    clerk, bureau = browser("village_clerk", STONE), browser("data_bureau", PROVINCE)
    assert clerk.post(f"{BASE}/rounds/{one.uuid}/close/").status_code == 403
    assert "结束本轮" in text(bureau.get(f"{BASE}/rounds/{one.uuid}/", follow=True))
    assert "已结束" in text(bureau.post(f"{BASE}/rounds/{one.uuid}/close/", follow=True))
    again = bureau.post(f"{BASE}/rounds/{one.uuid}/close/")
    assert again.status_code == 409
    told = send(program("data_bureau", PROVINCE), f"rounds/{two.uuid}/close", {})
    assert told.json()["state"] == "closed"
    assert not Round.objects.filter(state="open").exists()
