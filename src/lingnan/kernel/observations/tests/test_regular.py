"""The matrix way adds up exactly what a dictionary does, and steps aside when it cannot."""

from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lingnan.kernel.observations.queries import regular
from lingnan.kernel.observations.rules.sums import Block, Homes

NARROW = pa.decimal128(18, 6)
AMOUNTS = st.decimals(-(10**11), 10**11, places=6, allow_nan=False, allow_infinity=False)


def written(folder: Path, rows: list[tuple[int, int, int, Decimal | None]]) -> Path:
    path = folder / "rows.parquet"
    place, subject, element, value = zip(*rows, strict=True)
    table = pa.table(
        {
            "place": pa.array(place, pa.int64()),
            "subject": pa.array(subject, pa.int64()),
            "element": pa.array(element, pa.int32()),
            "value": pa.array(value, NARROW),
        }
    )
    pq.write_table(table, path, store_decimal_as_integer=True, row_group_size=7)
    return path


def homes(pairs: dict[int, int]) -> Homes:
    places = sorted(pairs)
    return np.array(places), np.array([pairs[place] for place in places])


def told(block: Block) -> dict[tuple[int, int], tuple[Decimal, int]]:
    """Each home once, so nothing is folded here."""
    assert len(set(block.homes.tolist())) == len(block.homes)
    return {
        (home, element): (Decimal(int(units)).scaleb(-6), int(count))
        for home, each, counts in zip(
            block.homes.tolist(), block.units, block.reported, strict=True
        )
        for element, units, count in zip(block.elements.tolist(), each, counts, strict=True)
    }


@given(st.data())
def test_it_adds_up_what_a_dictionary_does(tmp_path_factory: pytest.TempPathFactory, data) -> None:
    places = sorted(data.draw(st.sets(st.integers(1, 99), min_size=1, max_size=12)))
    elements = sorted(data.draw(st.sets(st.integers(1, 30), min_size=1, max_size=5)))
    live = {p: data.draw(st.integers(0, 3)) for p in places if data.draw(st.booleans())} | {200: 9}
    rows = [(p, 0, e, data.draw(AMOUNTS)) for p in places for e in elements]
    wanted: dict[tuple[int, int], tuple[Decimal, int]] = {}
    for place, _, element, value in rows:
        if place in live:
            total, count = wanted.get((live[place], element), (Decimal(0), 0))
            wanted[live[place], element] = (total + value, count + 1)
    found = regular.added_up(written(tmp_path_factory.mktemp("f"), rows), homes(live))
    assert found is not None
    assert told(found) == wanted


ONE = Decimal("1.5")
IRREGULAR = {
    "a value is missing": [(1, 0, 1, ONE), (1, 0, 2, None), (2, 0, 1, ONE), (2, 0, 2, ONE)],
    "a household": [(1, 0, 1, ONE), (1, 5, 1, ONE), (2, 0, 1, ONE), (2, 5, 1, ONE)],
    "other elements": [(1, 0, 1, ONE), (1, 0, 2, ONE), (2, 0, 1, ONE), (2, 0, 3, ONE)],
    "a cut place": [(1, 0, 1, ONE), (1, 0, 2, ONE), (2, 0, 1, ONE)],
    "one place has more": [(1, 0, 1, ONE), (2, 0, 1, ONE), (2, 0, 2, ONE), (3, 0, 1, ONE)],
}


@pytest.mark.parametrize("rows", IRREGULAR.values(), ids=IRREGULAR)
def test_it_steps_aside(tmp_path: Path, rows) -> None:
    assert regular.added_up(written(tmp_path, rows), homes({1: 0, 2: 0, 3: 1})) is None


def test_a_sum_that_might_not_fit_is_left_to_the_engine(tmp_path: Path) -> None:
    most = Decimal("999999999999.999999")
    rows = [(place, 0, 1, most) for place in range(1, 9)]
    path = written(tmp_path, rows)
    assert regular.added_up(path, homes(dict.fromkeys(range(1, 9), 0))) is None
    apart = regular.added_up(path, homes({place: place for place in range(1, 9)}))
    assert apart is not None
    assert told(apart)[3, 1] == (most, 1)


def test_a_file_that_is_gone_says_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        regular.added_up(tmp_path / "gone.parquet", homes({1: 0}))
