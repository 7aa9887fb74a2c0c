"""What counts as known, in pure rules; and every form can be produced from what is asked and known."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lingnan.kernel.observations.terms import Quality
from lingnan.systems.reporting.content import costs

from ..rules.planning import (
    choose,
    costs_on,
    distinct,
    identities_of,
    judge,
    own_ways,
    plan_shapes,
    trust_of,
    words_of,
)
from ..rules.planning.settling import Ties, settle
from ..rules.planning.sheets import LOOKS, costs_of, distinct_rows, loads, numbered, tally
from ..terms.filings import Answer, FieldInfo, FormInfo, FormState, Mark
from ..terms.forms import FieldType, Layout, Role
from ..terms.planning import Identity, Means
from ..terms.plans import Holding, Knowing, SumInfo, Trust, When

DAY = date(2026, 11, 26)
PRICE = costs(DAY)


def field(form, n, fact, *, kind=FieldType.INTEGER, multiplier=1, unit="人"):
    return FieldInfo(
        id=form * 1000 + n, form=form, position=n, code=f"A{n}", label=fact, path=(), sheet="S",
        row=n, col=2, cell=f"B{n}", type=kind, role=Role.ASKED, unit=unit, base_unit=unit,
        dimension="other", multiplier=Decimal(multiplier), options=(), element=abs(hash(fact)),
        element_code=fact,
    )  # fmt: skip


def form_of(number, facts, **more):
    return FormInfo(
        id=number, uuid="", code=f"F{number}", version=1, title=f"表{number}", department=number % 3,
        period_kind=0, subject="place", layout=Layout.ITEMS, sheet="S", file_sha256="",
        file_name="", state=FormState.CURRENT,
        fields=tuple(field(number, n, fact, **more) for n, fact in enumerate(facts, 1)),
    )  # fmt: skip


def held(when=When.NOW, trust=Trust.TRUTH, quality=Quality.REPORTED, flow=False, fresh=True):
    return judge(Holding(when, trust, quality, flow, fresh))


def test_the_source_of_truth_is_free_and_everybody_else_is_looked_at():
    assert held() is Knowing.HELD
    assert held(trust=Trust.LEDGER) is Knowing.LEDGER
    assert held(trust=Trust.RETURNED) is Knowing.RETURNED
    assert held(trust=Trust.OTHER) is Knowing.OTHER
    assert held(quality=Quality.ESTIMATED) is Knowing.OTHER
    assert held(quality=Quality.MISSING) is Knowing.NOTHING
    assert held(quality=Quality.NOT_APPLICABLE) is Knowing.HELD
    assert trust_of("police", ("ledger", "police")) is Trust.TRUTH
    assert trust_of("form:X", ()) is Trust.TRUTH and trust_of("decision", ()) is Trust.TRUTH
    assert trust_of("estimate", ("police",)) is Trust.OTHER
    assert trust_of("return:civil", ("return:civil",)) is Trust.RETURNED


def test_a_flow_of_another_period_is_nothing_and_a_stock_may_stand():
    assert held(When.BEFORE) is Knowing.UNCHANGED
    assert held(When.YEAR_AGO) is Knowing.YEAR_AGO
    assert held(When.BEFORE, flow=True) is Knowing.NOTHING
    assert held(When.BEFORE, fresh=False) is Knowing.NOTHING
    assert held(When.BEFORE, flow=True, quality=Quality.NOT_APPLICABLE) is Knowing.UNCHANGED
    assert held(When.NOW, flow=True, fresh=False) is Knowing.HELD


def test_each_choice_has_its_words():
    assert words_of(Knowing.HELD, source="公安", day=DAY) == "公安 2026-11-26 已核"
    assert words_of(Knowing.UNCHANGED, value="430 人") == "上期 430 人，若无变化请确认"
    assert words_of(Knowing.LEDGER) == "由台账汇总"
    assert words_of(Knowing.NOTHING) == "无人掌握，需填报"


def test_costs_are_content_with_a_day():
    rows = [
        {"from": date(2020, 1, 1), "fresh_days": 400, "source": "", "seconds": {
            "ask": 20, "confirm": 3, "returned": 3, "known": 0, "derive": 0, "identity": 0}},
        {"from": date(2027, 1, 1), "fresh_days": 100, "source": "", "seconds": {
            "ask": 10, "confirm": 3, "returned": 3, "known": 0, "derive": 0, "identity": 0}},
    ]  # fmt: skip
    assert costs_on(rows, DAY).seconds[Means.ASK] == 20
    assert costs_on(rows, date(2027, 5, 1)).seconds[Means.ASK] == 10
    with pytest.raises(ValueError, match="no costs"):
        costs_on(rows, date(2019, 1, 1))
    del rows[0]["seconds"]["identity"]
    with pytest.raises(ValueError, match="identity"):
        costs_on(rows, DAY)
    assert PRICE.unverified and PRICE.source


def test_only_sums_of_one_unit_that_were_accepted_tie_facts():
    form = form_of(1, ["total", "a", "b"])
    hint = SumInfo("A1", ("A2", "A3"), "其中", True)
    assert identities_of(form, [hint])[0].members == ("total", "a", "b")
    assert identities_of(form, [SumInfo("A1", ("A2", "A3"), "", None)]) == []
    assert identities_of(form, [SumInfo("A1", ("A2", "A9"), "", True)]) == []
    assert identities_of(form_of(1, ["total", "a", "a"]), [hint]) == []
    assert identities_of(form_of(1, ["total", "a", "b"], kind=FieldType.PERCENT), [hint]) == []
    mixed = FormInfo(**{n: getattr(form, n) for n in form.__slots__} | {"fields": (
        *form.fields[:2], field(1, 3, "b", unit="户"))})  # fmt: skip
    assert identities_of(mixed, [hint]) == []
    assert len(distinct([Identity("t", ("a", "b")), Identity("t", ("b", "a"))])) == 1


@st.composite
def provinces(draw):
    """Facts with true numbers, sums that hold, forms that ask them in their own unit, knowledge."""
    truth = {f"x{n}": Decimal(draw(st.integers(0, 90))) for n in range(draw(st.integers(2, 7)))}
    identities = []
    for n in range(draw(st.integers(0, 4))):
        names = sorted(truth)
        parts = draw(st.lists(st.sampled_from(names), min_size=1, max_size=4, unique=True))
        total = f"t{n}"
        truth[total] = sum((truth[part] for part in parts), Decimal(0))
        identities.append(Identity(total, tuple(parts)))
    facts = sorted(truth)
    forms = []
    for number in range(1, draw(st.integers(2, 4))):
        asked = draw(st.lists(st.sampled_from(facts), min_size=1, max_size=8, unique=True))
        forms.append(form_of(number, asked, multiplier=draw(st.sampled_from([1, 10]))))
    kinds = [Knowing.NOTHING, Knowing.NOTHING, Knowing.HELD, Knowing.UNCHANGED, Knowing.LEDGER]
    knowledge = {fact: draw(st.sampled_from(kinds)) for fact in facts}
    return truth, identities, forms, knowledge


@given(provinces())
@settings(max_examples=200, deadline=None)
def test_every_field_of_every_form_is_produced_from_what_is_asked_and_known(case):
    """The clerk answers what the plan asks, in any unit; every cell of every form comes out right."""
    truth, identities, forms, knowledge = case
    wanted = list(dict.fromkeys(f.element_code for form in forms for f in form.asked))
    ties = [one for one in identities if set(one.members) <= set(wanted)]
    ways = [w for fact in wanted for w in own_ways(fact, knowledge[fact], PRICE)]
    plan = choose(ways, wanted, sums=ties)
    chosen = plan.by_fact()
    assert set(chosen) == set(wanted) and plan.cost == plan.bound
    given_to = {
        fact: truth[fact] for fact, way in chosen.items() if way.means is not Means.IDENTITY
    }
    for form in forms:
        own = {f.element_code for f in form.asked}
        outside = {fact: value for fact, value in given_to.items() if fact not in own}
        answers = {
            f.code: Answer(str(truth[f.element_code] / f.multiplier))
            if f.element_code in given_to
            else Answer()
            for f in form.asked
        }
        form = tolerant(form)
        found, problems = settle(form, answers, Ties(chosen, ties, {}, outside))
        assert problems == []
        for f in form.asked:
            assert Decimal(found[f.code].text) * f.multiplier == truth[f.element_code]
            derived = chosen[f.element_code].means is Means.IDENTITY
            assert found[f.code].mark is (Mark.DERIVED if derived else Mark.REPORTED)
            assert bool(found[f.code].reason) is derived


def tolerant(form):
    """Numbers may have decimals: a tenth of a person in a form that counts tens."""
    fields = tuple(
        field(form.id, f.position, f.element_code, kind=FieldType.NUMBER, multiplier=f.multiplier)
        for f in form.fields
    )
    return FormInfo(**{n: getattr(form, n) for n in form.__slots__} | {"fields": fields})


@given(provinces(), st.integers(1, 9), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_a_contradiction_is_found_wherever_a_number_is_wrong(case, wrong, random):
    truth, identities, forms, _ = case
    form = tolerant(forms[0])
    facts = {f.element_code for f in form.asked}
    ties = [one for one in identities if set(one.members) <= facts]
    spoilt = random.choice(sorted(facts))
    answers = {
        f.code: Answer(str((truth[f.element_code] + (wrong if f.element_code == spoilt else 0))
                           / f.multiplier))
        for f in form.asked
    }  # fmt: skip
    _, problems = settle(form, answers, Ties({}, ties))
    touched = [one for one in ties if spoilt in one.members]
    assert len(problems) == len(touched)
    assert all(str(wrong) in problem.words() for problem in problems)


@given(provinces(), st.integers(1, 12), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_numbers_of_a_plan_are_those_of_its_choices(case, count, random):
    _, identities, forms, _ = case
    facts = tuple(dict.fromkeys(f.element_code for form in forms for f in form.asked))
    ties = [one for one in identities if set(one.members) <= set(facts)]
    kinds = [Knowing.NOTHING, Knowing.HELD, Knowing.UNCHANGED]
    known = np.array([[random.choice(kinds) for _ in facts] for _ in range(count)], np.uint8)
    shapes = plan_shapes(
        facts, known, lambda f, k: own_ways(f, Knowing(k), PRICE), [], wanted=facts, sums=ties
    )
    sheet, matrix = numbered(facts, shapes, ties)
    rows = distinct_rows(matrix)
    assert (rows.choices[rows.which] == matrix).all()
    told = costs_of(sheet, matrix)
    for row in range(count):
        chosen = shapes.of_place(row)
        assert {f: sheet.ways[n][matrix[row, n]] for n, f in enumerate(facts)} == chosen
        assert told["ask"][row] == sum(w.means is Means.ASK for w in chosen.values())
        assert told["look"][row] == sum(w.means in LOOKS for w in chosen.values())
        assert told["s"][row] == shapes.cost()[row] == sum(w.cost for w in chosen.values())
    weights = np.bincount(rows.which).astype(np.int64)
    of_forms = loads(forms, sheet, tally(sheet, rows.choices, weights), PRICE)
    assert sum(one.load.asks for one in of_forms) == told["ask"].sum()
    assert sum(one.load.seconds_after for one in of_forms) == told["s"].sum()
    assert sum(one.load.facts for one in of_forms) == count * len(facts)
    assert sum(one.load.fields for one in of_forms) == count * sum(len(f.asked) for f in forms)
