"""What one reader may see of one tree, and where the rows for it lie."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from lingnan.base.actors import Actor, Range, merge

from .trees import VILLAGE, Ids, TreeTables, few_runs


@dataclass(frozen=True, eq=False)
class View:
    """`nodes`: numbers of the upper places asked for; `villages`: ids. `open_…`: within reach.

    `ranges` (empty: everywhere) hold every place whose rows count for them.
    """

    tree: TreeTables
    nodes: Ids
    open_nodes: npt.NDArray[np.bool_]
    villages: Ids
    open_villages: npt.NDArray[np.bool_]
    ranges: tuple[Range, ...]


def view(
    tree: TreeTables,
    days: tuple[date, date],
    *,
    levels: frozenset[int],
    under: int | None,
    public: bool,
    to: Actor,
) -> View:
    """`days`: of the tree, and the period's end. `public`: places out of reach too (not their secrets).

    Reach is asked on the tree's day; restating on an older tree takes reach at the period's end too.
    """
    reached = tree.within(to.ranges_on(days[0]))
    if days[0] < days[1]:
        reached &= tree.within(to.ranges_on(days[1]))
    seen = (reached | public) & np.isin(tree.levels, list(levels))
    if under is not None:
        seen &= tree.under(np.array([under]))
    upper = tree.levels < VILLAGE
    here = seen & ~upper
    return View(
        tree,
        np.flatnonzero(seen[upper]),
        reached[upper & seen],
        tree.places[here],
        reached[here],
        _ranges(tree, seen),
    )


def _ranges(tree: TreeTables, seen: npt.NDArray[np.bool_]) -> tuple[Range, ...]:
    """Merged-away places keep ids of their own, so they are named beside the runs."""
    if seen[tree.roots].all():
        return ()
    ids = tree.places[tree.under(tree.places[seen])]
    return merge([*few_runs(ids), *((int(g), int(g)) for g in tree.gone_under(ids))])
