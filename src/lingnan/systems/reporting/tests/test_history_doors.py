"""Filled forms by page, by API and from the command line."""

import json

import pytest
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile

from lingnan.systems.reporting import queries
from lingnan.systems.reporting.cli import commands
from lingnan.systems.reporting.models import HistoryFile, HistorySheet, HistoryValue

from .conftest import DAY, SYSTEM
from .filled import filled, table
from .test_history import numeric

STONE, COUNTY = "440112001202", "440112000000"
HOME = "/zh-hans/reporting/history/"
API = "/api/v1/reporting/"


@pytest.fixture
def form(party_form):
    return queries.form("ZZ-DZZ", to=SYSTEM, on=DAY)


def upload(form, numbers, name):
    codes = numeric(form, len(numbers))
    data = filled(form, dict(zip(codes, numbers, strict=True)))
    return SimpleUploadedFile(name, data)


def text(response):
    return response.content.decode()


def test_a_file_is_dropped_named_and_kept_in_a_few_clicks(form, county, browser):
    person = browser("county_reviewer", COUNTY)
    assert "还没有放入" in text(person.get(HOME))
    page = person.post(HOME, {"file": [upload(form, [7, "约20"], "石们村_2024.xlsx")]}, follow=True)
    assert "石们村" in text(page) and "约20" in text(page)
    sheet = HistorySheet.objects.select_related("file").get()
    at = f"{HOME}{sheet.file.uuid}/{sheet.uuid}/"
    page = person.post(f"{at}confirm/", follow=True)
    assert "还待确认" in text(page)
    page = person.post(f"{at}amend/", {"place:石们村": STONE}, follow=True)
    assert "已写明 2 个数值" in text(page)
    page = person.post(f"{at}confirm/", follow=True)
    assert "已入库 1 个数值，1 个仍待确认" in text(page)
    assert "已入库" in text(person.get(HOME))
    page = person.post(f"{at}withdraw/", follow=True)
    assert "已撤回 1 个数值" in text(page)


def test_a_drop_without_a_file_says_so_and_a_stranger_sees_nothing(form, county, browser):
    person = browser("county_reviewer", COUNTY)
    wrong = person.post(HOME, {})
    assert wrong.status_code == 422 and "请先选择文件" in text(wrong)
    assert browser("village_clerk", STONE).get(HOME).status_code == 403


def test_two_files_stand_side_by_side_until_somebody_decides(form, county, browser):
    person = browser("county_reviewer", COUNTY)
    for number in (7, 9):
        person.post(HOME, {"file": [upload(form, [number], "石门村_2024.xlsx")]})
    for sheet in HistorySheet.objects.select_related("file").order_by("pk"):
        person.post(f"{HOME}{sheet.file.uuid}/{sheet.uuid}/confirm/")
    page = text(person.get(f"{HOME}rivals/"))
    assert "石门村_2024.xlsx" in page and "<b>7</b>" in page and "<b>9</b>" in page
    number = HistoryValue.objects.get(state="disputed").pk
    decided = {"rival": f"file:{number}", "take": "yes"}
    assert "没有说法不一" in text(person.post(f"{HOME}rivals/", decided, follow=True))
    assert person.post(f"{HOME}rivals/", {"rival": "x"}).status_code == 422


def test_the_api_takes_in_amends_confirms_and_withdraws(form, county, program):
    client = program("county_reviewer", COUNTY)
    key = {"HTTP_IDEMPOTENCY_KEY": "one"}
    sent = {"files": [upload(form, [7, 8], "石们村_2024.xlsx")]}
    made = client.post(f"{API}history", sent, **key)
    assert made.status_code == 201, made.content
    (file,) = made.json()
    (sheet,) = file["sheets"]
    assert sheet["names"] == {"石们村": 2} and sheet["periods"] == ["2024"]
    at = f"{API}history/sheets/{sheet['uuid']}/"
    values = client.get(f"{at}values?only_open=true").json()
    assert [one["text"] for one in values] == ["7", "8"]
    names = json.dumps({"names": {"石们村": STONE}})
    json_type = "application/json"
    assert client.post(f"{at}amend", names, json_type, HTTP_IDEMPOTENCY_KEY="2").json() == 2
    done = client.post(f"{at}confirm", HTTP_IDEMPOTENCY_KEY="3")
    assert done.json() == {"recorded": 2, "left": 0, "disputed": 0, "contenders": 0}
    assert client.get(f"{API}history").json()[0]["sheets"][0]["state"] == "confirmed"
    assert client.get(f"{API}history/{file['uuid']}").json()["name"] == "石们村_2024.xlsx"
    assert client.get(f"{API}rivals").json() == []
    assert client.post(f"{at}withdraw", HTTP_IDEMPOTENCY_KEY="4").json() == 2


def run(*words):
    done = CliRunner().invoke(commands, list(words))
    assert done.exit_code == 0, done.output
    return done.stdout


def test_history_reads_without_a_database(tmp_path):
    rows = [("填报单位：从化区江埔街道江埔村",), ("项目", "单位", "数量"), ("户数", "户", "1,234"),
            ("人口", "人", "约20")]  # fmt: skip
    (tmp_path / "表_2024.xlsx").write_bytes(table("村情表", rows))
    (found,) = json.loads(run("history", str(tmp_path), "--json"))
    (value,) = found["values"]
    assert value["place"] == {"code": "440117002215", "name": "江埔村委会"}
    assert (value["cell"], value["value"], value["period"]) == ("C4", "1234", "2024")
    assert value["quality"] == "reported" and found["file"] == "表_2024.xlsx"
    (doubt,) = found["doubts"]
    assert doubt["cell"] == "C5" and "约" in doubt["why"]
    said = run("history", str(tmp_path))
    assert "1,234" in said and "待确认 C5" in said


def test_the_command_line_takes_in_confirms_decides_and_withdraws(form, county, tmp_path):
    (folder := tmp_path / "往年").mkdir()
    for number in (7, 9):
        data = filled(form, {numeric(form)[0]: number})
        (folder / f"{number}_石门村_2024.xlsx").write_bytes(data)
    out = json.loads(run("take-in", str(folder), "--place", COUNTY, "--confirm", "--json"))
    states = [one["sheets"][0]["state"] for one in out]
    assert states == ["confirmed", "confirmed"] and HistoryFile.objects.count() == 2
    (rival,) = json.loads(run("rivals", "--json"))
    assert (rival["held"], rival["said"]) == ("7", "9")
    assert json.loads(run("rivals", "--keep", f"file:{rival['id']}", "--json")) == []
    sheet = out[0]["sheets"][0]["uuid"]
    assert json.loads(run("withdraw-history", sheet, "--json")) == {"withdrawn": 1}
