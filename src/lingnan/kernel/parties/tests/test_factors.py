"""Second factors and sign-ins of browsers: what counts, what is refused, what is recorded."""

from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest

from lingnan.base.actors import Actor
from lingnan.base.errors import Invalid, NotFound
from lingnan.kernel.parties import queries, rules, services
from lingnan.kernel.parties.models import Account, RecoveryCode, SecondFactor, SignedSession
from lingnan.kernel.parties.terms import AccountState, FactorKind

from .conftest import AT, BY, DAY, PASSWORD, events

pytestmark = pytest.mark.django_db
STEP = timedelta(seconds=30)


@pytest.fixture
def owner(clerk):
    return Actor(party=clerk.party, account=clerk.account, assurance="password")


@pytest.fixture
def totp(clerk, owner):
    """A key that counts, and the recovery codes that came with it."""
    secret = services.begin_totp(clerk.username).secret
    codes = services.add_totp(clerk.account, secret, now(secret), by=owner, at=AT)
    return secret, codes


def now(secret, at=AT):
    return pyotp.TOTP(secret).at(at)


def check(clerk, code, at):
    return services.check_code(clerk.account, code, address="198.51.100.7", at=at)


def sign_in(clerk, owner, at=AT, key="k1", assurance="password"):
    return services.begin_session(
        clerk.account, key=key, device="Chrome · Linux", address="198.51.100.7",
        assurance=assurance, by=owner, at=at,
    )  # fmt: skip


class TestCodesByTime:
    def test_the_key_counts_only_after_a_right_code(self, clerk, owner):
        secret = services.begin_totp(clerk.username).secret
        with pytest.raises(Invalid):
            services.add_totp(clerk.account, secret, "000000", by=owner, at=AT)
        assert not SecondFactor.objects.exists()

    def test_the_key_is_sealed_and_its_owner_alone_adds_it(self, clerk, totp):
        secret, codes = totp
        row = SecondFactor.objects.get()
        assert secret.encode() not in bytes(row.sealed)
        assert len(set(codes)) == rules.CODES
        with pytest.raises(NotFound):
            services.add_totp(clerk.account, secret, now(secret), by=BY, at=AT)

    def test_no_code_is_taken_twice_and_a_clock_may_be_a_step_off(self, clerk, totp):
        secret, _ = totp
        with pytest.raises(services.WrongCode):  # the one it was added with
            check(clerk, now(secret), AT)
        later = AT + 4 * STEP
        assert check(clerk, now(secret, later + STEP), later) is FactorKind.TOTP
        with pytest.raises(services.WrongCode):
            check(clerk, now(secret, later + STEP), later)
        with pytest.raises(services.WrongCode):
            check(clerk, now(secret, later + 4 * STEP), later)

    def test_wrong_codes_lock_and_a_right_password_gives_no_new_tries(self, clerk, totp):
        secret, codes = totp
        for n in range(5):
            with pytest.raises(services.WrongCode):
                check(clerk, "000000", AT + n * STEP)
            services.authenticate(clerk.username, PASSWORD, address="198.51.100.8", at=AT)
        with pytest.raises(services.Locked):
            check(clerk, codes[0], AT + 6 * STEP)
        assert check(clerk, codes[0], AT + timedelta(minutes=20)) is FactorKind.RECOVERY

    def test_a_recovery_code_holds_once_and_only_its_hash_is_kept(self, clerk, totp):
        _, codes = totp
        assert codes[0] not in str(list(RecoveryCode.objects.values_list("digest")))
        assert check(clerk, codes[0].lower().replace("-", " "), AT + STEP) is FactorKind.RECOVERY
        with pytest.raises(services.WrongCode):
            check(clerk, codes[0], AT + 2 * STEP)
        told = [one.facts for one in events("parties.factor_tried")]
        assert ['"outcome":"right"' in facts for facts in told] == [True, False]

    def test_new_codes_end_the_old(self, clerk, owner, totp):
        new = services.issue_recovery_codes(clerk.account, by=owner, at=AT)
        with pytest.raises(services.WrongCode):
            check(clerk, totp[1][0], AT + STEP)
        assert check(clerk, new[0], AT + 2 * STEP) is FactorKind.RECOVERY

    def test_a_lost_device_is_taken_away_by_who_may_and_by_nobody_else(self, clerk, owner, totp):
        factor = SecondFactor.objects.get().uuid
        stranger = replace(owner, account=clerk.account + 1)
        with pytest.raises(NotFound):
            services.remove_factor(clerk.account, factor, by=stranger, at=AT)
        security = replace(stranger, permissions=frozenset({"parties.unlock"}))
        services.remove_factor(clerk.account, factor, by=security, at=AT)
        assert not SecondFactor.objects.exists()
        assert not RecoveryCode.objects.exists()
        assert '"by_owner":false' in events("parties.factor_removed")[-1].facts


class TestDuties:
    def test_a_duty_that_asks_for_it_leaves_some_days_then_nothing_works(self, clerk, owner):
        services.give_duty(
            clerk.party, "security_admin", place=None, valid_from=AT.date(), by=BY, at=AT
        )
        sign_in(clerk, owner)
        assert queries.factor_due(clerk.account)
        sign_in(clerk, owner, at=AT + 5 * DAY, key="k2")  # asking again gives no new days
        assert queries.actor_of(clerk.account, at=AT + 6 * DAY).role == "security_admin"
        late = queries.actor_of(clerk.account, at=AT + 7 * DAY)
        assert (late.assurance, late.permissions) == ("partial", frozenset())
        assert queries.decide(late, "parties.unlock").why_code == "factor_due"
        secret = services.begin_totp(clerk.username).secret
        at = AT + 7 * DAY
        services.add_totp(clerk.account, secret, now(secret, at), by=owner, at=at)
        assert queries.actor_of(clerk.account, at=at).role == "security_admin"

    def test_other_duties_are_not_asked(self, clerk, owner):
        services.give_duty(
            clerk.party, "village_clerk", place=None, valid_from=AT.date(), by=BY, at=AT
        )
        sign_in(clerk, owner)
        assert not queries.factor_due(clerk.account)


class TestSessions:
    def test_the_owner_sees_them_and_ends_any(self, clerk, owner):
        here, there = sign_in(clerk, owner), sign_in(clerk, owner, key="k2")
        told = queries.sessions(clerk.account, here=here, to=owner)
        assert [(one.uuid, one.here) for one in told] == [(here, True), (there, False)]
        stranger = replace(owner, account=clerk.account + 1)
        with pytest.raises(NotFound):
            queries.sessions(clerk.account, to=stranger)
        with pytest.raises(NotFound):
            services.end_session(there, by=stranger, at=AT)
        services.end_session(there, by=owner, at=AT)
        row = SignedSession.objects.get(uuid=there)
        assert (row.key, row.address) == ("", "")
        assert [one.uuid for one in queries.sessions(clerk.account, to=owner)] == [here]
        assert '"why":"revoked"' in events("parties.session_ended")[-1].facts

    def test_a_closed_account_is_signed_in_nowhere(self, clerk, owner):
        sign_in(clerk, owner)
        services.change_state(clerk.account, AccountState.SUSPENDED, by=BY, at=AT)
        assert not SignedSession.objects.filter(ended_at=None).exists()

    def test_those_nobody_ended_end_after_a_day_and_are_forgotten(self, clerk, owner):
        sign_in(clerk, owner)
        assert services.forget_sessions(by=BY, at=AT + DAY) == 1
        assert SignedSession.objects.count() == 1
        services.forget_sessions(by=BY, at=AT + 4 * DAY)
        assert not SignedSession.objects.exists()


def test_a_factor_slipped_into_the_table_is_found(clerk, totp):
    """What an account is by now includes its factors, so that verifying compares them too."""
    uuid = str(Account.objects.get().uuid)
    [before] = queries.states.accounts([uuid])
    SecondFactor.objects.update(name="another")
    [after] = queries.states.accounts([uuid])
    assert before.value != after.value


@pytest.mark.parametrize(
    ("password", "strong"),
    [
        ("Nanling-Shan-1478", True),
        ("Qwerty@2024", False),
        ("Zhang.wei88", False),
        ("Liyu-shui-gua-74", True),
    ],
)
def test_strength_is_measured_beyond_the_plain_rules(password, strong):
    found = rules.strength_faults(password, "zhang.wei", 3)
    assert (not found) is strong, rules.strength(password)
    assert all(one.where == "password" for one in found)
