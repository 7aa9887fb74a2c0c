"""A file in which every place reports the same elements is a matrix, and is added up as one.

Rows are sorted by place and element, so such a file needs no join and no grouping: measured over
32 million values, 0.6 s of processor time instead of 1.4 s. Only files without sums of their own come
here, and those a tree cuts; what is not regular goes through the engine.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ..rules.sums import NOWHERE, ROOM, Block, Homes, block_of, home_of

COLUMNS = ["place", "subject", "element", "value"]
Numbers = npt.NDArray[np.int64]


def added_up(path: str | Path, homes: Homes) -> Block | None:
    """None when the file is not regular. FileNotFoundError."""
    table = pq.read_table(path, columns=COLUMNS)
    if table["value"].null_count or pc.any(pc.not_equal(table["subject"], 0)).as_py():
        return None
    place, element = table["place"].to_numpy(), table["element"].to_numpy()
    width = int(np.searchsorted(place, place[0], "right"))
    if len(place) % width:
        return None
    places = place[::width]
    if not (
        (place.reshape(-1, width) == places[:, None]).all()
        and (element.reshape(-1, width) == element[:width]).all()
        and (np.diff(places) > 0).all()
        and (np.diff(element[:width]) > 0).all()
    ):
        return None
    elements = element[:width].astype(np.int64)
    return _summed(_micro_units(table["value"]).reshape(-1, width), places, elements, homes)


def _summed(units: Numbers, places: Numbers, elements: Numbers, homes: Homes) -> Block | None:
    home = home_of(places, homes)
    lives = home != NOWHERE
    if not lives.all():
        units, home = units[lives], home[lives]
    if not len(home):
        return Block(home, elements, units, units)
    starts = np.append(0, np.flatnonzero(np.diff(home)) + 1)
    runs = np.diff(np.append(starts, len(home)))
    if max(-int(units.min()), int(units.max())) * int(runs.max()) >= ROOM:
        return None
    reported = np.repeat(runs[:, None], len(elements), axis=1)
    return block_of(home[starts], elements, np.add.reduceat(units, starts, axis=0), reported)


def _micro_units(values: pa.ChunkedArray) -> Numbers:
    """DECIMAL(18,6) fits the lower half of Arrow's sixteen bytes."""
    halves = [
        np.frombuffer(c.buffers()[1], dtype="<i8")[2 * c.offset : 2 * (c.offset + len(c)) : 2]
        for c in values.chunks
    ]
    return np.concatenate(halves)
