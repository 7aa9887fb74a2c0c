"""The village's word on what came down: taken over, refused with a reason, or not ours."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from lingnan.base.actors import Actor
from lingnan.base.clock import legal_day
from lingnan.base.errors import Invalid, NotFound, Problem
from lingnan.base.ids import subject
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.observations import queries as observations
from lingnan.kernel.observations import services as values
from lingnan.kernel.observations.terms import NewValue
from lingnan.kernel.parties.queries import vault

from ...content import ledgers
from ...models import ReturnRow
from ...queries.gate import need
from ...rules.ledgers import given_of
from ...rules.ledgers.registers import DIED, PLACE
from ...terms.ledgers import Answered, Proposed, Reply, ReturnAnswered
from .acting import die, move_entry, move_person
from .common import KEEP
from .keeping import change_entry, register_entry
from .saying import Why


@transaction.atomic
def answer_return(
    row_id: int,
    reply: Reply,
    *,
    reason: str = "",
    more: Mapping[str, str] | None = None,
    by: Actor,
    at: datetime,
) -> None:
    """ACCEPTED makes it an act of the ledger, with `return:<code>` as its source; `more`: what the row
    does not say (the household of a new person, of one who moved). Answered when somebody was first.
    """
    row = (
        ReturnRow.objects.select_for_update(of=("self",))
        .select_related("batch").filter(pk=row_id).first()
    )  # fmt: skip
    if row is None or row.place is None or not by.reaches(row.place, legal_day(at)):
        raise NotFound
    need(by, KEEP, [row.place], on=legal_day(at))
    if row.reply != Reply.WAITING:
        raise Answered
    if reply is Reply.ACCEPTED:
        _accept(row, dict(more or {}), by, at)
    elif reply not in {Reply.REFUSED, Reply.NOT_OURS}:
        raise Invalid(problems=[Problem("reply", "只能采纳、不采纳或答复不是本村。")])
    elif reply is Reply.REFUSED and not reason.strip():
        raise Invalid(problems=[Problem("reason", "不采纳请写明原因。")])
    row.reply, row.reason = reply, reason.strip()
    row.replied_by, row.replied_at = by.party, at
    row.save(update_fields=["reply", "reason", "replied_by", "replied_at", "entry"])
    evidence.record(
        ReturnAnswered(
            subject=subject("reporting", "return_row", row.uuid),
            place=row.place, label="personal", reply=reply, rows=1,
        ),
        by=by, at=at,
    )  # fmt: skip


def _accept(row: ReturnRow, more: dict[str, str], by: Actor, at: datetime) -> None:
    why = Why(row.batch.day, f"return:{row.batch.code}", row.batch.title)
    match Proposed(row.proposed):
        case Proposed.VALUE:
            _take_value(row, by, at)
        case Proposed.DIED:
            _die(row, why, by, at)
        case Proposed.MOVED:
            _move(row, why, more, by, at)
        case Proposed.CHANGED:
            _change(row, why, by, at)
        case _:
            _register(row, why, more, by, at)


def _register(row: ReturnRow, why: Why, more: dict[str, str], by: Actor, at: datetime) -> None:
    """A new entry; a doubtful row may instead be said to be an entry we have."""
    assert row.place is not None
    if more.get("entry"):
        row.entry = more["entry"]
        _change(row, why, by, at)
        return
    kind = ledgers()[row.batch.kind]
    given = {**row.given, **{k: t for k, t in more.items() if k in kind.attributes and t}}
    if row.number:
        given[kind.identifier] = _number(row)
    row.entry = register_entry(kind.code, row.place, given, why, by=by, at=at)


def _number(row: ReturnRow) -> str:
    assert row.number is not None
    return vault.unseal(bytes(row.number), row.uuid)


def _change(row: ReturnRow, why: Why, by: Actor, at: datetime) -> None:
    kind = ledgers()[row.batch.kind]
    given = {
        key: text
        for key, text in row.given.items()
        if key in kind.attributes and not kind.attributes[key].link
    }
    if row.number and (kind.identifier in row.changes or row.proposed == Proposed.DOUBT):
        given[kind.identifier] = _number(row)
    change_entry(str(row.entry), given, why, by=by, at=at)


def _die(row: ReturnRow, why: Why, by: Actor, at: datetime) -> None:
    text = row.changes[DIED][1]
    birth = ledgers()["person"]
    found, wrong = given_of(birth, {"birth": text}, whole=False)  # read like any other date
    if wrong:
        raise Invalid(problems=[Problem(DIED, "去世日期写得不对：{text}", (("text", text),))])
    day = date.fromisoformat(found["birth"])
    die(str(row.entry), Why(day, why.source, why.reason), by=by, at=at)


def _move(row: ReturnRow, why: Why, more: dict[str, str], by: Actor, at: datetime) -> None:
    if row.batch.kind != "person":
        number = more.get("number", "")
        move_entry(str(row.entry), int(row.changes[PLACE][1]), why, number=number, by=by, at=at)
        return
    if not more.get("household"):
        raise Invalid(problems=[Problem("household", "请指明迁入哪一户。")])
    move_person(str(row.entry), more["household"], why, by=by, at=at)


def _take_value(row: ReturnRow, by: Actor, at: datetime) -> None:
    assert row.place is not None
    element = observations.element_map([row.given["element"]])[row.given["element"]]
    new = NewValue(
        place=row.place, element=element.id, period=row.given["period"],
        value=Decimal(row.given["value"]),
    )  # fmt: skip
    key = f"reporting:return:{row.batch.key}:{row.row}"
    values.record_values(key, [new], source=f"return:{row.batch.code}", by=by, at=at)
