"""The tree in tiles: tile (level, index) holds up to 256 roots of subtrees of 256**level leaves."""

from collections.abc import Iterable, Mapping, Sequence

from ..terms import HASH, TILE
from . import tree

Key = tuple[int, int]
Tiles = Mapping[Key, bytes]
BITS = 8  # a tile is a full binary tree of this height


def cut(tile: bytes) -> list[bytes]:
    return [tile[i : i + HASH] for i in range(0, len(tile), HASH)]


def expected(key: Key, size: int) -> int:
    """How many hashes the tile holds in a tree of that size."""
    level, index = key
    return max(0, min(TILE, (size >> BITS * level) - index * TILE))


def keys(size: int) -> list[Key]:
    """The last tile of each level that is not full: what an append has to read."""
    found = []
    level = 0
    while size >> BITS * level:
        index = size >> BITS * (level + 1)
        if expected((level, index), size):
            found.append((level, index))
        level += 1
    return found


def edge_root(tiles: Tiles, size: int) -> bytes:
    """The root of the tree from the tiles that `keys(size)` names. KeyError: one is missing."""
    carry: list[bytes] = []
    for level, index in keys(size):
        carry = [tree.root_of(cut(tiles[level, index]) + carry)]
    return carry[0] if carry else tree.EMPTY_ROOT


def appended(edge: Tiles, size: int, leaves: Sequence[bytes]) -> dict[Key, bytes]:
    """Every tile that changes when the leaves are added to a tree of that size."""
    changed: dict[Key, bytes] = {}
    fresh, level = list(leaves), 0
    while fresh:
        start = size >> BITS * level
        index = start // TILE
        rows = cut(edge.get((level, index), b"")) + fresh
        full = []
        for offset in range(0, len(rows), TILE):
            part = rows[offset : offset + TILE]
            changed[level, index + offset // TILE] = b"".join(part)
            if len(part) == TILE:
                full.append(tree.root_of(part))
        fresh, level = full, level + 1
    return changed


def keys_of(spans: Iterable[tree.Span]) -> set[Key]:
    """The tiles needed to know the roots of these ranges of leaves."""
    return {_home(h, i)[0] for span in spans for h, i in tree.subtrees(span)}


def span_root(tiles: Tiles, span: tree.Span) -> bytes:
    """The root of a range of leaves. KeyError or ValueError when a tile is missing or short."""
    roots = []
    for height, index in tree.subtrees(span):
        key, first, count = _home(height, index)
        part = cut(tiles[key])[first : first + count]
        if len(part) != count:
            raise ValueError(f"tile {key} is short")
        roots.append(tree.root_of(part))
    return tree.joined(roots)


def _home(height: int, index: int) -> tuple[Key, int, int]:
    """The tile, first hash and number of hashes that make up the full subtree (height, index)."""
    level, inner = divmod(height, BITS)
    start = index << inner
    return (level, start // TILE), start % TILE, 1 << inner
