"""A self-contained proof of some events, for whoever may see them."""

from typing import Any

from lingnan.base.actors import Actor

from ..models import EventBody
from ..rules import proof
from .reading import BODY_LABEL, BodyClosed, NoSuchEvent, event_at, history_of
from .tree import inclusion_proofs, latest_head, leaves_at

MOST = 1000  # events of one proof file


def prove(what: str | int, *, to: Actor, private: bool = False) -> dict[str, Any]:
    """Of a subject (its latest thousand sequenced events) or of one seq; a handful of queries.

    `private` discloses bodies too. NoSuchEvent, BodyClosed.
    """
    if private and BODY_LABEL not in to.labels:
        raise BodyClosed
    head = latest_head()
    seqs = [seq for seq in _seqs(what, to) if head and seq <= head.tree_size]
    if head is None or not seqs:
        raise NoSuchEvent
    leaves, paths = leaves_at(seqs), inclusion_proofs(seqs, head.tree_size)
    bodies = _bodies([leaf.id for leaf in leaves.values()]) if private else {}
    entries = [
        proof.entry(leaves[seq], paths[seq], *bodies.get(leaves[seq].id, ("", ""))) for seq in seqs
    ]
    return proof.file(head, entries)


def _seqs(what: str | int, to: Actor) -> list[int]:
    found = (
        [event_at(what, to=to)] if isinstance(what, int) else history_of(what, to=to, limit=MOST)
    )
    return [entry.seq for entry in found if entry.seq is not None]


def _bodies(event_ids: list[int]) -> dict[int, tuple[str, str]]:
    rows = EventBody.objects.filter(event__in=event_ids).exclude(body="")
    return {pk: (salt, body) for pk, salt, body in rows.values_list("event", "salt", "body")}
