"""What happened, and proofs of it."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Path, Query, Router, Schema

from lingnan.base.canonical import plain
from lingnan.kernel.evidence import queries as evidence
from lingnan.kernel.evidence.terms import Entry
from lingnan.web import paging
from lingnan.web.access import permission, public
from lingnan.web.actors import actor_of
from lingnan.web.api import PROBLEMS
from lingnan.web.errors import NoSuchPage

router = Router(tags=["evidence"])
Seq = Annotated[int, Path(ge=1, le=2**53)]
Subject = Annotated[
    str,
    Path(max_length=120, pattern=r"^[a-z]+\.[a-z_]+:[0-9a-f-]{36}$", description="noun.kind:uuid"),
]
Limit = Annotated[int, Query(ge=1, le=paging.MOST)]


class EventOut(Schema):
    seq: int | None
    kind: str
    version: int
    subject: str
    subject_n: int
    label: str
    by: str
    at: datetime
    facts: dict[str, Any]
    commitment: str


class EventsOut(Schema):
    items: list[EventOut]
    next: str


class HeadOut(Schema):
    tree_size: int
    root: str
    at: datetime
    key_id: str
    signature: str
    public_key: str


@router.get("/evidence", response={200: EventsOut, **PROBLEMS}, summary="Events in order")
@permission("evidence.read")
def tail(
    request: HttpRequest,
    after: Annotated[str, Query(max_length=64)] = "",
    limit: Limit = 100,
) -> EventsOut:
    """Sequenced events, oldest first; only those of places within reach, with a label held."""
    actor = actor_of(request)
    page = paging.page(
        lambda seq, most: evidence.tail(to=actor, after_seq=_number(seq), limit=most),
        key=lambda row: row.seq,
        cursor=after,
        size=limit,
    )
    return EventsOut(items=[_event(row) for row in page.rows], next=page.next_cursor)


@router.get("/evidence/head", response={200: HeadOut, **PROBLEMS}, summary="The signed tree head")
@public
def head(request: HttpRequest) -> HeadOut:
    found = evidence.latest_head()
    if found is None:
        raise NoSuchPage
    return HeadOut(
        tree_size=found.tree_size,
        root=found.root,
        at=found.at,
        key_id=found.key_id,
        signature=found.signature,
        public_key=found.public_key,
    )


@router.get("/evidence/events/{seq}", response={200: EventOut, **PROBLEMS}, summary="One event")
@public
def one(request: HttpRequest, seq: Seq) -> EventOut:
    return _event(evidence.event_at(seq, to=actor_of(request)))


@router.get("/evidence/events/{seq}/proof", response={200: dict[str, Any], **PROBLEMS},
            summary="Proof of one event")  # fmt: skip
@public
def proof(request: HttpRequest, seq: Seq) -> dict[str, Any]:
    """Leaf, path and signed head: checkable without us."""
    return dict(plain(evidence.prove(seq, to=actor_of(request))))


@router.get("/evidence/subjects/{subject}", response={200: EventsOut, **PROBLEMS},
            summary="History of a subject")  # fmt: skip
@public
def history(
    request: HttpRequest,
    subject: Subject,
    before: Annotated[int | None, Query(ge=1, le=2**31)] = None,
    limit: Limit = 100,
) -> EventsOut:
    """The latest first page, oldest first within it; `next` is the `before` of the page before."""
    rows = evidence.history_of(subject, to=actor_of(request), limit=limit + 1, before=before)
    more, rows = len(rows) > limit, rows[-limit:]
    return EventsOut(
        items=[_event(row) for row in rows], next=str(rows[0].subject_n) if more else ""
    )


def _number(cursor: Any) -> int:
    return cursor if isinstance(cursor, int) and 0 <= cursor < 2**53 else 0


def _event(row: Entry) -> EventOut:
    return EventOut(
        seq=row.seq,
        kind=row.kind,
        version=row.version,
        subject=row.subject,
        subject_n=row.subject_n,
        label=row.label,
        by=row.by,
        at=row.at,
        facts=dict(row.facts),
        commitment=row.commitment,
    )
