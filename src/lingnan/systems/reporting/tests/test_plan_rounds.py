"""A round planned: what is known is not asked, what follows is worked out, the rest is asked once."""

import zlib
from decimal import Decimal

import pytest

from lingnan.base.errors import NotFound
from lingnan.kernel.evidence import queries as evidence
from lingnan.kernel.evidence.terms import Stamp
from lingnan.kernel.observations import queries as observations
from lingnan.kernel.observations import services as values
from lingnan.kernel.observations.terms import NewValue, Quality, ValuesRecorded
from lingnan.systems.reporting import jobs, queries, services
from lingnan.systems.reporting.models import Admission, PlacePlan, Plan, PlanShape
from lingnan.systems.reporting.terms.planning import Means
from lingnan.systems.reporting.terms.refusals import WrongAnswers

from .conftest import AT, DAY, SYSTEM, YEAR, later
from .planned import made, persons_and_births, planned, say

Draft = services.Draft


@pytest.fixture
def two_forms(county):
    return persons_and_births()


def test_what_is_known_is_free_what_stood_is_confirmed_what_flowed_is_asked(
    two_forms, opened, county
):
    found = opened(*two_forms)
    say(county, "石门村", "persons", 430)
    say(county, "石门村", "working", 200, period=YEAR - 1000)
    say(county, "石门村", "births", 9, period=YEAR - 1000)
    say(county, "石门村", "men", 210, source="somebody")
    services.plan_round(found, by=SYSTEM, at=AT)
    plan = planned(found, county)
    assert {fact: one.way.means for fact, one in plan.items()} == {
        "persons": Means.KNOWN,
        "men": Means.CONFIRM,
        "women": Means.IDENTITY,
        "working": Means.CONFIRM,
        "births": Means.ASK,
    }
    assert {fact: one.why for fact, one in plan.items()} == {
        "persons": "police 2026-11-22 已核",
        "men": "somebody 2026-11-22 报 210 人，请核对",
        "women": "= persons − men",
        "working": "上期 200 人，若无变化请确认",
        "births": "无人掌握，需填报",
    }
    assert plan["persons"].forms == ("F1:A1", "F2:A1")
    one = queries.explain(found, "F2:A2", county["石门村"], to=SYSTEM, on=DAY)
    assert one == plan["working"]
    with pytest.raises(NotFound):
        queries.explain(found, "F9:A2", county["石门村"], to=SYSTEM, on=DAY)


def test_villages_of_which_the_same_is_known_share_a_shape(two_forms, opened, county):
    found = opened(*two_forms)
    for village in ("石门村", "白沙村"):
        say(county, village, "persons", 430 + len(village))
    told = services.plan_round(found, by=SYSTEM, at=AT)
    shape = dict(PlacePlan.objects.values_list("place", "shape"))
    assert shape[county["石门村"]] == shape[county["白沙村"]] != shape[county["龙潭村"]]
    assert len(set(shape.values())) == PlanShape.objects.count() == 2 == told.figures["shapes"]
    assert told.figures["places"] == 6 and told.figures["fields"] == 36
    # persons follows or is known everywhere: men, women or one of them, working, births
    assert told.figures["asked"] == 4 * 4 + 2 * 3
    assert told.figures["seconds"] == told.figures["bound"] == 20 * told.figures["asked"]
    told = [e.facts for e in evidence.history_of(f"reporting.plan:{told.uuid}", to=SYSTEM)]
    assert told[0]["figures"]["asked"] == 22


def test_the_worker_plans_what_opened_and_what_grew_stale(two_forms, opened, county):
    found = opened(*two_forms)
    assert jobs.plan(at=later(1)) == "planned 1"
    assert planned(found, county)["persons"].forms == ("F1:A1", "F2:A1")
    Plan.objects.update(is_stale=True)
    assert jobs.plan(at=later(2)) == "planned 0"  # a moment ago
    assert jobs.plan(at=later(20)) == "planned 1"
    Admission.objects.update(state="withdrawn", withdrawn_on=DAY)
    Plan.objects.all().delete()
    assert jobs.plan(at=later(30)) == "planned 0"  # a person's matter, and no failure


def test_the_round_s_own_reports_do_not_change_its_plan_and_other_facts_do(
    two_forms, opened, county, clerk, reviewer
):
    found = opened(*two_forms)
    services.plan_round(found, by=SYSTEM, at=AT)
    assert services.replan([YEAR], (county["石门村"],) * 2, "form:F1", at=later(1)) == 0
    say(county, "石门村", "working", 120)
    assert services.replan([YEAR], (county["石门村"],) * 2, "police", at=later(1)) == 1
    assert planned(found, county)["working"].way.means is Means.KNOWN
    assert planned(found, county, "白沙村")["working"].way.means is Means.ASK
    assert queries.summary(found, to=SYSTEM, on=DAY).figures["asked"] == 6 * 4 - 1
    services.plan_round(found, by=SYSTEM, at=later(2))
    assert planned(found, county)["working"].way.means is Means.KNOWN


def test_facts_that_arrive_reach_the_plan_by_themselves_or_mark_it_stale(
    two_forms, opened, county, monkeypatch
):
    from lingnan.kernel.evidence import services as evidence

    found = opened(*two_forms)
    services.plan_round(found, by=SYSTEM, at=AT)
    told = ValuesRecorded(
        subject="observations.batch:1", batch="b", key="k", source="police", rows=1, row_root="",
        superseded=0, contenders=0, unchanged=0, payload="", periods=[YEAR],
        places=[county["石门村"]] * 2,
    )  # fmt: skip
    listener = evidence.listeners()["reporting.plan_again"]
    assert listener.event_type is ValuesRecorded
    say(county, "石门村", "working", 120)
    listener.hear([(told, Stamp(seq=1, event_id=1, at=later(1), by=""))])
    assert planned(found, county)["working"].way.means is Means.KNOWN
    monkeypatch.setattr("lingnan.systems.reporting.services.planning.FEW", 0)
    say(county, "石门村", "births", 3)
    listener.hear([(told, Stamp(seq=2, event_id=2, at=later(2), by=""))])
    assert planned(found, county)["births"].way.means is Means.ASK
    assert queries.summary(found, to=SYSTEM, on=DAY).is_stale


def test_a_plan_that_was_altered_is_found(two_forms, opened, county):
    from lingnan.systems.reporting.models import Plan
    from lingnan.systems.reporting.queries.verify import verify

    found = opened(*two_forms)
    services.plan_round(found, by=SYSTEM, at=AT)
    assert list(verify()) == []
    shape = PlanShape.objects.first()
    shape.choice = zlib.compress(bytes([9] * 5))
    shape.save()
    assert ["形态" in one.what for one in verify()] == [True]
    Plan.objects.update(sha256="0" * 64)
    assert list(verify())


def test_what_follows_is_worked_out_at_submission_and_marked(
    two_forms, opened, county, clerk, reviewer
):
    one, two = two_forms
    found, village, by = opened(one, two), county["石门村"], clerk("石门村")
    say(county, "石门村", "persons", 430)
    services.plan_round(found, by=SYSTEM, at=AT)
    asks = queries.asks_of_form(one, village, YEAR, to=by, on=DAY)
    left = [code for code, ask in asks.items() if ask.follows]
    assert asks["A1"].held and len(left) == 1
    asked = next(c for c, ask in asks.items() if not ask.held and not ask.follows)
    filing = services.save_draft(one.id, YEAR, Draft(village, {asked: "200"}), by=by, at=later(1))
    done = services.submit_report(filing.uuid, by=by, at=later(2))
    answer = done.answers[left[0]]
    assert (answer.text, answer.mark) == ("230", "derived")
    assert answer.reason.startswith("= persons − ")
    services.approve_report(filing.uuid, by=reviewer, at=later(3))
    element = one.field(left[0]).element
    held = observations.current(village, elements=[element], periods=[YEAR], to=SYSTEM, on=DAY)
    assert held[element, YEAR].value == 230 and held[element, YEAR].quality is Quality.DERIVED


def test_a_returned_report_has_what_follows_worked_out_again(
    two_forms, opened, county, clerk, reviewer
):
    one, two = two_forms
    found, village, by = opened(one, two), county["石门村"], clerk("石门村")
    services.plan_round(found, by=SYSTEM, at=AT)
    asks = queries.asks_of_form(one, village, YEAR, to=by, on=DAY)
    asked = [code for code, ask in asks.items() if not ask.follows]
    given = dict.fromkeys(asked, "100")
    filing = services.save_draft(one.id, YEAR, Draft(village, given), by=by, at=later(1))
    services.submit_report(filing.uuid, by=by, at=later(2))
    services.return_report(filing.uuid, "请核对", by=reviewer, at=later(3))
    changed = {asked[0]: "300" if asked[0] == "A1" else "150"}
    services.save_draft(one.id, YEAR, Draft(village, changed), by=by, at=later(4))
    done = services.submit_report(filing.uuid, by=by, at=later(5))
    numbers = {code: int(answer.text) for code, answer in done.answers.items()}
    assert numbers["A1"] == numbers["A2"] + numbers["A3"]


def test_what_contradicts_a_sum_is_told_at_its_cell(two_forms, opened, county, clerk):
    one, two = two_forms
    found, village, by = opened(one, two), county["石门村"], clerk("石门村")
    say(county, "石门村", "persons", 430)
    services.plan_round(found, by=SYSTEM, at=AT)
    filing = services.save_draft(
        one.id, YEAR, Draft(village, {"A2": "200", "A3": "229"}), by=by, at=later(1)
    )
    with pytest.raises(WrongAnswers) as no:
        services.submit_report(filing.uuid, by=by, at=later(2))
    told = [(p.where, p.words()) for p in no.value.problems]
    assert told == [
        ("S!B1", "“persons”为 430，各分项之和为 429，相差 1，请核对。"),
    ]
    asks = queries.asks_of_form(one, village, YEAR, to=by, on=DAY)
    blank, asked = ("A2", "A3") if asks["A2"].follows else ("A3", "A2")
    services.save_draft(one.id, YEAR, Draft(village, {blank: "", asked: "500"}), by=by, at=later(3))
    with pytest.raises(WrongAnswers) as no:
        services.submit_report(filing.uuid, by=by, at=later(4))
    assert "-70" in no.value.problems[0].words() and "persons" in no.value.problems[0].words()


def test_what_stood_is_confirmed_with_one_mark(two_forms, opened, county, clerk):
    one, two = two_forms
    found, village, by = opened(one, two), county["石门村"], clerk("石门村")
    say(county, "石门村", "persons", 430)
    say(county, "石门村", "working", 200, period=YEAR - 1000)
    services.plan_round(found, by=SYSTEM, at=AT)
    ask = queries.asks_of_form(two, village, YEAR, to=by, on=DAY)["A2"]
    assert (ask.held, ask.confirm, ask.value) == (True, True, 200)
    given = {"A2": "无变化", "A3": "✓"}
    filing = services.save_draft(two.id, YEAR, Draft(village, given), by=by, at=later(1))
    with pytest.raises(WrongAnswers) as no:
        services.submit_report(filing.uuid, by=by, at=later(2))
    assert [p.where for p in no.value.problems] == ["S!B3"]
    services.save_draft(two.id, YEAR, Draft(village, {"A3": "4"}), by=by, at=later(3))
    done = services.submit_report(filing.uuid, by=by, at=later(4))
    answer = done.answers["A2"]
    assert (answer.text, answer.mark, answer.source) == ("200", "reported", "")
    assert answer.reason == "上期 200 人，若无变化请确认"
    assert done.answers["A1"].source == "police"


def test_a_fact_of_two_forms_is_typed_once_in_either(two_forms, opened, county, clerk):
    one, two = two_forms
    found, village, by = opened(one, two), county["石门村"], clerk("石门村")
    services.decide_sum(one.id, "A1", accept=False, by=SYSTEM, at=AT)
    services.plan_round(found, by=SYSTEM, at=AT)
    typed = {"A1": "430", "A2": "200", "A3": "2"}
    filing = services.save_draft(two.id, YEAR, Draft(village, typed), by=by, at=later(1))
    ask = queries.asks_of_form(one, village, YEAR, to=by, on=DAY)["A1"]
    assert (ask.held, ask.confirm, ask.value, ask.source) == (True, False, 430, "form:F2")
    assert not queries.asks_of_form(two, village, YEAR, to=by, on=DAY)["A1"].held
    services.submit_report(filing.uuid, by=by, at=later(2))
    rest = services.save_draft(
        one.id, YEAR, Draft(village, {"A2": "200", "A3": "230"}), by=by, at=later(3)
    )
    done = services.submit_report(rest.uuid, by=by, at=later(4))
    assert (done.answers["A1"].text, done.answers["A1"].source) == ("430", "form:F2")


def test_a_sum_over_two_forms_needs_the_other_form_first(county, opened, clerk):
    one = made("F1", ["persons", "men", "women"], sums=[("persons", ("men", "women"))])
    two = made("F2", ["women", "births"])
    services.decide_sum(one.id, "A1", accept=True, by=SYSTEM, at=AT)
    found, village, by = opened(one, two), county["石门村"], clerk("石门村")
    say(county, "石门村", "persons", 430)
    say(county, "石门村", "men", 200)
    services.plan_round(found, by=SYSTEM, at=AT)
    assert planned(found, county)["women"].way.means is Means.IDENTITY
    filing = services.save_draft(two.id, YEAR, Draft(village, {"A2": "3"}), by=by, at=later(1))
    done = services.submit_report(filing.uuid, by=by, at=later(2))
    assert (done.answers["A1"].text, done.answers["A1"].mark) == ("230", "derived")


def test_missing_parts_leave_the_total_missing_and_not_applicable_adds_nothing(
    two_forms, opened, county, clerk
):
    one, two = two_forms
    found, by = opened(one, two), clerk("石门村")
    services.plan_round(found, by=SYSTEM, at=AT)
    village = county["石门村"]
    asks = queries.asks_of_form(one, village, YEAR, to=by, on=DAY)
    left = next(code for code, ask in asks.items() if ask.follows)
    first, second = (code for code in asks if code != left)
    for word, mark in (("缺", "missing"), ("不适用", "derived")):
        given = {first: "90", second: word}
        filing = services.save_draft(one.id, YEAR, Draft(village, given), by=by, at=later(1))
        answers, problems = queries.settled(one, filing, to=by, on=DAY)
        assert problems == [] and answers[left].mark == mark


def test_a_household_is_offered_what_it_said_last_year(county, opened, clerk):
    form = made("H1", ["members", "students", "income"], subject="household", flows=["income"])
    found, village, by = opened(form), county["石门村"], clerk("石门村")
    homes = services.household_ids(village, ["1", "2"], by=by, at=AT)
    ids = {code: e.id for code, e in observations.element_map(form_codes(form)).items()}
    rows = [
        NewValue(place=village, subject=homes["1"], element=ids[fact], period=YEAR - 1000, value=v)
        for fact, v in (("members", Decimal(4)), ("income", Decimal(9)))
    ]
    values.record_values("last", rows, source="form:H1", by=SYSTEM, at=AT)
    told = services.plan_round(found, by=SYSTEM, at=AT)
    assert told.figures["households"] == 2 and told.figures["confirmed"] == 1
    assert told.figures["asked"] == 5
    units = PlacePlan.objects.filter(kind="household").values_list("place", "units")
    assert sorted(units) == [(village, 1), (village, 1)]
    first = queries.asks_of_form(form, village, YEAR, subject=homes["1"], to=by, on=DAY)
    assert [(a.confirm, a.held) for a in first.values()] == [
        (True, True),
        (False,) * 2,
        (False,) * 2,
    ]
    second = queries.asks_of_form(form, village, YEAR, subject=homes["2"], to=by, on=DAY)
    assert not any(a.held for a in second.values())


def form_codes(form):
    return [field.element_code for field in form.asked]
