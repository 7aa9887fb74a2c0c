"""The order of rows and columns in which the blocks of a table of yes and no show."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt


def blocks(marks: Sequence[Sequence[bool]]) -> tuple[list[int], list[int]]:
    """Orders of rows and columns by the first axis of a correspondence analysis.

    Rows that share columns come together. Parts that share nothing are laid out one after the
    other, the largest first; ties keep the order given. Deterministic.
    """
    table = np.asarray(marks, dtype=np.float64)
    if table.size == 0:
        return list(range(len(marks))), []
    rows: list[int] = []
    cols: list[int] = []
    for part_rows, part_cols in _parts(table):
        by_row, by_col = _axis(table[np.ix_(part_rows, part_cols)])
        rows += [part_rows[i] for i in by_row]
        cols += [part_cols[i] for i in by_col]
    rows += [i for i in range(table.shape[0]) if i not in set(rows)]
    cols += [i for i in range(table.shape[1]) if i not in set(cols)]
    return rows, cols


def _parts(table: npt.NDArray[np.float64]) -> list[tuple[list[int], list[int]]]:
    """Connected parts of the table, the one with most marks first."""
    left = {i for i in range(table.shape[0]) if table[i].any()}
    found = []
    while left:
        rows, cols, fresh = set[int](), set[int](), {min(left)}
        while fresh:
            rows |= fresh
            cols |= {int(c) for r in fresh for c in np.flatnonzero(table[r])}
            fresh = {int(r) for c in cols for r in np.flatnonzero(table[:, c])} - rows
        left -= rows
        found.append((sorted(rows), sorted(cols)))
    return sorted(found, key=lambda part: -float(table[np.ix_(*part)].sum()))


def _axis(part: npt.NDArray[np.float64]) -> tuple[list[int], list[int]]:
    """The second singular vectors of the scaled table; the first one says only how large each is."""
    if min(part.shape) < 2:
        return list(range(part.shape[0])), list(range(part.shape[1]))
    scale_rows, scale_cols = np.sqrt(part.sum(1)), np.sqrt(part.sum(0))
    left, _, right = np.linalg.svd(part / np.outer(scale_rows, scale_cols), full_matrices=False)
    by_row, by_col = left[:, 1] / scale_rows, right[1] / scale_cols
    if by_row[int(np.argmax(np.abs(by_row)))] > 0:  # the sign is free: take one
        by_row, by_col = -by_row, -by_col
    return _sorted(by_row), _sorted(by_col)


def _sorted(values: npt.NDArray[np.float64]) -> list[int]:
    order: list[int] = np.argsort(np.round(values, 9), kind="stable").tolist()
    return order
