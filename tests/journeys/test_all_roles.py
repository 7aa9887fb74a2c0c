"""One year of one county by HTTP alone: clerks, a town, the county, two departments, the bureau.

A cell comes back and is mended, a village is estimated, a figure is put right after it was given
out, a form is refused and let in with its five new fields, a family moves.
"""

import io
import json
from datetime import timedelta

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from lingnan.base import clock
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.evidence.queries import verify
from lingnan.systems.reporting import services
from lingnan.systems.reporting.tests.conftest import AT, SYSTEM
from lingnan.systems.reporting.tests.paper import paper

API = "/api/v1/reporting"
COUNTY, TOWN = "440112000000", "440112001000"
VILLAGES = [f"44011200{town}20{n}" for town in (1, 2) for n in (1, 2, 3)]
STONE, LAST = VILLAGES[1], VILLAGES[5]
CIVIL, HEALTH, CULTURE = "MZ-1", "WJ-1", "WL-1"
HELD = [("户籍人口", "人"), ("总户数", "户"), ("耕地面积", "亩")]
BIRTHS, NEW = ("出生人口", "人"), ["水塘数", "龙舟数", "祠堂数", "古树数", "戏台数"]

pytestmark = pytest.mark.django_db


class Caller:
    """A program that acts for one official; answers the JSON, or fails with what was said."""

    def __init__(self, client):
        self.client = client

    def get(self, path, status=200, **query):
        return self._read(self.client.get(f"{API}{path}", query), status)

    def send(self, path, body=None, status=None, method="post"):
        text = json.dumps(body or {}, default=str)
        done = getattr(self.client, method)(f"{API}{path}", text, content_type="application/json")
        return self._read(done, status)

    def register(self, code, questions):
        file = SimpleUploadedFile(f"{code}.xlsx", paper(code, questions))
        body = {"file": file, "codes": code}
        return self._read(self.client.post(f"{API}/forms", body), 201)[0]

    def produce(self, form, as_of=""):
        address = f"{API}/products?form={form}&place={COUNTY}&period=2026"
        made = self.client.post(address + (f"&as_of={as_of.replace('+', '%2B')}" if as_of else ""))
        assert made.status_code == 200, made.content.decode()
        return made.content, made["X-Lingnan-As-Of"]

    @staticmethod
    def _read(done, status):
        fits = done.status_code == status if status else done.status_code < 300
        assert fits, (done.status_code, done.content.decode()[:2000])
        return json.loads(done.content) if done.content else None


@pytest.fixture
def who(county, program):
    """An official's program by role and place; the second of a role by `more`."""
    services.load_content(by=SYSTEM, at=AT)
    known = {}

    def call(role, place=COUNTY, more=""):
        key = (role, place, more)
        known[key] = known.get(key) or Caller(program(role, place, more))
        return known[key]

    return call


def codes(caller, form):
    return {field["label"]: field["code"] for field in caller.get(f"/forms/{form}")["fields"]}


def agree(who, form):
    """The bureau says that whatever seems asked twice is one fact."""
    bureau = who("data_bureau")
    for one in bureau.get("/repeats", state="proposed"):
        if one["source"].startswith(f"{form}:") or one["target"].startswith(f"{form}:"):
            assert one["labels"][0] == one["labels"][1], one
            bureau.send(f"/repeats/{one['id']}", {"accept": True})


def open_round(who, title, *forms, status=201):
    today = clock.today()
    body = {"title": title, "forms": forms, "place": COUNTY, "period": "2026"}
    days = {"opened_on": today, "due_on": today + timedelta(days=30)}
    return who("data_bureau").send("/rounds", body | days, status)


def fill(who, village, form, answers):
    """Only what is asked is typed; answers the filing as submitted."""
    clerk = who("village_clerk", village)
    named = codes(clerk, form)
    body = {"form": form, "place": village, "period": "2026"}
    body["answers"] = {named[label]: value for label, value in answers.items()}
    kept = clerk.send("/filings", body, method="put")
    return clerk.send(f"/filings/{kept['uuid']}/submit", {"version": kept["version"]})


def sums(who, form):
    caller = who("department")
    top = next(r for r in caller.get("/rollup", form=form, place=COUNTY, period="2026")
               if r["place"] == COUNTY)  # fmt: skip
    named = codes(caller, form)
    return {label: (top["values"][c], top["reported"][c]) for label, c in named.items()}


def cells(data):
    """What stands in the fourth column of a produced form, by label."""
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    return {row[1]: row[3] for row in sheet.iter_rows(min_row=3, values_only=True)}


def notes(data):
    sheet = openpyxl.load_workbook(io.BytesIO(data))["说明"]
    return " ".join(str(row[0]) for row in sheet.iter_rows(values_only=True))


def figures(n):
    return {"户籍人口": str(1000 + n), "总户数": str(300 + n), "耕地面积": str(500 + n)}


def test_a_year_of_a_county(who):
    registered_and_admitted(who)
    filled_and_returned(who)
    estimated_and_corrected(who)
    refused_and_let_in_with_five(who)
    a_family_moves(who)
    assert list(verify()) == []


def registered_and_admitted(who):
    civil, health = who("department"), who("department", COUNTY, ".2")
    civil.register(CIVIL, HELD)
    health.register(HEALTH, [*HELD[:2], BIRTHS])
    agree(who, HEALTH)
    refused = open_round(who, "年报", CIVIL, HEALTH, status=409)
    assert refused["type"].endswith("not_admitted")
    for more in ("", ".2"):
        who("data_bureau", COUNTY, more).send(f"/admissions/existing?place={COUNTY}")
    opened = open_round(who, "年报", CIVIL, HEALTH)
    who("data_bureau").send(f"/rounds/{opened['uuid']}/plan", status=201)
    asked = who("village_clerk", STONE).get(f"/rounds/{opened['uuid']}/asks/{STONE}")
    assert len(asked) == 4  # six questions of two departments, two of them the same


def filled_and_returned(who):
    town, clerk = who("town_reviewer", TOWN), who("village_clerk", STONE)
    for n, village in enumerate(VILLAGES[:5]):
        fill(who, village, CIVIL, figures(n))
        fill(who, village, HEALTH, {"出生人口": str(10 + n)})
    wrong = next(f for f in town.get("/filings") if f["place"] == STONE and f["form"] == CIVIL)
    cell = codes(town, CIVIL)["耕地面积"]
    back = {"reason": "耕地与台账不符", "remarks": {cell: "请核对"}, "version": wrong["version"]}
    town.send(f"/filings/{wrong['uuid']}/return", back)
    seen = clerk.get(f"/filings/{wrong['uuid']}")
    assert (seen["state"], seen["remarks"]) == ("returned", {cell: "请核对"})
    fill(who, STONE, CIVIL, figures(1) | {"耕地面积": "600"})
    county = who("county_reviewer")
    waiting = [f["uuid"] for f in county.get("/filings") if f["state"] == "submitted"]
    assert len(waiting) == 10
    early = {"form": CIVIL, "place": COUNTY, "period": "2026"}
    county.send("/quorum-releases", early, 409)  # of six nobody is too few
    own = {"filings": [waiting[0]]}
    clerk.send("/approvals", own, 403)
    county.send("/approvals", {"filings": waiting})
    evidence.drain(at=clock.now())
    assert sums(who, CIVIL)["耕地面积"] == (str(500 + 600 + 502 + 503 + 504), 5)
    assert sums(who, HEALTH)["户籍人口"] == (str(5 * 1000 + 10), 5)  # typed once, in both


def estimated_and_corrected(who):
    county, clerk, office = who("county_reviewer"), who("village_clerk", STONE), who("department")
    cell = codes(clerk, CIVIL)["耕地面积"]
    guess = {"form": CIVIL, "place": LAST, "period": "2026", "field": cell, "text": "400"}
    county.send("/estimates", guess | {"reason": ""}, 422)
    county.send("/estimates", guess | {"reason": "按上年数"}, 204)
    clerk.send("/estimates", guess | {"reason": "代报"}, 403)
    evidence.drain(at=clock.now())
    before, moment = office.produce(CIVIL)
    assert cells(before)["耕地面积"] == 2609 + 400
    filing = next(f for f in clerk.get("/filings") if f["form"] == CIVIL)
    put_right = {"answers": {cell: "610"}, "reason": "漏了一块", "version": filing["version"]}
    right = clerk.send(f"/filings/{filing['uuid']}/correct", put_right)
    clerk.send(f"/filings/{filing['uuid']}/submit", {"version": right["version"]})
    county.send(f"/filings/{filing['uuid']}/approve")
    evidence.drain(at=clock.now())
    assert office.produce(CIVIL, moment)[0] == before  # as it was given out, to the byte
    assert cells(office.produce(CIVIL)[0])["耕地面积"] == 3019


def refused_and_let_in_with_five(who):
    office = who("department", COUNTY, ".3")
    first, second = who("data_bureau"), who("data_bureau", COUNTY, ".2")
    office.register(CULTURE, HELD + [(name, "个") for name in NEW])
    agree(who, CULTURE)
    offer = {"form": CULTURE, "place": COUNTY, "purpose": "摸底", "legal_basis": ""}
    one = office.send("/admissions", offer, 201)
    told = one["verdict"]
    assert (told["fields"], told["held"] + told["derivable"], told["new"]) == (8, 3, 5)
    first.send(f"/admissions/{one['uuid']}/refuse", {"reason": "人口、户数、耕地已有"})
    refused = office.get(f"/admissions/{one['uuid']}")
    assert (refused["standing"], refused["reason"]) == ("refused", "人口、户数、耕地已有")
    only = [row["field"] for row in told["rows"] if row["kind"] == "new"]
    two = office.send("/admissions", offer | {"only": only}, 201)
    for bureau in (first, second):
        two = bureau.send(f"/admissions/{two['uuid']}/approve", {"seen": two["version"]})
    assert two["standing"] == "in_force" and len(two["conditions"]["only"]) == 5
    opened = open_round(who, "文旅", CULTURE)
    first.send(f"/rounds/{opened['uuid']}/plan", status=201)
    asked = who("village_clerk", STONE).get(f"/rounds/{opened['uuid']}/asks/{STONE}")
    assert sorted(one["title"] for one in asked if not one["held"]) == sorted(NEW)
    done = fill(who, STONE, CULTURE, dict.fromkeys(NEW, "2"))
    who("county_reviewer").send("/approvals", {"filings": [done["uuid"]]})
    evidence.drain(at=clock.now())
    made = office.produce(CULTURE)[0]
    filled = cells(made)
    assert two["number"] in notes(made)  # 统计法第十七条
    assert filled["户籍人口"] == 5010 and filled["耕地面积"] == 3019  # never asked for again
    assert {filled[name] for name in NEW} == {2}


def a_family_moves(who):
    here, there = who("village_clerk", STONE), who("village_clerk", VILLAGES[0])
    body = {"kind": "household", "place": STONE, "data": {"number": "7", "head": "户主"}}
    home = here.send("/ledgers", body, 201)["uuid"]
    for n in (1, 2):
        person = {"name": f"成员{n}", "household": "7", "sex": str(n), "birth": f"1990-01-0{n}"}
        here.send("/ledgers", body | {"kind": "person", "data": person}, 201)
    away = {"act": "move", "to": VILLAGES[0], "number": "70", "reason": "迁居"}
    there.send(f"/ledgers/entries/{home}/acts", away, 404)  # not theirs to move
    here.send(f"/ledgers/entries/{home}/acts", away, 201)
    assert here.get("/ledgers/person", place=STONE) == []
    arrived = there.get("/ledgers/person", place=VILLAGES[0])
    assert len(arrived) == 2 and {one["place"] for one in arrived} == {VILLAGES[0]}
    there.get(f"/ledgers/entries/{home}")
