"""What is kept back cannot be worked out; what is published is true; not much more than need be is lost."""

from decimal import Decimal
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lingnan.systems.reporting.rules.suppression import exposed, hidden, is_dominated, is_small


def table(rows):
    """Rows × columns with totals of both and the total of all: values and sums."""
    high, wide = len(rows), len(rows[0])
    values = {(f"{i}", f"{j}"): Decimal(rows[i][j]) for i in range(high) for j in range(wide)}
    for i in range(high):
        values[f"{i}", "t"] = Decimal(sum(rows[i]))
    for j in range(wide):
        values["t", f"{j}"] = Decimal(sum(row[j] for row in rows))
    values["t", "t"] = Decimal(sum(map(sum, rows)))
    lines = [*(f"{i}" for i in range(high)), "t"]
    sums = [((i, "t"), tuple((i, f"{j}") for j in range(wide))) for i in lines]
    columns = [*(f"{j}" for j in range(wide)), "t"]
    sums += [(("t", j), tuple((f"{i}", j) for i in range(high))) for j in columns]
    return values, sums


def small(values, below=5):
    return {cell for cell, value in values.items() if is_small(value, below)}


def ranges(values, sums, back):
    """Least and greatest possible value of every hidden cell, by another solver than the rule's."""
    from scipy.optimize import linprog

    cells = sorted(back)
    at = {cell: n for n, cell in enumerate(cells)}
    left, right = [], []
    for total, parts in sums:
        row, level = np.zeros(len(cells)), 0.0
        for cell, sign in ((total, 1), *((p, -1) for p in parts)):
            if cell in at:
                row[at[cell]] += sign
            else:
                level -= sign * float(values[cell])
        if row.any():
            left.append(row)
            right.append(level)
    found = {}
    for cell in cells:
        ends = []
        for way in (1, -1):
            aim = np.zeros(len(cells))
            aim[at[cell]] = way
            done = linprog(aim, A_eq=left or None, b_eq=right or None, bounds=(1, None))
            ends.append(way * done.fun if done.status == 0 else way * -np.inf)
        found[cell] = ends
    return found


TABLES = st.integers(2, 4).flatmap(
    lambda wide: st.lists(
        st.lists(st.sampled_from([0, 1, 2, 3, 6, 9, 20, 300]), min_size=wide, max_size=wide),
        min_size=2,
        max_size=4,
    )
)


@settings(max_examples=80, deadline=None)
@given(TABLES)
def test_no_hidden_cell_follows_from_what_is_published(rows):
    pytest.importorskip("scipy")
    values, sums = table(rows)
    back = hidden(values, sums, small(values))
    assert small(values) <= back
    assert all(values[cell] for cell in back)  # zeros tell of nobody and stay
    if _hopeless(values, sums):
        return
    for cell, (low, high) in ranges(values, sums, back).items():
        assert high - low > 1e-7, (cell, back)


def _hopeless(values, sums):
    """Even with every figure but the zeros kept back, one of them follows."""
    return bool(exposed(values, sums, {c for c, v in values.items() if v}))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.lists(st.sampled_from([0, 1, 3, 7, 30]), min_size=3, max_size=3), min_size=2, max_size=3
    )
)
def test_hardly_more_is_kept_back_than_need_be(rows):
    values, sums = table(rows)
    first = small(values)
    back = hidden(values, sums, first)
    if exposed(values, sums, back):
        assert _hopeless(values, sums)
        return
    others = sorted(c for c, v in values.items() if v and c not in first)
    best = next(
        n
        for n in range(len(others) + 1)
        if any(not exposed(values, sums, first | set(more)) for more in combinations(others, n))
        or n > 4
    )
    assert len(back - first) <= best + 2


@settings(max_examples=40, deadline=None)
@given(TABLES, st.randoms())
def test_the_same_in_any_order(rows, noise):
    values, sums = table(rows)
    mixed = list(values.items())
    noise.shuffle(mixed)
    again = list(sums)
    noise.shuffle(again)
    assert hidden(values, sums, small(values)) == hidden(dict(mixed), again, small(values))


def test_one_small_village_takes_one_neighbour_with_it():
    town, villages = ("town", 1), [("a", 1), ("b", 1), ("c", 1)]
    values = {town: Decimal(112), **dict(zip(villages, map(Decimal, (2, 10, 100)), strict=True))}
    back = hidden(values, [(town, tuple(villages))], {("a", 1)}, kept={town})
    assert back == {("a", 1), ("b", 1)}


def test_two_that_add_up_to_two_are_one_each_and_need_a_third():
    town, villages = ("town", 1), [("a", 1), ("b", 1), ("c", 1)]
    values = {town: Decimal(42), **dict(zip(villages, map(Decimal, (1, 1, 40)), strict=True))}
    back = hidden(values, [(town, tuple(villages))], {("a", 1), ("b", 1)}, kept={town})
    assert back == {*villages}


def test_what_an_earlier_release_kept_back_stays_so():
    town, villages = ("town", 1), [("a", 1), ("b", 1), ("c", 1)]
    sums = [(town, tuple(villages))]
    first = {town: Decimal(112), **dict(zip(villages, map(Decimal, (2, 10, 100)), strict=True))}
    second = first | {("b", 1): Decimal(500), town: Decimal(602)}
    before = hidden(first, sums, {("a", 1)})
    after = hidden(second, sums, {("a", 1)}, earlier=before)
    assert before <= after  # alone it would publish b and keep c: a = 112 - b - 100 of the first
    assert hidden(second, sums, {("a", 1)}) == {("a", 1), ("c", 1)}


def test_sums_that_do_not_add_up_bind_nobody():
    values = {"t": Decimal(9), "a": Decimal(2), "b": Decimal(5)}
    assert hidden(values, [("t", ("a", "b"))], {"a"}) == {"a"}


@pytest.mark.parametrize(
    ("parts", "said"),
    [((900, 50, 50), True), ((300, 300, 200, 200), False), ((100,), True), ((), False),
     ((400, 390, 10), True)],
)  # fmt: skip
def test_amounts_that_one_giant_makes_up(parts, said):
    rule = {"giants": 1, "share": Decimal("0.8"), "percent": Decimal("0.1")}
    assert is_dominated(map(Decimal, parts), **rule) is said


def test_a_county_is_done_in_a_breath():
    import random
    import time

    noise = random.Random(7)
    rows = [[noise.choice([0, 1, 3, 8, 40, 200, 600]) for _ in range(10)] for _ in range(30)]
    values, sums = table(rows)
    begun = time.process_time()
    back = hidden(values, sums, small(values))
    assert time.process_time() - begun < 10
    assert not exposed(values, sums, back)
