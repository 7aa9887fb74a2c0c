"""Accounts in bulk: all lines or none, a fixed number of queries a chunk, repeatable."""

import hashlib
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, ClassVar, TypeVar

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import IntegrityError, models, transaction

from lingnan.base import clock
from lingnan.base.actors import Actor
from lingnan.base.errors import Clash, Invalid, Problem
from lingnan.base.ids import subject, uuid_of
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.places import queries as places

from .. import queries, rules
from ..models import Account, Duty, Party, PartyIdentifier
from ..queries import vault
from ..terms import (
    ADMINISTRATORS,
    AccountsImported,
    AccountState,
    Checked,
    DutyRefused,
    Imported,
    ImportRow,
    PartyKind,
    account_subject,
    duty_subject,
    new_uuid,
    party_subject,
)
from .duties import roles_held
from .identifiers import sealed_row

T = TypeVar("T")
CHUNK = 5_000  # values in one IN list
BATCH = 2_000  # rows in one INSERT
TOLD = 200  # problems told at once
SUBJECTS = {Party: party_subject, Account: account_subject, Duty: duty_subject}


class ImportedAtOnce(Clash):
    code: ClassVar[str] = "parties.imported_at_once"
    tell: ClassVar[str] = "刚刚有人导入了同样的账号，请重新导入；已有的账号不会重复。"


def import_accounts(rows: Iterable[Mapping[str, Any]], *, by: Actor, at: datetime) -> Imported:
    """Accounts with their duties; lines of a known username only add duties it lacks.

    Columns: username, name, role, place (code), department, department_kind, valid_from, valid_to,
    id_scheme, id_number, lang, or their Chinese headings. A department that does not exist at the
    place is made when its kind is told. New accounts have no password but a one-time code.
    Invalid names every line (`where` = `<line>.<field>`); then nothing is imported.
    """
    lines = list(rows)
    day = clock.legal_day(at)
    read, problems = rules.read_import(lines, day=day, roles=queries.roles())
    load = _Load(read, by, at)
    problems += load.prepare()
    _refuse(problems)
    try:
        with transaction.atomic():
            problems = load.write()
            _refuse(problems)
            done = load.summary()
            evidence.record(_event(lines, done), by=by, at=at, also=load.made)
    except IntegrityError:
        raise ImportedAtOnce from None
    except _Separation as clash:
        _record_refusals(clash, by, at)
        raise Invalid(problems=clash.problems) from None
    return done


class _Separation(Exception):
    """Lines that would make one person two administrators: (party uuid, role, held)."""

    def __init__(self, refused: list[tuple[Any, str, str]], problems: list[Problem]) -> None:
        self.refused, self.problems = refused, problems
        super().__init__("administrators must differ")


class _Load:
    """One import: looked up in bulk, then written in bulk. Keys are texts of the lines."""

    def __init__(self, rows: Sequence[ImportRow], by: Actor, at: datetime) -> None:
        self.rows, self.by, self.at = rows, by, at
        self.day = clock.legal_day(at)
        self.places: dict[str, int] = {}
        self.checked: dict[str, Checked] = {}  # by username
        self.parties: dict[str, int] = {}  # by username
        self.departments: dict[tuple[str, int | None], int] = {}
        self.counts = dict.fromkeys(("accounts", "parties", "organisations", "duties"), 0)
        self.unchanged = 0
        self.codes: list[tuple[str, str]] = []
        self.made: list[str] = []  # subjects, for the event to tell their state

    def prepare(self) -> list[Problem]:
        """What needs no transaction: codes of places, check digits, policy."""
        self.policy = queries.security_policy(on=self.day)
        codes = {row.place for row in self.rows if row.place}
        self.places = places.by_codes(codes, on=self.day)
        self.places |= places.by_codes(codes - set(self.places), on=self.day, scheme="mca")
        problems = [
            rules.row_problem(r.number, "place", "没有这个区划代码：{code}。", code=r.place)
            for r in self.rows
            if r.place and r.place not in self.places
        ]
        for row in self.rows:
            if row.scheme and row.username not in self.checked:
                problems += self._check(row)
        return problems

    def write(self) -> list[Problem]:
        """Problems only the database knows; when there are any the caller rolls back."""
        problems = self._known_accounts() + self._known_departments()
        if problems:
            return problems
        self._new_departments()
        self._new_people()
        self._new_accounts()
        self._new_duties()
        return []

    def summary(self) -> Imported:
        return Imported(
            rows=len(self.rows),
            unchanged=self.unchanged,
            codes=tuple(self.codes),
            **self.counts,
        )

    def _check(self, row: ImportRow) -> list[Problem]:
        checked = queries.check_identifier(row.value, scheme=row.scheme, on=self.day)
        self.checked[row.username] = checked
        return [
            rules.row_problem(row.number, "id_number", p.tell, **dict(p.params))
            for p in checked.errors
        ]

    def _known_accounts(self) -> list[Problem]:
        first = self._first_lines()
        problems = []
        for names in chunks(first, CHUNK):
            rows = Account.objects.filter(username__in=names)
            for username, party, name in rows.values_list("username", "party", "party__name"):
                self.parties[username] = party
                line = first[username]
                if name != line.name:
                    problems.append(
                        rules.row_problem(line.number, "username", "该用户名已属于另一人。")
                    )
        self.known = set(self.parties)
        return problems

    def _known_departments(self) -> list[Problem]:
        wanted = {row.department for row in self.rows if row.department}
        for names in chunks(sorted(wanted), CHUNK):
            rows = Party.objects.filter(
                kind=PartyKind.ORGANISATION, name__in=names, alias_of=None
            ).order_by("-pk")
            for number, name, place in rows.values_list("pk", "name", "place"):
                self.departments[name, place] = number
        return [
            rules.row_problem(
                row.number,
                "department",
                "该地没有这个部门：{name}；如需新建，请填写部门类型。",
                name=row.department,
            )
            for row in self.rows
            if row.department and not row.department_kind and self._at(row) not in self.departments
        ]

    def _new_departments(self) -> None:
        made: dict[tuple[str, int | None], Party] = {}
        for row in self.rows:
            spot = self._at(row)
            if not row.department or spot in self.departments or spot in made:
                continue
            made[spot] = self._party(
                PartyKind.ORGANISATION, row.department, row.department_kind, spot[1]
            )
        self.counts["organisations"] = self._insert(Party, list(made.values()))
        self.departments |= {spot: office.pk for spot, office in made.items()}

    def _new_people(self) -> None:
        """A person for every new username, unless the number names one who is here already."""
        indexes = {
            username: vault.blind(checked.scheme, "", checked.value)
            for username, checked in self.checked.items()
            if username not in self.known
        }
        holders = self._holders(indexes.values())
        made: dict[str, Party] = {}  # by number, or by username without one
        for username, row in self._first_lines().items():
            index = indexes.get(username, username)
            if username not in self.known and index not in holders and index not in made:
                made[index] = self._party(PartyKind.PERSON, row.name, "", None)
        self.counts["parties"] = self._insert(Party, list(made.values()))
        for username in self._first_lines():
            index = indexes.get(username, username)
            if username not in self.known:
                self.parties[username] = holders.get(index) or made[index].pk
        sealed = {
            index: sealed_row(made[index], self.checked[username], "", self.day, self.at)
            for username, index in indexes.items()
            if index in made
        }
        self._insert(PartyIdentifier, list(sealed.values()))

    def _holders(self, indexes: Iterable[str]) -> dict[str, int]:
        """Who holds these numbers now: the keeper's id by keyed hash."""
        found: dict[str, int] = {}
        for part in chunks(indexes, CHUNK):
            rows = PartyIdentifier.objects.filter(blind__in=part, valid_to=None)
            for index, party, keeper in rows.values_list("blind", "party", "party__alias_of"):
                found[index] = keeper or party
        return found

    def _new_accounts(self) -> None:
        expires = self.at + timedelta(days=self.policy.activation_days)
        made = []
        for username, row in self._first_lines().items():
            if username in self.known:
                continue
            code = rules.activation_code()
            self.codes.append((username, code))
            made.append(
                Account(
                    uuid=new_uuid(self.at),
                    username=username,
                    party_id=self.parties[username],
                    password=UNUSABLE_PASSWORD_PREFIX + secrets.token_hex(20),
                    state=AccountState.INVITED.value,
                    activation=vault.code_hash(username, code),
                    activation_expires=expires,
                    lang=row.lang,
                    created_at=self.at,
                )
            )
        self.counts["accounts"] = self._insert(Account, made)

    def _new_duties(self) -> None:
        held = self._held()
        made: list[Duty] = []
        for row in self.rows:
            party = self.parties[row.username]
            department = self.departments[self._at(row)] if row.department else None
            place = self.places.get(row.place)
            spans = held.setdefault((party, row.role, place, department), [])
            if any(_share_a_day(span, (row.valid_from, row.valid_to)) for span in spans):
                self.unchanged += 1
                continue
            spans.append((row.valid_from, row.valid_to))
            made.append(
                Duty(
                    uuid=new_uuid(self.at),
                    party_id=party,
                    role=row.role,
                    place_id=place,
                    department_id=department,
                    valid_from=row.valid_from,
                    valid_to=row.valid_to,
                )
            )
        self._keep_administrators_apart(made)
        self.counts["duties"] = self._insert(Duty, made)

    def _held(self) -> "dict[tuple[int, str, int | None, int | None], list[_Span]]":
        found: dict[tuple[int, str, int | None, int | None], list[_Span]] = {}
        for part in chunks(set(self.parties.values()), CHUNK):
            rows = Duty.objects.filter(party__in=part).values_list(
                "party", "role", "place", "department", "valid_from", "valid_to"
            )
            for party, role, place, department, begin, end in rows:
                found.setdefault((party, role, place, department), []).append((begin, end))
        return found

    def _keep_administrators_apart(self, made: list[Duty]) -> None:
        """Only lines that name an administrator are looked at; there are few."""
        refused, problems = [], []
        worn: dict[int, list[Duty]] = {}
        for duty in (d for d in made if d.role in ADMINISTRATORS):
            root = duty.party.alias_of_id or duty.party_id
            span = (duty.valid_from, duty.valid_to)
            others = {
                d.role for d in worn.get(root, []) if _share_a_day((d.valid_from, d.valid_to), span)
            }
            held = rules.clashing_role(duty.role, others | roles_held(root, *span))
            if held:
                refused.append((duty.party.uuid, duty.role, held))
                problems.append(self._clash(duty, held))
            worn.setdefault(root, []).append(duty)
        if refused:
            raise _Separation(refused, problems)

    def _clash(self, duty: Duty, held: str) -> Problem:
        line = next(
            row
            for row in self.rows
            if row.role == duty.role and self.parties[row.username] == duty.party_id
        )
        tell = "系统管理员、安全管理员、审计管理员须由不同的人担任；此人已任{held}。"
        return rules.row_problem(line.number, "role", tell, held=queries.role_title(held))

    def _first_lines(self) -> dict[str, ImportRow]:
        lines: dict[str, ImportRow] = {}
        for row in self.rows:
            lines.setdefault(row.username, row)
        return lines

    def _at(self, row: ImportRow) -> tuple[str, int | None]:
        return row.department, self.places.get(row.place)

    def _party(self, kind: PartyKind, name: str, organisation: str, place: int | None) -> Party:
        return Party(
            uuid=new_uuid(self.at),
            kind=kind.value,
            organisation=organisation,
            name=name,
            place_id=place,
            created_at=self.at,
        )

    def _insert(self, model: type[models.Model], rows: Sequence[models.Model]) -> int:
        model._default_manager.bulk_create(rows, batch_size=BATCH)
        if model in SUBJECTS:
            self.made += [SUBJECTS[model](row.uuid) for row in rows]  # type: ignore[attr-defined]
        return len(rows)


_Span = tuple[date, date | None]


def _share_a_day(one: _Span, other: _Span) -> bool:
    return (one[1] is None or other[0] < one[1]) and (other[1] is None or one[0] < other[1])


def chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(items)
    while part := list(islice(rest, size)):
        yield part


def _refuse(problems: list[Problem]) -> None:
    if not problems:
        return
    told = problems[:TOLD]
    if len(problems) > TOLD:
        told.append(Problem("", "另有 {more} 处问题未列出。", (("more", len(problems) - TOLD),)))
    raise Invalid("有 {count} 处问题，没有导入任何账号。", problems=told, count=len(problems))


def _event(lines: list[Mapping[str, Any]], done: Imported) -> AccountsImported:
    """The digest is keyed: a short file with one number in it must not be found by trying."""
    text = json.dumps([dict(line) for line in lines], sort_keys=True, default=str)
    digest = vault.digest(hashlib.sha256(text.encode()).hexdigest())
    return AccountsImported(
        subject=subject("parties", "import", uuid_of("parties", "import", digest)),
        digest=digest,
        rows=done.rows,
        accounts=done.accounts,
        parties=done.parties,
        organisations=done.organisations,
        duties=done.duties,
    )


def _record_refusals(clash: _Separation, by: Actor, at: datetime) -> None:
    with transaction.atomic():
        evidence.record_many(
            [
                DutyRefused(subject=party_subject(uuid), role=role, held=held)
                for uuid, role, held in clash.refused
            ],
            by=by,
            at=at,
        )
