"""Reports that say one fact with different numbers: told before submission, judged again at approval."""

import pytest

from lingnan.systems.reporting import queries, services
from lingnan.systems.reporting.models import Filing
from lingnan.systems.reporting.terms.checking import Check
from lingnan.systems.reporting.terms.filings import State
from lingnan.systems.reporting.terms.refusals import NeedExplanation, StillBlocked

from .conftest import DAY, YEAR, later
from .planned import made

Draft = services.Draft


@pytest.fixture
def twice(county, opened):
    """Two forms that ask one fact: persons."""
    one, two = made("F1", ["persons", "men"]), made("F2", ["persons", "working"])
    opened(one, two)
    return one, two


def said(form, place, by, number, at=1):
    return services.save_draft(
        form.id, YEAR, Draft(place, {"A1": number, "A2": "1"}), by=by, at=later(at)
    )


def test_a_fact_that_waits_in_another_report_is_not_said_otherwise_without_a_reason(
    twice, county, clerk, reviewer
):
    by, place = clerk("石门村"), county["石门村"]
    first = said(twice[0], place, by, "100")
    services.submit_report(first.uuid, by=by, at=later(2))
    other = said(twice[1], place, by, "777", 3)
    with pytest.raises(NeedExplanation) as no:
        services.submit_report(other.uuid, by=by, at=later(4))
    assert "填 777，已有数据（报表 F1）为 100" in no.value.problems[0].words()
    services.explain_finding(other.uuid, "A1", "口径不同", by=by, at=later(5))
    services.submit_report(other.uuid, by=by, at=later(6))
    mine = queries.findings(first.uuid, to=reviewer, on=DAY)
    told = [one for one in mine if one.finding.check is Check.ELSEWHERE]
    assert [(one.reason, one.blocks) for one in told] == [("口径不同", False)]
    done = services.approve_many([first.uuid, other.uuid], by=reviewer, at=later(7))
    assert (len(done.done), done.left) == (2, ())


def test_what_has_come_to_be_contradicted_is_not_approved(twice, county, clerk, reviewer):
    by, place = clerk("石门村"), county["石门村"]
    sent = [said(form, place, by, "100", 1) for form in twice]
    for one in sent:
        services.submit_report(one.uuid, by=by, at=later(2))
    fine = said(twice[0], county["荔湾村"], clerk("荔湾村"), "8")
    services.submit_report(fine.uuid, by=clerk("荔湾村"), at=later(2))
    Filing.objects.filter(uuid=sent[0].uuid).update(
        answers={"A1": {"text": "90"}, "A2": {"text": "1"}}
    )
    given = services.approve_many(
        [*(one.uuid for one in sent), fine.uuid], by=reviewer, at=later(3)
    )
    assert [one.uuid for one in given.done] == [fine.uuid]
    assert {one.filing.uuid for one in given.left} == {one.uuid for one in sent}
    with pytest.raises(StillBlocked) as no:
        services.approve_report(sent[1].uuid, by=reviewer, at=later(4))
    assert "填 100，已有数据（报表 F1）为 90" in no.value.problems[0].words()
    assert queries.filing(sent[1].uuid, to=reviewer, on=DAY).state is State.SUBMITTED


def test_the_reports_of_one_household_are_held_against_each_other(county, opened, clerk, reviewer):
    forms = [made(f"H{n}", ["members", f"own{n}"], subject="household") for n in (1, 2)]
    opened(*forms)
    by, place = clerk("石门村"), county["石门村"]
    subject = services.household_ids(place, ["1"], by=by, at=later(1))["1"]
    uuids = []
    for form, number in zip(forms, ("4", "4"), strict=True):
        kept = services.save_draft(
            form.id, YEAR, Draft(place, {"A1": number, "A2": "1"}, subject), by=by, at=later(1)
        )
        uuids.append(services.submit_report(kept.uuid, by=by, at=later(2)).uuid)
    Filing.objects.filter(uuid=uuids[0]).update(answers={"A1": {"text": "5"}, "A2": {"text": "1"}})
    given = services.approve_many(uuids, by=reviewer, at=later(3))
    assert {one.filing.uuid for one in given.left} == set(uuids)
