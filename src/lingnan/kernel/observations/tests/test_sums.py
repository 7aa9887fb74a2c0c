"""Sums that lie in the files: right for any rows and any tree, and caught when they are not."""

from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.observations import queries, services
from lingnan.kernel.observations.models import Segment
from lingnan.kernel.observations.queries import engine, regular, sums
from lingnan.kernel.observations.queries.verify import check_segments
from lingnan.kernel.observations.queries.verify_segments import _adds_up
from lingnan.kernel.observations.rules.sums import (
    COUNTED,
    NOWHERE,
    Block,
    Homes,
    Sums,
    add_up,
    cuts,
    pack,
    unpack,
)
from lingnan.kernel.observations.services import storage

from .province import JULY, SYSTEM, split_huangpu
from .samples import NOON, OCTOBER, bring, define, number, record

NARROW = pa.decimal128(18, 6)
AMOUNT = st.none() | st.decimals(-(10**9), 10**9, places=6, allow_nan=False, allow_infinity=False)
ROW = st.fixed_dictionaries(
    {
        "place": st.integers(1, 9),
        "subject": st.sampled_from([0, 0, 0, 7]),
        "element": st.integers(1, 4),
        "value": AMOUNT,
        "text": st.sampled_from([None, None, "有"]),
        "effect": st.sampled_from([0, 0, 0, 1]),
        "prior": AMOUNT,
        "prior_present": st.booleans(),
    }
)
TREE = st.dictionaries(st.integers(1, 9), st.integers(0, 2), max_size=9)


def table(rows: list[dict[str, object]]) -> pa.Table:
    kinds = [pa.int64(), pa.int64(), pa.int32(), NARROW, pa.string(), pa.int8(), NARROW, pa.bool_()]
    ordered = sorted(rows, key=lambda r: (r["place"], r["subject"], r["element"]))
    return pa.table(
        {n: pa.array([r[n] for r in ordered], k) for n, k in zip(COUNTED, kinds, strict=True)}
    )


def homes(tree: dict[int, int]) -> Homes:
    places = sorted(tree)
    return np.array(places, np.int64), np.array([tree[p] for p in places], np.int64)


def told(block: Block) -> dict[tuple[int, int], tuple[Decimal, int]]:
    assert len(set(block.homes.tolist())) == len(block.homes)
    return {
        (home, element): (Decimal(int(units)).scaleb(-6), int(count))
        for home, each, counts in zip(
            block.homes.tolist(), block.units, block.reported, strict=True
        )
        for element, units, count in zip(block.elements.tolist(), each, counts, strict=True)
        if units or count
    }


def by_hand(rows: list[dict[str, object]], tree: dict[int, int]) -> dict[object, object]:
    found: dict[object, tuple[Decimal, int]] = {}
    for row in rows:
        if row["subject"] or row["effect"] or row["place"] not in tree:
            continue
        key = tree[row["place"]], row["element"]
        total, count = found.get(key, (Decimal(0), 0))
        total += (row["value"] or Decimal(0)) - (row["prior"] or Decimal(0))
        count += (row["value"] is not None or row["text"] is not None) - row["prior_present"]
        found[key] = total, count
    return {key: both for key, both in found.items() if any(both)}


@given(st.lists(ROW, min_size=1, max_size=30), TREE, TREE)
def test_they_are_what_a_dictionary_says_on_the_tree_they_were_cut_by_and_on_others(
    rows, cut, read
):
    made = add_up(table(rows), lambda places: cuts(places, homes(cut)))
    if made is None:
        assert all(row["subject"] or row["effect"] for row in rows)
        return
    assert unpack(pack(made)) == made
    assert add_up(table(rows), lambda _: made.starts) == made
    own = made.block(homes(cut))
    assert own is not None
    assert told(own) == by_hand(rows, cut)
    other = made.block(homes(read))
    runs = np.split(made.places, made.starts[1:])
    is_cut = any(len({read.get(place, NOWHERE) for place in run}) > 1 for run in runs)
    assert (other is None) == is_cut
    if other is not None:
        assert told(other) == by_hand(rows, read)


def test_sums_that_save_nothing_or_might_not_fit_are_not_made():
    row = {"subject": 0, "element": 1, "text": None, "effect": 0, "prior": None}
    row |= {"value": Decimal("999999999999.999999"), "prior_present": False}
    rows = [{"place": place} | row for place in range(1, 9)]

    def made(tree, **worth):
        return add_up(table(rows), lambda places: cuts(places, homes(tree)), **worth)

    assert made(dict.fromkeys(range(1, 9), 0)) is None
    apart = {place: place for place in range(1, 9)}
    assert made(apart) is not None
    assert made(apart, worth=1) is not None
    assert made(apart, worth=2) is None
    assert made(apart).block(homes(dict.fromkeys(range(1, 9), 0))) is None  # folded, too large


@pytest.mark.parametrize("starts", [[], [1], [0, 0], [0, 9], [0, 2, 1]])
def test_runs_that_are_no_runs_are_refused(starts):
    row = {"subject": 0, "element": 1, "value": Decimal(1), "text": None, "effect": 0}
    row |= {"prior": None, "prior_present": False}
    rows = table([{"place": place} | row for place in range(1, 4)])
    assert add_up(rows, lambda _: np.array(starts, np.int64)) is None


@pytest.fixture
def everywhere(monkeypatch):
    """However small the file."""
    monkeypatch.setattr(sums, "LARGE", 1)
    monkeypatch.setattr(sums, "WORTH", 0)


@pytest.fixture
def deaf(monkeypatch):
    """Nobody reads rows of files."""

    def fail(*_args, **_more):
        raise AssertionError("rows were read")

    def silence():
        monkeypatch.setattr(engine, "run", fail)
        monkeypatch.setattr(regular, "added_up", fail)
        sums._sums.clear()

    return silence


VILLAGES = ("440112001001", "440112001002", "440112012001", "440112012002")


def brought(ids, period=OCTOBER):
    e = define("population", "households")
    rows = [(ids[v], n) for v in VILLAGES for n in (e["population"], e["households"])]
    place, element = zip(*rows, strict=True)
    data = {"place": place, "element": element, "period": [period] * 8, "value": list(range(8))}
    bring("month", pa.table(data))
    return e["population"]


def at(found, place):
    return [(r["value"], r["reported"]) for r in found.to_pylist() if r["place"] == place]


@pytest.mark.django_db
@pytest.mark.usefixtures("everywhere")
def test_a_new_process_adds_up_without_reading_rows(ids, deaf):
    e = brought(ids)
    deaf()
    found = queries.rollup([e], OCTOBER, level=(1, 3, 4), to=SYSTEM)
    assert at(found, ids["440112001"]) == [(Decimal(0 + 2), 2)]
    assert at(found, ids["440112"]) == at(found, ids["44"]) == [(Decimal(0 + 2 + 4 + 6), 4)]


@pytest.mark.django_db
@pytest.mark.usefixtures("everywhere")
def test_corrections_merged_files_and_pending_rows_join_in(ids, deaf):
    e = brought(ids)
    evidence.drain(at=NOON)
    first = Segment.objects.get().batch.event.seq
    record("1", [number(ids[VILLAGES[0]], e, 100)])
    evidence.drain(at=NOON)
    services.seal(by=SYSTEM, at=NOON)
    services.compact(by=SYSTEM, at=NOON, fewest=2)
    merged = Segment.objects.get(replaced_at=None)
    assert sums.written(merged.file) is not None
    before = queries.rollup([e], OCTOBER, level=3, as_of=first, to=SYSTEM)
    assert at(before, ids["440112"]) == [(Decimal(12), 4)]
    record("2", [number(ids[VILLAGES[1]], e, None)])
    record("3", [number(ids[VILLAGES[1]], e, 50)])
    now = queries.rollup([e], OCTOBER, level=3, to=SYSTEM)
    assert at(now, ids["440112"]) == [(Decimal(100 + 50 + 4 + 6), 4)]
    assert not list(check_segments(2**60))


@pytest.mark.django_db
@pytest.mark.usefixtures("everywhere")
def test_a_tree_that_cuts_a_run_asks_the_rows(ids, monkeypatch):
    e = brought(ids, period=2026305)
    held = sums.written(Segment.objects.get().file)
    whole = Sums(held.places, np.array([0]), held.elements, held.units[:1], held.reported[:1])
    monkeypatch.setattr(sums, "written", lambda _: whole)  # cut by a tree of one town
    found = queries.rollup([e], 2026305, level=(3, 4), to=SYSTEM)
    assert at(found, ids["440112001"]) == [(Decimal(2), 2)]
    assert at(found, ids["440112012"]) == [(Decimal(10), 2)]


@pytest.mark.django_db
@pytest.mark.usefixtures("everywhere")
def test_towns_that_change_county_keep_their_sums(ids, deaf):
    e = brought(ids, period=2026305)
    new = split_huangpu(ids)
    deaf()
    found = queries.rollup([e], 2026305, level=3, to=SYSTEM)
    assert at(found, ids["440112"]) == [(Decimal(12), 4)]
    restated = queries.rollup([e], 2026305, level=3, tree_on=JULY, to=SYSTEM)
    assert at(restated, ids["440112"]) == [(Decimal(2), 2)]
    assert at(restated, new) == [(Decimal(10), 2)]


@pytest.mark.django_db
@pytest.mark.usefixtures("everywhere")
def test_forged_sums_are_named(ids):
    brought(ids)
    evidence.drain(at=NOON)
    segment = Segment.objects.get()
    assert not list(check_segments(2**60))
    start, _ = pq.read_metadata(segment.file).metadata[sums.SUMS_KEY].split()
    content = bytearray(segment.file.read_bytes())
    honest = sums.written(segment.file)
    forged = Sums(**vars(honest) | {"units": honest.units + 10**6})
    packed = pack(forged)
    content[int(start) : int(start) + len(packed)] = packed
    segment.file.write_bytes(content)
    assert sums.written(segment.file) == forged
    (finding,) = check_segments(2**60)
    assert "文件内容与校验和不符" in finding.what
    assert not _adds_up(segment)  # nor could a new checksum hide it
    content[int(start) + 40 : int(start) + 90] = bytes(50)
    segment.file.write_bytes(content)
    assert not _adds_up(segment)


@pytest.mark.django_db
@pytest.mark.usefixtures("everywhere")
def test_sums_written_wrong_from_the_start_are_named(ids, monkeypatch):
    def wrong(honest):
        return pack(Sums(**vars(honest) | {"reported": honest.reported + 1}))

    monkeypatch.setattr(storage, "pack", wrong)
    brought(ids)
    evidence.drain(at=NOON)
    (finding,) = check_segments(2**60)
    assert finding.what == "文件内的合计与各行不符"


@pytest.mark.django_db
def test_small_files_hold_none(ids):
    brought(ids)
    assert sums.written(Segment.objects.get().file) is None
