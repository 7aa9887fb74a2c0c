"""Write down what happened, in the transaction in which it happens."""

import secrets
import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, models, transaction
from django.db.models import Max

from lingnan.base import canonical, ids
from lingnan.base.actors import Actor
from lingnan.base.errors import Clash
from lingnan.base.events import Event

from ..models import Event as Row
from ..models import EventBody, StateMark
from ..queries.states import is_told, states_of
from ..rules import leaf, states
from ..terms import SECRECY

TRIES = 50  # writers of one subject that may overtake us before we give up; each waits for its turn
CHUNK = 500  # subjects in one IN list: below the limit of variables of every SQLite


class TooManyWriters(Clash):
    code = "evidence.too_many_writers"


def record(
    event: Event,
    *,
    by: Actor,
    at: datetime,
    private: Mapping[str, Any] | None = None,
    also: Iterable[str] = (),
) -> int:
    """The event's primary key. One query; two with a private body; those of its states.

    An event that `tells_state` keeps a digest of what its subject is by now, and of the subjects
    in `also`: record it after the rows are written.

    Writers of different subjects never wait for each other: the number within the subject is taken
    by the insert itself; a concurrent writer of the same subject makes it write nothing and retry.
    """
    _check_transaction()
    mark = _marks([event], also)[0]
    row, body = _row(event, by, at, private, mark)
    for _ in range(TRIES):
        row.pk = _insert(row)
        if row.pk is not None:
            break
    else:
        raise TooManyWriters
    if body:
        body.event_id = row.pk
        EventBody.objects.bulk_create([body])
    _keep([(mark, row)])
    return int(row.pk)


def record_many(
    events: Sequence[Event],
    *,
    by: Actor,
    at: datetime,
    private: Sequence[Mapping[str, Any] | None] | None = None,
    also: Iterable[str] = (),
) -> list[int]:
    """Primary keys in the order given; a handful of queries however many events there are.

    The last event tells the states of the subjects in `also`."""
    _check_transaction()
    bodies = private or [None] * len(events)
    marks = _marks(events, also)
    pairs = [
        _row(e, by, at, body, mark) for e, body, mark in zip(events, bodies, marks, strict=True)
    ]
    rows = [row for row, _ in pairs]
    for _ in range(TRIES):
        if _insert_all(rows):
            break
    else:
        raise TooManyWriters
    _keep(zip(marks, rows, strict=True))
    kept = []
    for row, body in pairs:
        if body:
            body.event_id = row.pk
            kept.append(body)
    EventBody.objects.bulk_create(kept, batch_size=1000)
    return [int(row.pk) for row in rows]


def _check_transaction() -> None:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            "evidence is recorded in the transaction of the change it tells of"
        )


def _marks(events: Sequence[Event], also: Iterable[str]) -> list[tuple[str, bytes] | None]:
    """For each event, salt and list of the states as they are now; None when it tells of none.

    The last tells those of `also` too; what of them has no state any more is told as gone."""
    others = list(also)
    if not events:
        return []
    salts = [secrets.token_bytes(16) for _ in events]
    telling: dict[str, list[int]] = defaultdict(list)
    for number, event in enumerate(events):
        if event.tells_state:
            telling[event.subject].append(number)
    last, wanted = len(events) - 1, set(others)
    found: list[dict[str, str]] = [{} for _ in events]
    # One state after the other: those of a register are too many to be held together.
    for name, one in states_of([*telling, *others]):
        for number in {*telling.get(name, ()), *([last] if name in wanted else ())}:
            found[number][name] = states.digest(salts[number], one.value)
    for name in others:
        if name not in found[last] and is_told(name):
            found[last][name] = states.GONE
    return [
        (salt.hex(), states.listed(told.items())) if told else None
        for salt, told in zip(salts, found, strict=True)
    ]


def _keep(pairs: Iterable[tuple[tuple[str, bytes] | None, Row]]) -> None:
    StateMark.objects.bulk_create(
        [
            StateMark(event=row, salt=mark[0], told=zlib.compress(mark[1], 1))
            for mark, row in pairs
            if mark
        ],
        batch_size=1000,
    )


def _row(
    event: Event,
    by: Actor,
    at: datetime,
    private: Mapping[str, Any] | None,
    mark: tuple[str, bytes] | None,
) -> tuple[Row, EventBody | None]:
    """ValueError when the event is not fit to be kept: a fault of the program, not of a person."""
    ids.parse_subject(event.subject)
    if at.tzinfo is None:
        raise ValueError("at needs a time zone")
    if event.label not in SECRECY:
        raise ValueError(f"{event.label!r} is no secrecy label")
    told = {"states": states.root(mark[1])} if mark else {}
    facts = canonical.dumps(event.facts() | told).decode()
    if leaf.names_a_resident(facts):
        raise ValueError(f"{event.kind}: an identity number stands in the facts; use private=")
    body, commitment = None, ""
    if private is not None:
        salt = secrets.token_bytes(32)
        text = canonical.dumps(private).decode()
        commitment = leaf.commitment(salt, text)
        body = EventBody(salt=salt.hex(), body=text)
    row = Row(
        kind=event.kind,
        version=event.version,
        subject=event.subject,
        place_id=event.place,
        label=event.label,
        by=by.tag(),
        at=at,
        facts=facts,
        commitment=commitment,
    )
    return row, body


def _insert(row: Row) -> int | None:
    """None when a concurrent writer of the subject took the number.

    SQL by hand: the ORM cannot insert a number from a subquery and survive a conflict.
    """
    fields = [f for f in Row._meta.concrete_fields if f.name not in {"id", "seq"}]
    quote = connection.ops.quote_name
    table = quote(Row._meta.db_table)
    columns = ", ".join(quote(str(f.column)) for f in fields)
    values = ", ".join(
        f"(SELECT COALESCE(MAX(subject_n), 0) + 1 FROM {table} WHERE subject = %s)"
        if f.name == "subject_n"
        else "%s"
        for f in fields
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({columns}) VALUES ({values}) "
            "ON CONFLICT (subject, subject_n) DO NOTHING RETURNING id",
            [_stored(row, f) for f in fields],
        )
        found = cursor.fetchone()
    return int(found[0]) if found else None


def _stored(row: Row, field: "models.Field[Any, Any]") -> Any:
    value = row.subject if field.name == "subject_n" else getattr(row, field.attname)
    if field.name == "subject_n":
        return value
    return field.get_db_prep_save(value, connection)


def _insert_all(rows: Sequence[Row]) -> bool:
    """False when a concurrent writer took a number; then nothing was written."""
    numbers = _last_numbers({row.subject for row in rows})
    for row in rows:
        numbers[row.subject] += 1
        row.subject_n = numbers[row.subject]
    try:
        with transaction.atomic():
            Row.objects.bulk_create(rows, batch_size=1000)
    except IntegrityError:
        for row in rows:
            row.pk = None
        return False
    return True


def _last_numbers(subjects: set[str]) -> defaultdict[str, int]:
    found: defaultdict[str, int] = defaultdict(int)
    names = sorted(subjects)
    for start in range(0, len(names), CHUNK):
        part = Row.objects.filter(subject__in=names[start : start + CHUNK])
        found.update(part.order_by().values_list("subject").annotate(Max("subject_n")))
    return found
