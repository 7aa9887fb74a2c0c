"""From sums by home to the rows a reader gets: the tree is climbed, each element adds up its own way."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ..rules.rollups import HIGHEST, LOWEST, SAFE, SUM, Matrix, Measure, climb, halves_to_even
from ..rules.sums import Block
from ..terms import ElementInfo, OverPlaces
from .elements import PUBLIC
from .sums import Base
from .trees import VILLAGE, Ids, TreeTables
from .view import View

NUMBER = pa.decimal128(38, 6)
MICRO = 1_000_000
RESULT = pa.schema(
    [
        ("place", pa.int64()),
        ("level", pa.int8()),
        ("element", pa.int32()),
        ("value", NUMBER),
        ("text", pa.string()),
        ("reported", pa.int64()),
        ("expected", pa.int32()),
        ("estimated", pa.int64()),
    ]
)
# Which column decides, and which one's number is told.
RANKED: dict[OverPlaces, tuple[str, str, Measure]] = {
    OverPlaces.MIN: ("low", "low", LOWEST),
    OverPlaces.MAX: ("high", "high", HIGHEST),
    OverPlaces.LAST: ("at", "last", HIGHEST),
}
EXTREMES = frozenset(RANKED)
LABELLED = 8  # kinds of result whose labels are kept, a few megabytes each
_labelled: dict[tuple[object, ...], dict[str, pa.Array]] = {}


@dataclass(frozen=True)
class Totals:
    """Matrices of node × element: micro-units, whether there is a number, how many have one, and how
    many of these are estimates."""

    units: Matrix
    known: Matrix
    reported: Matrix
    estimated: Matrix
    depth: Matrix


def added_up(base: Base, group: Sequence[ElementInfo], seen: View) -> pa.Table:
    """`RESULT` rows of the nodes seen, of elements that add up, are averaged, counted or only shown."""
    return _rows(_added(base, group, seen.tree), group, seen)


def chosen(base: pa.Table, group: Sequence[ElementInfo], seen: View) -> pa.Table:
    """The same of elements of which one place's number is told. `base` has their measures by home."""
    parts = [
        _rows(_chosen(base, same, rule, seen.tree), same, seen)
        for rule in sorted({e.over_places for e in group})
        if (same := [e for e in group if e.over_places == rule])
    ]
    return pa.concat_tables(parts)


class _Grid:
    """Where homes and elements lie in matrices: what is below each node, then each one's own report.

    Elements not in the group are left out.
    """

    def __init__(self, group: Sequence[ElementInfo], tree: TreeTables) -> None:
        self.ids = np.array(sorted(e.id for e in group))
        self.tree = tree
        self.shape = (2 * len(tree.nodes), len(self.ids))

    def columns(self, elements: Matrix) -> tuple[Matrix, Matrix]:
        """The column of each element, and whether it has one."""
        at = np.minimum(np.searchsorted(self.ids, elements), len(self.ids) - 1)
        return at, self.ids[at] == elements

    def fold(
        self, rows: pa.Table, cells: Matrix, how: Measure, found: Matrix | None = None
    ) -> Matrix:
        """Into `found`, or a matrix of its own, the cell of each of these rows."""
        if found is None:
            found = np.full(self.shape, how.empty, dtype=cells.dtype)
        column, wanted = self.columns(rows["element"].to_numpy())
        home = rows["home"].to_numpy().astype(np.int64)
        if wanted.all():
            how.fold.at(found, (home, column), cells)
        else:
            how.fold.at(found, (home[wanted], column[wanted]), cells[wanted])
        return found

    def add(self, block: Block, totals: dict[str, Matrix]) -> None:
        column, wanted = self.columns(block.elements)
        is_whole = np.array_equal(block.elements, self.ids)
        for name, cells in (("total", block.units), ("reported", block.reported)):
            if is_whole:
                totals[name][block.homes] += cells
            else:
                totals[name][np.ix_(block.homes, column[wanted])] += cells[:, wanted]

    def climb(self, measures: dict[str, tuple[Matrix, Measure]]) -> dict[str, Matrix]:
        count = len(self.tree.nodes)
        how = {name: measure for name, (_, measure) in measures.items()}
        below = {name: matrix[:count] for name, (matrix, _) in measures.items()}
        own = {name: matrix[count:] for name, (matrix, _) in measures.items()}
        if not own["reported"].any():
            climb(self.tree.ladder, below, None, how)
            return below | {"depth": _where(below["reported"], np.int8(VILLAGE))}
        below["depth"] = _where(below["reported"], np.int8(VILLAGE))
        own["depth"] = _where(own["reported"], self.tree.ladder.levels[:, None].astype(np.int8))
        climb(self.tree.ladder, below, own, how | {"depth": HIGHEST})
        return below


def _where(reported: Matrix, depth: Matrix | np.int8) -> Matrix:
    return np.where(reported > 0, depth, np.int8(-1))


def _added(base: Base, group: Sequence[ElementInfo], tree: TreeTables) -> Totals:
    grid = _Grid(group, tree)
    found = _gathered(base, grid)
    found = grid.climb({name: (matrix, SUM) for name, matrix in found.items()})
    total, count, depth = found["total"], found["reported"], found["depth"]
    for column, element in enumerate(in_order(group)):
        if element.over_places is OverPlaces.AVG:
            total[:, column] = halves_to_even(total[:, column], count[:, column])
        elif element.over_places is OverPlaces.COUNT:
            above = depth[:, column] > tree.ladder.levels
            total[above, column] = count[above, column] * MICRO
    known = count > 0
    silent = [e.over_places is OverPlaces.NONE for e in in_order(group)]
    told = not_text(group)
    known &= told | np.array([e.over_places is OverPlaces.COUNT for e in in_order(group)])
    known[:, silent] &= depth[:, silent] == tree.ladder.levels[:, None]
    return Totals(total, known, count, found["estimated"], depth)


def _gathered(base: Base, grid: _Grid) -> dict[str, Matrix]:
    """As Python integers when a sum might not fit int64."""
    units = micro_units(base.rows["total"])
    most = sum(block.most for block in base.blocks)
    if len(units):
        most += len(units) * max(int(units.max()), -int(units.min()))
    is_wide = most >= SAFE or units.dtype == object
    found: dict[str, Matrix] = {
        "total": np.full(grid.shape, 0, object) if is_wide else np.zeros(grid.shape, np.int64),
        "reported": np.zeros(grid.shape, np.int64),
        "estimated": np.zeros(grid.shape, np.int64),
    }
    for block in base.blocks:
        grid.add(block, found)
    if len(base.guessed):
        grid.fold(base.guessed, np.ones(len(base.guessed), np.int64), SUM, found["estimated"])
    if len(units):
        grid.fold(base.rows, units, SUM, found["total"])
        grid.fold(base.rows, _counts(base.rows), SUM, found["reported"])
    return found


def _counts(base: pa.Table, of: str = "reported") -> Matrix:
    """DuckDB sums integers as HUGEINT, which Arrow knows as a decimal."""
    return np.asarray(base[of].cast(pa.int64()))


def in_order(group: Sequence[ElementInfo]) -> list[ElementInfo]:
    return sorted(group, key=lambda e: e.id)


def not_text(group: Sequence[ElementInfo]) -> npt.NDArray[np.bool_]:
    return np.array([e.type.is_numeric for e in in_order(group)])


def _chosen(
    base: pa.Table, group: Sequence[ElementInfo], rule: OverPlaces, tree: TreeTables
) -> Totals:
    """The place whose number is told is found by its rank among all rows, so that any number fits."""
    decides, tells, how = RANKED[rule]
    ids = pa.array([e.id for e in group], pa.int32())
    mine = base.filter(pc.and_(pc.is_in(base["element"], ids), pc.is_valid(base[tells])))
    order = pc.sort_indices(mine, [(decides, "ascending")]).to_numpy()
    rank = np.empty(len(mine), np.int64)
    rank[order] = np.arange(len(mine))
    reported = _counts(mine)
    grid = _Grid(group, tree)
    found = grid.climb(
        {
            "reported": (grid.fold(mine, reported, SUM), SUM),
            "estimated": (grid.fold(mine, _counts(mine, "estimated"), SUM), SUM),
            "rank": (grid.fold(mine, rank, how), how),
        }
    )
    known = found["reported"] > 0
    units = np.zeros(known.shape, object)
    told = micro_units(mine[tells])[order] if len(mine) else np.zeros(0, np.int64)
    units[known] = told[found["rank"][known]]
    return Totals(units, known, found["reported"], found["estimated"], found["depth"])


def _rows(totals: Totals, group: Sequence[ElementInfo], seen: View) -> pa.Table:
    """Every node seen with every element, reported or not; out of reach, the public ones."""
    tree, nodes, ordered = seen.tree, seen.nodes, in_order(group)
    deepest = totals.depth.max(axis=0, initial=-1)
    deepest = np.where(deepest < 1, VILLAGE, deepest)
    picked = slice(None) if len(nodes) == len(tree.nodes) else nodes  # no copy of the whole
    expected = tree.below[:, nodes].T.astype(np.int32)[:, deepest].ravel()
    arrays = _labels(tree, nodes, tuple(e.id for e in ordered)) | {
        "value": decimals(totals.units[picked].ravel(), totals.known[picked].ravel()),
        "reported": pa.array(totals.reported[picked].ravel()),
        "expected": pa.array(expected),
        "estimated": pa.array(totals.estimated[picked].ravel()),
    }
    table = pa.Table.from_arrays([arrays[name] for name in RESULT.names], schema=RESULT)
    public = np.array([e.label == PUBLIC for e in ordered])
    if seen.open_nodes.all() or public.all():
        return table
    return table.filter(pa.array((seen.open_nodes[:, None] | public[None, :]).ravel()))


def _labels(tree: TreeTables, nodes: Ids, elements: tuple[int, ...]) -> dict[str, pa.Array]:
    """The columns that are the same whatever was reported: months of a year share them."""
    key = (tree.homes.key, nodes.tobytes(), elements)
    found = _labelled.get(key)
    if found is None:
        width, levels = len(elements), tree.ladder.levels[nodes].astype(np.int8)
        found = {
            "place": pa.array(np.repeat(tree.nodes[nodes], width)),
            "level": pa.array(np.repeat(levels, width)),
            "element": pa.array(np.tile(np.array(elements, np.int32), len(nodes))),
            "text": pa.nulls(width * len(nodes), pa.string()),
        }
        while len(_labelled) >= LABELLED:
            _labelled.pop(next(iter(_labelled)), None)
        _labelled[key] = found
    return found


def micro_units(column: pa.ChunkedArray) -> Matrix:
    """Decimals as whole micro-units; null is 0."""
    flat = column.cast(NUMBER).combine_chunks()
    if isinstance(flat, pa.ChunkedArray):
        flat = pa.array([], NUMBER) if not flat.num_chunks else flat.chunk(0)
    words = np.frombuffer(flat.buffers()[1] or b"", "<i8")[2 * flat.offset :][: 2 * len(flat)]
    low, high = words[0::2], words[1::2]
    if not flat.null_count and np.array_equal(high, low >> 63):
        return low
    empty = flat.is_null().to_numpy(zero_copy_only=False)
    if np.array_equal(high[~empty], low[~empty] >> 63):
        return np.where(empty, 0, low)
    wide = (high.astype(object) << 64) + low.view("<u8").astype(object)
    return np.where(empty, 0, wide)


def decimals(units: Matrix, known: Matrix) -> pa.Array:
    """Whole micro-units as decimals, null where not known."""
    if units.dtype == object:
        cells = [
            Decimal(int(u)).scaleb(-6) if k else None for u, k in zip(units, known, strict=True)
        ]
        return pa.array(cells, NUMBER)
    words = np.empty((len(units), 2), "<i8")
    words[:, 0] = units
    np.right_shift(units, 63, out=words[:, 1])
    valid = None if known.all() else pa.array(known).buffers()[1]
    return pa.Array.from_buffers(NUMBER, len(units), [valid, pa.py_buffer(words)])
