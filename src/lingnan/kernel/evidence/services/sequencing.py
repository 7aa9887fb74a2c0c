"""Number what is committed, add it to the tree, sign the head."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from lingnan.base.errors import Refused

from ..models import Event, SequencerState, Tile, TreeHead
from ..queries import LEAF_FIELDS, head_of, load_tiles
from ..rules import leaf, signing, tiles
from ..terms import Head, Leaf
from . import keys

BATCH = 10_000  # events of one pass: well under a second, so the write lock of SQLite stays short


class TreeBroken(Refused):
    """The stored tree is not the one that was signed last; signing on would hide it."""

    code = "evidence.tree_broken"
    tell = "证据树与最近签名的树头不一致（{what}），已停止编号。请运行 lingnan evidence verify。"


def sequence(*, at: datetime) -> int:
    """Numbers every committed event that has no number yet; how many there were."""
    total = 0
    while Event.objects.filter(seq__isnull=True).exists():
        count = _pass(at)
        total += count
        if count == 0:
            break
    return total


@transaction.atomic
def _pass(at: datetime) -> int:
    """One short transaction under one row lock: two take turns, a killed one leaves nothing.

    Order by id keeps the order within a subject: the number is read before the id is drawn, and a
    number taken by an open transaction makes the next writer wait for it.
    """
    state = keys.lock_state()
    waiting = Event.objects.filter(seq__isnull=True).order_by("id")
    rows = list(waiting.values_list(*LEAF_FIELDS[1:])[:BATCH])
    if not rows:
        return 0
    last = TreeHead.objects.select_related("key").order_by("-tree_size").first()
    edge = _edge(state, head_of(last) if last else None)
    leaves = [Leaf(seq, *row) for seq, row in enumerate(rows, state.size + 1)]
    _number([(one.id, one.seq) for one in leaves])
    grown = tiles.appended(edge, state.size, [leaf.hash_of(one) for one in leaves])
    size = state.size + len(leaves)
    Tile.objects.bulk_create(
        [Tile(level=lv, index=i, hashes=hashes) for (lv, i), hashes in grown.items()],
        batch_size=200,
        update_conflicts=True,
        unique_fields=["level", "index"],
        update_fields=["hashes"],
    )
    # A clock set back must not make a later head older: as-of reads go by the time of the heads.
    _sign_head(size, tiles.edge_root({**edge, **grown}, size), max(at, last.at) if last else at)
    SequencerState.objects.filter(pk=1).update(size=size)
    return len(leaves)


def _edge(state: SequencerState, last: Head | None) -> dict[tiles.Key, bytes]:
    """The unfinished tiles, checked against the last signed head: no forgery is signed over."""
    signed = last.tree_size if last else 0
    if signed != state.size:
        raise TreeBroken(what=f"size {state.size} ≠ {signed}")
    edge = load_tiles(tiles.keys(state.size))
    try:
        root = tiles.edge_root(edge, state.size).hex()
    except KeyError:
        raise TreeBroken(what="tile missing") from None
    if last and (root != last.root or not signing.head_holds(last)):
        raise TreeBroken(what=f"root of {state.size}")
    return edge


def _sign_head(size: int, root: bytes, at: datetime) -> None:
    key = keys.current_key(at)
    head = Head(size, root.hex(), at, key.key_id, "")
    TreeHead.objects.create(
        tree_size=size,
        root=head.root,
        at=at,
        key=key,
        signature=keys.sign(key, signing.head_statement(head)),
    )


def _number(pairs: Sequence[tuple[int, int]]) -> None:
    """Sets seq by id. SQL by hand: the ORM's bulk_update is a CASE of 10,000 branches."""
    table = connection.ops.quote_name(Event._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                f"UPDATE {table} SET seq = v.seq "
                "FROM unnest(%s::bigint[], %s::bigint[]) AS v (id, seq) "
                f"WHERE {table}.id = v.id AND {table}.seq IS NULL",
                [[i for i, _ in pairs], [n for _, n in pairs]],
            )
        else:
            cursor.executemany(
                f"UPDATE {table} SET seq = %s WHERE id = %s AND seq IS NULL",
                [(n, i) for i, n in pairs],
            )
        if cursor.rowcount != len(pairs):
            raise TreeBroken(what="rows changed while they were numbered")
