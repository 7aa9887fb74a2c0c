"""The tree of a day as small tables of dense numbers, for joins and groups by array."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from threading import Lock

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lingnan.base.actors import Range, runs
from lingnan.kernel.places import queries as places

from ..rules.rollups import Ladder
from ..rules.sums import Homes
from .engine import Kept

RUNGS = ("province", "city", "county", "town", "village")
VILLAGE = 5
Ids = npt.NDArray[np.int64]
_REMEMBERED = 16
_remembered: "OrderedDict[tuple[object, ...], TreeTables]" = OrderedDict()
_lock = Lock()


@dataclass(frozen=True, eq=False)
class TreeTables:
    """`rungs[:, level - 1]` is each place's ancestor of that level or itself, 0 where there is none.

    Upper places (levels 1 to 4) are nodes, numbered from 0. The home of a place is the number of the
    node straight above it; of a node, its own number plus `len(nodes)`. `gone`: places not in this
    tree whose values count here, and the place each `counts_for`. `below[level]`: how many places of
    that level each node has under it, itself included.
    """

    places: Ids
    levels: Ids
    rungs: Ids
    nodes: Ids
    gone: Ids
    counts_for: Ids
    below: Ids
    ladder: Ladder
    homes: Kept

    @cached_property
    def by_place(self) -> Homes:
        """What `homes` says, for arrays."""
        place, home = (self.homes.table[name].to_numpy() for name in ("place", "home"))
        order = np.argsort(place)
        return place[order], home[order].astype(np.int64)

    @cached_property
    def roots(self) -> Ids:
        return np.flatnonzero(_parents(self.levels, self.rungs) == 0)

    def under(self, tops: Ids) -> npt.NDArray[np.bool_]:
        """Which places are one of these or below one."""
        return np.asarray(np.isin(self.rungs, tops[tops > 0]).any(axis=1))

    def level_of(self, place: int) -> int | None:
        at = int(np.searchsorted(self.places, place))
        is_there = at < len(self.places) and self.places[at] == place
        return int(self.levels[at]) if is_there else None

    def gone_under(self, ids: Ids) -> Ids:
        return np.asarray(self.gone[np.isin(self.counts_for, ids)])

    def within(self, ranges: Iterable[Range]) -> npt.NDArray[np.bool_]:
        found = np.zeros(len(self.places), bool)
        for low, high in ranges:
            found |= (self.places >= low) & (self.places <= high)
        return found


def tree_tables(on: date, tree: str) -> TreeTables:
    """Remembered until any process changes the trees."""
    key = (places.stamp(), tree, places.edition(on, tree))
    with _lock:
        if key in _remembered:
            _remembered.move_to_end(key)
            return _remembered[key]
    built = _build(key, places.hierarchy(on=on, tree=tree), on)
    with _lock:
        _remembered[key] = built
        while len(_remembered) > _REMEMBERED:
            _remembered.popitem(last=False)
    return built


def few_runs(ids: Ids, most: int = 4) -> tuple[Range, ...]:
    """Runs that hold these ids, for pruning; one run over all of them when they would be many."""
    if not len(ids):
        return ((0, 0),)
    held = runs(int(i) for i in ids)
    return held if len(held) <= most else ((held[0][0], held[-1][1]),)


def _build(key: tuple[object, ...], table: pa.Table, on: date) -> TreeTables:
    ids, levels = (table.column(c).to_numpy().astype(np.int64) for c in ("place", "level"))
    rungs = np.stack(
        [table.column(rung).fill_null(0).to_numpy() for rung in RUNGS], axis=1
    ).astype(np.int64)  # fmt: skip
    upper = levels < VILLAGE
    nodes = ids[upper]
    parents = _parents(levels, rungs)
    count = len(nodes)
    own = np.where(upper, count + _number(nodes, ids), _number(nodes, parents))
    gone, counts_for = _merged_away(ids, on)
    every = np.concatenate([ids, gone])
    home = np.concatenate([own, own[np.searchsorted(ids, counts_for)]])
    known = home >= 0
    below = np.stack(
        [_counts(nodes, rungs[levels == depth][:, : VILLAGE - 1]) for depth in range(VILLAGE + 1)]
    )
    table = pa.table({"place": pa.array(every[known]), "home": pa.array(home[known].astype("i4"))})
    return TreeTables(
        ids, levels, rungs, nodes, gone, counts_for, below,
        Ladder(_number(nodes, parents[upper]), levels[upper]), Kept(("homes", *key), table),
    )  # fmt: skip


def _parents(levels: Ids, rungs: Ids) -> Ids:
    """The nearest rung above each place that is there; 0 for a root."""
    found = np.zeros(len(levels), np.int64)
    for rung in range(VILLAGE - 1):
        here = rungs[:, rung]
        found = np.where((rung + 1 < levels) & (here > 0), here, found)
    return found


def _number(nodes: Ids, ids: Ids) -> Ids:
    """The node number of each id, -1 when it is no node."""
    if not len(nodes):
        return np.full(len(ids), -1)
    at = np.minimum(np.searchsorted(nodes, ids), len(nodes) - 1)
    return np.where(nodes[at] == ids, at, -1)


def _counts(nodes: Ids, rungs: Ids) -> Ids:
    """How many of these places each node has under it (itself included)."""
    numbers = _number(nodes, rungs.ravel())
    return np.bincount(numbers[numbers >= 0], minlength=len(nodes))


def _merged_away(ids: Ids, on: date) -> tuple[Ids, Ids]:
    """Places that are not in this tree, and the one place in it that they became (or came from).

    One that fell apart into several is left out: nobody knows which of them its values belong to.
    """
    alive = set(ids.tolist())
    links: dict[int, set[int]] = {}
    for change in places.changes():
        for step in change.steps:
            here, there = (step.old, step.new) if change.effective <= on else (step.new, step.old)
            if here != there and here not in alive:
                links.setdefault(here, set()).add(there)
    found = {gone: _ends(gone, links, alive) for gone in sorted(links)}
    single = {gone: ends.pop() for gone, ends in found.items() if len(ends) == 1}
    return np.array(list(single), np.int64), np.array(list(single.values()), np.int64)


def _ends(gone: int, links: dict[int, set[int]], alive: set[int]) -> set[int]:
    seen, todo, ends = {gone}, [gone], set()
    while todo:
        for to in links.get(todo.pop(), ()):
            if to in alive:
                ends.add(to)
            elif to not in seen:
                seen.add(to)
                todo.append(to)
    return ends
