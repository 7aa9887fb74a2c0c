"""A county is split in mid-year: what was reported before stays true, and can be restated."""

from datetime import date
from decimal import Decimal

import pytest

from lingnan.kernel.observations import queries
from lingnan.kernel.places import services as divisions

from .province import AT, JULY, SYSTEM, official, split_huangpu
from .samples import define, number, record

pytestmark = pytest.mark.django_db
MAY, SEPTEMBER = 2026305, 2026309
MOVED = ("440112012001", "440112012002")
STAYED = ("440112001001", "440112001002")


@pytest.fixture
def story(ids):
    e = define("population")["population"]
    new = split_huangpu(ids)
    for period, each in ((MAY, 1), (SEPTEMBER, 10)):
        record(str(period), [number(ids[v], e, each, period=period) for v in MOVED + STAYED])
    return e, ids["440112"], new


def told(table, place):
    return [(r["value"], r["expected"]) for r in table.to_pylist() if r["place"] == place]


def test_each_period_adds_up_on_its_own_tree(story):
    e, old, new = story
    may = queries.rollup([e], MAY, level=3, to=SYSTEM)
    assert (told(may, old), told(may, new)) == ([(Decimal(4), 4)], [])
    september = queries.rollup([e], SEPTEMBER, level=3, to=SYSTEM)
    assert (told(september, old), told(september, new)) == ([(Decimal(20), 2)], [(Decimal(20), 2)])


def test_either_period_can_be_restated(story):
    e, old, new = story
    may = queries.rollup([e], MAY, level=3, tree_on=JULY, to=SYSTEM)
    assert (told(may, old), told(may, new)) == ([(Decimal(2), 2)], [(Decimal(2), 2)])
    september = queries.rollup([e], SEPTEMBER, level=3, tree_on=date(2026, 6, 30), to=SYSTEM)
    assert (told(september, old), told(september, new)) == ([(Decimal(40), 4)], [])


def test_both_officials_see_their_own(story, ids):
    e, old, new = story
    before, after = official(old), official(new)

    def villages(who, period, tree_on=None):
        table = queries.rollup([e], period, level=5, tree_on=tree_on, to=who)
        codes = {place: code for code, place in ids.items()}
        return {codes[p] for p in table["place"].to_pylist()}

    assert villages(before, MAY) == {*MOVED, *STAYED}
    assert villages(before, SEPTEMBER) == set(STAYED)
    assert villages(after, SEPTEMBER) == set(MOVED)
    assert villages(after, MAY) == set()
    assert villages(after, MAY, tree_on=JULY) == set(MOVED)
    # What the old county's official saw before does not open what the villages report now.
    assert villages(before, SEPTEMBER, tree_on=date(2026, 6, 30)) == set(STAYED)
    assert told(queries.rollup([e], SEPTEMBER, level=3, to=after), new) == [(Decimal(20), 2)]
    assert told(queries.rollup([e], SEPTEMBER, level=3, to=after), old) == []


def test_a_trend_shows_the_break_or_is_restated(story):
    e, old, new = story

    def line(place, tree_on=None):
        table = queries.trend([e], place, [MAY, SEPTEMBER], tree_on=tree_on, to=SYSTEM)
        return [(r["period"], r["value"]) for r in table.to_pylist()]

    assert line(old) == [(MAY, Decimal(4)), (SEPTEMBER, Decimal(20))]
    assert line(old, JULY) == [(MAY, Decimal(2)), (SEPTEMBER, Decimal(20))]
    assert line(new) == [(SEPTEMBER, Decimal(20))]
    assert line(new, JULY) == [(MAY, Decimal(2)), (SEPTEMBER, Decimal(20))]


def test_a_village_that_was_merged_away_counts_for_the_one_it_became(ids):
    e = define("population")["population"]
    gone, stays = ids["440112001002"], ids["440112001001"]
    record("1", [number(gone, e, 1, period=MAY), number(stays, e, 2, period=MAY)])
    divisions.merge_places([gone], stays, on=JULY, by=SYSTEM, at=AT)
    may = queries.rollup([e], MAY, level=(3, 4), to=SYSTEM)
    assert told(may, ids["440112001"]) == [(Decimal(3), 2)]
    restated = queries.rollup([e], MAY, level=(3, 4), tree_on=JULY, to=SYSTEM)
    assert told(restated, ids["440112001"]) == [(Decimal(3), 1)]
    town = queries.rollup([e], MAY, level=4, under=ids["440112001"], tree_on=JULY, to=SYSTEM)
    assert told(town, ids["440112001"]) == [(Decimal(3), 1)]
