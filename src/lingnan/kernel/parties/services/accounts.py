"""Accounts: made, invited, unlocked, closed; passwords and tokens."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.contrib.auth.hashers import make_password
from django.db import transaction

from lingnan.base import clock
from lingnan.base.actors import Actor
from lingnan.base.errors import Clash, Invalid, NotFound, Problem
from lingnan.kernel.evidence import services as evidence

from .. import queries, rules
from ..models import Account, Party
from ..queries import vault
from ..terms import (
    NOWHERE,
    AccountCreated,
    AccountState,
    AccountStateChanged,
    AccountUnlocked,
    ActivationIssued,
    NewAccount,
    PartyKind,
    PasswordSet,
    Where,
    account_subject,
    new_uuid,
)
from .sessions import close_sessions
from .sign_in import WrongPassword, authenticate


class UsernameTaken(Clash):
    code: ClassVar[str] = "parties.username_taken"
    tell: ClassVar[str] = "用户名已被使用，请换一个。"


@transaction.atomic
def create_account(
    username: str, *, party: int, password: str | None = None, by: Actor, at: datetime
) -> NewAccount:
    """An account of a person. Without a password it is invited: the code is told once.

    A password given here is somebody else's choice, so it must be changed at the first sign-in.
    """
    name = rules.normal_username(username)
    problems = list(rules.username_faults(name))
    person = Party.objects.filter(pk=party).first()
    if person is None:
        raise NotFound
    if person.kind != PartyKind.PERSON:
        # GB/T 22239-2019 8.1.4.2 d: no shared accounts.
        problems.append(Problem("party", "账号须属于一个自然人，不得共用。"))
    policy = queries.security_policy(on=clock.legal_day(at))
    problems += rules.password_faults(password, name, policy) if password is not None else ()
    if problems:
        raise Invalid(problems=problems)
    if Account.objects.filter(username=name).exists():
        raise UsernameTaken
    account = Account(uuid=new_uuid(at), username=name, party=person, created_at=at)
    code = ""
    if password is None:
        code = _invite(account, at, policy.activation_days)
    else:
        _keep_password(account, password, at, must_change=True)
    account.save(force_insert=True)
    event = AccountCreated(subject=account_subject(account.uuid), party=str(person.uuid))
    evidence.record(event, by=by, at=at)
    return NewAccount(id=account.pk, uuid=account.uuid, username=name, activation_code=code)


def set_password(
    account_id: int,
    password: str,
    *,
    current: str | None = None,
    where: Where = NOWHERE,
    must_change: bool | None = None,
    by: Actor,
    at: datetime,
) -> None:
    """The owner's own (who tells `current`, unless still invited) or an administrator's.

    Every sign-in but the one `where` names ends.

    What an administrator sets must be changed at the next sign-in unless `must_change` is False.
    Invalid, WrongPassword, Locked, TooManyTries. Never call it inside a transaction.
    """
    account = _account(account_id)
    owner = by.account == account_id
    policy = queries.security_policy(on=clock.legal_day(at))
    problems = list(rules.password_faults(password, account.username, policy))
    if owner and current == password:
        problems.append(Problem("password", "新口令不得与现口令相同。"))
    if problems:
        raise Invalid(problems=problems)
    if owner and account.has_usable_password():
        if current is None:
            raise WrongPassword("请输入现口令。")
        authenticate(account.username, current, address=where.address, at=at, channel=by.channel)
    encoded = make_password(password)  # slow on purpose, so before the transaction
    change = (not owner) if must_change is None else must_change
    with transaction.atomic():
        row = _locked(account_id)
        _keep_password(row, password, at, must_change=change, encoded=encoded)
        row.save()
        event = PasswordSet(subject=account_subject(row.uuid), by_owner=owner, must_change=change)
        evidence.record(event, by=by, at=at)
        close_sessions(account_id, but=where.session, why="password", by=by, at=at)


@transaction.atomic
def issue_activation(account_id: int, *, by: Actor, at: datetime) -> str:
    """A new one-time code in place of a lost password or an expired code; the old ones end."""
    policy = queries.security_policy(on=clock.legal_day(at))
    account = _locked(account_id)
    if not account.is_active:
        raise NotFound("账号已停用，请先恢复。")
    code = _invite(account, at, policy.activation_days)
    account.save()
    close_sessions(account_id, why="password", by=by, at=at)
    assert account.activation_expires is not None  # just set
    event = ActivationIssued(
        subject=account_subject(account.uuid), expires_at=account.activation_expires
    )
    evidence.record(event, by=by, at=at)
    return code


@transaction.atomic
def unlock(account_id: int, *, by: Actor, at: datetime) -> None:
    account = _locked(account_id)
    account.tries, account.tried_at, account.locked_until = 0, None, None
    account.save(update_fields=["tries", "tried_at", "locked_until"])
    evidence.record(AccountUnlocked(subject=account_subject(account.uuid)), by=by, at=at)


@transaction.atomic
def change_state(account_id: int, state: AccountState, *, by: Actor, at: datetime) -> None:
    """Suspend, close or reopen. Reopening one without a password leaves it invited."""
    account = _locked(account_id)
    if state is AccountState.ACTIVE and not account.has_usable_password():
        state = AccountState.INVITED
    if account.state == state:
        return
    account.state = state.value
    account.save(update_fields=["state"])
    evidence.record(
        AccountStateChanged(subject=account_subject(account.uuid), state=state.value), by=by, at=at
    )
    if not account.is_active:
        close_sessions(account_id, why="closed", by=by, at=at)


def _account(account_id: int) -> Account:
    account = Account.objects.filter(pk=account_id).first()
    if account is None:
        raise NotFound
    return account


def _locked(account_id: int) -> Account:
    account = Account.objects.select_for_update().filter(pk=account_id).first()
    if account is None:
        raise NotFound
    return account


def _invite(account: Account, at: datetime, days: int) -> str:
    code = rules.activation_code()
    account.set_unusable_password()
    account.state = AccountState.INVITED.value
    account.must_change = True
    account.password_set_at = None
    account.activation = vault.code_hash(account.username, code)
    account.activation_expires = at + timedelta(days=days)
    return code


def _keep_password(
    account: Account, password: str, at: datetime, *, must_change: bool, encoded: str = ""
) -> None:
    account.password = encoded or make_password(password)
    account.password_set_at = at
    account.must_change = must_change
    account.activation, account.activation_expires = "", None
    account.tries, account.tried_at, account.locked_until = 0, None, None
    if account.state == AccountState.INVITED:
        account.state = AccountState.ACTIVE.value
