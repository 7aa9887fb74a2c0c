"""What somebody who writes tables and files, but has no key, has done to the store."""

import json
from collections.abc import Iterator
from typing import Any

from lingnan.base import ids
from lingnan.kernel.evidence import queries as evidence
from lingnan.kernel.evidence.models import Event
from lingnan.kernel.evidence.terms import Finding

from ..models import Batch, Element, PeriodHead
from ..rules.rows import row_root
from ..terms import (
    ElementsDefined,
    LedgerKept,
    PeriodClosed,
    PeriodOpened,
    Shape,
    ValuesRecorded,
)
from .verify_current import check_contenders, check_current
from .verify_entries import check_entries
from .verify_ledgers import check_ledgers
from .verify_rows import check_rows
from .verify_segments import check_segments

FACTS = ("key", "rows", "row_root", "superseded", "contenders", "unchanged", "payload", "periods")
SHAPES = {ValuesRecorded.kind: Shape.VALUE, LedgerKept.kind: Shape.LEDGER}
PLAIN: dict[str, Any] = {"superseded": 0, "contenders": 0, "unchanged": 0, "periods": []}


def verify() -> Iterator[Finding]:
    """Every finding as it is found. What evidence itself proves (the events) is taken as true here.

    Only batches sequenced when it began are checked: safe beside writers, sealers and compactors.
    """
    until = evidence.watermark()
    yield from check_elements()
    yield from check_batches(until)
    yield from check_segments(until)
    yield from check_rows(until)
    yield from check_heads()
    yield from check_current(until)
    yield from check_contenders(until)
    yield from check_ledgers(until)
    yield from check_entries(until)


def check_elements() -> Iterator[Finding]:
    told: dict[str, str] = {}
    for facts in facts_of(ElementsDefined.kind):
        told |= facts["digests"]
    for element in Element.objects.order_by("code").iterator(500):
        digest = told.pop(element.code, None)
        if digest is None:
            yield Finding("observations.element", element.code, "没有定义它的事件：自行插入")
        elif digest != element.digest():
            yield Finding("observations.element", element.code, "定义与事件不符：被改动")
    for code in sorted(told):
        yield Finding("observations.element", code, "有定义它的事件，没有这一行：被删除")


def facts_of(kind: str) -> Iterator[dict[str, Any]]:
    """Of every event of a kind, oldest first."""
    texts = Event.objects.filter(kind=kind).order_by("id").values_list("facts", flat=True)
    for text in texts.iterator(500):
        yield json.loads(text)


def check_batches(until: int) -> Iterator[Finding]:
    lost = Event.objects.filter(kind__in=SHAPES, seq__lte=until, batch=None)
    for text in lost.order_by("id").values_list("facts", flat=True).iterator(500):
        facts = json.loads(text)
        yield Finding("observations.batch", name_of(facts), "有记录它的事件，没有这一行：被删除")
    held = Batch.objects.select_related("event", "source").order_by("pk")
    for batch in held.iterator(200):
        what = _batch_fault(batch)
        if what:
            yield Finding("observations.batch", f"{batch.key}（{batch.pk:016x}）", what)


def name_of(facts: dict[str, Any]) -> str:
    return f"{facts['key']}（{facts['batch']}）"


def _batch_fault(batch: Batch) -> str:
    if batch.event is None or batch.event.kind not in SHAPES:
        return "没有记录它的事件：自行插入"
    facts = PLAIN | json.loads(batch.event.facts) | {"shape": SHAPES[batch.event.kind]}
    wrong = [name for name in (*FACTS, "shape") if facts[name] != getattr(batch, name)]
    if facts["batch"] != f"{batch.pk:016x}" or batch.pk != ids.stable_int(batch.key):
        wrong.append("id")
    if facts["source"] != batch.source.code:
        wrong.append("source")
    if facts["places"] != [batch.place_low, batch.place_high]:
        wrong.append("places")
    if batch.recorded_at != batch.event.at:
        wrong.append("recorded_at")
    if row_root(bytes(batch.sketch)) != facts["row_root"]:
        wrong.append("sketch")
    return f"与事件不符：{'、'.join(wrong)} 被改动" if wrong else ""


def check_heads() -> Iterator[Finding]:
    """A head that hides earlier batches would let the next one forget what it replaces."""
    counts: dict[int, int] = {}
    for periods in Batch.objects.filter(shape="value").values_list("periods", flat=True).iterator():
        for period in periods:
            counts[period] = counts.get(period, 0) + 1
    open_by_event = _open_by_event()
    heads = {h.period: h for h in PeriodHead.objects.all()}
    for period in sorted({*counts, *heads}):
        head = heads.get(period)
        if head is None:
            yield Finding("observations.period", str(period), "有批次，没有这一行：被删除")
            continue
        # A batch recorded between the two reads makes the head the greater, never the smaller.
        if head.n < counts.get(period, 0):
            yield Finding("observations.period", str(period), "批次数少于实有：被改动")
        if head.is_open != open_by_event.get(period, True):
            yield Finding("observations.period", str(period), "开放状态与事件不符：被改动")


def _open_by_event() -> dict[int, bool]:
    kinds = [PeriodClosed.kind, PeriodOpened.kind]
    events = Event.objects.filter(kind__in=kinds).order_by("id").values_list("kind", "facts")
    return {json.loads(facts)["period"]: kind == PeriodOpened.kind for kind, facts in events}
