"""The shortest list: equal to trying everything out, and everything can be filled from it."""

import time
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ..rules.planning import choose, closed, ordered, plan_shapes, ways_of_identity
from ..rules.planning.solving import NoWay
from ..rules.planning.sums import form_no_ring
from ..terms.planning import Identity, Means, Way

FACTS = [f"f{n}" for n in range(8)]


def ask(fact, cost=20):
    return Way(fact, Means.ASK, cost)


def brute(ways, wanted):
    """Every combination of at most one way a fact, for the least cost that rests on nothing."""
    by_fact = {}
    for way in ways:
        by_fact.setdefault(way.fact, []).append(way)
    best = None
    for some in product(*[[None, *those] for those in by_fact.values()]):
        chosen = {way.fact: way for way in some if way}
        if set(wanted) <= chosen.keys() and ordered(chosen) is not None:
            cost = sum(way.cost for way in chosen.values())
            best = cost if best is None else min(best, cost)
    return best


@st.composite
def problems(draw, most=5):
    facts = FACTS[: draw(st.integers(1, most))]
    ways = [ask(fact, draw(st.sampled_from([3, 20, 40]))) for fact in facts]
    for fact in facts:
        for _ in range(draw(st.integers(0, 2))):
            needs = frozenset(draw(st.sets(st.sampled_from(facts), max_size=3))) - {fact}
            cost = draw(st.sampled_from([0, 0, 3]))
            ways.append(Way(fact, Means.DERIVE, cost, needs))
    wanted = draw(st.sets(st.sampled_from(facts), min_size=1))
    return ways, sorted(wanted)


@given(problems())
@settings(max_examples=250, deadline=None)
def test_the_choice_costs_what_trying_everything_finds(problem):
    ways, wanted = problem
    choice = choose(ways, wanted)
    assert choice.cost == brute(ways, wanted)
    assert choice.bound == choice.cost
    assert sum(way.cost for way in choice.ways) == choice.cost


@given(problems(most=8))
@settings(max_examples=150, deadline=None)
def test_everything_wanted_can_be_worked_out_in_the_order_given(problem):
    ways, wanted = problem
    had = set()
    for way in choose(ways, wanted).ways:
        assert way in ways
        assert way.needs <= had
        had.add(way.fact)
    assert set(wanted) <= had


@given(st.integers(2, 6), st.integers(0, 3), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_every_number_of_chained_sums_comes_back_from_what_is_asked(width, depth, random):
    """A tree of sums: ask as planned, work the rest out, compare with the truth."""
    truth, identities, layer = {}, [], [f"x{n}" for n in range(width)]
    truth |= {name: Fraction(random.randint(-50, 50)) for name in layer}
    for level in range(depth):
        total = f"t{level}"
        identities.append(Identity(total, tuple(layer)))
        truth[total] = sum(truth[name] for name in layer)
        layer = [total, f"y{level}"]
        truth[f"y{level}"] = Fraction(random.randint(0, 9))
    choice = choose([ask(name) for name in truth], list(truth), sums=identities)
    had = {}
    for way in choice.ways:
        had[way.fact] = truth[way.fact] if way.means is Means.ASK else _solved(way, identities, had)
    assert had == truth
    assert len(choice.asked()) == len(truth) - len(identities)


def _solved(way, identities, had):
    one = next(i for i in identities if way.needs == frozenset(i.members) - {way.fact})
    if way.fact == one.total:
        return sum(had[part] for part in one.parts)
    return had[one.total] - sum(had[part] for part in one.parts if part != way.fact)


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_sums_without_a_ring_are_solved_as_the_solver_would(data):
    """Random trees of sums with random costs: the quick answer equals trying everything out."""
    facts, sums = ["r"], []
    for n in range(data.draw(st.integers(1, 3))):
        root = data.draw(st.sampled_from(facts))
        more = [f"s{n}{k}" for k in range(data.draw(st.integers(1, 2)))]
        members = [root, *more]
        total = data.draw(st.sampled_from(members))
        sums.append(Identity(total, tuple(m for m in members if m != total)))
        facts += more
    ways = [ask(fact, data.draw(st.sampled_from([3, 20, 40]))) for fact in facts]
    tied = [way for one in sums for way in ways_of_identity(one)]
    assert form_no_ring(tied)
    choice = choose(ways, facts, sums=sums)
    assert choice.cost == choice.bound == brute([*ways, *tied], facts)


def test_sums_in_a_ring_and_one_way_formulas_go_to_the_solver():
    ring = [Identity("a", ("b", "c")), Identity("d", ("b", "c"))]
    assert not form_no_ring([way for one in ring for way in ways_of_identity(one)])
    assert not form_no_ring([Way("a", Means.DERIVE, 0, frozenset({"b"}))])
    assert not form_no_ring([Way("a", Means.IDENTITY, 0, frozenset({"b"}))])
    choice = choose([ask(fact) for fact in "abcd"], "abcd", sums=ring)
    assert choice.cost == 40


def test_two_facts_that_follow_from_each_other_are_not_both_got_for_nothing():
    ways = [ask("a"), ask("b"), *ways_of_identity(Identity("a", ("b",)))]
    choice = choose(ways, ["a", "b"])
    assert choice.cost == 20 and len(choice.asked()) == 1


def test_a_fact_nobody_wants_is_asked_when_it_spares_more():
    parts = tuple(f"p{n}" for n in range(4))
    ways = [ask(p) for p in parts] + [Way(p, Means.DERIVE, 0, frozenset({"list"})) for p in parts]
    choice = choose([*ways, ask("list", 30)], parts)
    assert choice.asked() == ("list",) and choice.cost == 30


def test_a_fact_without_a_way_is_named():
    with pytest.raises(NoWay, match="b"):
        choose([ask("a")], ["a", "b"])
    with pytest.raises(NoWay, match="a"):
        choose(
            [
                Way("a", Means.DERIVE, 0, frozenset({"b"})),
                Way("b", Means.DERIVE, 3, frozenset({"a"})),
            ],
            ["a"],
        )


def test_what_is_free_is_taken_and_what_it_gives_is_free_too():
    known = Way("a", Means.KNOWN, 0)
    ways = [known, ask("a"), ask("b"), Way("b", Means.DERIVE, 0, frozenset({"a"}))]
    choice = choose(ways, ["b"])
    assert choice.cost == 0 and [way.fact for way in choice.ways] == ["a", "b"]
    assert closed([ask("z")], held=["z"]) == []


@given(st.integers(1, 40), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_each_place_gets_what_it_would_get_alone(count, random):
    facts = FACTS
    identities = [Identity("f0", ("f1", "f2")), Identity("f2", ("f3", "f4", "f5"))]
    ties = [way for one in identities for way in ways_of_identity(one)]
    known = np.array([[random.choice([0, 0, 1, 2]) for _ in facts] for _ in range(count)], np.uint8)

    def own(fact, held):
        more = {0: [], 1: [Way(fact, Means.KNOWN, 0)], 2: [Way(fact, Means.CONFIRM, 3)]}
        return [ask(fact), *more[held]]

    shapes = plan_shapes(facts, known, own, ties, wanted=facts)
    cost, bound = shapes.cost(), shapes.bound()
    for row in range(count):
        ways = [w for f, held in zip(facts, known[row], strict=True) for w in own(f, int(held))]
        assert cost[row] == choose([*ways, *ties], facts).cost == bound[row]
        assert sum(way.cost for way in shapes.of_place(row).values()) == cost[row]


def test_a_province_needs_few_plans():
    """A thousand places of forty facts: work grows with patterns, not with places."""
    rng = np.random.default_rng(7)
    facts = [f"g{n}" for n in range(40)]
    kinds = rng.integers(0, 3, (12, len(facts))).astype(np.uint8)
    ties = ways_of_identity(Identity("g0", ("g1", "g2", "g3")))
    known = kinds[rng.integers(0, 12, 1000)]
    begun = time.perf_counter()
    shapes = plan_shapes(
        facts, known, lambda fact, held: [ask(fact, 20 - held)], ties, wanted=facts
    )
    assert shapes.plans() <= 12 + 36 * 3
    assert time.perf_counter() - begun < 20
