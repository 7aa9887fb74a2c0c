"""Cells inside a parent: the same every time, together all of it, never beyond it."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import unary_union
from shapely.geometry import shape

from lingnan.web.cells import cells
from lingnan.web.maps import Area, coloured

BENT = json.dumps(
    {"type": "Polygon",
     "coordinates": [[[0, 0], [4, 0], [4, 1], [1, 1], [1, 3], [4, 3], [4, 4], [0, 4], [0, 0]]]}
)  # fmt: skip
ISLANDS = json.dumps(
    {"type": "MultiPolygon", "coordinates": [[[[0, 0], [9, 0], [9, 9], [0, 9], [0, 0]]],
                                             [[[20, 20], [21, 20], [21, 21], [20, 20]]]]}
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(st.sets(st.integers(1, 10**9), min_size=1, max_size=40))
def test_cells_fill_the_parent_and_do_not_overlap(numbers):
    keys = tuple(str(n) for n in sorted(numbers))
    drawn = cells(BENT, keys)
    parts = [shape(json.loads(drawn[key])) for key in keys]
    whole = shape(json.loads(BENT))
    assert unary_union(parts).symmetric_difference(whole).area < 1e-6
    assert abs(sum(part.area for part in parts) - whole.area) < 1e-6
    assert all(part.area > 0 for part in parts)


def test_the_same_parent_and_keys_give_the_same_cells():
    keys = tuple(str(n) for n in range(12))
    first = cells(BENT, keys)
    cells.cache_clear()
    assert cells(BENT, keys) == first


def test_the_main_body_of_islands_is_divided():
    drawn = cells(ISLANDS, ("1", "2"))
    assert sum(shape(json.loads(text)).area for text in drawn.values()) == pytest.approx(81)


def test_a_sketched_area_is_hatched_and_says_so():
    area = Area("甲村", BENT, 3, sketched=True, approximate=True)
    drawn = coloured([area], title="户数")
    assert drawn.sketched and not drawn.approximate
    assert 'class="sketch"' in drawn.svg


def test_what_is_kept_back_is_neither_missing_nor_a_number():
    drawn = coloured([Area("甲", BENT, None, kept_back=True), Area("乙", BENT, 2)], title="户数")
    assert 'class="kept-back"' in drawn.svg and 'class="missing"' not in drawn.svg
    assert [band.kind for band in drawn.bands] == ["m3", "kept-back"]
