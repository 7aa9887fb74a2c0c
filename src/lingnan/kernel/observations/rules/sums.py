"""What the rows of a file add up to, by runs of places that lie straight under the same place.

The sums are a function of the rows alone: the tree of the day they were written says only where the
runs are cut. Any other tree may use them as long as it cuts none; otherwise the rows are asked.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from .rows import column, decimal_words, present

Ints = npt.NDArray[np.int64]
Homes = tuple[Ints, Ints]  # places, rising, and the home of each
ROOM = 2**62  # a sum of micro-units that stays below it cannot overflow
NOWHERE = -1
NAMES = ("places", "starts", "elements", "units", "reported")
COUNTED = ["place", "subject", "element", "value", "text", "effect", "prior", "prior_present"]


@dataclass(frozen=True, eq=False)
class Block:
    """Matrices of home × element: micro-units and how many reported. No home occurs twice."""

    homes: Ints
    elements: Ints
    units: Ints
    reported: Ints

    @property
    def cells(self) -> int:
        return self.units.size

    @cached_property
    def most(self) -> int:
        """No sum over homes is farther from zero."""
        if not self.units.size:
            return 0
        return len(self.homes) * max(int(self.units.max()), -int(self.units.min()))


@dataclass(frozen=True, eq=False)
class Sums:
    """`starts`: where in `places` each run begins; the matrices are of run × element."""

    places: Ints
    starts: Ints
    elements: Ints
    units: Ints
    reported: Ints

    def block(self, homes: Homes) -> Block | None:
        """None when this tree cuts a run."""
        home = home_of(self.places, homes)
        first = home[self.starts]
        if not np.array_equal(np.repeat(first, self._lengths()), home):
            return None
        return block_of(first, self.elements, self.units, self.reported)

    def _lengths(self) -> Ints:
        return np.diff(np.append(self.starts, len(self.places)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sums) and all(
            np.array_equal(mine, getattr(other, name)) for name, mine in vars(self).items()
        )

    __hash__ = None  # type: ignore[assignment]


def home_of(places: Ints, homes: Homes) -> Ints:
    """`NOWHERE` for a place that is not in the tree."""
    known, home = homes
    if not len(known):
        return np.full(len(places), NOWHERE)
    at = np.minimum(np.searchsorted(known, places), len(known) - 1)
    return np.where(known[at] == places, home[at], NOWHERE)


def cuts(places: Ints, homes: Homes) -> Ints:
    """Where runs of the same home begin."""
    return np.append(0, np.flatnonzero(np.diff(home_of(places, homes))) + 1)


def block_of(homes: Ints, elements: Ints, units: Ints, reported: Ints) -> Block | None:
    """Homes that come back are folded, None if that might overflow; what lies nowhere is left out."""
    if (homes == NOWHERE).any():
        lives = homes != NOWHERE
        homes, units, reported = homes[lives], units[lives], reported[lives]
    ids, first, back = np.unique(homes, return_index=True, return_inverse=True)
    block = Block(homes, elements, units, reported)
    if len(ids) == len(homes):
        return block
    if block.most >= ROOM:
        return None
    folded = [np.zeros((len(ids), len(elements)), np.int64) for _ in range(2)]
    np.add.at(folded[0], back, units)
    np.add.at(folded[1], back, reported)
    return Block(homes[first], elements, *folded)


def add_up(rows: pa.Table, cut: Callable[[Ints], Ints], *, worth: int = 0) -> Sums | None:
    """Σ(value − prior) over the current rows about the places themselves, of a file of one period.

    `rows` have the columns `COUNTED`, sorted by place. None when there are none, when they are fewer
    than `worth` a cell, when a sum might not fit, or when `cut` does not cut them.
    """
    counts = pc.and_(pc.equal(rows["effect"], 0), pc.equal(rows["subject"], 0))
    if not pc.all(counts).as_py():
        rows = rows.filter(counts)
    if not len(rows):
        return None
    place, element = column(rows, "place"), column(rows, "element")
    is_first = np.append(True, np.diff(place) != 0)
    places, elements = place[is_first], np.unique(element).astype(np.int64)
    starts = cut(places)
    shape = (len(starts), len(elements))
    if not _cuts(starts, len(places)) or shape[0] * shape[1] * worth > len(rows):
        return None
    run = np.searchsorted(starts, np.arange(len(places)), "right") - 1
    cell = run[np.cumsum(is_first) - 1] * shape[1] + np.searchsorted(elements, element)
    units, says = _amounts(rows), _says(rows)
    span = max(int(units.max()), -int(units.min()))
    if span * int(np.bincount(cell).max()) >= ROOM:
        return None
    return Sums(places, starts, elements, _by_cell(cell, units, shape), _by_cell(cell, says, shape))


def _cuts(starts: Ints, length: int) -> bool:
    bounds = np.append(starts, length)
    return len(starts) > 0 and starts[0] == 0 and bool((np.diff(bounds) > 0).all())


def _says(rows: pa.Table) -> Ints:
    """1 where there is something now and was nothing, −1 the other way."""
    now = present(rows, "value") | present(rows, "text")
    return now.astype(np.int64) - column(rows, "prior_present", False)


def _amounts(rows: pa.Table) -> Ints:
    """Value − prior in micro-units, of DECIMAL(18,6): the lower word holds it all."""
    value, prior = (decimal_words(rows[name])[:, 0].view(np.int64) for name in ("value", "prior"))
    return np.asarray(value - prior)


def _by_cell(cell: Ints, amounts: Ints, shape: tuple[int, int]) -> Ints:
    found = np.zeros(shape[0] * shape[1], np.int64)
    np.add.at(found, cell, amounts)
    return found.reshape(shape)


def pack(sums: Sums) -> bytes:
    """One row of lists, as an Arrow stream."""
    lists = {
        name: pa.array([np.ravel(cells)], pa.list_(pa.int64()))
        for name, cells in vars(sums).items()
    }
    table = pa.table(lists)
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with pa.ipc.new_stream(sink, table.schema, options=options) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def unpack(packed: bytes) -> Sums:
    """ValueError when the bytes are no sums."""
    try:
        table = pa.ipc.open_stream(packed).read_all()
        cells = {name: table[name].chunk(0).values.to_numpy() for name in NAMES}
    except (pa.ArrowException, OSError, LookupError, AttributeError) as wrong:
        raise ValueError("no sums") from wrong
    shape = (len(cells["starts"]), len(cells["elements"]))
    for name in ("units", "reported"):
        cells[name] = cells[name].reshape(shape)
    return Sums(**cells)
