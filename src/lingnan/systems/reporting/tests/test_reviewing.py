"""Checks before submission, review level by level, by rule, by quorum; the biggest effect first."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from lingnan.base.errors import Clash, Forbidden
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.evidence.models import Event
from lingnan.kernel.observations import queries as observations
from lingnan.kernel.observations import services as values
from lingnan.kernel.observations.terms import NewValue, Quality
from lingnan.kernel.places import queries as places
from lingnan.systems.reporting import queries, services
from lingnan.systems.reporting.models import Explanation, Filing, QuorumRelease
from lingnan.systems.reporting.rules.estimating import Tie, agreeing
from lingnan.systems.reporting.rules.reviewing import estimate, needed, next_level
from lingnan.systems.reporting.terms.checking import Check, Quorum, Severity
from lingnan.systems.reporting.terms.filings import State
from lingnan.systems.reporting.terms.outputs import Kind
from lingnan.systems.reporting.terms.refusals import (
    AlreadyReleased,
    NeedExplanation,
    NoSuchFinding,
    NotEnough,
    NotYourTurn,
    WrongAnswers,
)

from .conftest import DAY, REVIEW, SYSTEM, YEAR, full, later, wearing
from .planned import made

Draft = services.Draft
VILLAGES = ("荔湾村", "石门村", "水口村", "白沙村", "龙潭村", "新桥村")
LAST = YEAR - 1000


def draft(form, place, by, **given):
    return services.save_draft(
        form.id, YEAR, Draft(place, full(form, 20, **given)), by=by, at=later(1)
    )


def submit(form, place, by, **given):
    return services.submit_report(draft(form, place, by, **given).uuid, by=by, at=later(1))


def last_year(form, place, code="1", value=20):
    field = form.field(code)
    row = NewValue(place=place, element=field.element, period=LAST, value=Decimal(value))
    key = f"last:{place}:{code}:{value}"
    values.record_values(key, [row], source="form:ZZ-DZZ", by=SYSTEM, at=later(0))


def everything_last_year(form, place, number=20):
    rows = []
    for field in form.asked:
        text = field.options[0].code if field.options else None
        numeric = field.type in {"integer", "number", "money", "percent"}
        rows.append(
            NewValue(
                place=place,
                element=field.element,
                period=LAST,
                value=Decimal(number) * field.multiplier if numeric else None,
                text=None if numeric else text or str(number),
            )
        )
    values.record_values(f"all:{place}", rows, source="form:ZZ-DZZ", by=SYSTEM, at=later(0))


def kinds(kind):
    rows = Event.objects.filter(kind=kind).order_by("pk")
    return [json.loads(facts) for facts in rows.values_list("facts", flat=True)]


@pytest.fixture
def asked(party_form, opened):
    opened(party_form)
    return party_form


def test_a_leap_since_last_year_needs_a_reason_before_it_is_submitted(asked, county, clerk):
    by, place = clerk("石门村"), county["石门村"]
    last_year(asked, place, value=20)
    kept = draft(asked, place, by, **{"1": "200"})
    with pytest.raises(NeedExplanation) as no:
        services.submit_report(kept.uuid, by=by, at=later(2))
    (problem,) = no.value.problems
    assert problem.where == asked.field("1").where
    assert "由上期 20 变为 200" in problem.words() and "写明原因" in problem.words()
    services.explain_finding(kept.uuid, "1", "两村合并", by=by, at=later(3))
    (told,) = [t for t in queries.findings(kept.uuid, to=by, on=DAY) if t.finding.field == "1"]
    assert (told.reason, told.blocks) == ("两村合并", False)
    done = services.submit_report(kept.uuid, by=by, at=later(4))
    assert done.state is State.SUBMITTED
    assert len(kinds("reporting.finding_explained")) == 1


def test_all_that_stands_in_the_way_is_told_at_the_first_submission(asked, county, clerk):
    """What must be put right and what must be explained; nobody submits twice to hear the rest."""
    by, place = clerk("石门村"), county["石门村"]
    last_year(asked, place, value=20)
    kept = draft(asked, place, by, **{"1": "200", "2": "很多", "3": ""})
    with pytest.raises(WrongAnswers, match="2 处需要修改，另有 1 处") as no:
        services.submit_report(kept.uuid, by=by, at=later(2))
    wheres = [asked.field(code).where for code in ("2", "3", "1")]
    assert [one.where for one in no.value.problems] == wheres


def test_a_reason_holds_only_for_the_figures_it_was_given_for(asked, county, clerk):
    by, place = clerk("石门村"), county["石门村"]
    last_year(asked, place, value=20)
    kept = draft(asked, place, by, **{"1": "200"})
    services.explain_finding(kept.uuid, "1", "两村合并", by=by, at=later(2))
    services.save_draft(asked.id, YEAR, Draft(place, {"1": "2000"}), by=by, at=later(3))
    with pytest.raises(NeedExplanation):
        services.submit_report(kept.uuid, by=by, at=later(4))


def test_nobody_else_explains_and_nothing_is_explained_that_is_right(
    asked, county, clerk, reviewer
):
    by, place = clerk("石门村"), county["石门村"]
    kept = draft(asked, place, by)
    with pytest.raises(NoSuchFinding):
        services.explain_finding(kept.uuid, "1", "没有问题", by=by, at=later(2))
    with pytest.raises(Forbidden):
        services.explain_finding(kept.uuid, "1", "代填", by=reviewer, at=later(2))
    assert not Explanation.objects.exists()


def test_a_sum_the_bureau_confirmed_is_a_hard_error_before_that_a_hint(
    village_form, opened, county, clerk
):
    opened(village_form)
    by, place = clerk("石门村"), county["石门村"]
    total = queries.forms_by_id([village_form.id])[village_form.id]
    kept = services.save_draft(
        village_form.id, YEAR, Draft(place, full(total, 20)), by=by, at=later(1)
    )
    sums = [t for t in queries.findings(kept.uuid, to=by, on=DAY) if t.finding.check is Check.SUM]
    assert sums and {t.finding.severity for t in sums} == {Severity.HINT}
    code = sums[0].finding.field
    services.decide_sum(village_form.id, code, accept=True, by=SYSTEM, at=later(2))
    with pytest.raises(WrongAnswers) as no:
        services.submit_report(kept.uuid, by=by, at=later(3))
    assert any("之和为" in problem.words() for problem in no.value.problems)


def test_the_grid_shows_the_biggest_effect_first(asked, county, clerk, reviewer):
    for number, name in enumerate(VILLAGES):
        last_year(asked, county[name], value=1000)
        submit(asked, county[name], clerk(name), **{"1": str(1000 + 25 * number)})
    grid = queries.review_grid(asked, county["黄埔区"], YEAR, to=reviewer, on=DAY)
    assert [row.place for row in grid.rows][0] == county["新桥村"]
    assert grid.fields[0].code == "1"
    first = grid.rows[0].cells[0]
    assert (first.answer.text, first.before) == ("1125", 1000)
    assert first.effect == pytest.approx(125 / 6375)
    assert (grid.expected, grid.counts[State.SUBMITTED], grid.needed) == (6, 6, 5)


def test_the_grid_asks_as_many_queries_for_six_villages_as_for_one(
    asked, county, clerk, reviewer, django_assert_max_num_queries
):
    for name in VILLAGES:
        submit(asked, county[name], clerk(name))
    queries.review_grid(asked, county["黄埔区"], YEAR, to=reviewer, on=DAY)
    with django_assert_max_num_queries(20):
        queries.review_grid(asked, county["黄埔区"], YEAR, to=reviewer, on=DAY)


def test_unchanged_and_clean_reports_pass_by_rule_and_evidence_says_so(
    asked, county, clerk, reviewer
):
    for name in VILLAGES[:3]:
        everything_last_year(asked, county[name])
    submit(asked, county["荔湾村"], clerk("荔湾村"))
    submit(asked, county["石门村"], clerk("石门村"), **{"1": "25"})
    submit(asked, county["白沙村"], clerk("白沙村"))  # nothing known of last year
    done = services.pass_clean(asked.id, county["黄埔区"], YEAR, by=reviewer, at=later(5))
    assert [one.place for one in done] == [county["荔湾村"]]
    (event,) = kinds("reporting.reports_passed_by_rule")
    assert event["rule"] == "unchanged_and_clean"
    assert event["filings"] == [done[0].uuid]
    assert Filing.objects.filter(state=State.SUBMITTED).count() == 2


def test_review_goes_up_level_by_level(asked, county, clerk, reviewer):
    services.order_review(asked.id, levels=[3, 4], by=SYSTEM, at=later(0))
    town = wearing(901, "town_reviewer", county["东岸镇"], REVIEW)
    sent = submit(asked, county["石门村"], clerk("石门村"))
    with pytest.raises(NotYourTurn, match="镇级"):
        services.approve_report(sent.uuid, by=reviewer, at=later(2))
    passed = services.approve_report(sent.uuid, version=sent.version, by=town, at=later(2))
    assert (passed.state, passed.version) == (State.SUBMITTED, sent.version + 1)
    assert kinds("reporting.reports_passed_on")[0]["level"] == 4
    with pytest.raises(NotYourTurn, match="县级"):
        services.approve_report(sent.uuid, by=town, at=later(3))
    done = services.approve_report(sent.uuid, by=reviewer, at=later(3))
    assert done.state is State.APPROVED
    assert Filing.objects.get().passed_level == 3


def test_a_returned_report_begins_its_way_up_again(asked, county, clerk, reviewer):
    services.order_review(asked.id, levels=[3, 4], by=SYSTEM, at=later(0))
    town = wearing(901, "town_reviewer", county["东岸镇"], REVIEW)
    by = clerk("石门村")
    sent = submit(asked, county["石门村"], by)
    services.approve_report(sent.uuid, by=town, at=later(2))
    services.return_report(sent.uuid, "核对", cells={"1": "太大"}, by=reviewer, at=later(3))
    services.submit_report(sent.uuid, by=by, at=later(4))
    with pytest.raises(NotYourTurn):
        services.approve_report(sent.uuid, by=reviewer, at=later(5))


def test_two_levels_in_turn_the_later_of_two_at_one_level_is_told(asked, county, clerk):
    services.order_review(asked.id, levels=[4, 3], by=SYSTEM, at=later(0))
    town = wearing(901, "town_reviewer", county["东岸镇"], REVIEW)
    sent = submit(asked, county["石门村"], clerk("石门村"))
    services.approve_report(sent.uuid, version=sent.version, by=town, at=later(2))
    with pytest.raises((Clash, NotYourTurn)):
        services.approve_report(sent.uuid, version=sent.version, by=town, at=later(2))


def approve_all(form, county, clerk, reviewer, names, **given):
    for name in names:
        sent = submit(form, county[name], clerk(name), **given)
        services.approve_report(sent.uuid, by=reviewer, at=later(2))


def test_a_place_is_released_by_quorum_and_what_is_missing_is_marked(
    asked, county, clerk, reviewer
):
    top = county["黄埔区"]
    for name in VILLAGES:
        last_year(asked, county[name], value=10)
    approve_all(asked, county, clerk, reviewer, VILLAGES[:4], **{"1": "20"})
    with pytest.raises(NotEnough) as no:
        services.release_place(asked.id, top, YEAR, by=reviewer, at=later(3))
    assert no.value.words() == "6 个村已通过 4 个，至少 5 个通过才能放行，还差 1 个。"
    approve_all(asked, county, clerk, reviewer, VILLAGES[4:5], **{"1": "20"})
    given = services.release_place(asked.id, top, YEAR, by=reviewer, at=later(3))
    assert given.words == "6 个村已报 5 个，1 个为估计"
    element = asked.field("1").element
    held = observations.current(
        county["新桥村"], elements=[element], periods=[YEAR], to=SYSTEM, on=DAY
    )[element, YEAR]
    assert (held.value, held.quality) == (20, Quality.ESTIMATED)  # 10 × 2, as its siblings grew
    event = kinds("reporting.quorum_released")[0]
    assert (event["approved"], event["estimated"]) == (5, 1)
    with pytest.raises(AlreadyReleased):
        services.release_place(asked.id, top, YEAR, by=reviewer, at=later(4))
    place = places.place(top, on=DAY)
    table = queries.rollup_table(asked, place, YEAR, as_of=None, to=reviewer)
    assert (table[top]["1"].value, table[top]["1"].estimated) == (120, 1)


def test_a_report_that_comes_late_stands_before_its_estimate(asked, county, clerk, reviewer):
    test_a_place_is_released_by_quorum_and_what_is_missing_is_marked(asked, county, clerk, reviewer)
    place = places.place(county["黄埔区"], on=DAY)
    evidence.drain(at=later(4))

    def csv(at=None):
        made = services.take_output(
            Kind.CSV, [asked.id], place.id, YEAR, as_of=later(4), by=reviewer, at=at or later(4)
        )
        return made.data.decode()

    def summed():
        table = queries.rollup_table(asked, place, YEAR, as_of=None, to=reviewer)
        figure = table[place.id]["1"]
        return figure.value, figure.reported, figure.estimated

    told = csv()
    assert ",120.000000,,estimated,5,6,1,sum" in told or ",120,,estimated,5,6,1,sum" in told
    sent = submit(asked, county["新桥村"], clerk("新桥村"), **{"1": "12"})
    services.approve_report(sent.uuid, by=reviewer, at=later(9))
    evidence.drain(at=later(9))
    assert summed() == (112, 6, 0)
    assert csv(later(9)) == told
    services.correct_report(sent.uuid, {"1": "13"}, "数错了", by=clerk("新桥村"), at=later(10))
    assert summed() == (112, 6, 0)  # its own figure stands till the correction is approved
    assert QuorumRelease.objects.get().approved == 5  # what it rested on then


def test_the_estimates_of_one_village_add_up_as_its_form_does(opened, county, clerk, reviewer):
    """Each median by itself would say 80 people, 45 men and 45 women."""
    form = made("XB-1", ("pop", "men", "women", "old"), sums=[("pop", ("men", "women"))])
    opened(form)
    told = [(100, 60, 40), (80, 30, 50), (90, 45, 45), (70, 65, 5), (60, 10, 50)]
    for name, numbers in zip(VILLAGES, told, strict=False):
        said = dict(zip(("A1", "A2", "A3", "A4"), map(str, (*numbers, 7)), strict=True))
        approve_all(form, county, clerk, reviewer, [name], **said)
    services.release_place(form.id, county["黄埔区"], YEAR, by=reviewer, at=later(3))
    held = observations.current(county["新桥村"], periods=[YEAR], to=SYSTEM, on=DAY)
    found = [held[form.field(code).element, YEAR].value for code in ("A1", "A2", "A3", "A4")]
    assert found == [80, 40, 40, 7]


def test_parts_are_fitted_to_their_wholes():
    one = dict.fromkeys(range(10), Decimal(1))

    def fitted(guesses, ties, **fixed):
        said = {int(name[1:]): Decimal(value) for name, value in fixed.items()}
        numbers = {code: Decimal(value) for code, value in guesses.items()}
        return agreeing(numbers, said, ties, one)

    halves, ages = Tie(0, (1, 2), True), Tie(0, (3, 4), True)
    assert fitted({0: 500, 1: 451, 2: 452, 3: 1, 4: 9}, [halves, ages]) == {
        0: 500, 1: 250, 2: 250, 3: 50, 4: 450
    }  # fmt: skip
    assert fitted({0: 10, 1: 0, 2: 0}, [halves]) == {0: 10, 1: 5, 2: 5}
    assert fitted({0: 10, 1: 9}, [halves], f2=4) == {0: 10, 1: 6}  # what was said stays
    assert fitted({0: 10}, [halves], f1=9, f2=4) == {0: 13}
    assert fitted({1: 3, 2: 4}, [halves]) == {0: 7, 1: 3, 2: 4}
    among, below = Tie(0, (5,), False), Tie(5, (6, 7), True)
    assert fitted({0: 10, 5: 12, 6: 8, 7: 4}, [below, among]) == {0: 10, 5: 10, 6: 7, 7: 3}
    assert fitted({0: 10, 5: 4}, [among]) == {0: 10, 5: 4}
    grid = [Tie(0, (1, 2), True), Tie(0, (3, 4), True), Tie(1, (5, 6), True),
            Tie(2, (7, 8), True), Tie(3, (5, 7), True), Tie(4, (6, 8), True)]  # fmt: skip
    cells = fitted(dict(enumerate((50, 1, 1, 1, 1, 2, 3, 4, 5))), grid)
    assert [cells[n] for n in range(9)] == [14, 5, 9, 6, 8, 2, 3, 4, 5]


def test_who_has_the_turn():
    assert next_level([], 0, [1, 2, 3, 4]) == 0
    assert next_level([4, 3], 0, [1, 2, 3, 4]) == 4
    assert next_level([4, 3], 4, [1, 2, 3, 4]) == 3
    assert next_level([4, 3], 3, [1, 2, 3, 4]) == 0
    assert next_level([4, 3, 2], 4, [1, 2, 4]) == 2  # a town straight under its city


def test_how_many_are_enough_and_what_is_estimated():
    quorum = Quorum(Decimal("0.95"), 4, "siblings_growth")
    assert [needed(n, quorum) for n in (1, 3, 4, 12, 26, 40)] == [1, 3, 3, 11, 25, 38]
    assert needed(12, replace(quorum, spare_from=0)) == 12
    grown = [(Decimal(10), Decimal(12)), (Decimal(10), Decimal(20))]
    assert estimate(Decimal(100), grown, []) == 160
    assert estimate(None, [], [Decimal(3), Decimal(5), Decimal(9)]) == 5
    assert estimate(None, [], []) is None
    assert estimate(Decimal(0), [], []) == 0
