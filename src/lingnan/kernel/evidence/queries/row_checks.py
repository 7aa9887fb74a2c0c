"""What the tree cannot see: bodies, numbers within a subject, rows beyond the signed tree."""

import json
from collections.abc import Iterator

from django.db.models import Count, F, Max, Q, Subquery

from ..models import Event, EventBody, SequencerState, TreeHead
from ..rules import leaf
from ..terms import BodyErased, Finding

PAGE = 2000


def check_bodies() -> Iterator[Finding]:
    """Every body keeps its commitment; every commitment has a body or the event of its erasure."""
    last = 0
    while True:
        rows = EventBody.objects.filter(pk__gt=last).select_related("event", "erased_by")
        page = list(rows.order_by("pk")[:PAGE])
        for row in page:
            yield from (_body_finding(row.pk, what) for what in _body_faults(row))
        if len(page) < PAGE:
            break
        last = page[-1].pk
    bare = Event.objects.exclude(commitment="").filter(body=None).order_by("pk")
    for pk in bare.values_list("pk", flat=True).iterator(PAGE):
        yield _body_finding(pk, "私密内容被删除，而没有删除记录")


def _body_faults(row: EventBody) -> Iterator[str]:
    if row.erased_by is not None:
        if row.salt or row.body:
            yield "已登记删除，内容却仍在"
        if not _tells_of(row.erased_by, row.pk):
            yield "所引用的删除记录不成立"
        return
    try:
        found = leaf.commitment(bytes.fromhex(row.salt), row.body)
    except ValueError:
        found = "?"
    if found != row.event.commitment:
        yield "私密内容与事件中的承诺值不符"


def _tells_of(event: Event, erased: int) -> bool:
    try:
        return event.kind == BodyErased.kind and json.loads(event.facts)["event"] == erased
    except (ValueError, KeyError, TypeError):
        return False


def _body_finding(pk: int, what: str) -> Finding:
    return Finding("evidence.body", f"event #{pk}", what)


def check_subjects() -> Iterator[Finding]:
    """Numbers run 1, 2, 3 … within a subject: a hole is a deleted event, sequenced or not."""
    counted = (
        Event.objects.order_by().values("subject").annotate(n=Count("pk"), top=Max("subject_n"))
    )
    for row in counted.exclude(n=F("top")).iterator(PAGE):
        yield Finding(
            "evidence.subject", row["subject"], f"共编至第 {row['top']} 条，只剩 {row['n']} 条"
        )


def check_state() -> Iterator[Finding]:
    newest = TreeHead.objects.order_by("-tree_size").values("tree_size")[:1]
    if newest and not SequencerState.objects.exists():
        yield Finding("evidence.state", "#1", "编号状态被删除")
    rows = SequencerState.objects.annotate(signed=Subquery(newest))
    for row in rows.exclude(size=F("signed")).exclude(Q(size=0, signed=None)):
        yield Finding("evidence.state", "#1", f"编号至 {row.size}，树头却签至 {row.signed or 0}")


def stray_events(signed: int) -> list[tuple[int, int]]:
    """(id, seq) of events with a number that no signed tree holds; the first thousand."""
    outside = Event.objects.filter(Q(seq__gt=signed) | Q(seq__lt=1)).order_by("seq")
    return [(pk, seq or 0) for pk, seq in outside.values_list("pk", "seq")[:1000]]
