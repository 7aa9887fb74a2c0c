"""From features to a score: log-odds that add up, weights that are fitted the same way each time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...terms.matching import Weights
from .features import FEATURES, Pairs
from .likeness import Column, Index

RIVALS = ("base", "first", "row", "column")
ORDERED = 1.0
"""What it weighs that the right candidate stands first, beside each pair's being told rightly."""
GAP = 4.0
"""Log-odds beyond which a rival's distance says no more."""
AGAINST = {
    "unit_differs", "base_differs", "type_differs", "level_differs", "role_differs",
    "clash", "numbers_differ", "partial", "off_topic", "unheld", "apart", "v_kind",
}  # fmt: skip
FREE = {"base", "bare", "usual", "v_known", "v_number"}
"""Says only what is known; every other feature may only speak for a pair."""


def weights_of(named: Mapping[str, float], names: Sequence[str]) -> Column:
    return np.array([named.get(name, 0.0) for name in names])


def odds(pairs: Pairs, weights: Weights, shape: tuple[int, int]) -> tuple[Column, Column]:
    """First and second look: log-odds of every pair alone, and seen among its rivals."""
    alone = pairs.x @ weights_of(weights.features, FEATURES)
    seen = rivals(alone, pairs.rows, pairs.cols, shape) @ weights_of(weights.rivals, RIVALS)
    return alone, seen


def rivals(alone: Column, rows: Index, cols: Index, shape: tuple[int, int]) -> Column:
    """A row of RIVALS a pair: 1, its own log-odds, how far the best other candidate of its source
    and of its target stand below it (above: negative)."""
    row = _gap(alone, rows, shape[0])
    column = _gap(alone, cols, shape[1])
    return np.column_stack([np.ones(len(alone)), alone, row, column])


def _gap(alone: Column, group: Index, size: int) -> Column:
    best = np.full(size, -np.inf)
    np.maximum.at(best, group, alone)
    top = alone >= best[group]
    second = np.full(size, -np.inf)
    np.maximum.at(second, group[~top], alone[~top])
    ties = np.bincount(group[top], minlength=size)
    rival = np.where(top & (ties[group] == 1), second[group], best[group])
    gap = np.clip(alone - rival, -GAP, GAP)
    lonely = ~np.isfinite(rival)
    return np.where(lonely, 0.0, gap)


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """Pairs of two forms and what is true of some of them: `told` 1 same, 0 not, -1 nobody said.
    `share` is the weight of the whole lesson among the others."""

    pairs: Pairs
    told: npt.NDArray[np.int64]
    shape: tuple[int, int]
    share: float = 1.0


def fit(
    lessons: Sequence[Lesson], before: Weights, *, pull: float = 1.0, on: str = "", day: str = ""
) -> Weights:
    """Logistic regression drawn to the weights before with the force `pull`: few decisions move
    little. Same lessons, same weights: no chance is involved."""
    old = weights_of(before.features, FEATURES)
    x = np.concatenate([one.pairs.x[one.told >= 0] for one in lessons])
    told, share = _told(lessons)
    bounds = [_bound(name) for name in FEATURES]
    new = _logistic(x, told, share, old, bounds, pull, _rows(lessons))
    second = []
    for one in lessons:
        seen = rivals(one.pairs.x @ new, one.pairs.rows, one.pairs.cols, one.shape)
        second.append(seen[one.told >= 0])
    free: list[tuple[float | None, float | None]] = [(None, 0), (0, None), (0, None), (0, None)]
    start = weights_of(before.rivals or {"first": 1.0}, RIVALS)
    again = _logistic(np.concatenate(second), told, share, start, free, pull)
    return Weights(_named(FEATURES, new), _named(RIVALS, again), day, on)


def _named(names: Sequence[str], values: Column) -> dict[str, float]:
    return {name: round(float(value), 4) for name, value in zip(names, values, strict=True)}


def _told(lessons: Sequence[Lesson]) -> tuple[Column, Column]:
    """Each lesson weighs its share; within it the few true pairs weigh as much as a third of it."""
    told, share = [], []
    for one in lessons:
        said = one.told[one.told >= 0]
        true, false = max(int((said == 1).sum()), 1), max(int((said == 0).sum()), 1)
        weight = np.where(said == 1, 1.0, max(1.0, 2 * true) / false if false > 2 * true else 1.0)
        told.append(said)
        share.append(one.share * weight / true**0.5)
    return np.concatenate(told).astype(float), np.concatenate(share)


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """Candidates of one field, wherever one of them is right: `at` in the order of rows, `starts`
    of each row in it, `right`: its share of the right ones, `weight` of each row."""

    at: Index
    starts: Index
    sizes: Index
    right: Column
    weight: Column

    def loss(self, z: Column) -> tuple[float, Column]:
        """Minus the logarithm of the chance that the right one is drawn, and its slope for z."""
        here = z[self.at]
        top = np.maximum.reduceat(here, self.starts)
        grown = np.exp(here - np.repeat(top, self.sizes))
        total = np.add.reduceat(grown, self.starts)
        chance = grown / np.repeat(total, self.sizes)
        weight = np.repeat(self.weight, self.sizes)
        value = self.weight @ (np.log(total) + top) - (weight * self.right) @ here
        slope = np.zeros(len(z))
        np.add.at(slope, self.at, weight * (chance - self.right))
        return float(value), slope


def _rows(lessons: Sequence[Lesson]) -> "_Rows | None":
    """Every field of either side that has a right partner, with all it was compared with."""
    at, sizes, right, weight, offset = [], [], [], [], 0
    for one in lessons:
        held = np.flatnonzero(one.told >= 0)
        told = one.told[held]
        for group in (one.pairs.rows[held], one.pairs.cols[held]):
            order = np.argsort(group, kind="stable")
            starts = np.flatnonzero(np.diff(group[order], prepend=-1))
            for some in np.split(order, starts[1:]):
                if true := int(told[some].sum()):
                    at.append(some + offset)
                    sizes.append(len(some))
                    right.append(told[some] / true)
                    weight.append(ORDERED * one.share / max(int(told.sum()), 1) ** 0.5)
        offset += len(held)
    if not at:
        return None
    lengths = np.array(sizes)
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    return _Rows(np.concatenate(at), starts, lengths, np.concatenate(right), np.array(weight))


def _bound(name: str) -> tuple[float | None, float | None]:
    if name in FREE:
        return None, None
    return (None, 0.0) if name in AGAINST else (0.0, None)


def _logistic(
    x: Column,
    told: Column,
    share: Column,
    start: Column,
    bounds: Sequence[tuple[float | None, float | None]],
    pull: float,
    ordered: _Rows | None = None,
) -> Column:
    from scipy.optimize import minimize  # needed to fit only, and slow to load
    from scipy.special import expit

    def loss(w: Column) -> tuple[float, Column]:
        z = x @ w
        away = w - start
        value = share @ (np.logaddexp(0, z) - told * z) + 0.5 * pull * away @ away
        slope = share * (expit(z) - told)
        if ordered is not None:
            more, steeper = ordered.loss(z)
            value, slope = value + more, slope + steeper
        return float(value), x.T @ slope + pull * away

    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds)
    result: Column = found.x
    return result
