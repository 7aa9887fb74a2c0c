"""The whole way: register, open, fill in Excel, approve, derive, add up, give back, reproduce."""

import io
from datetime import timedelta

import openpyxl
import pytest

from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.observations import queries as observations
from lingnan.kernel.observations.terms import Quality
from lingnan.systems.reporting import queries, services
from lingnan.systems.reporting.models import Filing, Proposal, Release
from lingnan.systems.reporting.rules import workbook as book
from lingnan.systems.reporting.terms.filings import State, Verdict
from lingnan.systems.reporting.terms.refusals import (
    WrongAnswers,
    WrongFile,
)

from .conftest import AT, DAY, SYSTEM, YEAR, form_file, full, later

Draft = services.Draft


def filled_file(name, cells):
    """The department's file as a clerk fills it, in its own layout."""
    workbook = book.opened(form_file(name))
    for cell, value in cells.items():
        workbook.worksheets[0][cell] = value
    raw = io.BytesIO()
    workbook.save(raw)
    return raw.getvalue()


def cells_of(form, number):
    return {f.cell: (1 if f.options else number) for f in form.asked}


@pytest.fixture
def both(village_form, household_form):
    """Both forms, with what exactly follows from households accepted."""
    for row in Proposal.objects.filter(household_form=household_form.id):
        accept = row.quality == "exact"
        services.decide_proposal(row.pk, accept=accept, by=SYSTEM, at=AT)
    return queries.form("GZ-S1-2012", to=SYSTEM, on=DAY), household_form


def report_households(form, place, types, by, reviewer, minutes=1):
    """One household a type, four persons each; approved."""
    drafts = [
        Draft(
            place, full(form, 0, **{"201": kind, "202": "4", "241": "2"}), subject=place * 100 + n
        )
        for n, kind in enumerate(types, start=1)
    ]
    saved = services.save_drafts(form, YEAR, drafts, by=by, at=later(minutes))
    for one in saved:
        services.submit_report(one.uuid, by=by, at=later(minutes))
    return services.approve_many([one.uuid for one in saved], by=reviewer, at=later(minutes)).done


def own_value(form, code, place):
    element = form.field(code).element
    return observations.current(place, elements=[element], periods=[YEAR], to=SYSTEM, on=DAY).get(
        (element, YEAR)
    )


def test_what_follows_from_households_is_not_asked_of_the_village(
    both, opened, county, clerk, reviewer
):
    village, household = both
    held = opened(village, household)
    place, by = county["石门村"], clerk("石门村")
    before = {a.fields[0].code: a for a in queries.asks(held, place, to=by, on=DAY)}
    assert before["141"].waiting and not before["101"].waiting
    report_households(household, place, "1234", by, reviewer)
    after = {a.fields[0].code: a for a in queries.asks(held, place, to=by, on=DAY)}
    derived = {code: after[code].value for code in ("141", "142", "144", "146", "147", "153")}
    assert derived == {"141": 4, "142": 16, "144": 2, "146": 2, "147": 8, "153": 8}
    assert after["141"].held and after["141"].source == "ledger"
    value = own_value(village, "141", place)
    assert (value.quality, value.source) == (Quality.DERIVED, "ledger")


def test_a_village_form_waits_for_its_households_and_then_takes_their_values(
    both, opened, county, clerk, reviewer
):
    village, household = both
    opened(village, household)
    place, by = county["石门村"], clerk("石门村")
    asked = full(village, 1)
    given = {c: t for c, t in asked.items() if c not in {"141", "142", "144", "146", "147"}}
    filing = services.save_draft(village.id, YEAR, Draft(place, given), by=by, at=later(1))
    with pytest.raises(WrongAnswers) as wrong:
        services.submit_report(filing.uuid, by=by, at=later(1))
    assert {p.where for p in wrong.value.problems} >= {"Sheet1!D52", "Sheet1!D53"}
    report_households(household, place, "12", by, reviewer, 2)
    # What was typed before the households reported now differs from them, and has to be explained.
    for told in queries.findings(filing.uuid, to=by, on=DAY):
        if told.blocks:
            assert told.finding.check == "ledger"
            code = told.finding.field
            services.explain_finding(filing.uuid, code, "口径不同", by=by, at=later(3))
    done = services.submit_report(filing.uuid, by=by, at=later(3))
    assert (done.answers["141"].text, done.answers["141"].source) == ("2", "ledger")
    services.approve_report(filing.uuid, by=reviewer, at=later(4))
    value = own_value(village, "141", place)
    assert (value.value, value.source) == (2, "ledger")


def test_a_corrected_household_changes_what_follows(both, opened, county, clerk, reviewer):
    village, household = both
    opened(village, household)
    place, by = county["石门村"], clerk("石门村")
    done = report_households(household, place, "12", by, reviewer)
    services.correct_report(done[0].uuid, {"202": "6"}, "添丁", by=by, at=later(2))
    assert own_value(village, "142", place).value == 8
    services.submit_report(done[0].uuid, by=by, at=later(3))
    services.approve_report(done[0].uuid, by=reviewer, at=later(4))
    assert own_value(village, "142", place).value == 10


def test_a_rough_derivation_is_offered_and_waits_for_the_clerks_word(
    both, opened, county, clerk, reviewer
):
    village, household = both
    Proposal.objects.filter(field__code="155").update(state=Verdict.ACCEPTED)
    held = opened(village, household)
    place, by = county["石门村"], clerk("石门村")
    report_households(household, place, "12", by, reviewer)
    asks = queries.asks_of_form(village, place, YEAR, to=by, on=DAY)
    assert asks["155"].confirm and asks["155"].held
    assert own_value(village, "155", place) is None
    del held


def fill_by_excel(form, place, number, by, reviewer, minutes=1, **cells):
    data = filled_file("survey_1_village_2012.xls", cells_of(form, number) | cells)
    done = services.upload_answers(form.id, data, YEAR, place=place, by=by, at=later(minutes))
    assert done.problems == ()
    services.submit_report(done.saved[0], by=by, at=later(minutes))
    return services.approve_report(done.saved[0], by=reviewer, at=later(minutes))


def test_a_file_with_faults_is_read_and_every_fault_names_its_cell(
    village_form, opened, county, clerk
):
    opened(village_form)
    by = clerk("石门村")
    data = filled_file(
        "survey_1_village_2012.xls", cells_of(village_form, 3) | {"D53": "约200", "D6": 9}
    )
    done = services.upload_answers(
        village_form.id, data, YEAR, place=county["石门村"], by=by, at=later(1)
    )
    assert done.problems == (
        ("Sheet1!D6", "应填代码 1（是）、2（否），现为“9”。"),
        ("Sheet1!D53", "应为数字，现为“约200”。"),
    )
    kept = queries.filing(done.saved[0], to=by, on=DAY)
    assert (kept.answers["142"].text, kept.answers["141"].text) == ("约200", "3")


def test_another_departments_file_is_not_taken(village_form, opened, county, clerk):
    opened(village_form)
    data = filled_file("village_party_organisation.xls", {})
    with pytest.raises(WrongFile):
        services.upload_answers(
            village_form.id, data, YEAR, place=county["石门村"], by=clerk("石门村"), at=AT
        )


def test_the_same_upload_twice_changes_nothing(party_form, opened, county, clerk):
    opened(party_form)
    by = clerk("石门村")
    data = filled_file("village_party_organisation.xls", cells_of(party_form, 2))
    first = services.upload_answers(party_form.id, data, YEAR, place=county["石门村"], by=by, at=AT)
    again = services.upload_answers(party_form.id, data, YEAR, place=county["石门村"], by=by, at=AT)
    assert first.saved == again.saved
    assert Filing.objects.count() == 1


def test_a_county_gets_the_departments_own_file_filled(
    village_form, opened, county, clerk, reviewer
):
    opened(village_form)
    for number, name in enumerate(("荔湾村", "石门村", "白沙村"), start=1):
        codes = {"D6": 1 if number < 3 else 2}
        fill_by_excel(village_form, county[name], number * 10, clerk(name), reviewer, **codes)
    evidence.drain(at=later(5))
    made = services.produce_workbook(
        village_form.id, county["黄埔区"], YEAR, as_of=later(6), by=SYSTEM, at=later(6)
    )
    sheet = openpyxl.load_workbook(io.BytesIO(made.data))["Sheet1"]
    assert (sheet["D52"].value, sheet["D53"].value, sheet["D28"].value) == (60, 60, 60)
    assert sheet["D6"].value == "是 2 / 否 1"
    assert sheet["D59"].value is None  # an average is never added up
    assert sheet["B52"].value == "1.贫困户总户数"
    notes = "".join(made.footnotes)
    assert "6 个村已报 3" in notes and "人均年收入”不能由下级相加得出" in notes
    own = services.produce_workbook(
        village_form.id, county["石门村"], YEAR, as_of=later(6), by=SYSTEM, at=later(6)
    )
    sheet = openpyxl.load_workbook(io.BytesIO(own.data))["Sheet1"]
    assert (sheet["D52"].value, sheet["D6"].value, sheet["D59"].value) == (20, "1", 20)


def test_a_rate_is_made_again_from_the_sums(village_form, opened, county, clerk, reviewer):
    rate = Proposal.objects.get(field__code="140")
    assert (rate.formula, rate.household_form) == ("139/138*100", None)
    services.decide_proposal(rate.pk, accept=True, by=SYSTEM, at=AT)
    opened(village_form)
    for name, arrived, spent in (("荔湾村", 100, 50), ("石门村", 300, 300)):
        answers = full(village_form, 1, **{"138": str(arrived), "139": str(spent)})
        answers.pop("140")
        filing = services.save_draft(
            village_form.id, YEAR, Draft(county[name], answers), by=clerk(name), at=later(1)
        )
        services.submit_report(filing.uuid, by=clerk(name), at=later(1))
        services.approve_report(filing.uuid, by=reviewer, at=later(2))
    assert own_value(village_form, "140", county["荔湾村"]).value == 50
    evidence.drain(at=later(3))
    made = services.produce_workbook(
        village_form.id, county["黄埔区"], YEAR, as_of=later(4), by=SYSTEM, at=later(4)
    )
    sheet = openpyxl.load_workbook(io.BytesIO(made.data))["Sheet1"]
    assert sheet["D49"].value == 87.5
    assert any("139/138*100" in line for line in made.footnotes)


def test_ten_thousands_and_missing_answers_come_back_as_they_were_asked(
    party_form, opened, county, clerk, reviewer
):
    opened(party_form)
    by, place = clerk("石门村"), county["石门村"]
    answers = full(party_form, 2, **{"26": "1.25", "1": "0", "2": "缺", "3": "不适用"})
    filing = services.save_draft(party_form.id, YEAR, Draft(place, answers), by=by, at=later(1))
    services.submit_report(filing.uuid, by=by, at=later(1))
    services.approve_report(filing.uuid, by=reviewer, at=later(2))
    evidence.drain(at=later(3))
    made = services.produce_workbook(
        party_form.id, place, YEAR, as_of=later(4), by=SYSTEM, at=later(4)
    )
    sheet = openpyxl.load_workbook(io.BytesIO(made.data))["村表"]
    assert [sheet[c].value for c in ("E52", "E5", "E6", "E7")] == [1.25, 0, None, "—"]


def test_a_table_has_one_row_a_village_under_its_own_head(county, opened, clerk, reviewer):
    name = "stat_table_1_households.xls"
    first, second = services.register_form(form_file(name), name, by=SYSTEM, at=AT)
    opened(first, second)
    for number, village in enumerate(("荔湾村", "白沙村"), start=1):
        by, place = clerk(village), county[village]
        filing = services.save_draft(
            first.id, YEAR, Draft(place, full(first, number)), by=by, at=later(1)
        )
        services.submit_report(filing.uuid, by=by, at=later(1))
        services.approve_report(filing.uuid, by=reviewer, at=later(2))
    evidence.drain(at=later(3))
    made = services.produce_workbook(
        first.id, county["黄埔区"], YEAR, as_of=later(4), by=SYSTEM, at=later(4)
    )
    workbook = openpyxl.load_workbook(io.BytesIO(made.data))
    rows = [[workbook["1"].cell(r, c).value for c in (2, 3, 31)] for r in range(8, 15)]
    assert rows == [
        ["荔湾村", 1, 1],
        ["石门村", None, None],
        ["水口村", None, None],
        ["白沙村", 2, 2],
        ["龙潭村", None, None],
        ["新桥村", None, None],
        [None, None, None],
    ]
    assert workbook.sheetnames == ["1", "2", "说明"]


def test_as_of_a_day_the_same_file_comes_out_byte_for_byte(
    village_form, opened, county, clerk, reviewer
):
    opened(village_form)
    by, place = clerk("石门村"), county["石门村"]
    done = fill_by_excel(village_form, place, 10, by, reviewer)
    evidence.drain(at=later(2))
    moment = later(3)
    args = (village_form.id, county["黄埔区"], YEAR)
    first = services.produce_workbook(*args, as_of=moment, by=SYSTEM, at=later(3))
    services.correct_report(done.uuid, {"141": "11"}, "复核", by=by, at=later(4))
    services.submit_report(done.uuid, by=by, at=later(4))
    services.approve_report(done.uuid, by=reviewer, at=later(5))
    evidence.drain(at=later(6))
    again = services.produce_workbook(*args, as_of=moment, by=SYSTEM, at=later(600))
    after = services.produce_workbook(*args, as_of=later(7), by=SYSTEM, at=later(600))
    assert again.data == first.data
    sheet = openpyxl.load_workbook(io.BytesIO(after.data))["Sheet1"]
    assert sheet["D52"].value == 11 and after.data != first.data
    kept = Release.objects.get(as_of=moment)
    assert (kept.sha256, kept.seq) == (first.sha256, first.seq)


def test_rows_of_many_villages_come_in_together_and_a_wrong_village_is_told(
    party_form, opened, county, reviewer
):
    opened(party_form)
    rows = [
        {"place": "440112001201", "1": "3", "2": "x"},
        {"place": "440112001202", "answers": {"1": 4}},
        {"place": "449999999999", "1": "5"},
    ]
    done = services.upload_rows(party_form.id, rows, YEAR, by=SYSTEM, at=AT)
    assert len(done.saved) == 2
    assert dict(done.problems)["1.2"] == "应为数字，现为“x”。"
    assert dict(done.problems)["3"].startswith("没有这个地区")
    assert {row.state for row in Filing.objects.all()} == {State.DRAFT}


def test_before_anything_is_evidenced_there_is_nothing_to_give_back(village_form, county):
    from lingnan.systems.reporting.terms.refusals import (
        NothingHeld,
    )

    with pytest.raises(NothingHeld):
        services.produce_workbook(
            village_form.id,
            county["石门村"],
            YEAR,
            as_of=AT - timedelta(days=1),
            by=SYSTEM,
            at=AT,
        )


def test_a_list_has_one_row_a_household_and_the_same_number_is_the_same_household(
    county, opened, clerk, reviewer
):
    name = "household_list_header.xls"
    form = services.register_form(form_file(name), name, codes=["HMC"], by=SYSTEM, at=AT)[0]
    opened(form)
    by = clerk("石门村")
    rows = [
        {
            "place": "440112001202",
            "household": f"{n:03}",
            "A": f"户{n}",
            "B": "低保户",
            "C": "男",
            "D": str(n),
        }
        for n in (1, 2)
    ]
    first = services.upload_rows(form.id, rows, YEAR, by=by, at=AT)
    again = services.upload_rows(form.id, rows, YEAR, by=by, at=later(1))
    assert first.saved == again.saved and len(first.saved) == 2
    services.submit_many(first.saved, by=by, at=later(1))
    services.approve_many(first.saved, by=reviewer, at=later(2))
    evidence.drain(at=later(3))
    for reason, names in ((None, ["户*", "户*"]), ("核对名单", ["户1", "户2"])):
        made = services.produce_workbook(
            form.id, county["黄埔区"], YEAR, as_of=later(4), reason=reason, by=SYSTEM, at=later(4)
        )
        sheet = openpyxl.load_workbook(io.BytesIO(made.data))["Sheet1"]
        held = [[sheet.cell(r, c).value for c in (1, 2, 5)] for r in (2, 3, 4)]
        told = [[name, "低保户", "石门村"] for name in names]
        assert held == [*told, [None, None, None]]
        assert made.label == "personal"
