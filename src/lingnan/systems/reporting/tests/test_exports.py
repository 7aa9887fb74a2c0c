"""Forms for other tools: by page, by API, from the command line; places within reach."""

import csv
import io
import json
import shutil
import zipfile
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from lingnan.base.errors import Forbidden, Invalid, NotFound
from lingnan.systems.reporting import queries, services
from lingnan.systems.reporting.cli import commands
from lingnan.systems.reporting.content import reading_words
from lingnan.systems.reporting.models import Proposal
from lingnan.systems.reporting.rules.xlsform import read_forms
from lingnan.systems.reporting.terms import UnreadableWorkbook
from lingnan.systems.reporting.terms.profiles import BadProfile

from .conftest import AT, DAY, SYSTEM, YEAR, form_file, full, later
from .forms import FORMS
from .test_tabular import opened as unzipped
from .test_tabular import published

pytestmark = pytest.mark.django_db
API = "/api/v1/reporting"
NAME = "village_party_organisation.xls"


@pytest.fixture(autouse=True)
def undrained(monkeypatch):
    """Signing needs its own committed transactions; a test's database has none."""
    monkeypatch.setattr("lingnan.kernel.evidence.services.drain", lambda *, at: None)


def run(*words):
    return CliRunner().invoke(commands, [str(w) for w in words], catch_exceptions=False)


def test_the_page_offers_every_file(party_form, browser):
    bureau = browser("data_bureau", "440000000000")
    page = bureau.get("/zh-hans/reporting/forms/ZZ-DZZ/").content.decode()
    for name in ("xlsform", "xform", "schema"):
        address = f"/zh-hans/reporting/forms/ZZ-DZZ/{name}/"
        assert address in page
        answer = bureau.get(address)
        assert answer.status_code == 200 and "attachment" in answer["Content-Disposition"]
    back = read_forms(
        bureau.get("/zh-hans/reporting/forms/ZZ-DZZ/xlsform/").content, "x.xlsx", reading_words()
    )[0]
    assert [f.code for f in back.fields] == [f.code for f in party_form.fields]
    assert back.form == "ZZ-DZZ"
    none = bureau.get("/zh-hans/reporting/forms/ZZ-DZZ/package/?period=2026", follow=True)
    assert "还没有审核通过" in none.content.decode()  # said on the form's page, no dead end


def test_questions_lead_back_to_elements_and_what_follows_is_not_asked(village_form):
    rate = Proposal.objects.filter(field__form=village_form.id, household_form=None).first()
    services.decide_proposal(rate.pk, accept=True, by=SYSTEM, at=AT)
    found = queries.xlsform("GZ-S1-2012", to=SYSTEM, on=DAY)
    rows = {row["lingnan_code"]: row for row in found.survey if row.get("lingnan_code")}
    assert rows["121"]["lingnan_element"] == "gz_s1_2012_121"
    assert rows[rate.field.code]["type"] == "calculate"
    assert " div " in rows[rate.field.code]["calculation"]
    assert found.survey[0]["name"] == "place_town"


def test_an_xform_of_a_registered_form_is_accepted(village_form, household_form, tmp_path):
    if shutil.which("java") is None:
        pytest.skip("java is not installed: sh scripts/need.sh java default-jre-headless")
    from pyxform.validators.odk_validate import check_xform

    for row in Proposal.objects.filter(field__form=village_form.id):
        services.decide_proposal(row.pk, accept=True, by=SYSTEM, at=AT)
    path = tmp_path / "form.xml"
    path.write_text(queries.xform("GZ-S1-2012", to=SYSTEM, on=DAY), encoding="utf-8")
    check_xform(str(path))


def test_places_are_those_within_reach(county, clerk, reviewer):
    def rows(name, to):
        return list(csv.DictReader(io.StringIO(queries.places_csv(name, to=to, on=DAY))))

    assert len(rows("villages.csv", reviewer)) == 6
    assert rows("villages.csv", clerk("石门村")) == [
        {"name": "440112001202", "label": "石门村", "town": "440112001000"}
    ]
    assert [r["label"] for r in rows("towns.csv", reviewer)] == ["东岸镇", "西岸镇"]
    with pytest.raises(NotFound):
        queries.places_csv("secrets.csv", to=reviewer, on=DAY)


@pytest.fixture
def filled(party_form, opened, county, clerk, reviewer):
    opened(party_form)
    for name in ("石门村", "白沙村"):
        draft = services.Draft(county[name], full(party_form, 3, **{"2": "不适用"}))
        filing = services.save_draft(party_form.id, YEAR, draft, by=clerk(name), at=AT)
        services.submit_report(filing.uuid, by=clerk(name), at=later(1))
        if name == "石门村":
            services.approve_report(filing.uuid, by=reviewer, at=later(2))
    return party_form


def test_a_package_holds_what_is_approved_within_reach(filled, reviewer, clerk):
    told, rows = unzipped(queries.package("ZZ-DZZ", YEAR, to=reviewer, on=DAY))
    published("tabular-data-package").validate(told)
    assert [(r["place"], r["place_name"], r["period"], r["1"], r["2"]) for r in rows] == [
        ("440112001202", "石门村", "2026", "3", "不适用")
    ]
    assert told["resources"][0]["schema"]["primaryKey"] == ["place", "period"]
    with pytest.raises(NotFound):
        queries.package("ZZ-DZZ", YEAR, to=clerk("白沙村"), on=DAY)


def test_persons_are_not_packed_for_everybody(household_form, reviewer):
    from dataclasses import replace

    public = replace(reviewer, labels=frozenset({"public", "internal"}))
    with pytest.raises(Forbidden):
        queries.package("GZ-S2-2012", YEAR, to=public, on=DAY)


def test_the_api_corrects_shows_and_applies(party_form, program):
    bureau = program("data_bureau", "440000000000")
    said = {"corrections": [{"cell": "E5", "say": "field", "unit": "户"},
                            {"cell": "B17", "say": "nothing"}]}  # fmt: skip
    made = bureau.post(f"{API}/forms/ZZ-DZZ/corrections", said, "application/json")
    assert made.status_code == 201 and made.json()["version"] == 1
    assert queries.form("ZZ-DZZ", to=SYSTEM, on=DAY).field("1").unit == "户"
    kept = bureau.get(f"{API}/forms/ZZ-DZZ/profile").json()
    assert [one["say"] for one in kept["corrections"]] == ["field", "nothing"]
    assert bureau.get(f"{API}/forms/ZZ-DZZ/profile?version=0").json()["corrections"] == []
    kept["corrections"].append({"say": "note", "at": {"cell": "X9", "text": "没有这句话"}})
    again = bureau.put(
        f"{API}/forms/ZZ-DZZ/profile", {"corrections": kept["corrections"]}, "application/json"
    )
    assert again.status_code == 200
    assert [one["cell"] for one in again.json()["lost"]] == ["X9"]
    bad = bureau.post(
        f"{API}/forms/ZZ-DZZ/corrections",
        {"corrections": [{"cell": "ZZZZ1", "say": "note"}]},
        "application/json",
    )
    assert bad.status_code == 422 and bad.json()["code"] == "reporting.bad_correction"


def test_the_api_gives_the_files(filled, program):
    bureau = program("data_bureau", "440000000000")
    assert bureau.get(f"{API}/forms/ZZ-DZZ/xlsform").content[:2] == b"PK"
    assert b"<h:html" in bureau.get(f"{API}/forms/ZZ-DZZ/xform").content
    published("table-schema").validate(bureau.get(f"{API}/forms/ZZ-DZZ/schema").json())
    package = bureau.get(f"{API}/forms/ZZ-DZZ/package?period=2026").content
    assert zipfile.ZipFile(io.BytesIO(package)).namelist() == ["data.csv", "datapackage.json"]
    assert bureau.get(f"{API}/places/towns.csv").content.decode().startswith("name,label\n")
    clerk = program("village_clerk", "440112001202")
    said = {"corrections": [{"cell": "E5", "say": "nothing"}]}
    refused = clerk.post(f"{API}/forms/ZZ-DZZ/corrections", said, "application/json")
    assert refused.status_code == 403


def test_a_workbook_is_converted_as_it_lies_there(tmp_path):
    out = tmp_path / "q.xlsx"
    said = run("xlsform", FORMS / "stat_table_1_households.xls", "-o", out).output
    assert "已写入" in said and (tmp_path / "q-2.xlsx").exists()
    assert len(read_forms(out.read_bytes(), "q.xlsx", reading_words())[0].fields) == 31
    run("xlsform", FORMS / NAME, "--xml", "-o", tmp_path / "q.xml")
    assert "<h:html" in (tmp_path / "q.xml").read_text(encoding="utf-8")
    told = json.loads(run("schema", FORMS / NAME).output)
    published("table-schema").validate(told)
    with pytest.raises(UnreadableWorkbook):
        run("schema", tmp_path / "没有.xls")
    with pytest.raises(NotFound):
        run("schema", "没有这张表")
    asks_nothing = tmp_path / "信.xlsx"
    asks_nothing.write_bytes(letter())
    with pytest.raises(Invalid) as no:
        run("xlsform", asks_nothing)
    assert "没有读出任何填报项目" in no.value.words()


def letter():
    """A workbook with one sentence in it."""
    book = openpyxl.Workbook()
    book.worksheets[0]["A1"] = "各村：请于月底前报来。"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_registered_form_is_converted_with_its_places(party_form, tmp_path):
    run("xlsform", "ZZ-DZZ", "-o", tmp_path / "q.xlsx")
    villages = (tmp_path / "villages.csv").read_text(encoding="utf-8")
    assert villages.count("\n") == 7 and "石门村" in villages
    run("schema", "ZZ-DZZ", "-o", tmp_path / "s.json")
    told = json.loads((tmp_path / "s.json").read_text(encoding="utf-8"))
    assert told["fields"][0]["element"] == "zz_dzz_1"


def test_a_profile_is_shown_carried_and_read_with(party_form, tmp_path):
    bureau_said = tmp_path / "p.json"
    from lingnan.systems.reporting.rules.profiles import correction_at, grid_in
    from lingnan.systems.reporting.terms.profiles import Say, Told

    grid, read = grid_in(form_file(NAME), NAME, "村表"), queries.read_draft(party_form.id)
    one = correction_at(grid, read, "E5", Say.FIELD, Told(label="改过的", unit="个"))
    services.correct_form(party_form.id, [one], by=SYSTEM, at=later(1))
    assert "改过的" in run("profile", "show", "ZZ-DZZ").output
    assert json.loads(run("profile", "show", "ZZ-DZZ", "--json").output)["version"] == 1
    run("profile", "export", "ZZ-DZZ", "-o", bureau_said)
    for named in ("ZZ-DZZ", bureau_said):
        told = json.loads(run("read", FORMS / NAME, "--profile", named, "--json").output)
        assert told[0]["fields"][0]["label"] == "改过的" and told[0]["lost"] == []
    other = run("read", FORMS / "survey_1_village_2012.xls", "--profile", bureau_said).output
    assert "未能沿用" in other and "E5" in other
    applied = json.loads(run("profile", "apply", "ZZ-DZZ", bureau_said, "--json").output)
    assert (applied["version"], applied["lost"]) == (2, [])
    bad = Path(tmp_path / "bad.json")
    bad.write_text("{}", encoding="utf-8")
    with pytest.raises(BadProfile):
        run("profile", "apply", "ZZ-DZZ", bad)
