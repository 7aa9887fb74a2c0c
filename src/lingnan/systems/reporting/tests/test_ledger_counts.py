"""Facts counted over ledgers: known at once, planned as free, taken back when they are unknown."""

from collections import Counter
from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lingnan.base.errors import Invalid
from lingnan.kernel.evidence.queries import verify
from lingnan.kernel.observations import queries as observations
from lingnan.systems.reporting import content, services
from lingnan.systems.reporting.queries import ledgers as seen
from lingnan.systems.reporting.rules.expressions import BadFormula, text_of
from lingnan.systems.reporting.rules.filing.deriving import worth
from lingnan.systems.reporting.rules.ledgers import (
    age_on,
    columns_of,
    counted,
    turns_on,
    unknown_of,
    usable,
)
from lingnan.systems.reporting.services import ledgers
from lingnan.systems.reporting.terms.planning import Means

from .conftest import AT, DAY, SYSTEM, YEAR
from .ledgered import load
from .planned import made, planned

PERSON = content.ledgers()["person"]
RULES = {
    "elders": "count(age>79)",
    "women": "count(sex in {2})",
    "grown": "count(age>17)-count(age>59)",
}


@pytest.fixture
def asked(county, opened):
    """A form that asks three facts which ledgers hold, and one that they do not."""
    form = made("LED", ["elders", "women", "grown", "births"])
    for fact, formula in RULES.items():
        ledgers.decide_item(fact, accept=True, kind="person", formula=formula, by=SYSTEM, at=AT)
    return form


def held(county, village):
    table = observations.values([*RULES], [YEAR], places=[county[village]], to=SYSTEM, on=DAY)
    ids = {one.id: code for code, one in observations.element_map(RULES).items()}
    return {
        ids[row["element"]]: row["value"] for row in table.to_pylist() if row["value"] is not None
    }


def test_counts_are_known_free_and_follow_the_ledger(county, asked, opened):
    load(county["黄埔区"], SYSTEM, AT)
    found = opened(asked)
    assert held(county, "荔湾村") == {"elders": 2, "women": 1, "grown": 0}
    assert held(county, "水口村") == {}  # no ledger, so no zero
    services.plan_round(found, by=SYSTEM, at=AT)
    plan = planned(found, county, village="荔湾村")
    assert {fact: one.way.means for fact, one in plan.items()} == {
        "elders": Means.DERIVE,
        "women": Means.DERIVE,
        "grown": Means.DERIVE,
        "births": Means.ASK,
    }


def test_a_family_that_moves_takes_its_counts_along(county, asked, opened):
    load(county["黄埔区"], SYSTEM, AT)
    ledgers.declare_complete("person", [county["白沙村"]], date(2026, 1, 1), by=SYSTEM, at=AT)
    opened(asked)
    assert held(county, "白沙村") == {"elders": 0, "women": 0, "grown": 0}
    home = next(
        e
        for e in seen.ledger_of("household", county["荔湾村"], DAY, to=SYSTEM, on=DAY)
        if e.data["number"] == "1"
    )
    ledgers.move_entry(home.uuid, county["白沙村"], ledgers.Why(DAY), by=SYSTEM, at=AT)
    assert held(county, "荔湾村") == {"elders": 1, "women": 0, "grown": 0}
    assert held(county, "白沙村") == {"elders": 1, "women": 1, "grown": 0}


def test_one_person_unknown_takes_the_count_back_and_is_told(county, asked, opened):
    load(county["黄埔区"], SYSTEM, AT)
    opened(asked)
    home = seen.ledger_of("household", county["荔湾村"], DAY, to=SYSTEM, on=DAY)[0]
    told = {"name": "生日不详", "household": home.uuid, "sex": "1"}
    person = ledgers.register_entry(
        "person", county["荔湾村"], told, ledgers.Why(DAY), by=SYSTEM, at=AT
    )
    assert held(county, "荔湾村") == {"women": 1}
    doubts = seen.unknown_items(county["黄埔区"], date(2026, 12, 31), to=SYSTEM, on=DAY)
    assert doubts["elders"] == {county["荔湾村"]: 1}
    ledgers.change_entry(person, {"birth": "1930-01-01"}, ledgers.Why(DAY), by=SYSTEM, at=AT)
    assert held(county, "荔湾村")["elders"] == 3


def test_declared_wordings_propose_counts_of_a_form(county):
    from lingnan.systems.reporting.models import Field

    form = made("WORDS", ["all_people", "old_people", "parrots"])
    for code, label in (("A1", "户籍人口"), ("A2", "80岁以上老人"), ("A3", "鹦鹉")):
        Field.objects.filter(form=form.id, code=code).update(label=label)
    assert ledgers.propose_items(form.id, by=SYSTEM, at=AT) == 2
    assert ledgers.propose_items(form.id, by=SYSTEM, at=AT) == 0
    told = {one.element: (one.title, one.formula) for one in seen.item_rules(to=SYSTEM, on=DAY)}
    assert told == {
        "all_people": ("户籍人口", "count(registered in {1})"),
        "old_people": ("80岁以上老人", "count(age>79)"),
    }


@pytest.mark.parametrize(
    ("kind", "formula"), [(one.kind, one.formula) for one in content.ledger_items().values()]
)
def test_every_declared_formula_can_be_counted(kind, formula):
    assert text_of(usable(content.ledgers()[kind], formula)) == formula


@pytest.mark.parametrize(
    "formula", ["count(id_number in {1})", "age/2", "count(nothing>1)", "sum(age*age)", "age"]
)
def test_a_formula_outside_the_list_is_refused(county, asked, formula):
    with pytest.raises(BadFormula):
        usable(PERSON, formula)
    with pytest.raises(Invalid):
        ledgers.decide_item("women", accept=True, kind="person", formula=formula, by=SYSTEM, at=AT)


def test_evidence_finds_a_changed_rule_and_a_changed_act(county, asked, opened):
    from lingnan.systems.reporting.models import LedgerItem, LedgerNumber, LedgerTouch

    load(county["黄埔区"], SYSTEM, AT)
    home = seen.ledger_of("household", county["荔湾村"], DAY, to=SYSTEM, on=DAY)[0]
    ledgers.move_entry(home.uuid, county["白沙村"], ledgers.Why(DAY), by=SYSTEM, at=AT)
    told = [f.noun for f in verify() if f.noun.startswith(("reporting", "observations"))]
    assert told == ["reporting.form"]  # made by hand, without its event
    LedgerItem.objects.filter(element="women").update(formula="count(sex in {1})")
    touch = LedgerTouch.objects.first()
    LedgerTouch.objects.filter(pk=touch.pk).update(after={**touch.after, "place": 1})
    number = LedgerNumber.objects.first()
    LedgerNumber.objects.filter(pk=number.pk).update(masked="4499**************")
    nouns = Counter(f.noun for f in verify() if f.noun.startswith("reporting.ledger"))
    assert nouns == {
        "reporting.ledger_item": 1,
        "reporting.ledger_act": 1,
        "reporting.ledger_number": 1,
    }


texts = st.sampled_from(["", "1", "2"])
births = st.sampled_from(["", "1946-02-28", "1990-07-01", "2015-01-31"])
entries = st.lists(
    st.tuples(
        st.integers(1, 3),
        st.fixed_dictionaries({"sex": texts, "support": texts, "birth": births}),
    ),
    max_size=12,
)
formulas = st.sampled_from(
    [
        "count(*)",
        "count(sex in {1})",
        "count(sex in {2} and age>59)",
        "count(support in {1,2} and age<60)",
        "count(age>17)-count(sex in {1} and age>17)",
    ]
)


@given(entries, formulas)
def test_columns_count_as_one_by_one(given_, formula):
    day, tree = date(2026, 12, 31), usable(PERSON, formula)
    columns = columns_of(PERSON, ["age", "sex", "support"], given_, [1, 2, 3], day)
    totals, doubts = counted(tree, columns), unknown_of(tree, columns)
    for place in (1, 2, 3):
        mine = [
            {
                "sex": data["sex"] or None,
                "support": data["support"] or None,
                "age": Decimal(age_on(date.fromisoformat(data["birth"]), day))
                if data["birth"]
                else None,
            }
            for at, data in given_
            if at == place
        ]
        one_by_one = worth(formula, mine)
        # The judge of one entry stops at the first unknown; a column also knows what cannot hold.
        if one_by_one is not None:
            assert totals[place] == one_by_one
        assert (place in totals) != (place in doubts)


@given(st.dates(date(1900, 1, 1), date(2020, 12, 31)), st.integers(0, 120))
def test_an_age_is_reached_on_its_day_and_not_before(birth, age):
    day = turns_on(birth, age)
    assert age_on(birth, day) == age
    assert age == 0 or age_on(birth, date.fromordinal(day.toordinal() - 1)) == age - 1


def test_no_entries_are_a_zero():
    columns = columns_of(PERSON, ["age"], [], [1], DAY)
    assert counted(usable(PERSON, "count(age>1)"), columns) == {1: 0}
    assert isinstance(columns.numbers["age"], np.ndarray)
