"""What ledgers' own rows are by now, for events to tell and verifiers to compare."""

import hashlib
from collections.abc import Callable, Iterator, Sequence

from lingnan.kernel.evidence.queries import State, grouped, narrowed, numbers_of, wanted

from ...models import (
    LedgerAct,
    LedgerCover,
    LedgerItem,
    LedgerNumber,
    LedgerTouch,
    ReturnBatch,
    ReturnRow,
)
from ...terms.filings import Verdict

PAGE = 1000
ACT = ("key", "act", "kind", "day", "source", "reason", "retracted_by", "by_party", "at")
TOUCH = ("entry", "kind", "before", "after")
COVER = ("kind", "place", "since")
ITEM = ("element", "kind", "formula", "state", "decided_by", "decided_at")
SENT = ("key", "code", "title", "kind", "day", "rows", "faults", "sent_by", "sent_at")
ROW = ("batch", "row", "place", "entry", "proposed", "given", "masked", "changes", "doubt")
ANSWER = ("reply", "reason", "replied_by", "replied_at")


def acts(keys: Sequence[str] | None) -> Iterator[State]:
    these = numbers_of(LedgerAct.objects, keys)
    touches = grouped(narrowed(LedgerTouch.objects, "act", these), "act", *TOUCH)
    rows = narrowed(LedgerAct.objects.order_by("pk"), "uuid", keys)
    mine = wanted(keys)
    for pk, uuid, *held in rows.values_list("pk", "uuid", *ACT).iterator(PAGE):
        if mine(uuid):
            yield State(str(uuid), f"{held[1]} {held[2]} {held[3]}", [held, touches.get(pk, [])])


def numbers(keys: Sequence[str] | None) -> Iterator[State]:
    rows = narrowed(LedgerNumber.objects.order_by("pk"), "uuid", keys)
    mine = wanted(keys)
    columns = ("uuid", "entry", "kind", "scheme", "masked", "blind", "sealed")
    for uuid, *held, sealed in rows.values_list(*columns).iterator(PAGE):
        if mine(uuid):
            yield State(str(uuid), held[3], [*held, hashlib.sha256(bytes(sealed)).hexdigest()])


def answers(keys: Sequence[str] | None) -> Iterator[State]:
    rows = narrowed(ReturnRow.objects.order_by("pk"), "uuid", keys)
    mine = wanted(keys)
    columns = ("uuid", "number", *ROW, *ANSWER)
    for uuid, number, *held in rows.values_list(*columns).iterator(PAGE):
        if mine(uuid):
            sealed = hashlib.sha256(bytes(number)).hexdigest() if number else ""
            yield State(str(uuid), f"{held[0]}/{held[1]}", [*held, sealed])


def items(keys: Sequence[str] | None) -> Iterator[State]:
    """What somebody decided, or content that knows the wording for sure; what is proposed may change."""
    rows = narrowed(LedgerItem.objects.order_by("pk"), "uuid", keys)
    mine = wanted(keys)
    decided = rows.exclude(state=Verdict.PROPOSED)
    for uuid, *held in decided.values_list("uuid", *ITEM).iterator(PAGE):
        if mine(uuid):
            yield State(str(uuid), f"{held[0]} {held[1]}", held)


def _plain(
    model: type, columns: tuple[str, ...]
) -> Callable[[Sequence[str] | None], Iterator[State]]:
    def load(keys: Sequence[str] | None) -> Iterator[State]:
        rows = narrowed(model.objects.order_by("pk"), "uuid", keys)  # type: ignore[attr-defined]
        mine = wanted(keys)
        for uuid, *held in rows.values_list("uuid", *columns).iterator(PAGE):
            if mine(uuid):
                yield State(str(uuid), f"{held[0]} {held[1]}", held)

    return load


STATES = {
    "reporting.ledger_act": acts,
    "reporting.ledger_number": numbers,
    "reporting.ledger_cover": _plain(LedgerCover, COVER),
    "reporting.ledger_item": items,
    "reporting.return": _plain(ReturnBatch, SENT),
    "reporting.return_row": answers,
}
