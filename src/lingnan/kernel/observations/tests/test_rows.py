"""Digests, roots, the place of a change, and who wins: no database."""

import hashlib
from datetime import UTC, datetime
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lingnan.kernel.observations.rules.rows import (
    DECIMAL,
    ROWS,
    blocks_of,
    decimal_words,
    encode,
    locate,
    pack,
    row_numbers,
    row_root,
    unpack,
)
from lingnan.kernel.observations.rules.winners import Claims, Outcome, decide, rank_of
from lingnan.kernel.observations.terms import BLOCK, Quality

NOON = datetime(2026, 11, 2, 4, tzinfo=UTC)
VALUES = st.one_of(
    st.none(),
    st.decimals(
        min_value=-(10**17), max_value=10**17, places=6, allow_nan=False, allow_infinity=False
    ),
)


def row(n: int, **fields: object) -> dict[str, object]:
    return {
        "place": 10 + n,
        "subject": 0,
        "element": 3,
        "period": 2026310,
        "value": Decimal(n),
        "text": None,
        "quality": 0,
        "effect": 0,
        "prior": None,
        "prior_present": False,
        "source": 1,
        "batch": 5,
        "n": n,
        "seq": None,
        "recorded_at": NOON,
    } | fields


def table(rows: list[dict[str, object]]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=ROWS)


@settings(deadline=None, max_examples=30)
@given(st.lists(VALUES, min_size=1, max_size=20))
def test_decimal_words_are_the_scaled_integer(values):
    words = decimal_words(pa.chunked_array([pa.array(values, DECIMAL)]))
    for value, (low, high) in zip(values, words.tolist(), strict=True):
        scaled = low | high << 64
        scaled -= (scaled >> 127) << 128
        assert scaled == int((value or Decimal(0)).scaleb(6))


CHANGES = [
    {"place": 99},
    {"subject": 4},
    {"element": 4},
    {"period": 2026311},
    {"value": Decimal("0.000001")},
    {"value": None},
    {"text": ""},
    {"text": "甲"},
    {"quality": 3},
    {"effect": 1},
    {"prior": Decimal(0)},
    {"prior_present": True},
    {"source": 2},
    {"n": 7},
    {"recorded_at": datetime(2026, 11, 2, 4, 0, 0, 1, tzinfo=UTC)},
]


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_every_field_is_under_the_digest(change):
    before, after = table([row(0)]), table([row(0) | change])
    assert blocks_of(encode(before))[0].digest != blocks_of(encode(after))[0].digest


@pytest.mark.parametrize("change", [{"batch": 6}, {"seq": 9}], ids=str)
def test_what_is_given_later_is_not(change):
    before, after = table([row(0)]), table([row(0) | change])
    assert blocks_of(encode(before)) == blocks_of(encode(after))


@settings(deadline=None, max_examples=60)
@given(
    st.integers(1, 60),
    st.data(),
    st.sampled_from([c for c in CHANGES if "n" not in c]),
)
def test_one_changed_row_is_found(count, data, change):
    rows = [row(n) for n in range(count)]
    block = blocks_of(encode(table(rows)))[0]
    at = data.draw(st.integers(0, count - 1))
    if all(rows[at][k] == v for k, v in change.items()):
        return
    rows[at] |= change
    assert locate(row_numbers(encode(table(rows))), block) == at


def test_two_changed_rows_are_not_blamed_on_a_third_that_is_not_there():
    rows = [row(n) for n in range(100)]
    block = blocks_of(encode(table(rows)))[0]
    rows[3] |= {"value": Decimal(1000)}
    rows[90] |= {"value": Decimal(1001)}
    assert locate(row_numbers(encode(table(rows))), block) not in {3, 90}


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 5 * BLOCK))
def test_the_sketch_comes_back(count):
    rows = encode(table([row(0)]).take(pa.array([0] * count, pa.int64())))
    rows["n"] = np.arange(count)
    blocks = blocks_of(rows)
    assert len(blocks) == -(-count // BLOCK)
    assert unpack(pack(blocks)) == blocks


@given(st.integers(0, 40))
def test_the_root_is_that_of_rfc_9162(count):
    leaves = [bytes([i]) * 48 for i in range(count)]
    assert row_root(b"".join(leaves)) == tree_hash(leaves).hex()


def tree_hash(leaves: list[bytes]) -> bytes:
    """RFC 9162 2.1.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\1" + tree_hash(leaves[:k]) + tree_hash(leaves[k:])).digest()


def test_chunks_and_slices_do_not_change_a_digest():
    rows = table([row(n, text="甲" if n % 3 else None) for n in range(50)])
    whole = blocks_of(encode(rows))
    parts = pa.concat_tables([rows.slice(0, 7), rows.slice(7, 1), rows.slice(8)])
    padded = table([row(70), *rows.to_pylist()]).slice(1)
    assert blocks_of(encode(parts)) == blocks_of(encode(padded)) == whole


def claim(**fields: object) -> Outcome:
    given = {
        "found": True,
        "agrees": False,
        "same_source": False,
        "quality": Quality.REPORTED,
        "held_quality": Quality.REPORTED,
        "rank": 1,
        "held_rank": 1,
    } | fields
    return Outcome(decide(Claims(**{k: np.array([v]) for k, v in given.items()}))[0])


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({"found": False}, Outcome.WINS),
        ({}, Outcome.WINS),
        ({"rank": 2}, Outcome.DISPUTES),
        ({"rank": 0}, Outcome.WINS),
        ({"agrees": True}, Outcome.UNCHANGED),
        ({"agrees": True, "rank": 2, "quality": Quality.ESTIMATED}, Outcome.UNCHANGED),
        ({"agrees": True, "rank": 0}, Outcome.WINS),
        ({"agrees": True, "quality": Quality.CORRECTED}, Outcome.WINS),
        ({"quality": Quality.MISSING}, Outcome.UNCHANGED),
        ({"quality": Quality.MISSING, "rank": 0}, Outcome.UNCHANGED),
        ({"quality": Quality.MISSING, "same_source": True}, Outcome.WINS),
        ({"held_quality": Quality.MISSING, "rank": 2}, Outcome.WINS),
        ({"quality": Quality.NOT_APPLICABLE, "rank": 2}, Outcome.DISPUTES),
    ],
    ids=str,
)
def test_who_wins(fields, outcome):
    assert claim(**fields) is outcome


def test_sources_rank_as_listed_and_a_decision_before_all():
    listed = ["police", "form_a"]
    ranks = [rank_of(s, listed, "decision") for s in ("decision", "police", "form_a", "x", "y")]
    assert ranks == [0, 1, 2, 3, 3]
