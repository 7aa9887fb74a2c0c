"""Events against tiles against signed heads, in one walk over the tree with bounded memory."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

from ..models import Event, SigningKey, Tile, TreeHead
from ..rules import leaf, signing, tiles, tree
from ..terms import HASH, TILE, Finding, Head, Leaf
from .key_checks import Trusted
from .tree import LEAF_FIELDS

PAGE = 16 * TILE
MOST = 1000  # differing rows named between two heads; more are only counted
NOTHING = bytes(HASH)


@dataclass(frozen=True)
class Checkpoint:
    """A root that somebody with the key vouched for."""

    size: int
    root: bytes
    outside: bool = False


@dataclass
class Pair:
    """What the two stores say of one leaf."""

    seq: int
    row: str
    event: bytes | None
    tile: bytes | None


@dataclass
class Walk:
    """Both trees as they grow, and how they differ since the last head that agreed."""

    events: tree.Frontier = field(default_factory=tree.Frontier)
    tiles: tree.Frontier = field(default_factory=tree.Frontier)
    differing: list[Pair] = field(default_factory=list)
    more: int = 0
    since: int = 0
    lost: bool = False
    bad_tiles: set[int] = field(default_factory=set)


def check_tree(walk: Walk, size: int, stream: Iterator[Finding | Checkpoint]) -> Iterator[Finding]:
    """Walks the first `size` leaves; then `walk.bad_tiles` holds the level 0 tiles named."""
    pairs = _pairs(size)
    gap: list[int] = []
    for item in chain(stream, [Checkpoint(size, b"")]):
        if isinstance(item, Finding):
            yield item
            continue
        while walk.events.size < item.size and (pair := next(pairs, None)):
            if pair.event is None:
                gap.append(pair.seq)
            elif gap:
                yield _gap(gap)
                gap.clear()
            yield from _add(walk, pair)
        if item.root:
            yield from _judge(walk, item)
    if gap:
        yield _gap(gap)
    yield from _undecided(walk)


def _gap(gap: list[int]) -> Finding:
    return Finding("evidence.event", f"seq {_run(gap[0], gap[-1])}", "事件被删除：编号缺失")


def _add(walk: Walk, pair: Pair) -> Iterator[Finding]:
    """A leaf that one store has lost is taken from the other, so that the walk can go on."""
    number = (pair.seq - 1) // TILE
    if pair.tile is None and number not in walk.bad_tiles:
        walk.bad_tiles.add(number)
        yield _tile(0, number, "哈希块缺失或不完整")
    if pair.event is None and pair.tile is None:
        walk.lost = True  # from here on no root can be computed
    walk.events.append(pair.event or pair.tile or NOTHING)
    walk.tiles.append(pair.tile or pair.event or NOTHING)
    if pair.event and pair.tile and pair.event != pair.tile:
        if len(walk.differing) < MOST:
            walk.differing.append(pair)
        else:
            walk.more += 1


def _judge(walk: Walk, head: Checkpoint) -> Iterator[Finding]:
    """The signed root says which of the two stores was touched."""
    if walk.events.size != head.size:
        return
    by_tiles, by_events = walk.tiles.root() == head.root, walk.events.root() == head.root
    if walk.lost:
        return
    if by_tiles:
        yield from _edited_events(walk)
        walk.events = walk.tiles.copy()
    elif by_events:
        yield from _edited_tiles(walk)
        walk.tiles = walk.events.copy()
    elif head.outside and not walk.differing:
        yield Finding(
            "evidence.head",
            f"外部树头 {head.size}",
            f"本库前 {head.size} 条与外部树头不一致：恢复过旧副本后另行续写，或历史已被改写",
        )
        return
    else:
        walk.lost = True
        yield from _edited_events(walk)
        span = _run(walk.since + 1, head.size)
        yield Finding("evidence.event", f"seq {span}", "与已签名树头不符：其间的事件与哈希块被改写")
    walk.since = head.size


def _edited_events(walk: Walk) -> Iterator[Finding]:
    for pair in walk.differing:
        yield Finding("evidence.event", pair.row, "事件内容与入树时不符：被改动或替换")
    if walk.more:
        yield Finding("evidence.event", f"另有 {walk.more} 条", "事件内容与入树时不符")
    walk.differing.clear()
    walk.more = 0


def _edited_tiles(walk: Walk) -> Iterator[Finding]:
    for number in sorted({(pair.seq - 1) // TILE for pair in walk.differing} - walk.bad_tiles):
        walk.bad_tiles.add(number)
        yield _tile(0, number, "哈希块被改动（事件与已签名树头相符）")
    walk.differing.clear()
    walk.more = 0


def _undecided(walk: Walk) -> Iterator[Finding]:
    """Behind the last head that can be trusted nothing says which of the two was touched."""
    for pair in walk.differing:
        yield Finding("evidence.event", pair.row, "事件与其哈希块不符，没有可信的树头可供裁定")


def _pairs(size: int) -> Iterator[Pair]:
    events, held = _events(size), _tile_hashes()
    event, tile = next(events, None), next(held, None)
    for seq in range(1, size + 1):
        while tile and tile[0] < seq:
            tile = next(held, None)
        pair = Pair(seq, f"seq {seq}", None, tile[1] if tile and tile[0] == seq else None)
        if event and event.seq == seq:
            pair.event = leaf.hash_of(event)
            if pair.event != pair.tile:
                pair.row = f"#{event.id} (seq {seq}, {event.kind}, {event.subject})"
            event = next(events, None)
        yield pair


def _events(size: int) -> Iterator[Leaf]:
    last = 0
    while True:
        rows = Event.objects.filter(seq__gt=last, seq__lte=size).order_by("seq")
        page = [Leaf(*row) for row in rows.values_list(*LEAF_FIELDS)[:PAGE]]
        yield from page
        if len(page) < PAGE:
            return
        last = page[-1].seq


def _tile_hashes() -> Iterator[tuple[int, bytes]]:
    """(seq, leaf hash) as the level 0 tiles hold them."""
    for row in stored_tiles(0):
        for n, one in enumerate(tiles.cut(bytes(row.hashes))[:TILE], row.index * TILE + 1):
            if len(one) == HASH:
                yield n, one


def stored_tiles(level: int) -> Iterator[Tile]:
    last = -(2**62)
    while True:
        rows = Tile.objects.filter(level=level, index__gt=last).order_by("index")
        page = list(rows[: PAGE // TILE])
        yield from page
        if len(page) < PAGE // TILE:
            return
        last = page[-1].index


def signed_heads(keys: Trusted, top: int, outside: Head | None) -> Iterator[Finding | Checkpoint]:
    """The heads by size: a finding for each that is not genuine, a checkpoint for each that is."""
    mine = outside and Checkpoint(outside.tree_size, bytes.fromhex(outside.root), outside=True)
    before: TreeHead | None = None
    for row in _heads(top):
        if mine and mine.size < row.tree_size:
            yield mine
            mine = None
        fault = head_fault(row, keys, before)
        if fault:
            yield Finding("evidence.head", f"#{row.pk} (tree_size {row.tree_size})", fault)
        else:
            yield Checkpoint(row.tree_size, bytes.fromhex(row.root))
            before = row
    if mine:
        yield mine


def head_fault(row: TreeHead, keys: Trusted, before: TreeHead | None = None) -> str:
    """Why the head is not genuine; empty when it is."""
    key = keys.get(row.key_id)
    if key is None:
        return "签名密钥不可信"
    statement = signing.head_statement(Head(row.tree_size, row.root, row.at, key.key_id, ""))
    if not signing.holds(key.public_key, row.signature, statement):
        return "树头签名不成立：内容被改动或伪造"
    return "" if _in_time(row, key, before) else "树头时间倒退，或不在密钥有效期内"


def _in_time(row: TreeHead, key: SigningKey, before: TreeHead | None) -> bool:
    """A key ends where its successor begins: that day is signed, `valid_to` is not."""
    after = getattr(key, "successor", None)
    in_force = key.valid_from <= row.at and (after is None or row.at <= after.valid_from)
    return in_force and (before is None or row.at >= before.at)


def _heads(top: int) -> Iterator[TreeHead]:
    last = -(2**62)
    while True:
        page = list(
            TreeHead.objects.filter(tree_size__gt=last, tree_size__lte=top).order_by("tree_size")[
                :PAGE
            ]
        )
        yield from page
        if len(page) < PAGE:
            return
        last = page[-1].tree_size


def _tile(level: int, index: int, what: str) -> Finding:
    return Finding("evidence.tile", f"{level}/{index}", what)


def _run(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}–{last}"
