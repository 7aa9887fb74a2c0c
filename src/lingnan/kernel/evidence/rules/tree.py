"""The Merkle tree of RFC 9162 section 2.1 (SHA-256): roots, proofs and how to check them."""

import hashlib
from collections.abc import Iterable, Sequence

EMPTY_ROOT = hashlib.sha256(b"").digest()
Span = tuple[int, int]


def leaf_hash(leaf: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """MTH of 2.1.1, from leaf hashes, or from roots of equal subtrees (the last may be smaller).

    Pairing from the left and promoting the odd one out gives the same tree as splitting at the
    largest power of two, without recursion.
    """
    if not hashes:
        return EMPTY_ROOT
    row = list(hashes)
    while len(row) > 1:
        odd = [row[-1]] if len(row) % 2 else []
        row = [node_hash(a, b) for a, b in zip(row[::2], row[1::2], strict=False)] + odd
    return row[0]


class Frontier:
    """The compact range of a growing tree: the roots of its full subtrees, largest first."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []

    def append(self, leaf: bytes) -> None:
        carry, size = leaf, self.size
        while size & 1:
            carry = node_hash(self._peaks.pop(), carry)
            size >>= 1
        self._peaks.append(carry)
        self.size += 1

    def extend(self, leaves: Iterable[bytes]) -> None:
        for leaf in leaves:
            self.append(leaf)

    def root(self) -> bytes:
        return _fold(self._peaks) if self._peaks else EMPTY_ROOT

    def copy(self) -> "Frontier":
        other = Frontier()
        other.size, other._peaks = self.size, list(self._peaks)
        return other


def inclusion_spans(index: int, size: int) -> list[Span]:
    """The leaf ranges [from, to) whose roots are the path of 2.1.3.1, nearest first."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size}")
    low, high, path = 0, size, []
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append((middle, high))
            high = middle
        else:
            path.append((low, middle))
            low = middle
    return path[::-1]


def consistency_spans(first: int, second: int) -> list[Span]:
    """The leaf ranges whose roots are the proof of 2.1.4.1 that `second` leaves extend `first`."""
    if not 0 < first <= second:
        raise ValueError(f"no proof from a tree of {first} to one of {second}")
    low, high, whole, path = 0, second, True, []
    while first != high:
        middle = low + _split(high - low)
        if first <= middle:
            path.append((middle, high))
            high = middle
        else:
            path.append((low, middle))
            low, whole = middle, False
    if not whole:
        path.append((low, high))
    return path[::-1]


def inclusion_holds(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """2.1.3.2. `leaf` is a leaf hash, `index` counts from 0."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(sibling, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def consistency_holds(
    first: int, second: int, first_root: bytes, second_root: bytes, path: Sequence[bytes]
) -> bool:
    """2.1.4.2. An empty tree is consistent with every tree (and its proof is empty)."""
    if first == second:
        return not path and first_root == second_root
    if first == 0:
        return not path and first_root == EMPTY_ROOT
    if not 0 < first < second or not path:
        return False
    old, new, last = _climb(first, second, first_root, path)
    return last == 0 and old == first_root and new == second_root


def _climb(
    first: int, second: int, first_root: bytes, path: Sequence[bytes]
) -> tuple[bytes, bytes, int]:
    """The two roots the proof leads to, and what is left of the path upwards (0: nothing)."""
    steps = list(path) if first & (first - 1) else [first_root, *path]
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = steps[0]
    for sibling in steps[1:]:
        if last == 0:
            return old, new, 1
        if place & 1 or place == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        place, last = place >> 1, last >> 1
    return old, new, last


def subtrees(span: Span) -> list[tuple[int, int]]:
    """The full subtrees (height, index) that make up a range of leaves, left to right."""
    low, high = span
    found = []
    while low < high:
        height = (high - low).bit_length() - 1
        if low:
            height = min(height, (low & -low).bit_length() - 1)
        found.append((height, low >> height))
        low += 1 << height
    return found


def joined(roots: Sequence[bytes]) -> bytes:
    """The root of a range from the roots of its `subtrees`."""
    return _fold(roots)


def _fold(peaks: Sequence[bytes]) -> bytes:
    found = peaks[-1]
    for peak in reversed(peaks[:-1]):
        found = node_hash(peak, found)
    return found


def _split(size: int) -> int:
    """The largest power of two smaller than size."""
    return 1 << (size - 1).bit_length() - 1
