from datetime import date
from decimal import Decimal

import pytest

from lingnan.base.periods import Period
from lingnan.kernel.evidence import queries as evidence_queries
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.observations import queries, services
from lingnan.kernel.observations.terms import OverPlaces, Quality, ValueType

from .province import SYSTEM, official
from .samples import NOON, OCTOBER, define, number, record

pytestmark = pytest.mark.django_db


def numbers(table):
    """(place, element) → (value, reported, expected)."""
    return {
        (r["place"], r["element"]): (r["value"], r["reported"], r["expected"])
        for r in table.to_pylist()
    }


def at(table, place, element):
    return numbers(table)[place, element]


def test_villages_add_up_through_every_level(ids):
    e = define("population")["population"]
    villages = [code for code in ids if len(code) == 12]
    record("a", [number(ids[v], e, n + 1) for n, v in enumerate(villages)])
    found = numbers(queries.rollup(["population"], OCTOBER, to=SYSTEM))
    assert found[ids["440112001"], e] == (Decimal(3), 2, 2)
    assert found[ids["440112"], e] == (Decimal(10), 4, 4)
    assert found[ids["4401"], e] == (Decimal(21), 6, 6)
    assert found[ids["441900003"], e] == (Decimal(15), 2, 2)
    assert found[ids["4419"], e] == (Decimal(15), 2, 2)
    assert found[ids["44"], e] == (Decimal(36), 8, 8)
    assert found[ids["441900003001"], e] == (Decimal(7), 1, 1)
    assert len(found) == len(ids)


def test_missing_is_neither_zero_nor_not_applicable(ids):
    e = define("population")["population"]
    a, b = ids["440112001001"], ids["440112001002"]
    record("a", [number(a, e, 0), number(b, e, None)])
    record("b", [number(ids["440117001001"], e, None, quality=Quality.NOT_APPLICABLE)])
    found = numbers(queries.rollup([e], OCTOBER, to=SYSTEM))
    assert found[a, e] == (Decimal(0), 1, 1)
    assert found[b, e] == (None, 0, 1)
    assert found[ids["440112001"], e] == (Decimal(0), 1, 2)
    assert found[ids["440117"], e] == (None, 0, 2)
    assert found[ids["4419"], e] == (None, 0, 2)
    told = queries.current(ids["440117001001"], to=SYSTEM, on=date(2026, 11, 1))
    assert told[e, OCTOBER].quality is Quality.NOT_APPLICABLE
    assert told[e, OCTOBER].value is None


def test_each_element_adds_up_its_own_way(ids):
    rules = {rule: define(rule.value, over_places=rule)[rule.value] for rule in OverPlaces}
    villages = {"440112001001": "1", "440112001002": "2", "440112012001": "6"}
    for key, value in villages.items():
        record(key, [number(ids[key], e, value) for e in rules.values()])
    found = numbers(queries.rollup(list(rules.values()), OCTOBER, level=(1, 3, 4, 5), to=SYSTEM))
    county = {rule: found[ids["440112"], e][0] for rule, e in rules.items()}
    assert county == {
        OverPlaces.SUM: Decimal(9),
        OverPlaces.AVG: Decimal(3),
        OverPlaces.MIN: Decimal(1),
        OverPlaces.MAX: Decimal(6),
        OverPlaces.COUNT: Decimal(3),
        OverPlaces.LAST: Decimal(6),
        OverPlaces.NONE: None,
    }
    town = {rule: found[ids["440112001"], e][0] for rule, e in rules.items()}
    assert town[OverPlaces.AVG] == Decimal("1.5")
    assert town[OverPlaces.LAST] == Decimal(2)
    village = {found[ids["440112001002"], e][0] for e in rules.values()}
    assert village == {Decimal(2)}
    assert {found[ids["44"], e][1] for e in rules.values()} == {3}


def test_a_corrected_smallest_value_is_no_longer_the_smallest(ids):
    e = define("lowest", over_places=OverPlaces.MIN)["lowest"]
    a, b = ids["440112001001"], ids["440112012001"]
    record("1", [number(a, e, 1), number(b, e, 5)])
    record("2", [number(a, e, 9)])
    evidence.drain(at=NOON)
    assert at(queries.rollup([e], OCTOBER, level=3, to=SYSTEM), ids["440112"], e)[0] == 5
    before = queries.rollup([e], OCTOBER, level=3, as_of=_seq("1"), to=SYSTEM)
    assert at(before, ids["440112"], e)[0] == 1


def _seq(key):
    from lingnan.kernel.observations.models import Batch

    return Batch.objects.get(key=key).event.seq


def test_an_average_is_exact_and_rounds_half_to_even(ids):
    e = define("rate", over_places=OverPlaces.AVG)["rate"]
    record("a", [number(ids["440112001001"], e, "0.000001"), number(ids["440112001002"], e, 0)])
    record("b", [number(ids["441900003001"], e, "0.000003"), number(ids["441900003002"], e, 0)])
    found = numbers(queries.rollup([e], OCTOBER, level=4, to=SYSTEM))
    assert found[ids["440112001"], e][0] == Decimal("0.000000")
    assert found[ids["441900003"], e][0] == Decimal("0.000002")


def test_numbers_beyond_64_bits_add_up_exactly(ids):
    e = define("money", type=ValueType.MONEY)["money"]
    big = Decimal("987654321098765432.123457")
    record("a", [number(ids[v], e, big) for v in ids if len(v) == 12])
    evidence.drain(at=NOON)
    assert at(queries.rollup([e], OCTOBER, level=1, to=SYSTEM), ids["44"], e)[0] == 8 * big
    services.seal(by=SYSTEM, at=NOON)
    record("b", [number(ids["440112001001"], e, "0.000001")])
    total = at(queries.rollup([e], OCTOBER, level=1, to=SYSTEM), ids["44"], e)[0]
    assert total == 7 * big + Decimal("0.000001")


def test_what_a_town_reports_itself_counts_where_its_villages_did_not(ids):
    e = define("roads")["roads"]
    record("a", [number(ids["440112001"], e, 100), number(ids["440112012"], e, 7)])
    found = numbers(queries.rollup([e], OCTOBER, level=(3, 4), to=SYSTEM))
    assert found[ids["440112"], e] == (Decimal(107), 2, 2)
    assert found[ids["440117"], e] == (None, 0, 1)
    record("b", [number(ids["440112001001"], e, 60)])
    found = numbers(queries.rollup([e], OCTOBER, level=(3, 4), to=SYSTEM))
    assert found[ids["440112001"], e][0] == 60
    assert found[ids["440112"], e][0] == 67


def test_a_rate_is_worked_out_after_adding_up(ids):
    define("trained", "labour")
    define("trained_rate", type=ValueType.PERCENT, expression="trained / labour * 100")
    define("untrained_rate", type=ValueType.PERCENT, expression="100 - trained_rate")
    e = {code: info.id for code, info in queries.element_map().items()}
    a, b = ids["440112001001"], ids["440112012001"]
    record("1", [number(a, e["trained"], 1), number(a, e["labour"], 2)])
    record("2", [number(b, e["trained"], 1), number(b, e["labour"], 100)])
    record("3", [number(ids["441900003001"], e["trained"], 0)])
    record("4", [number(ids["441900003001"], e["labour"], 0)])
    table = queries.rollup(["trained_rate", "untrained_rate"], OCTOBER, to=SYSTEM)
    found = numbers(table)
    assert set(table["element"].to_pylist()) == {e["trained_rate"], e["untrained_rate"]}
    assert found[a, e["trained_rate"]][0] == 50
    assert found[ids["440112"], e["trained_rate"]] == (Decimal("1.960784"), 2, 4)
    assert found[ids["440112"], e["untrained_rate"]][0] == Decimal("98.039216")
    assert found[ids["4419"], e["trained_rate"]][0] is None


def test_texts_are_counted_not_added(ids):
    e = define("leader", type=ValueType.TEXT, over_places=OverPlaces.NONE)["leader"]
    from lingnan.kernel.observations.terms import NewValue

    a = ids["440112001001"]
    record("a", [NewValue(place=a, element=e, period=OCTOBER, text="有")])
    table = queries.rollup([e], OCTOBER, to=SYSTEM)
    found = numbers(table)
    assert found[ids["440112"], e] == (None, 1, 4)
    assert [r["text"] for r in table.to_pylist() if r["place"] == a] == ["有"]
    record("b", [NewValue(place=a, element=e, period=OCTOBER, quality=Quality.MISSING)])
    assert numbers(queries.rollup([e], OCTOBER, to=SYSTEM))[ids["440112"], e] == (None, 0, 4)


def test_an_official_sees_what_lies_below_and_public_totals(ids):
    inside, public = define("inside")["inside"], define("open", label="public")["open"]
    villages = [ids[v] for v in ids if len(v) == 12]
    record("a", [number(v, e, 1) for v in villages for e in (inside, public)])
    who = official(ids["440112"])
    found = numbers(queries.rollup([inside], OCTOBER, to=who))
    assert set(found) == {(ids[c], inside) for c in ids if c.startswith("440112")}
    assert found[ids["440112"], inside] == (Decimal(4), 4, 4)
    both = numbers(queries.rollup([inside, public], OCTOBER, level=(1, 3), to=who))
    assert both[ids["44"], public] == (Decimal(8), 8, 8)
    assert both[ids["440112"], inside] == (Decimal(4), 4, 4)
    assert (ids["44"], inside) not in both
    assert (ids["440117"], inside) not in both


def test_a_secret_element_is_refused(ids):
    define("income", label="personal")
    with pytest.raises(queries.SecretElement, match="income"):
        queries.rollup(["income"], OCTOBER, to=official(ids["44"]))
    assert len(queries.rollup(["income"], OCTOBER, to=official(ids["44"], "personal")))


def test_under_and_level_narrow_the_result(ids):
    e = define("population")["population"]
    record("a", [number(ids[v], e, 1) for v in ids if len(v) == 12])
    found = numbers(queries.rollup([e], OCTOBER, level=4, under=ids["4401"], to=SYSTEM))
    assert set(found) == {(ids[c], e) for c in ("440112001", "440112012", "440117001")}
    assert {value for value, _, _ in found.values()} == {Decimal(2)}


def test_other_periods_are_left_alone(ids):
    e = define("population")["population"]
    september = Period.from_code(OCTOBER).previous().code
    a = ids["440112001001"]
    record("a", [number(a, e, 1), number(a, e, 10, period=september)])
    assert at(queries.rollup([e], OCTOBER, level=1, to=SYSTEM), ids["44"], e)[0] == 1
    evidence.drain(at=NOON)
    services.seal(by=SYSTEM, at=NOON)
    assert at(queries.rollup([e], OCTOBER, level=1, to=SYSTEM), ids["44"], e)[0] == 1
    assert at(queries.rollup([e], september, level=1, to=SYSTEM), ids["44"], e)[0] == 10


def test_how_many_are_estimates_is_told_as_of_any_moment(ids):
    """Each value says so of itself: what came later changes nothing that was told."""
    rules = {rule: define(rule.value, over_places=rule)[rule.value]
             for rule in (OverPlaces.SUM, OverPlaces.MAX)}  # fmt: skip
    (ratio,) = define("ratio", expression="sum / 2").values()
    a, b = ids["440112001001"], ids["440112001002"]
    guess = {"quality": Quality.ESTIMATED}
    elements = list(rules.values())

    def told(as_of=None):
        rows = queries.rollup([*elements, ratio], OCTOBER, as_of=as_of, to=SYSTEM).to_pylist()
        return {(r["place"], r["element"]): r["estimated"] for r in rows if r["estimated"]}

    record("a", [number(a, e, 1) for e in elements])
    record("b", [number(b, e, 2, **guess) for e in elements])
    evidence.drain(at=NOON)
    then, seq = told(), evidence_queries.watermark()
    above = [ids[code] for code in ("440112001", "440112", "4401", "44")]
    assert then == {(place, e): 1 for place in (b, *above) for e in (*elements, ratio)}
    services.seal(by=SYSTEM, at=NOON)
    assert told() == then
    record("late", [number(b, e, 2) for e in elements])  # the same number, now a report
    assert told() == {}
    evidence.drain(at=NOON)
    assert (told(), told(seq)) == ({}, then)
    services.seal(by=SYSTEM, at=NOON)
    services.compact(by=SYSTEM, at=NOON, fewest=2)
    assert (told(), told(seq)) == ({}, then)
