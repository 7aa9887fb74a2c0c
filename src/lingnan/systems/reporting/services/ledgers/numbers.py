"""Numbers from registers: checked by their own rules, sealed, one entry each, shown for a reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from lingnan.base.actors import Actor
from lingnan.base.canonical import sha256
from lingnan.base.clock import legal_day
from lingnan.base.errors import Invalid, NotFound, Problem
from lingnan.base.ids import subject, uuid7
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.observations.services.bulk import insert
from lingnan.kernel.parties import queries as parties
from lingnan.kernel.parties.queries import vault
from lingnan.kernel.parties.terms import Scheme

from ...content import ledgers
from ...models import LedgerNumber
from ...queries.ledgers import members, personal_of, whole_entry
from ...queries.masking import need_persons
from ...terms.ledgers import EntryOf, LedgerKind, LedgerUnmasked, NumberTaken

CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class Number:
    """A number that passed its check; `birth` and `sex` where it says so."""

    scheme: Scheme
    value: str
    masked: str
    blind: str
    birth: str
    sex: str


def checked(kind: LedgerKind, text: str, on: date) -> tuple[Number | None, list[Problem]]:
    """None when it is wrong; the problems say why."""
    attribute = kind.attributes[kind.identifier]
    scheme = Scheme(attribute.identifier)
    found = parties.check_identifier(text, scheme=scheme, on=on)
    if not found.ok:
        return None, [Problem(kind.identifier, one.tell, one.params) for one in found.errors]
    return Number(
        scheme,
        found.value,
        parties.masked(found),
        vault.blind(scheme, "", found.value),
        found.birth.isoformat() if found.birth else "",
        found.sex,
    ), []


def agreed(given: dict[str, str], number: Number | None) -> list[Problem]:
    """The number fills in birth and sex; said otherwise, one of the two is wrong."""
    problems = []
    for key, title in (("birth", "出生日期"), ("sex", "性别")):
        told = getattr(number, key) if number else ""
        if told and given.setdefault(key, told) != told:
            problems.append(
                Problem(key, "{title}与身份证号码不一致，请核对。", (("title", title),))
            )
    return problems


def holders(kind: str, blinds: Sequence[str]) -> dict[str, str]:
    """Blind → uuid of the entry it belongs to."""
    found: dict[str, str] = {}
    for start in range(0, len(blinds), 500):
        rows = LedgerNumber.objects.filter(kind=kind, blind__in=blinds[start : start + 500])
        found |= {b: str(e) for b, e in rows.values_list("blind", "entry")}
    return found


def keep(kind: str, numbers: Sequence[tuple[str, Number]], at: datetime) -> list[str]:
    """(entry, number) sealed; the subjects of what was inserted. NumberTaken when another entry has
    one of them."""
    now, told = int(at.timestamp() * 1000), []
    try:
        with transaction.atomic():
            for start in range(0, len(numbers), CHUNK):
                told += _keep(kind, numbers[start : start + CHUNK], now)
    except IntegrityError:
        raise NumberTaken from None
    return told


def _keep(kind: str, numbers: Sequence[tuple[str, Number]], now: int) -> list[str]:
    uuids = [uuid7(now) for _ in numbers]
    columns: dict[str, Sequence[Any]] = {
        "uuid": uuids,
        "entry": [entry for entry, _ in numbers],
        "scheme": [one.scheme.value for _, one in numbers],
        "masked": [one.masked for _, one in numbers],
        "sealed": [vault.seal(one.value, u) for (_, one), u in zip(numbers, uuids, strict=True)],
        "blind": [one.blind for _, one in numbers],
    }
    insert(LedgerNumber, columns, {"kind": kind})
    return [subject("reporting", "ledger_number", uuid) for uuid in uuids]


@transaction.atomic
def unmask_entry(uuid: str, *, reason: str, by: Actor, at: datetime) -> str:
    """The number in full, for whoever may, and leave to see in full the names on the entry's page: its
    own, and those of its household and who lives in it. Who asked and why is evidence before it is
    shown. Empty where the entry has no number but names."""
    found = whole_entry(uuid, to=by, on=legal_day(at))
    need_persons(by, [found.place], on=legal_day(at))
    if not reason.strip():
        raise Invalid(problems=[Problem("reason", "请写明查看原因。")])
    row = LedgerNumber.objects.filter(entry=uuid).first()
    if row is None and not personal_of(found.kind, legal_day(at)):
        raise NotFound
    beside = _beside(found, by, at)
    evidence.record(
        LedgerUnmasked(
            subject=subject("reporting", "ledger_entry", uuid),
            place=found.place,
            label="personal",
            ledger=found.kind,
            entries=1 + len(beside),
            reason=sha256(reason.strip()),
        ),
        by=by,
        at=at,
        also=[subject("reporting", "ledger_entry", one) for one in beside],
        private={"reason": reason.strip()},
    )
    return vault.unseal(bytes(row.sealed), row.uuid) if row else ""


def _beside(one: EntryOf, by: Actor, at: datetime) -> list[str]:
    """Whose names stand on the page of an entry besides its own."""
    if one.kind == "household":
        return [member.uuid for member in members(one, to=by, on=legal_day(at))]
    links = [
        key for key, told in ledgers()[one.kind].attributes.items() if told.link == "household"
    ]
    return [one.data[key] for key in links if one.data.get(key)]
