"""Two persons, the same conditions, neither of the department that asks: in every order of acts."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lingnan.base.errors import Refused
from lingnan.systems.reporting.rules import admission as rules
from lingnan.systems.reporting.terms.admission import (
    Admitting,
    Approver,
    Case,
    Conditions,
    Limits,
    Standing,
)
from lingnan.systems.reporting.terms.refusals import (
    AdmissionClosed,
    NoPerson,
    NotImpartial,
    SamePerson,
)

ASKER, OFFICE = 7, 70
LIMITS = Limits(12, 36, 5, 20, 10, "{year}-{serial}")
TERMS = [
    Conditions(date(2026, 1, 1), date(2026, 12, 31), 5, only)
    for only in ((), ("A1",), ("A1", "A2"))
]
PERSONS = [
    Approver(1),
    Approver(2, frozenset({71})),
    Approver(3, frozenset({OFFICE})),
    Approver(ASKER),
    Approver(0),
]
ACTS = st.one_of(
    st.tuples(st.just("approve"), st.sampled_from(PERSONS), st.sampled_from([None, *TERMS])),
    st.tuples(st.just("refuse"), st.sampled_from(PERSONS), st.none()),
    st.tuples(st.just("withdraw"), st.sampled_from(PERSONS), st.none()),
)


def begun():
    return Case(Admitting.OFFERED, 0, None, (), ASKER, OFFICE)


def done(case, act):
    verb, person, conditions = act
    if verb == "approve":
        return rules.approve(case, person, conditions)
    return rules.refuse(case, person) if verb == "refuse" else rules.withdraw(case)


@given(st.lists(ACTS, max_size=12))
def test_whatever_is_tried_only_two_impartial_persons_admit(acts):
    case = begun()
    for act in acts:
        before = case
        try:
            case = done(case, act)
        except (Refused, ValueError):
            continue
        ended = {Admitting.REFUSED, Admitting.WITHDRAWN}
        assert before.state is Admitting.OFFERED or (
            before.state is Admitting.ADMITTED and act[0] == "withdraw"
        )
        assert len(set(case.standing)) == len(case.standing) <= rules.NEEDED
        assert {ASKER, 3, 0}.isdisjoint(party for party, _ in case.approvals)
        if case.state is Admitting.ADMITTED:
            assert len(case.standing) == rules.NEEDED and case.conditions is not None
        if case.conditions != before.conditions:
            assert len(case.standing) == 1 and case.state is Admitting.OFFERED
        if before.state in ended:
            raise AssertionError("something happened after the end")


@pytest.mark.parametrize(
    ("person", "no"),
    [(PERSONS[2], NotImpartial), (PERSONS[3], NotImpartial), (PERSONS[4], NoPerson)],
)
def test_who_may_not_decide(person, no):
    with pytest.raises(no):
        rules.approve(begun(), person, TERMS[0])
    with pytest.raises(no):
        rules.refuse(begun(), person)


def test_nobody_approves_twice_and_other_conditions_begin_again():
    once = rules.approve(begun(), PERSONS[0], TERMS[0])
    with pytest.raises(SamePerson):
        rules.approve(once, PERSONS[0])
    other = rules.approve(once, PERSONS[1], TERMS[1])
    assert other.state is Admitting.OFFERED and other.standing == (2,)
    both = rules.approve(other, PERSONS[0])
    assert both.state is Admitting.ADMITTED and both.conditions == TERMS[1]
    with pytest.raises(AdmissionClosed):
        rules.approve(both, PERSONS[1])


DAYS = st.dates(date(2025, 1, 1), date(2028, 12, 31))


@given(DAYS, st.none() | DAYS)
def test_a_form_is_in_force_between_its_days_until_it_is_withdrawn(day, withdrawn):
    state = Admitting.ADMITTED if withdrawn is None else Admitting.WITHDRAWN
    now = rules.standing_on(state, TERMS[0], withdrawn, day)
    inside = TERMS[0].begins_on <= day <= TERMS[0].expires_on
    assert (now is Standing.IN_FORCE) is (inside and (withdrawn is None or day < withdrawn))
    assert bool(rules.why_not("表", now, TERMS[0], 2026000)) is (now is not Standing.IN_FORCE)


@given(DAYS, st.sampled_from([0, 2026000, 2027000]))
def test_the_usual_conditions_keep_to_the_limits(day, period):
    usual = rules.proposed(LIMITS, day, period)
    assert rules.faults_of(usual, LIMITS, (), 0) == []


def test_conditions_beyond_the_limits_are_named_by_field():
    wrong = Conditions(date(2026, 1, 1), date(2029, 1, 1), 4, ("A9",), 2026301)
    found = {problem.where for problem in rules.faults_of(wrong, LIMITS, ("A1",), 0)}
    assert found == {"expires_on", "notice_days", "only", "period"}
    early = Conditions(date(2026, 1, 2), date(2026, 1, 1), 5)
    assert [p.where for p in rules.faults_of(early, LIMITS, (), 0)] == ["expires_on"]


def test_months_end_where_the_month_ends():
    assert rules.add_months(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert rules.add_months(date(2026, 11, 30), 3) == date(2027, 2, 28)
