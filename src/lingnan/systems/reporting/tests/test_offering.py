"""What is known from before is offered in a round nobody planned, with its source and age."""

import io

import openpyxl
import pytest

from lingnan.systems.reporting import queries, services
from lingnan.systems.reporting.models import Field
from lingnan.systems.reporting.terms.filings import Mark
from lingnan.systems.reporting.terms.refusals import WrongAnswers

from .conftest import AT, DAY, SYSTEM, YEAR, later
from .planned import persons_and_births, say

Draft = services.Draft
BEFORE = YEAR - 1000


@pytest.fixture
def two_forms(county):
    one, two = persons_and_births()
    say(county, "石门村", "working", 200, period=BEFORE, source="history:F2")
    say(county, "石门村", "births", 9, period=BEFORE)
    return one, two


def test_what_stood_is_offered_and_what_flowed_is_not(two_forms, opened, county):
    found = opened(*two_forms)
    asks = queries.asks_of_form(two_forms[1], county["石门村"], YEAR, to=SYSTEM, on=DAY)
    working = next(one for one in asks.values() if one.element_code == "working")
    assert (working.held, working.confirm, working.value) == (True, True, 200)
    assert working.source == "history:F2" and working.as_of is not None
    assert working.why == "上期 200 人，若无变化请确认"
    assert not any(one.held for one in asks.values() if one.element_code == "births")
    listed = {a.element_code: a for a in queries.asks(found, county["石门村"], to=SYSTEM, on=DAY)}
    assert listed["working"].value == 200 and listed["working"].confirm
    assert not listed["births"].held


def test_another_village_and_an_old_value_are_offered_nothing(two_forms, opened, county):
    opened(*two_forms)
    there = queries.asks_of_form(two_forms[1], county["荔湾村"], YEAR, to=SYSTEM, on=DAY)
    assert not any(one.held for one in there.values())
    late = DAY.replace(year=DAY.year + 5)
    asks = queries.asks_of_form(two_forms[1], county["石门村"], YEAR, to=SYSTEM, on=late)
    assert not any(one.held for one in asks.values())


def test_one_mark_confirms_it_and_nothing_is_taken_silently(two_forms, opened, county, clerk):
    opened(*two_forms)
    form, village, by = two_forms[1], county["石门村"], clerk("石门村")
    say(county, "石门村", "persons", 430)
    filing = services.save_draft(form.id, YEAR, Draft(village, {"A3": "4"}), by=by, at=AT)
    with pytest.raises(WrongAnswers) as no:
        services.submit_report(filing.uuid, by=by, at=later(1))
    assert [p.where for p in no.value.problems] == ["S!B2"]
    services.save_draft(form.id, YEAR, Draft(village, {"A2": "无变化"}), by=by, at=later(2))
    done = services.submit_report(filing.uuid, by=by, at=later(3))
    answer = done.answers["A2"]
    assert (answer.text, answer.mark, answer.source) == ("200", Mark.REPORTED, "")
    assert answer.reason == "上期 200 人，若无变化请确认"


def test_the_workbook_lists_it_with_source_and_age(party_form, opened, county, clerk):
    opened(party_form)
    field = next(f for f in party_form.asked if f.element_code and f.type == "integer")
    say(county, "石门村", field.element_code, 37, period=BEFORE, source="history:ZZ-DZZ")
    by = clerk("石门村")
    data, _ = queries.form_to_fill(party_form, county["石门村"], YEAR, to=by, on=DAY)
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book[party_form.sheet][field.cell].value is None
    lines = [str(row[0].value) for row in book.worksheets[-1].iter_rows()]
    (told,) = [line for line in lines if line.startswith(f"{field.cell} ")]
    assert "37" in told and "来源 历年报表 ZZ-DZZ" in told and f"{DAY} 记录" in told


def test_it_is_told_in_the_unit_of_the_form(two_forms, opened, county):
    form = two_forms[1]
    Field.objects.filter(form=form.id, label="working").update(unit="百人", multiplier=100)
    opened(*two_forms)
    form = queries.form_by_id(form.id)
    asks = queries.asks_of_form(form, county["石门村"], YEAR, to=SYSTEM, on=DAY)
    assert asks["A2"].why == "上期 2 百人，若无变化请确认"
