"""Maps: missing is not zero, five classes at most, and what is drawn is in the list beside it."""

import json

from hypothesis import given
from hypothesis import strategies as st

from lingnan.web.maps import CLASSES, Area, band_of, coloured, limits_of

SQUARE = json.dumps({"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]})


@given(st.lists(st.integers(0, 10**6), min_size=1))
def test_every_value_has_a_class_and_more_is_never_lighter(values):
    known = sorted(values)
    limits = limits_of(known)
    bands = [band_of(value, limits) for value in known]
    assert len(limits) <= CLASSES
    assert bands == sorted(bands)
    assert set(bands) <= {f"m{i}" for i in range(1, CLASSES + 1)}


def test_what_is_missing_is_hatched_and_said():
    drawn = coloured([Area("甲", SQUARE, 0), Area("乙", SQUARE, None)], title="户数")
    assert drawn.svg.count('class="missing"') == 1
    assert [band.kind for band in drawn.bands] == ["m3", "missing"]
    assert [row[1] for row in drawn.table.rows] == [0, None]


def test_a_name_cannot_break_out_of_the_drawing():
    drawn = coloured([Area('"><script>', SQUARE, 1, url='"><b>')], title="<i>")
    assert "<script" not in drawn.svg and "<b>" not in drawn.svg and "<i>" not in drawn.svg
