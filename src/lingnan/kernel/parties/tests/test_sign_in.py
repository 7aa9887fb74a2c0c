"""Passwords, locks and limits, shared by all processes."""

from datetime import timedelta

import pytest
from django.contrib.auth import hashers

from lingnan.base.errors import Invalid
from lingnan.kernel.parties import queries, services
from lingnan.kernel.parties.models import Account, SignInAttempt
from lingnan.kernel.parties.terms import AccountState

from .conftest import AT, BY, DAY, PASSWORD, TODAY, at_once, events

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def sign_in(username, password, *, address="198.51.100.7", at=AT):
    return services.authenticate(username, password, address=address, at=at)


def fail(username, times, *, at=AT, address="198.51.100.7"):
    for n in range(times):
        with pytest.raises(services.WrongPassword):
            sign_in(username, "wrong", address=address, at=at + n * MINUTE)


def test_the_right_password_opens_and_is_evidence(clerk):
    account = sign_in(" Clerk.ONE ", PASSWORD)
    assert (account.pk, account.last_seen_at) == (clerk.account, AT)
    told = events("parties.sign_in_tried")[-1]
    assert '"outcome":"right"' in told.facts
    assert "clerk" not in told.facts
    assert "198.51" not in told.facts


def test_five_wrong_tries_lock_even_the_right_password_out(clerk):
    fail(clerk.username, 5)
    with pytest.raises(services.Locked) as no:
        sign_in(clerk.username, PASSWORD, at=AT + 5 * MINUTE)
    assert "14 分钟" in no.value.words()
    assert sign_in(clerk.username, PASSWORD, at=AT + 20 * MINUTE).tries == 0
    assert len(events("parties.account_locked")) == 1


def test_an_unknown_username_behaves_like_a_known_one(clerk):
    """Same refusals in the same order: names cannot be fished for."""
    said = []
    for name, address in ((clerk.username, "a"), ("nobody.here", "b")):
        told = []
        for n in range(7):
            try:
                sign_in(name, "wrong", address=address, at=AT + n * MINUTE)
            except (services.WrongPassword, services.Locked) as no:
                told.append((no.code, no.words()))
        said.append(told)
    assert said[0] == said[1]


def test_an_unknown_username_costs_as_many_password_hashes(clerk, monkeypatch):
    hashed = []
    real = hashers.MD5PasswordHasher.encode

    def counted(self, password, salt):
        hashed.append(password)
        return real(self, password, salt)

    monkeypatch.setattr(hashers.MD5PasswordHasher, "encode", counted)
    counts = []
    for name in (clerk.username, "nobody.here"):
        hashed.clear()
        fail(name, 1)
        counts.append(len(hashed))
    assert counts[0] == counts[1] == 1


def test_a_success_forgives_the_tries_before(clerk):
    fail(clerk.username, 4)
    sign_in(clerk.username, PASSWORD, at=AT + 4 * MINUTE)
    fail(clerk.username, 4, at=AT + 5 * MINUTE)
    assert Account.objects.get(pk=clerk.account).locked_until is None


def test_one_address_may_try_many_names_only_so_often(policy):
    for n in range(policy.address_tries):
        with pytest.raises(services.WrongPassword):
            sign_in(f"name{n}", "wrong")
    for _ in range(3):
        with pytest.raises(services.TooManyTries) as no:
            sign_in("name-next", "wrong")
    assert no.value.status == 429
    limited = SignInAttempt.objects.filter(outcome="limited").count()
    assert limited == 1  # a flood leaves one row, not one each
    with pytest.raises(services.WrongPassword):
        sign_in("name-next", "wrong", address="203.0.113.9")
    with pytest.raises(services.WrongPassword):
        sign_in("name-next", "wrong", at=AT + policy.address_minutes * MINUTE)


def test_unlocking_is_evidence_and_opens_at_once(clerk):
    fail(clerk.username, 5)
    services.unlock(clerk.account, by=BY, at=AT)
    assert sign_in(clerk.username, PASSWORD, at=AT + 5 * MINUTE).pk == clerk.account
    assert len(events("parties.account_unlocked")) == 1


def test_a_suspended_account_is_told_so_only_with_the_right_password(clerk):
    services.change_state(clerk.account, AccountState.SUSPENDED, by=BY, at=AT)
    with pytest.raises(services.WrongPassword):
        sign_in(clerk.username, "wrong")
    with pytest.raises(services.AccountClosed):
        sign_in(clerk.username, PASSWORD)
    services.change_state(clerk.account, AccountState.ACTIVE, by=BY, at=AT)
    assert sign_in(clerk.username, PASSWORD).state == AccountState.ACTIVE


def test_an_activation_code_opens_once_and_a_password_must_follow(policy):
    person = services.create_person("乙某", by=BY, at=AT)
    new = services.create_account("invited", party=person.id, by=BY, at=AT)
    account = sign_in("invited", new.activation_code.lower().replace("-", " "))
    assert account.must_change
    owner = queries.actor_of(account.pk, at=AT)
    assert (owner.permissions, owner.assurance) == (frozenset(), "none")
    services.set_password(account.pk, PASSWORD, by=owner, at=AT)
    assert not sign_in("invited", PASSWORD).must_change
    with pytest.raises(services.WrongPassword):
        sign_in("invited", new.activation_code)


def test_an_activation_code_runs_out_and_can_be_issued_anew(policy):
    person = services.create_person("乙某", by=BY, at=AT)
    new = services.create_account("invited", party=person.id, by=BY, at=AT)
    late = AT + policy.activation_days * DAY
    with pytest.raises(services.WrongPassword):
        sign_in("invited", new.activation_code, at=late)
    again = services.issue_activation(new.id, by=BY, at=late)
    with pytest.raises(services.WrongPassword):
        sign_in("invited", new.activation_code, at=late)
    assert sign_in("invited", again, at=late).pk == new.id


def test_a_weak_password_is_refused_with_every_reason(clerk):
    with pytest.raises(Invalid) as no:
        services.set_password(clerk.account, "clerk.one", by=BY, at=AT)
    assert len(no.value.problems) == 3


def test_the_owner_tells_the_present_password(clerk):
    owner = queries.actor_of(clerk.account, at=AT)
    for current in (None, "wrong"):
        with pytest.raises(services.WrongPassword):
            services.set_password(
                clerk.account, "Another-Word-99x", current=current, by=owner, at=AT
            )
    with pytest.raises(Invalid):
        services.set_password(clerk.account, PASSWORD, current=PASSWORD, by=owner, at=AT)
    services.set_password(clerk.account, "Another-Word-99x", current=PASSWORD, by=owner, at=AT)
    assert not sign_in(clerk.username, "Another-Word-99x").must_change


def test_an_old_password_must_be_changed(clerk, policy):
    then = AT + policy.password_days * DAY
    assert not sign_in(clerk.username, PASSWORD, at=then - MINUTE).must_change
    assert sign_in(clerk.username, PASSWORD, at=then).must_change


def test_usernames_are_unique_and_accounts_belong_to_persons(clerk):
    office = services.create_organisation("某区统计局", by=BY, at=AT)
    with pytest.raises(Invalid):
        services.create_account("shared", party=office.id, by=BY, at=AT)
    with pytest.raises(services.UsernameTaken):
        services.create_account("CLERK.one", party=clerk.party, by=BY, at=AT)


def test_without_thresholds_nobody_signs_in_and_the_way_out_is_said(db):
    with pytest.raises(queries.SecurityPolicyMissing) as no:
        sign_in("anybody", "x")
    assert "parties.lockout_tries" in no.value.words()


def test_old_tries_are_forgotten(clerk, policy):
    fail(clerk.username, 2)
    later = AT + policy.attempt_days * DAY + MINUTE
    assert services.forget_attempts(by=BY, at=later) == 1
    assert SignInAttempt.objects.count() == 1
    assert services.forget_attempts(by=BY, at=later + MINUTE) == 1
    assert services.forget_attempts(by=BY, at=later + MINUTE) == 0


def test_a_token_stands_for_its_account_until_it_is_revoked(clerk, policy):
    new = services.issue_token(clerk.account, name="月报接口", by=BY, at=AT)
    assert services.account_of_token(new.text, at=AT).pk == clerk.account
    assert new.text not in repr(list(Account.objects.get(pk=clerk.account).tokens.values()))
    wrong = new.text[:-1] + ("a" if new.text[-1] != "a" else "b")
    for text, at in ((wrong, AT), ("", AT), ("lgn_x", AT), (new.text, new.expires_at)):
        with pytest.raises(queries.TokenRefused):
            services.account_of_token(text, at=at)
    services.revoke_token(new.prefix, by=BY, at=AT)
    with pytest.raises(queries.TokenRefused):
        services.account_of_token(new.text, at=AT)
    assert len(events("parties.token_revoked")) == 1


def test_a_token_has_a_purpose_and_an_end(clerk, policy):
    for name, days in (("", 1), ("x", 0), ("x", policy.token_days + 1)):
        with pytest.raises(Invalid):
            services.issue_token(clerk.account, name=name, days=days, by=BY, at=AT)


def test_a_token_dies_with_its_account(clerk):
    new = services.issue_token(clerk.account, name="月报接口", by=BY, at=AT)
    services.change_state(clerk.account, AccountState.CLOSED, by=BY, at=AT)
    with pytest.raises(queries.TokenRefused):
        services.account_of_token(new.text, at=AT)


@pytest.mark.django_db(transaction=True)
def test_wrong_tries_at_the_same_time_all_count(file_database):
    username, account = file_database.username, file_database.account
    said = at_once(*[lambda: sign_in(username, "wrong")] * 4)
    assert {type(no) for no in said} == {services.WrongPassword}
    counted = at_once(
        lambda: (Account.objects.get(pk=account).tries, SignInAttempt.objects.count())
    )
    assert counted == [(4, 4)]


def test_policy_is_read_in_one_query(policy, django_assert_max_num_queries):
    with django_assert_max_num_queries(1):
        queries.security_policy(on=TODAY)
