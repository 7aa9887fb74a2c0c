"""The element dictionary as the bureau works with it: join, split, undo, names, source of truth."""

from datetime import date
from decimal import Decimal

import pytest

from lingnan.base.errors import Forbidden
from lingnan.kernel.evidence import queries as proofs
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.evidence.queries.state_checks import check_states
from lingnan.kernel.observations import queries as observations
from lingnan.kernel.observations.models import Contender
from lingnan.systems.reporting import queries, services
from lingnan.systems.reporting.models import Decision, Repeat
from lingnan.systems.reporting.terms import Relation, Verdict
from lingnan.systems.reporting.terms.dictionary import (
    AlreadyUndone,
    ChangedSince,
    NoSuchEntry,
    NothingToSplit,
    NotOneFact,
    Standing,
    UnknownSource,
)
from lingnan.systems.reporting.terms.refusals import TwoUnits

from .conftest import AT, DAY, SYSTEM, YEAR, full, later
from .paper import paper


@pytest.fixture(autouse=True)
def every_row_is_told(db):
    """Whatever the dictionary did: no row differs from what the latest event tells of it."""
    yield
    assert [str(one) for one in check_states()] == []


BY = {"by": SYSTEM, "at": AT}
TO = {"to": SYSTEM, "on": DAY}
PEOPLE = [("户籍人口", "人"), ("总户数", "户"), ("耕地面积", "亩")]


@pytest.fixture
def two(county):
    """Two departments' forms that ask the same three facts."""
    return register("MZ-1", PEOPLE), register("WJ-1", PEOPLE)


def register(code, questions, **options):
    return services.register_form(
        paper(code, questions, **options), f"{code}.xlsx", codes=[code], **BY
    )[0]


def field(form, label):
    found = queries.form(form.code, **TO)
    return next(one for one in found.fields if one.label == label)


def codes(*fields):
    return [one.element_code for one in fields]


def approve(form, place, answers, period=YEAR, minutes=0):
    made = services.save_draft(
        form.id, period, services.Draft(place, answers), by=SYSTEM, at=later(minutes)
    )
    for told in queries.findings(made.uuid, **TO):
        if told.blocks:
            services.explain_finding(made.uuid, told.finding.field, "口径不同", **BY)
    services.submit_report(made.uuid, by=SYSTEM, at=later(minutes))
    services.approve_report(made.uuid, by=SYSTEM, at=later(minutes))


def test_equal_questions_are_proposed_as_one_element(two):
    found = queries.proposed(**TO)
    assert [len(one.fields) for one in found] == [2, 2, 2]
    people = next(one for one in found if one.fields[0].label == "户籍人口")
    assert people.titles["en"] == "Registered population" and people.unit == "人"
    assert people.truth == "form:MZ-1" and people.saved == 1


def test_a_joined_element_takes_fields_sources_and_evidence(two):
    one, other = field(two[0], "户籍人口"), field(two[1], "户籍人口")
    services.join_elements(codes(one, other), titles={"en": "Registered people"}, **BY)
    assert field(two[1], "户籍人口").element == one.element
    kept = queries.entry(one.element_code, **TO)
    assert kept.titles["en"] == "Registered people" and kept.standing is Standing.CONFIRMED
    assert kept.precedence == ("ledger", "form:MZ-1", "form:WJ-1")
    assert queries.entry(other.element_code, **TO).standing is Standing.RETIRED
    assert [a.form for a in queries.askers(one.element, **TO)] == ["MZ-1", "WJ-1"]
    change = queries.changes(other.element, **TO)[0]
    assert change.after == (one.element_code,) and change.moves[0][3] is None
    evidence.drain(at=later(5))
    kinds = {e.kind for e in proofs.history_of(f"observations.element:{kept.uuid}", to=SYSTEM)}
    assert "reporting.elements_joined" in kinds


def test_old_values_stay_under_the_old_code_and_new_periods_take_the_new(two, opened, county):
    opened(*two)
    place, mine = county["石门村"], field(two[1], "户籍人口")
    approve(two[1], place, full(two[1], 7))
    one = field(two[0], "户籍人口")
    services.join_elements(codes(one, mine), by=SYSTEM, at=later(1))
    moved = field(two[1], "户籍人口")
    assert moved.element == one.element and moved.at(YEAR).element == mine.element
    assert moved.earlier[0][0] == date(2027, 1, 1)
    assert observations.current(place, elements=[mine.element], periods=[YEAR], **TO)
    evidence.drain(at=later(2))
    form = queries.form("WJ-1", **TO)
    drawn = queries.figures_of_many(form, [place], YEAR, as_of=2**40, **TO)
    assert drawn[place, 0][moved.code].value == 7
    services.add_estimate(
        form.id, (county["水口村"], YEAR), (moved.code, "5"), "走访", by=SYSTEM, at=later(3)
    )
    held = observations.current(county["水口村"], periods=[YEAR], **TO)
    assert (mine.element, YEAR) in held and (one.element, YEAR) not in held


def test_an_act_is_undone_whole(two):
    one, other = field(two[0], "户籍人口"), field(two[1], "户籍人口")
    before = queries.entry(one.element_code, **TO)
    act = services.join_elements(codes(one, other), titles={"zh-hans": "户籍总人口"}, **BY)
    assert services.undo_act(act, by=SYSTEM, at=later(1)) == 2
    assert field(two[1], "户籍人口").element == other.element
    assert queries.entry(one.element_code, **TO) == before
    assert queries.entry(other.element_code, **TO).standing is Standing.PROPOSED
    assert queries.decisions(to=SYSTEM) == ()
    with pytest.raises(AlreadyUndone):
        services.undo_act(act, by=SYSTEM, at=later(2))


def test_an_older_act_waits_for_the_newer_one(two):
    third = register("NY-1", PEOPLE)
    one, other, last = (field(form, "户籍人口") for form in (*two, third))
    act = services.join_elements(codes(one, other), **BY)
    newer = services.join_elements(codes(one, last), by=SYSTEM, at=later(1))
    with pytest.raises(ChangedSince):
        services.undo_act(act, by=SYSTEM, at=later(2))
    services.undo_act(newer, by=SYSTEM, at=later(2))
    services.undo_act(act, by=SYSTEM, at=later(3))
    assert [f.element for f in (one, other, last)] == [
        field(form, "户籍人口").element for form in (*two, third)
    ]


def test_a_split_parts_what_was_joined_and_remembers_it(two):
    one, other = field(two[0], "总户数"), field(two[1], "总户数")
    services.join_elements(codes(one, other), **BY)
    with pytest.raises(NothingToSplit):
        services.split_element(one.element_code, [], titles={"zh-hans": "常住户数"}, **BY)
    services.split_element(
        one.element_code,
        [("WJ-1", other.code)],
        titles={"zh-hans": "常住户数", "en": "Resident households"},
        by=SYSTEM,
        at=later(1),
    )
    new = field(two[1], "总户数")
    assert new.element not in {one.element, other.element}
    made = queries.entry(new.element_code, **TO)
    assert made.titles["en"] == "Resident households" and made.precedence == ("ledger", "form:WJ-1")
    assert queries.decisions(to=SYSTEM)[-1].relation is Relation.ALIKE
    assert not [c for c in queries.proposed(**TO) if c.fields[0].label == "总户数"]
    with pytest.raises(NotOneFact):
        services.join_elements([one.element_code, new.element_code], by=SYSTEM, at=later(2))


def test_whose_word_wins_is_what_the_bureau_said(two, opened, county):
    opened(*two)
    one, other = field(two[0], "户籍人口"), field(two[1], "户籍人口")
    services.join_elements(codes(one, other), **BY)
    code = one.element_code
    with pytest.raises(UnknownSource):
        services.describe_element(code, truth=["form:NOBODY"], **BY)
    services.describe_element(code, truth=["form:WJ-1"], **BY)
    assert queries.entry(code, **TO).precedence[0] == "form:WJ-1"
    place = county["石门村"]
    approve(two[1], place, full(two[1], 7), minutes=1)
    approve(two[0], place, full(two[0], 9), minutes=2)
    held = observations.current(place, elements=[one.element], periods=[YEAR], **TO)
    assert held[one.element, YEAR].value == 7 and held[one.element, YEAR].source == "form:WJ-1"
    assert Contender.objects.filter(element=one.element, place=place).count() == 1


def test_a_department_wins_with_all_its_forms(county):
    from lingnan.kernel.parties import services as parties

    office = parties.create_organisation("县民政局", place=county["黄埔区"], by=SYSTEM, at=AT)
    first = register("A-1", PEOPLE)
    own = services.register_form(
        paper("B-1", PEOPLE), "b.xlsx", codes=["B-1"], department=office.id, **BY
    )[0]
    one = field(first, "户籍人口")
    services.join_elements([one.element_code, field(own, "户籍人口").element_code], **BY)
    services.describe_element(
        one.element_code,
        owner=str(office.uuid),
        truth=[f"department:{office.uuid}"],
        label="public",
        **BY,
    )
    entry = queries.entry(one.element_code, **TO)
    assert (entry.owner, entry.label, entry.precedence[0]) == ("县民政局", "public", "form:B-1")


def test_unlike_units_are_not_joined(two):
    with pytest.raises(TwoUnits):
        services.join_elements(codes(field(two[0], "户籍人口"), field(two[1], "总户数")), **BY)
    with pytest.raises(NoSuchEntry):
        services.join_elements(["nothing_like_it", field(two[0], "总户数").element_code], **BY)


def test_only_the_bureau_decides(two, clerk):
    with pytest.raises(Forbidden):
        services.join_elements(["a", "b"], by=clerk("石门村"), at=AT)
    with pytest.raises(Forbidden):
        services.confirm_above(Decimal("0.5"), by=clerk("石门村"), at=AT)


def pair(form, other, label):
    one, two = field(form, label).id, field(other, label).id
    return Repeat.objects.get(source__in=[one, two], target__in=[one, two])


def test_next_years_version_needs_no_second_word(two):
    services.confirm_match(pair(*two, "户籍人口").pk, **BY)
    services.refuse_match(pair(*two, "总户数").pk, by=SYSTEM, at=later(1))
    newer = register("WJ-1", [*PEOPLE[::-1], ("自然村数", "个")])
    assert newer.version == 2
    assert field(newer, "户籍人口").element == field(two[0], "户籍人口").element
    assert pair(two[0], newer, "户籍人口").state == Verdict.ACCEPTED
    apart = pair(two[0], newer, "总户数")
    assert (apart.state, apart.said) == (Verdict.REFUSED, "alike")
    told = next(d for d in queries.doubts(**TO, state=Verdict.REFUSED) if d.id == apart.pk)
    assert told.remembered and told.role == SYSTEM.role and told.at == AT
    assert pair(two[0], newer, "耕地面积").state == Verdict.PROPOSED


def test_another_departments_equal_wording_is_decided_at_once(two):
    services.confirm_match(pair(*two, "户籍人口").pk, **BY)
    third = register("NY-1", PEOPLE)
    assert field(third, "户籍人口").element == field(two[0], "户籍人口").element
    assert pair(two[0], third, "户籍人口").decision.act != pair(two[0], third, "户籍人口").act


def test_words_against_each_other_are_left_to_people(two):
    third = register("NY-1", PEOPLE)
    services.refuse_match(pair(two[0], third, "户籍人口").pk, **BY)
    services.confirm_match(pair(*two, "户籍人口").pk, by=SYSTEM, at=later(1))
    with pytest.raises(NotOneFact):
        services.confirm_match(pair(two[1], third, "户籍人口").pk, by=SYSTEM, at=later(2))
    fourth = register("SW-1", PEOPLE)
    new = pair(two[0], fourth, "户籍人口")
    assert new.is_disputed and new.state == Verdict.PROPOSED
    assert next(d for d in queries.doubts(**TO) if d.id == new.pk).conflict


def test_all_above_a_confidence_at_once_and_back(two, django_assert_max_num_queries):
    assert Repeat.objects.filter(state=Verdict.PROPOSED).count() == 3
    act, done, left = services.confirm_above(Decimal("0.8"), **BY)
    assert (done, left) == (3, 0)
    for label, _ in PEOPLE:
        assert field(two[0], label).element == field(two[1], label).element
    assert queries.proposed(**TO) == []
    services.undo_act(act, by=SYSTEM, at=later(1))
    assert Repeat.objects.filter(state=Verdict.PROPOSED).count() == 3
    assert Decision.objects.filter(withdrawn_at=None).count() == 0
    with django_assert_max_num_queries(45):
        services.confirm_above(Decimal("0.8"), by=SYSTEM, at=later(2))


def test_the_matcher_is_handed_what_people_decided(two):
    services.decide_matches({pair(*two, "户籍人口").pk: Relation.BROADER}, **BY)
    told = queries.decisions(to=SYSTEM)[0]
    assert told.relation is Relation.BROADER and told.at == AT and told.by == SYSTEM.party
    assert {told.source.form, told.target.form} == {"MZ-1", "WJ-1"}
    assert told.source.field.unit.base == "人" and told.source.field.label == "户籍人口"


def test_who_asks_what_shows_blocks(county):
    for code in ("A-1", "A-2"):
        register(code, PEOPLE)
    others = [("水库座数", "座"), ("鱼塘面积", "亩")]
    for code in ("B-1", "B-2"):
        register(code, others)
    services.confirm_above(Decimal("0.6"), **BY)
    grid = queries.grid(**TO)
    assert len(grid.elements) == 5 and len(grid.forms) == 4
    rows = ["".join("x" if (r, c) in grid.marks else "." for c in range(4)) for r in range(5)]
    assert sorted(set(rows)) == ["..xx", "xx.."] and rows == sorted(rows, reverse=True)
    assert len(queries.grid(**TO, top=2).elements) == 2


@pytest.mark.parametrize("read", ["entries", "proposed", "doubts", "grid"])
def test_lists_cost_the_same_however_long(county, read, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    register("A-1", PEOPLE)
    register("A-2", PEOPLE)
    with CaptureQueriesContext(
        connection,
    ) as few:
        getattr(queries, read)(**TO)
    for n in range(3, 7):
        register(f"A-{n}", [*PEOPLE, ("自然村数", "个"), ("水库座数", "座")])
    with django_assert_num_queries(len(few)):
        getattr(queries, read)(**TO)


def test_both_sides_of_a_doubt_cost_three_queries(two, opened, county, django_assert_num_queries):
    opened(*two)
    approve(two[0], county["石门村"], full(two[0], 4))
    doubt = queries.doubts(**TO)[0]
    with django_assert_num_queries(3):
        left, right = queries.sides(doubt, **TO)
    assert {left.samples, right.samples} == {("4",), ()}
    assert len(left.around) == 3 and left.title and left.field in left.around
    assert all(one.form == left.field.form for one in left.around)


def test_an_undone_split_is_as_if_it_had_not_been(two):
    services.confirm_above(Decimal("0.6"), **BY)
    one, mine = field(two[0], "总户数"), field(two[1], "总户数")
    was = Repeat.objects.filter(state=Verdict.ACCEPTED).count()
    act = services.split_element(
        one.element_code,
        [("WJ-1", mine.code)],
        titles={"zh-hans": "常住户数"},
        by=SYSTEM,
        at=later(1),
    )
    new = field(two[1], "总户数").element_code
    assert Repeat.objects.filter(state=Verdict.ACCEPTED).count() == was - 1
    services.undo_act(act, by=SYSTEM, at=later(2))
    assert field(two[1], "总户数").element == one.element
    assert Repeat.objects.filter(state=Verdict.ACCEPTED).count() == was
    assert queries.entry(new, **TO).standing is Standing.RETIRED
