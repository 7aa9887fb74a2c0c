"""Signing in: the same work and the same words whether the username exists or not."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil
from typing import ClassVar

from django.contrib.auth.hashers import check_password
from django.db import transaction

from lingnan.base import clock
from lingnan.base.actors import PUBLIC, Actor, Channel
from lingnan.base.errors import Refused
from lingnan.base.ids import subject, uuid_of
from lingnan.kernel.evidence import services as evidence

from .. import queries, rules
from ..models import Account, SignInAttempt
from ..queries import vault
from ..terms import (
    AccountLocked,
    AccountState,
    AttemptsForgotten,
    Outcome,
    SecurityPolicy,
    SignInTried,
    account_subject,
)

BASIS = "GB/T 22239-2019 8.1.4.1"
COUNTED = (Outcome.WRONG, Outcome.LOCKED)


class WrongPassword(Refused):
    code: ClassVar[str] = "parties.wrong_password"
    status: ClassVar[int] = 401
    tell: ClassVar[str] = "用户名或口令不正确。"


class Locked(Refused):
    code: ClassVar[str] = "parties.locked"
    status: ClassVar[int] = 429
    tell: ClassVar[str] = "连续输错次数过多，账号已锁定，请在 {minutes} 分钟后再试。"


class TooManyTries(Refused):
    code: ClassVar[str] = "parties.too_many_tries"
    status: ClassVar[int] = 429
    tell: ClassVar[str] = "您的网络地址尝试次数过多，请在 {minutes} 分钟后再试。"


class AccountClosed(Refused):
    code: ClassVar[str] = "parties.account_closed"
    status: ClassVar[int] = 403
    tell: ClassVar[str] = "账号已停用，请联系本单位管理员。"


def authenticate(
    username: str, password: str, *, address: str, at: datetime, channel: Channel = "web"
) -> Account:
    """The account, when the password (or the activation code of an invited one) is right.

    WrongPassword, Locked, TooManyTries, AccountClosed (only told to who knows the password).
    Every try is counted and recorded before this answers, so never call it inside a transaction.
    """
    name = rules.normal_username(username)
    policy = queries.security_policy(on=clock.legal_day(at))
    trial = _Trial(name, vault.where(address), at, policy, channel)
    trial.check_address()
    account = Account.objects.select_related("party").filter(username=name).first()
    unknown_lock = trial.lock_of_unknown()
    lock = account.locked_until if account else unknown_lock
    right = rules.wait_until(lock, at).allowed and _is_right(account, name, password, at)
    outcome, until = trial.settle(account, right, unknown_lock)
    match outcome:
        case Outcome.RIGHT if account is not None:
            account.refresh_from_db()
            return account
        case Outcome.LOCKED:
            raise Locked(minutes=_minutes(until, at), basis=BASIS)
        case Outcome.CLOSED:
            raise AccountClosed
    raise WrongPassword


@transaction.atomic
def forget_attempts(*, by: Actor, at: datetime) -> int:
    """Delete tries older than the limits need (PIPL 19: the shortest time). How many went."""
    policy = queries.security_policy(on=clock.legal_day(at))
    before = at - timedelta(days=policy.attempt_days)
    rows, _ = SignInAttempt.objects.filter(at__lt=before).delete()
    if rows:
        event = AttemptsForgotten(
            subject=subject("parties", "attempts", uuid_of("parties", "attempts")),
            rows=rows,
            before=before,
        )
        evidence.record(event, by=by, at=at)
    return rows


class _Trial:
    """One try: what is counted, and how it is settled."""

    def __init__(
        self, name: str, address: str, at: datetime, policy: SecurityPolicy, channel: Channel
    ) -> None:
        self.who, self.address, self.at = vault.who(name), address, at
        self.policy, self.channel = policy, channel

    def check_address(self) -> None:
        """TooManyTries. Only a window's first refusal is kept: a flood must not fill the tree."""
        since = self.at - timedelta(minutes=self.policy.address_minutes)
        rows = SignInAttempt.objects.filter(address=self.address, at__gt=since)
        tries = rows.filter(outcome__in=COUNTED).order_by("-at").values_list("at", flat=True)
        most = self.policy.address_tries
        wait = rules.limited(
            list(tries[:most]), self.at, most=most, minutes=self.policy.address_minutes
        )
        if wait.allowed:
            return
        if not rows.filter(outcome=Outcome.LIMITED).exists():
            with transaction.atomic(durable=True):
                self._note(Outcome.LIMITED, None)
        raise TooManyTries(minutes=ceil(wait.seconds / 60), basis=BASIS)

    def lock_of_unknown(self) -> datetime | None:
        """Until when tries under this name would lock it, were there no account to count on."""
        since = self.at - timedelta(minutes=2 * self.policy.lockout_minutes)
        rows = SignInAttempt.objects.filter(who=self.who, at__gt=since, outcome=Outcome.WRONG)
        return rules.lock_of(rows.order_by("at").values_list("at", flat=True)[:200], self.policy)

    def settle(
        self, account: Account | None, right: bool, unknown_lock: datetime | None
    ) -> tuple[Outcome, datetime | None]:
        """Count, record, and say how it ended; committed before the caller may refuse."""
        with transaction.atomic(durable=True):
            if account is None:
                outcome = Outcome.WRONG
                if not rules.wait_until(unknown_lock, self.at).allowed:
                    outcome = Outcome.LOCKED
                self._note(outcome, None)
                return outcome, unknown_lock
            row = Account.objects.select_for_update().get(pk=account.pk)
            outcome = self._outcome(row, right)
            stale = outcome is Outcome.RIGHT and self._welcome(row)
            self._note(outcome, row, also=[account_subject(row.uuid)] if stale else [])
            if outcome is Outcome.WRONG:
                self._count_wrong(row)
            return outcome, row.locked_until

    def _outcome(self, row: Account, right: bool) -> Outcome:
        if not rules.wait_until(row.locked_until, self.at).allowed:
            return Outcome.LOCKED
        if not right:
            return Outcome.WRONG
        return Outcome.RIGHT if row.is_active else Outcome.CLOSED

    def _welcome(self, row: Account) -> bool:
        """Whether the password has just become too old."""
        before = row.must_change
        row.tries, row.tried_at, row.locked_until = 0, None, None
        row.last_seen_at = self.at
        age = timedelta(days=self.policy.password_days)
        if age and row.password_set_at and row.password_set_at + age <= self.at:
            row.must_change = True
        row.save(update_fields=["tries", "tried_at", "locked_until", "last_seen_at", "must_change"])
        return row.must_change != before

    def _count_wrong(self, row: Account) -> None:
        row.tries, row.locked_until = rules.after_wrong(
            row.tries, row.tried_at, self.at, self.policy
        )
        row.tried_at = self.at
        row.save(update_fields=["tries", "tried_at", "locked_until"])
        if row.locked_until:
            event = AccountLocked(subject=account_subject(row.uuid), until=row.locked_until)
            evidence.record(event, by=self._actor(row), at=self.at)

    def _note(self, outcome: Outcome, account: Account | None, also: Sequence[str] = ()) -> None:
        SignInAttempt.objects.create(
            address=self.address, who=self.who, at=self.at, outcome=outcome.value
        )
        stranger = subject("parties", "stranger", uuid_of("parties", "stranger", self.who))
        event = SignInTried(
            subject=account_subject(account.uuid) if account else stranger,
            outcome=outcome.value,
            who=self.who,
            address=self.address,
        )
        evidence.record(event, by=self._actor(account), at=self.at, also=also)

    def _actor(self, account: Account | None) -> Actor:
        if account is None:
            return Actor(party=PUBLIC.party, role=PUBLIC.role, channel=self.channel)
        return Actor(party=account.party_id, account=account.pk, channel=self.channel)


def _is_right(account: Account | None, name: str, password: str, at: datetime) -> bool:
    """One password hash and one code hash are worked out whoever asks.

    An unusable password ("!") costs as much as a real one: Django hashes a random one instead.
    """
    known = check_password(password[: rules.LONGEST], account.password if account else "!")
    code = vault.code_hash(name, password)
    if account is None or account.state != AccountState.INVITED:
        return known
    valid = account.activation_expires is not None and at < account.activation_expires
    return known or (valid and rules.same(code, account.activation))


def _minutes(until: datetime | None, at: datetime) -> int:
    return max(1, ceil(rules.wait_until(until, at).seconds / 60))
