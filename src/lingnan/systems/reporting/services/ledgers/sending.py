"""A department sends its data down. It is held against the ledgers; nothing is changed by it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from hashlib import sha256 as sha
from typing import Any
from uuid import UUID

from django.db import transaction

from lingnan.base.actors import Actor, system_actor
from lingnan.base.clock import legal_day
from lingnan.base.errors import Invalid, Problem
from lingnan.base.ids import subject, uuid7
from lingnan.base.periods import Period
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.observations import queries as observations
from lingnan.kernel.observations import services as values
from lingnan.kernel.observations.terms import NewValue
from lingnan.kernel.parties.queries import vault
from lingnan.kernel.places import queries as places

from ...models import ReturnBatch, ReturnRow
from ...queries.gate import need
from ...queries.ledgers import entries_of, kind_of
from ...queries.ledgers.returns import SEE_SENT, return_info
from ...rules.ledgers import given_of
from ...rules.ledgers.registers import DIED, MOVED, PLACE, RegisterRow, head_of, rows_of
from ...rules.opening import open_grids
from ...terms.ledgers import EntryOf, LedgerKind, Proposed, Reply, ReturnInfo, ReturnSent
from ...terms.works import AT_ONCE, Track, Unit
from . import numbers
from .importing import read_register

VALUE = "value"
RETURN = "return:"
HEADS = {
    "村代码": "place", "place": "place", "数据项": "element", "element": "element",
    "报告期": "period", "period": "period", "数值": "value", "value": "value",
}  # fmt: skip


@dataclass(frozen=True)
class Sent:
    """What a batch is: its code (`dbs` of `return:dbs`), title, and the day its data are of."""

    code: str
    title: str
    day: date


@dataclass
class Held:
    """The ledger it is held against."""

    kind: LedgerKind
    villages: Mapping[str, int]
    by_uuid: Mapping[str, EntryOf]
    by_name: Mapping[tuple[int, str], list[EntryOf]]
    holders: Mapping[str, str]
    numbers: Mapping[str, numbers.Number]


def send_return(  # noqa: PLR0913 - a file, and what it is of
    kind_code: str,
    data: bytes,
    name: str,
    place: int,
    sent: Sent,
    *,
    track: Track = AT_ONCE,
    by: Actor,
    at: datetime,
) -> ReturnInfo:
    """Rows of a department's register as proposals to the villages below `place`.

    Matched by the register's number; else by name and village, with a doubt that says so. A row whose
    village nobody can tell, or with a wrong number, goes back to the sender by cell. The same file
    under the same code twice is one batch.
    """
    kind, on = kind_of(kind_code), legal_day(at)
    may_send(sent, place, by, on)
    digest = sha(data).hexdigest()
    key = sha(f"{kind_code}:{sent.code}:{sent.day}:{place}:{digest}".encode()).hexdigest()
    before = ReturnBatch.objects.filter(key=key).first()
    if before is not None:
        return return_info(before, {}, repeated=True)
    rows = read_register(kind, data, name)
    track.begin(len(rows), Unit.ROWS)
    with transaction.atomic():
        held, faults = _held(kind, rows, place, on)
        batch = _batch(kind_code, key, sent, by, at)
        wrong = {where for where, _ in faults}
        made = []
        for row in rows:
            if wrong & set(row.cells.values()):
                continue
            found, problem = _proposal(held, row, sent, at)
            if problem:
                faults.append(problem)
            else:
                found.batch = batch
                made.append(found)
        track.keep([key], len(rows), rows=len(made), refused=len(faults))
        return _keep(batch, made, faults, digest, place, by=by, at=at)


def may_send(sent: Sent, place: int, by: Actor, on: date) -> None:
    """Forbidden, Invalid: before anything is read."""
    need(by, SEE_SENT, [place], on=on)
    problems = []
    if not (sent.code.isascii() and sent.code.replace("-", "").replace("_", "").isalnum()):
        problems.append(Problem("code", "代码只能用字母、数字、- 和 _。"))
    if not sent.title.strip():
        problems.append(Problem("title", "请写明是什么数据。"))
    if sent.day > on:
        problems.append(Problem("day", "日期不能晚于今天。"))
    if problems:
        raise Invalid(problems=problems)


def _batch(kind: str, key: str, sent: Sent, by: Actor, at: datetime) -> ReturnBatch:
    return ReturnBatch.objects.create(
        uuid=uuid7(int(at.timestamp() * 1000)), key=key, code=sent.code, title=sent.title.strip(),
        kind=kind, day=sent.day, rows=0, sent_by=by.party, sent_at=at,
    )  # fmt: skip


def _keep(
    batch: ReturnBatch, made: Sequence[ReturnRow], faults: list[tuple[str, str]], digest: str,
    place: int, *, by: Actor, at: datetime,
) -> ReturnInfo:  # fmt: skip
    ReturnRow.objects.bulk_create(made, batch_size=500)
    batch.rows, batch.faults = len(made) + len(faults), [list(one) for one in faults]
    batch.save(update_fields=["rows", "faults"])
    event = ReturnSent(
        subject=subject("reporting", "return", batch.uuid),
        place=place, label="personal" if batch.kind != VALUE else "internal",
        code=batch.code, ledger=batch.kind, rows=batch.rows, sha256=digest,
    )  # fmt: skip
    also = [subject("reporting", "return_row", row.uuid) for row in made]
    evidence.record(event, by=by, at=at, also=also)
    counts: dict[str, int] = {}
    for row in made:
        name = "doubt" if row.proposed == Proposed.DOUBT else str(row.reply)
        counts[name] = counts.get(name, 0) + 1
    return return_info(batch, counts)


def _held(
    kind: LedgerKind, rows: Sequence[RegisterRow], place: int, on: date
) -> tuple[Held, list[tuple[str, str]]]:
    faults: list[tuple[str, str]] = []
    found: dict[str, numbers.Number] = {}
    key = kind.identifier
    for row in rows:
        text = row.given.get(key, "") if key else ""
        if text and text not in found:
            number, wrong = numbers.checked(kind, text, on)
            faults += [(row.cells[key], one.words()) for one in wrong]
            if number is not None:
                found[text] = number
    entries = entries_of(observations.ledger(kind.code, place, to=system_actor(), on=on))
    by_name: dict[tuple[int, str], list[EntryOf]] = {}
    for one in entries:
        by_name.setdefault((one.place, one.data.get(kind.name, "")), []).append(one)
    codes = sorted({r.given[k] for r in rows for k in (PLACE, MOVED) if k in r.given})
    ranges = places.ranges(place, on=on, tree="code")
    villages = {
        code: p
        for code, p in places.by_codes(codes, on=on).items()
        if any(low <= p <= high for low, high in ranges)
    }
    holders = numbers.holders(kind.code, [n.blind for n in found.values()])
    by_uuid = {one.uuid: one for one in entries}
    return Held(kind, villages, by_uuid, by_name, holders, found), faults


def _proposal(
    held: Held, row: RegisterRow, sent: Sent, at: datetime
) -> tuple[ReturnRow, tuple[str, str] | None]:
    kind = held.kind
    number = held.numbers.get(row.given.get(kind.identifier, "")) if kind.identifier else None
    given = {k: t for k, t in row.given.items() if k in kind.attributes and k != kind.identifier}
    data, problems = given_of(
        kind, {k: t for k, t in given.items() if not kind.attributes[k].link}, whole=False
    )
    if problems:
        one = problems[0]
        return ReturnRow(), (row.cells.get(one.where, str(row.number)), one.words())
    place = held.villages.get(row.given.get(PLACE, ""))
    known, doubt = _matched(held, number, place, data)
    if known is None and place is None:
        where = row.cells.get(PLACE, str(row.number))
        return ReturnRow(), (where, "台账中没有这一对象，也看不出是哪个村的。")
    uuid = uuid7(int(at.timestamp() * 1000))
    made = ReturnRow(
        uuid=uuid, row=row.number, place=known.place if known else place, doubt=doubt,
        entry=UUID(known.uuid) if known else None,
        given={**data, **{k: t for k, t in given.items() if kind.attributes[k].link}},
        number=vault.seal(number.value, uuid) if number else None,
        masked=number.masked if number else "",
    )  # fmt: skip
    _propose(made, held, row, known, place)
    return made, None


def _matched(
    held: Held, number: numbers.Number | None, place: int | None, data: Mapping[str, str]
) -> tuple[EntryOf | None, str]:
    """By number surely; by name within a village only when it is the one, and with a doubt."""
    if number is not None and number.blind in held.holders:
        known = held.by_uuid.get(held.holders[number.blind])
        if known is not None:
            return known, ""
    name = data.get(held.kind.name, "")
    same = held.by_name.get((place or 0, name), []) if name else []
    birth = data.get("birth")
    if birth:
        same = [one for one in same if one.data.get("birth", birth) == birth]
    if number is not None:
        same = [one for one in same if not one.masked]
    if len(same) == 1:
        return same[0], "只按名称和村对上，请核对是不是同一对象"
    if len(same) > 1:
        return None, f"本村有 {len(same)} 个同名对象，对不上是哪一个"
    return None, ""


def _propose(
    made: ReturnRow, held: Held, row: RegisterRow, known: EntryOf | None, place: int | None
) -> None:
    if known is None:
        made.proposed = Proposed.DOUBT if made.doubt else Proposed.NEW
        made.changes = {k: ["", t] for k, t in made.given.items()}
        return
    moved = held.villages.get(row.given.get(MOVED, "")) or place
    if row.given.get(DIED):
        made.proposed, made.changes = Proposed.DIED, {DIED: ["", row.given[DIED]]}
    elif moved is not None and moved != known.place:
        made.proposed = Proposed.MOVED
        made.changes = {PLACE: [str(known.place), str(moved)]}
    else:
        changes = {
            key: [known.data.get(key, ""), text]
            for key, text in made.given.items()
            if not held.kind.attributes[key].link and known.data.get(key, "") != text
        }
        if made.masked and not known.masked:
            changes[held.kind.identifier] = ["", made.masked]
        made.proposed = Proposed.CHANGED if changes else Proposed.SAME
        made.changes = changes
        made.reply = Reply.WAITING if changes else Reply.SAME


def send_values(
    data: bytes,
    name: str,
    place: int,
    sent: Sent,
    *,
    track: Track = AT_ONCE,
    by: Actor,
    at: datetime,
) -> ReturnInfo:
    """Facts of villages known above: village code, element, period, value. What nobody holds is known
    from now on under `return:<code>`; what a village said otherwise is put to it and left as it is."""
    on = legal_day(at)
    may_send(sent, place, by, on)
    digest = sha(data).hexdigest()
    key = sha(f"value:{sent.code}:{place}:{digest}".encode()).hexdigest()
    before = ReturnBatch.objects.filter(key=key).first()
    if before is not None:
        return return_info(before, {}, repeated=True)
    lines, faults = _value_lines(data, name, place, on)
    track.begin(len(lines) + len(faults), Unit.ROWS)
    with transaction.atomic():
        batch = _batch(VALUE, key, sent, by, at)
        held = _values_held(lines, on)
        made, new = [], []
        for line in lines:
            row = _value_row(line, held, at)
            row.batch = batch
            made.append(row)
            if row.reply == Reply.ACCEPTED:
                row.replied_at = at
                new.append(
                    NewValue(
                        place=line["place"],
                        element=line["element"],
                        period=line["period"],
                        value=line["value"],
                    )
                )
        if new:
            values.record_values(
                f"reporting:return:{key}", new, source=f"{RETURN}{sent.code}", by=by, at=at
            )
        track.keep([key], len(lines) + len(faults), rows=len(made), refused=len(faults))
        return _keep(batch, made, faults, digest, place, by=by, at=at)


def _value_lines(
    data: bytes, name: str, place: int, on: date
) -> tuple[list[dict[str, Any]], list[tuple[str, str]]]:
    grid = open_grids(data, name)[0]
    head, columns = head_of(grid, HEADS)
    if set(columns.values()) != {"place", "element", "period", "value"}:
        raise Invalid(problems=[Problem("1", "第一行应有：村代码、数据项、报告期、数值。")])
    rows = list(rows_of(grid, head, columns))
    codes = places.by_codes(sorted({r.given.get("place", "") for r in rows}), on=on)
    ranges = places.ranges(place, on=on, tree="code")
    elements = observations.element_map(sorted({r.given.get("element", "") for r in rows}))
    lines, faults, seen = [], [], set()
    for row in rows:
        line, wrong = _value_line(row, codes, elements)
        if not wrong and not any(low <= line["place"] <= high for low, high in ranges):
            wrong = ("place", "不在所选地区之内。")
        mark = (line.get("place"), line.get("element"), line.get("period"))
        if not wrong and mark in seen:
            wrong = ("value", "同一事实在文件中出现了两次。")
        seen.add(mark)
        if wrong:
            faults.append((row.cells[wrong[0]], wrong[1]))
        else:
            lines.append(line)
    return lines, faults


def _value_line(
    row: RegisterRow, codes: Mapping[str, int], elements: Mapping[str, Any]
) -> tuple[dict[str, Any], tuple[str, str] | None]:
    given = row.given
    if given.get("place", "") not in codes:
        return {}, ("place", "没有这个村。")
    element = elements.get(given.get("element", ""))
    if element is None or not element.type.is_numeric:
        return {}, ("element", "没有这个数值型数据项。")
    try:
        period = Period.parse(given.get("period", "")).code
    except ValueError:
        return {}, ("period", "没有这个报告期。")
    try:
        value = Decimal(given.get("value", "").replace(",", ""))
    except InvalidOperation:
        return {}, ("value", "应为数值。")
    if not value.is_finite() or abs(value) >= Decimal(10) ** 18 or round(value, 6) != value:
        return {}, ("value", "应为数值。")
    return {
        "row": row.number, "place": codes[given["place"]], "element": element.id,
        "code": given["element"], "title": element.titles.get("zh-hans", given["element"]),
        "period": period, "value": value,
    }, None  # fmt: skip


def _values_held(
    lines: Sequence[dict[str, Any]], on: date
) -> dict[tuple[int, int, int], tuple[Decimal, str]]:
    if not lines:
        return {}
    table = observations.values(
        sorted({one["element"] for one in lines}), sorted({one["period"] for one in lines}),
        places=sorted({one["place"] for one in lines}), to=system_actor(), on=on,
    )  # fmt: skip
    names = observations.source_codes(sorted(set(table["source"].to_pylist())))
    return {
        (row["place"], row["element"], row["period"]): (row["value"], names.get(row["source"], ""))
        for row in table.to_pylist()
        if row["subject"] == 0 and row["value"] is not None
    }


def _value_row(
    line: Mapping[str, Any], held: Mapping[tuple[int, int, int], tuple[Decimal, str]], at: datetime
) -> ReturnRow:
    said = held.get((line["place"], line["element"], line["period"]))
    row = ReturnRow(
        uuid=uuid7(int(at.timestamp() * 1000)), row=line["row"], place=line["place"],
        proposed=Proposed.VALUE,
        given={
            "element": line["code"], "title": line["title"], "period": line["period"],
            "value": str(line["value"]),
        },
    )  # fmt: skip
    if said is None or said[1].startswith(RETURN):
        row.reply = Reply.ACCEPTED
        row.reason = "无人报过，直接采用"
    elif said[0] == line["value"]:
        row.reply, row.proposed = Reply.SAME, Proposed.SAME
    else:
        row.changes = {
            line["title"]: [f"{said[0].normalize():f}", f"{line['value'].normalize():f}"]
        }
    return row
