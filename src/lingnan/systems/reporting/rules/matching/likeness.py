"""Bags of pieces as sparse rows: pairs are compared all at once, rare pieces count most."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from zlib import crc32

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process
from scipy import sparse

Matrix = npt.NDArray[np.float32]
Column = npt.NDArray[np.float64]
Index = npt.NDArray[np.intp]
BITS = 16


def bigrams(text: str) -> list[str]:
    return [text[n : n + 2] for n in range(len(text) - 1)] or ([text] if text else [])


@lru_cache(maxsize=262_144)
def _column(piece: str) -> int:
    return crc32(piece.encode()) & ((1 << BITS) - 1)


def bags(counted: Iterable[Iterable[str] | Mapping[str, int]]) -> sparse.csr_matrix:
    """Each bag a row of a hashed space (2^16): the same piece has the same column everywhere."""
    cols: list[int] = []
    data: list[float] = []
    ends = [0]
    for bag in counted:
        pieces = bag if isinstance(bag, Mapping) else dict.fromkeys(bag, 1)
        cols += map(_column, pieces)
        data += [float(count) ** 0.5 for count in pieces.values()]
        ends.append(len(cols))
    shape = (len(ends) - 1, 1 << BITS)
    return sparse.csr_matrix((np.array(data), np.array(cols, dtype=np.int64), ends), shape=shape)


def rarity(*sides: sparse.csr_matrix) -> Column:
    """Weight of every piece by how rare it is among all the rows."""
    some = np.concatenate([m.indices for m in sides])
    held = np.bincount(some, minlength=1 << BITS)
    count = sum(m.shape[0] for m in sides)
    rare: Column = np.full(1 << BITS, 1 + np.log(max(count, 1)))
    at = np.unique(some) if len(some) < 1 << BITS else np.flatnonzero(held)
    rare[at] = 1 + np.log(count / held[at])
    return rare


def weighted(
    a: sparse.csr_matrix, b: sparse.csr_matrix
) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
    """Unit rows, weighted by rarity among the rows of both."""
    rare = rarity(a, b)
    return unit_rows(a, rare), unit_rows(b, rare)


def unit_rows(rows: sparse.csr_matrix, rare: Column) -> sparse.csr_matrix:
    data = rows.data * rare[rows.indices]
    lengths = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    norms = np.sqrt(np.bincount(lengths, weights=data * data, minlength=rows.shape[0]))
    data = data / np.maximum(norms[lengths], 1e-12)
    return sparse.csr_matrix((data, rows.indices, rows.indptr), shape=rows.shape)


def all_pairs(a: sparse.csr_matrix, b: sparse.csr_matrix) -> Matrix:
    return dense(a @ b.T)


def dense(product: sparse.csr_matrix) -> Matrix:
    """Made narrow before it is filled up: most of it is nothing. (`astype` would sort it first.)"""
    product.data = product.data.astype(np.float32)
    found: Matrix = product.toarray()
    return found


def of_pairs(a: sparse.csr_matrix, b: sparse.csr_matrix, rows: Index, cols: Index) -> Column:
    """The cosine of chosen pairs only."""
    return np.asarray(a[rows].multiply(b[cols]).sum(axis=1)).ravel()


def ratios(a: Sequence[str], b: Sequence[str]) -> Column:
    """Order of letters kept in common, pair by pair, 0..1."""
    found = process.cpdist(a, b, scorer=fuzz.ratio, dtype=np.float64, workers=1)
    return np.asarray(found, dtype=np.float64) / 100
