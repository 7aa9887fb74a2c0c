"""Whether each tile has the hashes it should have, and follows from the tiles beneath it."""

from collections.abc import Callable, Iterator

from django.db.models import Subquery

from ..models import SequencerState, Tile
from ..rules import tiles, tree
from ..terms import HASH, TILE, Finding
from .tree_checks import stored_tiles


def check_tiles(bad: set[int], signed: Callable[[], int]) -> Iterator[Finding]:
    """`bad`: level 0 tiles already named; what was built on them is not blamed again."""
    yield from _counts(signed)
    level, wrong = 0, bad
    while Tile.objects.filter(level=level + 1).exists() or _full(level):
        named: set[int] = set()
        for parent, hole in _unlike_children(level, wrong):
            if parent not in named:
                named.add(parent)
                yield _finding(level + 1, parent, hole)
        level, wrong = level + 1, named


def _full(level: int) -> bool:
    return any(len(bytes(row.hashes)) == TILE * HASH for row in stored_tiles(level))


def _unlike_children(level: int, wrong: set[int]) -> Iterator[tuple[int, str]]:
    """(index of the parent tile, what is wrong with it)."""
    parent: Tile | None = None
    for child in stored_tiles(level):
        part = tiles.cut(bytes(child.hashes))
        if len(part) != TILE or child.index in wrong or child.index < 0:
            continue
        index, place = divmod(child.index, TILE)
        root = tree.root_of(part)
        if parent is None or parent.index != index or not _has(parent, place, root):
            # Read (again): a sequencer may have filled the child since the parent was read.
            parent = Tile.objects.filter(level=level + 1, index=index).first()
        if parent is None:
            yield index, "哈希块缺失"
        elif not _has(parent, place, root):
            yield index, f"第 {place + 1} 个哈希与下层块 {level}/{child.index} 不符"


def _has(parent: Tile, place: int, root: bytes) -> bool:
    return tiles.cut(bytes(parent.hashes))[place : place + 1] == [root]


def _counts(signed: Callable[[], int]) -> Iterator[Finding]:
    """Size and tiles are read in one statement: a sequencer at work does not disturb the count."""
    size = Subquery(SequencerState.objects.filter(pk=1).values("size"))
    last = 0
    while True:
        page = list(Tile.objects.filter(pk__gt=last).annotate(size=size).order_by("pk")[:200])
        for row in page:
            # Where the sequencer's own count was edited, the signed size has the last word.
            if not _fits(row, row.size or 0) and not _fits(row, signed()):
                yield _finding(row.level, row.index, "哈希个数与树的大小不符")
        if len(page) < 200:
            return
        last = page[-1].pk


def _fits(row: Tile, size: int) -> bool:
    wanted = tiles.expected((row.level, row.index), size) if row.index >= 0 else 0
    return wanted > 0 and len(bytes(row.hashes)) == wanted * HASH


def _finding(level: int, index: int, what: str) -> Finding:
    return Finding("evidence.tile", f"{level}/{index}", what)
