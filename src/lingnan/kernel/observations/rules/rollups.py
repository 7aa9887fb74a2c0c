"""From what lies straight under each place to every place above: dense, exact, a few milliseconds.

A matrix has a row a node (an upper place) and a column an element. Numbers are whole micro-units:
int64 while every possible sum fits, Python's own integers when one might not.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Matrix = npt.NDArray[Any]  # int64, or object holding int
Mask = npt.NDArray[np.bool_]
SAFE = 2**62


@dataclass(frozen=True, eq=False)
class Ladder:
    """`parents[i]` is the node above node i (-1: a root), `levels[i]` 1 (province) to 4 (town)."""

    parents: Ints
    levels: Ints

    @cached_property
    def rungs(self) -> list[tuple[int, Ints, Ints, Ints]]:
        """From the lowest up: level, its nodes that have nodes below, those (grouped), where groups start."""
        found = []
        for level in range(int(self.levels.max(initial=1)), 0, -1):
            children = np.flatnonzero(self.levels[self.parents] == level)
            children = children[self.parents[children] >= 0]
            children = children[np.argsort(self.parents[children], kind="stable")]
            above, starts = np.unique(self.parents[children], return_index=True)
            found.append((level, above, children, starts))
        return found


@dataclass(frozen=True)
class Measure:
    """`fold` joins two places; `empty` is what a place without a report holds."""

    fold: np.ufunc
    empty: int


SUM = Measure(np.add, 0)
HIGHEST = Measure(np.maximum, -1)
LOWEST = Measure(np.minimum, 2**62)


def climb(
    ladder: Ladder,
    totals: dict[str, Matrix],
    own: dict[str, Matrix] | None,
    how: dict[str, Measure],
) -> None:
    """From what lies straight under each node, `totals` becomes what lies anywhere under it.

    `own`: what nodes reported themselves. It counts only where nobody below reported, so that the
    same thing is never counted twice; `reported` must then be among the measures.
    """
    for level, above, children, starts in ladder.rungs:
        for name, measure in how.items():
            if len(children):
                risen = measure.fold.reduceat(totals[name][children], starts, axis=0)
                totals[name][above] = measure.fold(totals[name][above], risen)
        if own is None:
            continue
        here = ladder.levels == level
        silent = here[:, None] & (totals["reported"] == 0) & (own["reported"] > 0)
        for name in how:
            np.copyto(totals[name], own[name], where=silent)


def halves_to_even(part: Matrix, count: Matrix) -> Matrix:
    """`part / count` rounded half to even (GB/T 8170); 0 where the count is 0."""
    whole = np.where(count == 0, 1, count)
    quotient, rest = part // whole, part % whole
    twice = 2 * rest
    up = (twice > whole) | ((twice == whole) & (quotient % 2 == 1))
    return np.where(count == 0, 0, quotient + up)
