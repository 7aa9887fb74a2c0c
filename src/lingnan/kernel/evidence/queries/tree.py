"""How far the tree has grown, its signed heads, and proofs about it."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q

from lingnan.base.errors import NotFound

from ..models import Event, Tile, TreeHead
from ..rules import tiles, tree
from ..terms import Head, Leaf

LEAF_FIELDS = (
    "seq", "id", "kind", "version", "subject", "subject_n",
    "place_id", "label", "by", "at", "facts", "commitment",
)  # fmt: skip


class NoSuchLeaf(NotFound):
    code = "evidence.no_such_leaf"
    tell = "证据树中没有第 {seq} 条记录（共 {size} 条）。"


class TileMissing(NotFound):
    code = "evidence.tile_missing"
    tell = "证据树的存储不完整，无法出具证明。请运行 lingnan evidence verify。"


def watermark() -> int:
    """The last sequenced seq, 0 when there is none. All events up to it are visible."""
    return TreeHead.objects.order_by("-tree_size").values_list("tree_size", flat=True).first() or 0


def seq_at(moment: datetime) -> int:
    """The highest seq that was sequenced at or before the moment, by the time of the heads."""
    heads = TreeHead.objects.filter(at__lte=moment).order_by("-at", "-tree_size")
    return heads.values_list("tree_size", flat=True).first() or 0


def pulse() -> int:
    """Grows whenever anything is done, numbered already or not: whoever watches looks again."""
    return Event.objects.order_by("-id").values_list("id", flat=True).first() or 0


def waiting_since() -> datetime | None:
    """When the oldest event that has no number yet happened; None when all have one."""
    rows = Event.objects.filter(seq__isnull=True).order_by("id")
    return rows.values_list("at", flat=True).first()


def latest_head() -> Head | None:
    """With its public key; None before the first event is sequenced."""
    row = TreeHead.objects.select_related("key").order_by("-tree_size").first()
    return head_of(row) if row else None


def head_of(row: TreeHead) -> Head:
    return Head(
        tree_size=row.tree_size,
        root=row.root,
        at=row.at,
        key_id=row.key.key_id,
        signature=row.signature,
        public_key=row.key.public_key,
    )


def inclusion_proof(seq: int, size: int) -> list[bytes]:
    """The path from event `seq` (from 1) to the root of the tree of `size` events."""
    return inclusion_proofs([seq], size)[seq]


def inclusion_proofs(seqs: Sequence[int], size: int) -> dict[int, list[bytes]]:
    """The path of each event; the tiles are read in one query."""
    if seqs and not 0 < min(seqs) <= max(seqs) <= size <= watermark():
        raise NoSuchLeaf(seq=max(seqs), size=size)
    spans = {seq: tree.inclusion_spans(seq - 1, size) for seq in seqs}
    wanted = sorted({span for path in spans.values() for span in path})
    roots = dict(zip(wanted, _roots(wanted), strict=True))
    return {seq: [roots[span] for span in path] for seq, path in spans.items()}


def consistency_proof(first: int, second: int) -> list[bytes]:
    """That the tree of `second` events extends the tree of `first`. Empty from an empty tree."""
    if not 0 <= first <= second <= watermark():
        raise NoSuchLeaf(seq=first, size=second)
    return _roots(tree.consistency_spans(first, second)) if first else []


def root_at(size: int) -> bytes:
    """The root of the first `size` events, from the tiles."""
    return _roots([(0, size)])[0] if size else tree.EMPTY_ROOT


def leaves_at(seqs: Sequence[int]) -> dict[int, Leaf]:
    rows = Event.objects.filter(seq__in=seqs).values_list(*LEAF_FIELDS)
    return {row[0]: Leaf(*row) for row in rows}


def load_tiles(keys: list[tiles.Key]) -> dict[tiles.Key, bytes]:
    wanted = Q()
    for level in {level for level, _ in keys}:
        wanted |= Q(level=level, index__in=[i for at, i in keys if at == level])
    rows = Tile.objects.filter(wanted) if keys else Tile.objects.none()
    return {(row.level, row.index): bytes(row.hashes) for row in rows}


def _roots(spans: list[tree.Span]) -> list[bytes]:
    held = load_tiles(sorted(tiles.keys_of(spans)))
    try:
        return [tiles.span_root(held, span) for span in spans]
    except (KeyError, ValueError):
        raise TileMissing from None
