"""What the values of two columns say: shared ones, like ones, like spread, like writing."""

import numpy as np

from .likeness import BITS, Column, Index, of_pairs, weighted
from .sides import Side, Values
from .values import closeness

VALUE_FEATURES = (
    "v_known", "v_overlap", "v_shared", "v_grams", "v_words", "v_pattern", "v_shape",
    "v_number", "v_number_like", "v_kind", "v_distinct", "v_options",
)  # fmt: skip


def value_features(a: Side, b: Side, rows: Index, cols: Index) -> dict[str, Column]:
    """All 0 where either side shows no values."""
    found = {name: np.zeros(len(rows)) for name in VALUE_FEATURES}
    found["v_options"] = _offered(a, b, rows, cols)
    if a.values is None or b.values is None:
        return found
    known = (a.values.kind[rows] > 0) & (b.values.kind[cols] > 0)
    if not known.any():
        return found
    at = np.flatnonzero(known)
    for name, column in _known(a.values, b.values, rows[at], cols[at]).items():
        found[name][at] = column
    return found


def _known(a: Values, b: Values, rows: Index, cols: Index) -> dict[str, Column]:
    overlap, shared = _overlap(a, b, rows, cols)
    numeric = (a.kind[rows] == b.kind[cols]) & (a.kind[rows] < 3)
    near = np.where(numeric, closeness(a.numbers[rows], b.numbers[cols]), 0.0)
    apart = np.abs(a.shape[rows] - b.shape[cols])
    return {
        "v_known": np.ones(len(rows)),
        "v_overlap": overlap,
        "v_shared": shared,
        "v_grams": of_pairs(*weighted(a.grams, b.grams), rows, cols),
        "v_words": of_pairs(*weighted(a.words, b.words), rows, cols),
        "v_pattern": of_pairs(*weighted(a.pattern, b.pattern), rows, cols),
        "v_shape": np.maximum(0, 1 - apart[:, :8].sum(axis=1) / 2),
        "v_number": numeric.astype(float),
        "v_number_like": near,
        "v_kind": (a.kind[rows] != b.kind[cols]).astype(float),
        "v_distinct": 1 - apart[:, 8],
    }


def _overlap(a: Values, b: Values, rows: Index, cols: Index) -> tuple[Column, Column]:
    """The share of the smaller column's values that the other has too, those found in few columns
    weighing most; and the same, less sure when only a few values are shared."""
    held = np.bincount(
        np.concatenate([a.distinct.indices, b.distinct.indices]), minlength=1 << BITS
    )
    columns = a.distinct.shape[0] + b.distinct.shape[0]
    rare = np.sqrt(np.log(max(columns, 2) / np.maximum(held, 1)) + 0.1)
    left, right = a.distinct.copy(), b.distinct.copy()
    left.data, right.data = rare[left.indices], rare[right.indices]
    both = of_pairs(left, right, rows, cols)
    sums = [np.asarray(m.multiply(m).sum(axis=1)).ravel() for m in (left, right)]
    share = both / np.maximum(np.minimum(sums[0][rows], sums[1][cols]), 1e-9)
    return share, share * np.minimum(1.0, np.log1p(both) / np.log(8))


def _offered(a: Side, b: Side, rows: Index, cols: Index) -> Column:
    """The share of one side's values that stand among the other's options."""
    found = np.zeros(len(rows))
    for left, right, mine, others in ((a, b, rows, cols), (b, a, cols, rows)):
        if right.values is None or not left.offers.any():
            continue
        for n in np.flatnonzero(left.offers[mine] & (right.values.kind[others] > 0)):
            profile = right.facts[others[n]].profile
            assert profile is not None
            hit = sum(value in left.options[mine[n]] for value in profile.distinct)
            found[n] = hit / len(profile.distinct)
    return found
