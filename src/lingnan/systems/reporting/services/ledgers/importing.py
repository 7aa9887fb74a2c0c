"""A register comes as a file: what is new, changed or the same; what cannot be kept goes back by cell."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256 as sha
from xml.parsers.expat import ExpatError
from zipfile import BadZipFile

from django.db import transaction

from lingnan.base.actors import Actor, system_actor
from lingnan.base.clock import legal_day
from lingnan.base.errors import Problem
from lingnan.base.ids import subject, uuid7
from lingnan.base.memory import collector_paused
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.observations import queries as observations
from lingnan.kernel.observations.services import keep_ledger
from lingnan.kernel.places import queries as places

from ...content import ledgers
from ...models import LedgerAct
from ...queries.gate import need
from ...queries.ledgers import entries_of, kind_of
from ...rules.ledgers import Life, given_of, said_from
from ...rules.ledgers.registers import (
    PLACE,
    RegisterRow,
    head_of,
    names_of_columns,
    rows_of,
    rows_of_lines,
)
from ...rules.opening import open_grids
from ...rules.opening.limits import MAX_BYTES, Refusal
from ...rules.opening.rows import is_plain, open_lines
from ...terms.ledgers import Act, EntryOf, LedgerKind, LedgerTakenIn, Taken
from ...terms.refusals import WrongFile
from ...terms.works import AT_ONCE, Track, Unit
from . import numbers as registers
from .common import KEEP, check_day, fresh_uuids, life
from .covering import declare_complete
from .deriving import derive_ledgers
from .saying import SOURCE, Step, define, keep_numbers, said_again, version_of

CHUNK = 5_000
UNPACKED = MAX_BYTES  # as of every workbook that is read
VILLAGE = 5


@dataclass(frozen=True)
class File:
    kind: str
    place: int
    day: date
    sha256: str


@dataclass
class Reading:
    """What is known while the rows are gone through."""

    kind: LedgerKind
    day: date
    villages: Mapping[str, int]
    only: int | None
    held: Mapping[tuple[int, str], EntryOf]
    by_uuid: Mapping[str, EntryOf]
    links: Mapping[str, Mapping[tuple[int, str], str]]
    numbers: Mapping[str, registers.Number] = field(default_factory=dict)
    holders: Mapping[str, str] = field(default_factory=dict)
    problems: list[tuple[str, str]] = field(default_factory=list)
    seen: dict[tuple[int, str], str] = field(default_factory=dict)
    fresh: dict[tuple[int, str], str] = field(default_factory=dict)
    told: set[int] = field(default_factory=set)
    broken: set[int] = field(default_factory=set)
    """Villages with rows in the file, and those of which some rows were sent back."""

    def let_go(self) -> None:
        """What was read need not stay while it is written."""
        self.seen, self.fresh, self.links = {}, {}, {}
        self.numbers, self.holders, self.held, self.by_uuid = {}, {}, {}, {}


def read_register(kind: LedgerKind, data: bytes, name: str) -> list[RegisterRow]:
    """WrongFile when no line names two of the ledger's columns. Within the limits of reading."""
    names = names_of_columns(kind)
    found = _lines(data, names) if data.startswith(b"PK") else []
    if found:
        return found
    for grid in open_grids(data, name):
        head, columns = head_of(grid, names)
        if columns:
            return list(rows_of(grid, head, columns))
    raise WrongFile(
        why=f"找不到{kind.title}台账的列名（{'、'.join(a.title for a in kind.attributes.values())}）。"
    )


def _lines(data: bytes, names: Mapping[str, str]) -> list[RegisterRow]:
    """Line by line, without a grid: forty thousand persons take as little memory as their words.
    Nothing for a workbook that has to be looked at whole."""
    try:
        if not is_plain(data, UNPACKED):
            return []
        with collector_paused():
            return list(rows_of_lines(open_lines(data, UNPACKED).rows, names))
    except (
        Refusal,
        BadZipFile,
        KeyError,
        ValueError,
        IndexError,
        EOFError,
        zlib.error,
        ExpatError,
    ):
        return []  # said by who reads it whole


def take_in_register(  # noqa: PLR0913 - a file, and what it is of
    kind_code: str,
    data: bytes,
    name: str,
    place: int,
    *,
    day: date | None = None,
    complete: bool = False,
    track: Track = AT_ONCE,
    by: Actor,
    at: datetime,
) -> Taken:
    """Register and change entries from a file, as from `day`. A file without faults taken in twice is
    one batch. `complete`: the ledgers of the villages in it are complete from then on.

    Nobody is moved by a file: who is registered in another village is a fault of its row.
    """
    kind, on = kind_of(kind_code), legal_day(at)
    need(by, KEEP, [place], on=on)
    check_day(day or on, on)
    key = f"reporting:register:{kind_code}:{place}:{sha(data).hexdigest()}"
    if track.before.keys or LedgerAct.objects.filter(key=key).exists():
        return Taken(key=key, problems=track.before.problems, repeated=True)
    rows = read_register(kind, data, name)
    count = len(rows)
    track.begin(count, Unit.ROWS)
    with transaction.atomic():
        reading = _reading(kind, rows, place, day or on)
        steps, same, kept = _steps(reading, rows, at)
        told = Taken(
            key=key if not reading.problems else f"{key}:{uuid7(int(at.timestamp() * 1000))}",
            rows=count,
            new=sum(one.before is None for one in steps),
            changed=sum(one.before is not None for one in steps),
            same=same,
            problems=tuple(reading.problems),
        )
        file = File(kind_code, place, reading.day, sha(data).hexdigest())
        reading.let_go()
        _keep(steps, kept, told, file, by=by, at=at)
        touched = sorted({one.after.place for one in steps})
        if complete:
            whole = sorted(reading.told - reading.broken)
            declare_complete(kind_code, whole, reading.day, by=by, at=at, derive=False)
        if touched or complete:
            derive_ledgers(by=by, at=at, below=place)
        track.keep([key], count, told.problems, new=told.new, changed=told.changed, same=told.same)
    return told


def _village(reading: Reading, row: RegisterRow) -> int | None:
    return reading.villages.get(row.given.get(PLACE, "")) or reading.only


def _reading(kind: LedgerKind, rows: Sequence[RegisterRow], place: int, day: date) -> Reading:
    """A handful of queries however many rows."""
    here = places.place(place, on=day)
    codes = places.by_codes(sorted({r.given[PLACE] for r in rows if PLACE in r.given}), on=day)
    ranges = places.ranges(place, on=day, tree="code")
    inside = {p for p in codes.values() if any(low <= p <= high for low, high in ranges)}
    levels = {one.id: one.level for one in places.infos(sorted(inside), on=day)}
    held = entries_of(observations.ledger(kind.code, place, to=system_actor(), on=day))
    found = Reading(
        kind,
        day,
        {code: p for code, p in codes.items() if levels.get(p) == VILLAGE},
        place if here.level == VILLAGE else None,
        {(one.place, _known_by(kind, one.data)): one for one in held},
        {one.uuid: one for one in held},
        {link: _numbered(link, place, day) for link in _links(kind)},
    )
    if kind.identifier:
        _check_numbers(found, rows)
    return found


def _links(kind: LedgerKind) -> set[str]:
    return {one.link for one in kind.attributes.values() if one.link}


def _numbered(kind: str, place: int, day: date) -> dict[tuple[int, str], str]:
    found = observations.ledger(kind, place, to=system_actor(), on=day)
    code = ledgers()[kind].element("number")
    return {(v.place, v.data[code] or ""): v.uuid for v in found if v.data.get(code)}


def _known_by(kind: LedgerKind, data: Mapping[str, str]) -> str:
    """How an entry without a register's number is known in its village."""
    if "number" in kind.attributes:
        return data.get("number", "")
    parts = (data.get(kind.name, ""), data.get("birth", ""), data.get("household", ""))
    return "\0".join(parts)


def _check_numbers(reading: Reading, rows: Sequence[RegisterRow]) -> None:
    key = reading.kind.identifier
    found: dict[str, registers.Number] = {}
    for row in rows:
        text = row.given.get(key, "")
        if text and text not in found:
            number, wrong = registers.checked(reading.kind, text, reading.day)
            if number is not None:
                found[text] = number
            reading.problems += [(row.cells[key], one.words()) for one in wrong]
    reading.numbers = found
    reading.holders = registers.holders(reading.kind.code, [n.blind for n in found.values()])


Kept = list[tuple[str, registers.Number]]


def _steps(reading: Reading, rows: list[RegisterRow], at: datetime) -> tuple[list[Step], int, Kept]:
    """Each row is let go once it is told: forty thousand need not stand beside what they say."""
    steps, same, kept = [], 0, []
    wrong = {where for where, _ in reading.problems}
    if reading.kind.code == "household":
        reading.fresh = _fresh(reading, rows, at)
    rows.reverse()
    while rows:
        row = rows.pop()
        village = _village(reading, row)
        reading.told |= {village} if village else set()
        if wrong & set(row.cells.values()):
            reading.broken |= {village} if village else set()
            continue
        step, number, problems = _step(reading, row, at)
        if problems:
            reading.broken |= {village} if village else set()
            reading.problems += [
                (row.cells.get(one.where, f"{row.number}"), one.words()) for one in problems
            ]
        elif step is None:
            same += 1
        else:
            steps.append(step)
        if number is not None and step is not None and not problems:
            kept.append((step.uuid, number))
    return steps, same, kept


def _step(
    reading: Reading, row: RegisterRow, at: datetime
) -> tuple[Step | None, registers.Number | None, list[Problem]]:
    """What a row says; the number to keep when the entry had none. None: nothing new."""
    place = _village(reading, row)
    if place is None:
        text = row.given.get(PLACE, "")
        return (
            None,
            None,
            [Problem(PLACE, "没有这个村，或不在所选地区之内：{text}", (("text", text),))],
        )
    data, number, problems = _fitted(reading, row, place)
    if problems:
        return None, None, problems
    known, problem = _known(reading, row, place, data, number)
    if problem is not None:
        return None, None, [problem]
    mark = (place, number.blind if number else _known_by(reading.kind, data))
    if mark in reading.seen:
        where = (("row", reading.seen[mark]),)
        return None, None, [Problem(_mark_key(reading, number), "与第 {row} 行是同一对象。", where)]
    reading.seen[mark] = str(row.number)
    if known is None:
        whole, missing = given_of(reading.kind, data, whole=True)
        if missing:
            return None, None, missing
        here = (place, data.get("number", ""))
        uuid = reading.fresh.get(here) or str(uuid7(int(at.timestamp() * 1000)))
        return (
            Step(uuid, reading.kind.code, None, Life(reading.day, None, place, whole)),
            number,
            [],
        )
    return _changed(reading, known, data, number)


def _mark_key(reading: Reading, number: registers.Number | None) -> str:
    return (
        reading.kind.identifier
        if number
        else ("number" if "number" in reading.kind.attributes else reading.kind.name)
    )


def _changed(
    reading: Reading, known: EntryOf, data: Mapping[str, str], number: registers.Number | None
) -> tuple[Step | None, registers.Number | None, list[Problem]]:
    before = life(known)
    after = said_from(before, reading.day, data)
    fresh = number if number and not known.masked else None
    if after.data == before.data and fresh is None:
        return None, None, []
    if reading.day < before.start:
        return None, None, [Problem(reading.kind.name, "该日之后已有登记，请用较晚的日期。")]
    return Step(known.uuid, reading.kind.code, before, after), fresh, []


def _fitted(
    reading: Reading, row: RegisterRow, place: int
) -> tuple[dict[str, str], registers.Number | None, list[Problem]]:
    kind = reading.kind
    given = {key: text for key, text in row.given.items() if key in kind.attributes}
    number = reading.numbers.get(given.pop(kind.identifier, "")) if kind.identifier else None
    data, problems = given_of(kind, given, whole=False)
    if kind.code == "person":
        problems += registers.agreed(data, number)
    for key, one in kind.attributes.items():
        if one.link and key in data:
            target = reading.links[one.link].get((place, data[key]))
            if target is None:
                words = (("number", data[key]), ("title", ledgers()[one.link].title))
                problems.append(Problem(key, "本村没有编号为“{number}”的{title}。", words))
            else:
                data[key] = target
    return data, number, problems


def _known(
    reading: Reading,
    row: RegisterRow,
    place: int,
    data: dict[str, str],
    number: registers.Number | None,
) -> tuple[EntryOf | None, Problem | None]:
    holder = reading.holders.get(number.blind) if number else None
    if holder is None:
        known = reading.held.get((place, _known_by(reading.kind, data)))
        if known is not None and number and known.masked:
            return None, None  # the same name and household, another number: another person
        return known, None
    known = reading.by_uuid.get(holder)
    key = reading.kind.identifier
    if known is None or known.place != place:
        return None, Problem(key, "这个号码已登记在别的村或已注销，请先办理迁移或更正。")
    if data.get("household", known.data.get("household")) != known.data.get("household"):
        return None, Problem("household", "台账中在另一户，换户请办理迁移。")
    return known, None


def _fresh(
    reading: Reading, rows: Sequence[RegisterRow], at: datetime
) -> dict[tuple[int, str], str]:
    """(village, number) → uuid of households that may be new. One look at those already taken."""
    wanted: dict[int, set[str]] = {}
    for row in rows:
        place, number = _village(reading, row), row.given.get("number", "")
        if place and number and (place, number) not in reading.held:
            wanted.setdefault(place, set()).add(number)
    homes = places.uuids(sorted(wanted))
    return fresh_uuids({homes[p]: (p, numbers) for p, numbers in wanted.items()}, at)


def _keep(
    steps: Sequence[Step], kept: Kept, told: Taken, of: File, *, by: Actor, at: datetime
) -> None:
    uuid = uuid7(int(at.timestamp() * 1000))
    LedgerAct.objects.create(
        uuid=uuid, key=told.key, act=Act.REGISTER, kind=of.kind, day=of.day, source=SOURCE,
        reason=f"导入：新增 {told.new}，变更 {told.changed}，一致 {told.same}", by_party=by.party, at=at,
    )  # fmt: skip
    define([of.kind], at=at)
    again = said_again(steps)
    for name, said in (("", steps), ("again:", again)):
        for start in range(0, len(said), CHUNK):
            part = [version_of(one) for one in said[start : start + CHUNK]]
            key = f"reporting:ledger:{uuid}:{name}{start}"
            keep_ledger(of.kind, part, key=key, source=SOURCE, by=by, at=at)
    also = registers.keep(of.kind, kept, at)
    also += [f"reporting.household:{entry}" for entry in keep_numbers(steps)]
    evidence.record(
        LedgerTakenIn(
            subject=subject("reporting", "ledger_act", uuid),
            place=of.place, label="personal", ledger=of.kind, sha256=of.sha256,
            new=told.new, changed=told.changed, faults=len(told.problems),
        ),
        by=by, at=at, also=also,
    )  # fmt: skip
