"""What is kept back cannot be worked out, whatever moment a reader looks at; not much more is lost."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lingnan.systems.reporting.rules.keeping_back import Keeper
from lingnan.systems.reporting.rules.suppression import is_dominated
from lingnan.systems.reporting.terms.suppression import Kind, Tie, Tree

COUNTY, FIRST, SECOND = 1, 10, 20
VILLAGES = {11: FIRST, 12: FIRST, 13: FIRST, 21: SECOND, 22: SECOND}
LEVELS = dict.fromkeys(VILLAGES, 5) | {COUNTY: 3, FIRST: 4, SECOND: 4}
TREE = Tree(COUNTY, VILLAGES, LEVELS, len(VILLAGES))
PERSONS = Kind(frozenset({4, 5}), 5)
ALL, MEN, WOMEN = 1, 2, 3
SUMS = [Tie(0, ALL, frozenset({MEN, WOMEN}))]


def numbers(said):
    return {(row, ALL): None if value is None else Decimal(value) for row, value in said.items()}


def keeper(*moments, elements=(ALL,), ties=()):
    made = Keeper(TREE, dict.fromkeys(elements, PERSONS), ties)
    for at, said in enumerate(moments, 1):
        made.step(at, numbers(said))
    return made


def back(*moments):
    return {place for place, _ in keeper(*moments).back}


def small(value):
    return 0 < value < 5


class Reader:
    """Somebody outside who looked at every moment, and solves what he was told by another program than
    the rule's. A figure that was not told is a variable until it changes."""

    def __init__(self, elements, ties):
        self.elements, self.ties = elements, ties
        self.at, self.held, self.left, self.right = {}, {}, [], []
        self.names, self.secrets = 0, []

    def look(self, values, hidden):
        for cell, value in values.items():
            self.see(cell, value, is_hidden=cell in hidden)
        for element in self.elements:
            for total, rows in ((FIRST, (11, 12, 13)), (SECOND, (21, 22)), (COUNTY, VILLAGES)):
                cells = [(row, element) for row in rows if (row, element) in values]
                level = sum(values[cell] for cell in cells)
                if cells and (total, element) not in hidden:
                    self.told(dict.fromkeys(cells, 1), level, values)
                elif total != COUNTY and small(level):
                    self.secrets.append({self.at[cell]: 1 for cell in cells if cell in self.at})
        for row in VILLAGES if self.ties else ():
            if (row, ALL) in values:
                self.told({(row, ALL): -1, (row, MEN): 1, (row, WOMEN): 1}, 0, values)

    def see(self, cell, value, *, is_hidden):
        """What was told and is hidden since, unchanged, is known."""
        if not is_hidden:
            self.at.pop(cell, None)
        elif self.held.get(cell) != value:
            self.at[cell] = self.names
            self.names += 1
        self.held[cell] = value
        if cell in self.at and small(value):
            self.secrets.append({self.at[cell]: 1})

    def told(self, signs, level, values):
        row = {}
        for cell, sign in signs.items():
            if cell in self.at:
                row[self.at[cell]] = sign
            else:
                level -= sign * values[cell]
        if row:
            self.left.append(row)
            self.right.append(float(level))

    def found_out(self):
        """Secrets of which the least and the greatest possible value are one."""
        from scipy.optimize import linprog

        matrix = np.zeros((len(self.left), self.names))
        for n, row in enumerate(self.left):
            for at, sign in row.items():
                matrix[n, at] = sign
        for secret in self.secrets:
            aim = np.zeros(self.names)
            for at, sign in secret.items():
                aim[at] = sign
            ends = []
            for way in (1, -1):
                done = linprog(way * aim, A_eq=matrix if len(matrix) else None,
                               b_eq=self.right or None, bounds=(0, None))  # fmt: skip
                ends.append(way * done.fun if done.status == 0 else way * -np.inf)
            if ends[1] - ends[0] < 1e-6:
                return secret, ends
        return None


VALUE = st.sampled_from([0, 1, 2, 3, 6, 20, 300])
MOMENTS = st.lists(
    st.dictionaries(st.sampled_from(sorted(VILLAGES)), st.tuples(VALUE, VALUE), min_size=1),
    min_size=1,
    max_size=7,
)


@settings(max_examples=80, deadline=None)
@given(MOMENTS, st.booleans())
def test_nothing_kept_back_follows_from_all_that_was_told_at_any_moment(moments, is_tied):
    pytest.importorskip("scipy")
    elements = (ALL, MEN, WOMEN) if is_tied else (ALL,)
    ties = SUMS if is_tied else []
    made = Keeper(TREE, dict.fromkeys(elements, PERSONS), ties)
    reader, values = Reader(elements, ties), {}
    for at, said in enumerate(moments, 1):
        new = {}
        for row, (men, women) in said.items():
            numbers = (men + women, men, women) if is_tied else (men,)
            new |= {(row, e): Decimal(n) for e, n in zip(elements, numbers, strict=True)}
        made.step(at, new)
        values |= new
        hidden = made.back
        assert {cell for cell, value in values.items() if small(value)} <= hidden
        reader.look(values, hidden)
    assert reader.found_out() is None


def test_one_small_village_takes_the_least_neighbour_with_it():
    assert back({11: 2, 12: 10, 13: 100, 21: 50, 22: 60}) == {11, 12}


def test_two_of_one_each_need_a_third():
    assert back({11: 1, 12: 1, 13: 40, 21: 50, 22: 60}) == {11, 12, 13}


def test_a_small_village_that_comes_last_takes_the_sums_with_it_until_others_change():
    """The town's sum before it and after it would tell it. The next that is put right covers it."""
    first = {11: 20, 12: 30, 21: 50, 22: 60}
    assert back(first) == set()
    assert back(first, {13: 2}) == {13, FIRST, COUNTY}
    assert back(first, {13: 2}, {12: 31}) == {13, 12}


def test_what_was_kept_back_once_stays_so():
    first = {11: 2, 12: 10, 13: 100, 21: 50, 22: 60}
    assert back(first, {12: 500}) == {11, 12}
    assert back({11: 2, 12: 20, 13: 30, 21: 50}, {22: 10}) == {11, 12}


def test_a_town_of_one_takes_another_with_it_for_the_countys_sake():
    tree = Tree(COUNTY, {11: FIRST, 21: SECOND, 22: SECOND}, LEVELS, 3)
    made = Keeper(tree, {ALL: PERSONS})
    made.step(1, numbers({11: 2, 21: 50, 22: 60}))
    assert {place for place, _ in made.back} == {11, FIRST, 21, SECOND}


def test_an_average_is_told_where_all_below_it_is():
    made = Keeper(TREE, {ALL: Kind(frozenset({4, 5}), 5, adds=False)})
    made.step(1, numbers({11: 2, 12: 30, 21: 50}))
    assert {place for place, _ in made.back} == {11, FIRST, COUNTY}


@pytest.mark.parametrize(
    ("parts", "said"),
    [((900, 50, 50), True), ((300, 300, 200, 200), False), ((100,), True), ((), False),
     ((400, 390, 10), True)],
)  # fmt: skip
def test_amounts_that_one_giant_makes_up(parts, said):
    rule = {"giants": 1, "share": Decimal("0.8"), "percent": Decimal("0.1")}
    assert is_dominated(map(Decimal, parts), **rule) is said


def test_a_county_that_reports_one_by_one_is_done_in_a_breath():
    import random
    import time

    noise = random.Random(7)
    homes = {town * 100 + n: town for town in range(2, 14) for n in range(20)}
    levels = dict.fromkeys(homes, 5) | dict.fromkeys(range(2, 14), 4) | {COUNTY: 3}
    made = Keeper(Tree(COUNTY, homes, levels, len(homes)), dict.fromkeys(range(20), PERSONS))
    order = sorted(homes)
    noise.shuffle(order)
    begun = time.process_time()
    for at, row in enumerate(order):
        said = {(row, e): Decimal(noise.choice([0, 1, 3, 8, 40, 200, 600])) for e in range(20)}
        made.step(at, said)
    assert time.process_time() - begun < 3
    lost = sum(1 for place, _ in made.back if place in homes)
    assert lost < 0.65 * len(homes) * 20  # half of them are small or nothing
