from datetime import date, timedelta
from decimal import Decimal

import pyarrow as pa
import pytest

from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.observations import queries, services
from lingnan.kernel.observations.models import CurrentValue, ImportProjection
from lingnan.kernel.observations.terms import Effect, NewValue, Quality, ValueType

from .province import SYSTEM, official
from .samples import NOON, NOVEMBER, OCTOBER, define, number, record

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 2)


def test_current_gives_the_newest_value_and_where_it_came_from(ids):
    e = define("population", "area")
    village = ids["440112001001"]
    record("1", [number(village, e["population"], 5), number(village, e["area"], "1.5")])
    record("2", [number(village, e["population"], 8)], source="form_b")
    found = queries.current(village, to=SYSTEM, on=TODAY)
    assert set(found) == {(e["population"], OCTOBER), (e["area"], OCTOBER)}
    told = found[e["population"], OCTOBER]
    assert (told.value, told.source, told.quality) == (Decimal(8), "form_b", Quality.REPORTED)
    assert told.recorded_at == NOON
    only = queries.current(village, elements=[e["area"]], periods=[OCTOBER], to=SYSTEM, on=TODAY)
    assert [v.value for v in only.values()] == [Decimal("1.5")]
    assert queries.current(village, periods=[NOVEMBER], to=SYSTEM, on=TODAY) == {}


def test_current_hides_what_the_reader_may_not_see(ids):
    plain, secret = define("plain")["plain"], define("income", label="personal")["income"]
    public = define("open", label="public")["open"]
    village = ids["440112001001"]
    record("1", [number(village, e, 1) for e in (plain, secret, public)])

    def seen(who):
        return {element for element, _ in queries.current(village, to=who, on=TODAY)}

    assert seen(official(ids["440112"])) == {plain, public}
    assert seen(official(ids["440112"], "personal")) == {plain, secret, public}
    assert seen(official(ids["440117"], "personal")) == {public}


def test_a_value_that_is_disputed_says_so(ids):
    e = define("population", precedence=("good", "poor"))["population"]
    village = ids["440112001001"]
    record("1", [number(village, e, 5)], source="good")
    record("2", [number(village, e, 6)], source="poor")
    told = queries.current(village, to=SYSTEM, on=TODAY)[e, OCTOBER]
    assert (told.value, told.disputed) == (Decimal(5), True)


def test_an_import_under_way_is_seen_at_once(ids, monkeypatch):
    """Its rows lie in files; CurrentValue follows."""
    from lingnan.kernel.observations.services import projections

    e = define("population")["population"]
    village = ids["440112001001"]
    record("1", [number(village, e, 5)])
    monkeypatch.setattr(projections, "_finish", lambda *a: None)
    table = pa.table(
        {
            "place": [village],
            "element": pa.array([e], pa.int32()),
            "period": pa.array([OCTOBER], pa.int32()),
            "value": pa.array([Decimal(9)], pa.decimal128(24, 6)),
        }
    )
    services.import_values("2", table, source="form_a", by=SYSTEM, at=NOON)
    assert ImportProjection.objects.exists()
    assert CurrentValue.objects.get(place=village).value == 5
    told = queries.current(village, to=SYSTEM, on=TODAY)[e, OCTOBER]
    assert (told.value, told.source) == (Decimal(9), "form_a")
    assert queries.current(ids["440112001002"], to=SYSTEM, on=TODAY) == {}


def test_a_period_no_longer_at_hand_is_looked_up(ids):
    e = define("population")["population"]
    village, old = ids["440112001001"], 2024310
    record("1", [number(village, e, 5, period=old)])
    record("2", [number(village, e, 6, period=OCTOBER)])
    services.close_period(old, by=SYSTEM, at=NOON)
    services.prune()
    assert not CurrentValue.objects.filter(period=old).exists()
    told = queries.current(village, periods=[old, OCTOBER], to=SYSTEM, on=TODAY)
    assert {key[1]: v.value for key, v in told.items()} == {old: Decimal(5), OCTOBER: Decimal(6)}


def test_current_of_a_hundred_values_asks_few_questions(ids, django_assert_max_num_queries):
    codes = [f"e{n}" for n in range(100)]
    e = define(*codes)
    village = ids["440112001001"]
    record("1", [number(village, e[c], 1) for c in codes])
    with django_assert_max_num_queries(4):
        assert len(queries.current(village, to=SYSTEM, on=TODAY)) == 100


def test_values_lists_each_key_once_within_reach(ids):
    e = define("population")["population"]
    villages = [v for v in ids if len(v) == 12]
    record("1", [number(ids[v], e, 1) for v in villages])
    record("2", [number(ids[villages[0]], e, 2), number(ids[villages[0]], e, 3, period=NOVEMBER)])
    table = queries.values([e], [OCTOBER], to=SYSTEM, on=TODAY)
    assert sorted(table["value"].to_pylist()) == [1] * 7 + [2]
    some = queries.values([e], [OCTOBER, NOVEMBER], places=[ids[villages[0]]], to=SYSTEM, on=TODAY)
    assert sorted(some["value"].to_pylist()) == [2, 3]
    table = queries.values([e], [OCTOBER], to=official(ids["440117"]), on=TODAY)
    assert set(table["place"].to_pylist()) == {ids["440117001001"], ids["440117001002"]}


def test_history_keeps_every_version_and_who_disagreed(ids):
    e = define("population", precedence=("good", "poor"))["population"]
    village = ids["440112001001"]
    record("1", [number(village, e, 5)], source="good")
    evidence.drain(at=NOON)
    services.seal(by=SYSTEM, at=NOON)
    record("2", [number(village, e, 6)], source="poor")
    record("3", [number(village, e, 7)], source="good", at=NOON + timedelta(hours=1))
    found = queries.history(village, e, OCTOBER, to=SYSTEM)
    assert [(v.value, v.effect, v.source) for v in found] == [
        (Decimal(5), Effect.CURRENT, "good"),
        (Decimal(6), Effect.CONTENDER, "poor"),
        (Decimal(7), Effect.CURRENT, "good"),
    ]
    assert found[0].seq is not None and found[2].seq is None
    assert queries.history(village, e, OCTOBER, to=official(ids["440117"])) == []


def test_texts_and_answers_without_a_value(ids):
    e = define("leader", type=ValueType.TEXT)["leader"]
    village = ids["440112001001"]
    record("1", [NewValue(place=village, element=e, period=OCTOBER, text="有")])
    record(
        "2",
        [NewValue(place=village, element=e, period=OCTOBER, quality=Quality.NOT_APPLICABLE)],
    )
    told = queries.current(village, to=SYSTEM, on=TODAY)[e, OCTOBER]
    assert (told.text, told.value, told.quality) == (None, None, Quality.NOT_APPLICABLE)
    assert [v.text for v in queries.history(village, e, OCTOBER, to=SYSTEM)] == ["有", None]


def test_elements_nobody_declared(ids):
    with pytest.raises(queries.NoSuchElement, match="nothing"):
        queries.values(["nothing"], [OCTOBER], to=SYSTEM, on=TODAY)
    assert queries.element_map(["nothing"]) == {}
