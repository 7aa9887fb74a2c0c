"""Actors, numbers, canonical JSON, identifiers, words."""

import json
import uuid
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lingnan.base import canonical, ids, numbers, words
from lingnan.base.actors import PUBLIC, Actor, Scope, merge, runs, system_actor

IDS = st.sets(st.integers(1, 200), max_size=60)


@given(IDS)
def test_runs_hold_exactly_the_ids(wanted: set[int]) -> None:
    found = runs(wanted)
    assert {i for low, high in found for i in range(low, high + 1)} == wanted
    assert all(a[1] + 1 < b[0] for a, b in zip(found, found[1:], strict=False))


@given(st.lists(st.tuples(st.integers(1, 50), st.integers(0, 9)), max_size=12))
def test_merging_keeps_what_is_covered(pairs: list[tuple[int, int]]) -> None:
    ranges = [(low, low + size) for low, size in pairs]
    covered = {i for low, high in ranges for i in range(low, high + 1)}
    assert {i for low, high in merge(ranges) for i in range(low, high + 1)} == covered


def test_a_scope_holds_for_its_days_only() -> None:
    july = date(2026, 7, 1)
    actor = Actor(
        party=1,
        scopes=(
            Scope(5, ((5, 9),), date(2020, 1, 1), july),
            Scope(5, ((5, 7),), july, None),
        ),
        permissions=frozenset({"reporting.fill"}),
    )
    assert actor.reaches(9, date(2026, 6, 30))
    assert not actor.reaches(9, july)
    assert actor.may("reporting.fill")
    assert not actor.may("reporting.approve")
    assert not PUBLIC.reaches(5, july)
    assert system_actor().reaches(10**12, july)
    assert "party:1" in actor.tag()


@given(st.decimals(-(10**12), 10**12, places=6))
def test_a_stored_number_comes_back(value: Decimal) -> None:
    assert numbers.number(f"{value:f}") == value


@pytest.mark.parametrize("text", ["", "abc", "NaN", "Infinity", "1e18", "0.0000001", "1 2"])
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(ValueError):
        numbers.number(text)


@pytest.mark.parametrize(
    ("value", "places", "wanted"),
    [("2.5", 0, "2"), ("3.5", 0, "4"), ("1.25", 1, "1.2"), ("1.251", 1, "1.3"), ("-2.5", 0, "-2")],
)
def test_rounding_as_gb_t_8170(value: str, places: int, wanted: str) -> None:
    assert numbers.rounded(Decimal(value), places) == Decimal(wanted)


def test_division_guards_against_zero() -> None:
    assert numbers.divided(Decimal(1), Decimal(0)) is None
    assert numbers.divided(None, Decimal(3)) is None
    assert numbers.divided(Decimal(1), Decimal(3)) == Decimal("0.333333")


@pytest.mark.parametrize(
    ("unit", "wanted"),
    [
        ("万元", ("元", 10_000)),
        ("万元/年", ("元/年", 10_000)),
        ("亿元", ("元", 10**8)),
        ("万人", ("人", 10_000)),
        ("人", ("人", 1)),
        ("千克", ("千克", 1)),
        ("公里", ("公里", 1)),
    ],
)
def test_units(unit: str, wanted: tuple[str, int]) -> None:
    assert numbers.unit_and_multiplier(unit) == wanted


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=8),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(JSON)
def test_canonical_json_is_json_and_stable(value: object) -> None:
    raw = canonical.dumps(value)
    assert json.loads(raw) == value
    assert canonical.dumps(json.loads(raw)) == raw


def test_facts_that_mean_the_same_are_written_the_same() -> None:
    at = datetime(2026, 11, 22, 8, tzinfo=UTC)
    assert canonical.dumps({"b": Decimal("1.50"), "a": at}) == (
        b'{"a":"2026-11-22T08:00:00.000000Z","b":"1.5"}'
    )
    assert canonical.dumps(Decimal("100")) == b'"100"'
    with pytest.raises(TypeError):
        canonical.dumps(1.5)


@given(st.integers(0, 2**47))
def test_uuid7_sorts_by_time(at_ms: int) -> None:
    made = ids.uuid7(at_ms)
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert ids.uuid7(at_ms + 1).hex[:12] > made.hex[:12]


def test_subjects() -> None:
    key = ids.uuid_of("place", "440117")
    assert ids.parse_subject(ids.subject("places", "place", key)) == ("places", "place", key)
    with pytest.raises(ValueError):
        ids.parse_subject("place:1")
    assert 0 <= ids.stable_int("x") < 2**63


def test_a_title_falls_back_honestly() -> None:
    titles = {"zh-hans": "报表", "en": "Report"}
    assert words.say(titles, "zh-hant") == "报表"
    assert words.say(titles, "pt") == "Report"
    assert words.say({}, "en") == ""
