"""Locks, limits, passwords, usernames, the one decision, lines of an import."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lingnan.base.actors import PUBLIC, Actor, Scope
from lingnan.kernel.parties import rules
from lingnan.kernel.parties.terms import ADMINISTRATORS, SecurityPolicy

T0 = datetime(2026, 11, 22, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
POLICY = SecurityPolicy(
    lockout_tries=5,
    lockout_minutes=15,
    address_tries=30,
    address_minutes=10,
    password_length=10,
    password_classes=3,
    password_days=90,
    activation_days=30,
    token_days=180,
    attempt_days=2,
    idle_minutes=30,
    password_strength=3,
    factor_grace_days=7,
    factor_roles=("security_admin",),
)
TODAY = date(2026, 11, 22)


def wrong(times, step=MINUTE):
    count, last, until = 0, None, None
    for n in range(times):
        moment = T0 + n * step
        count, until = rules.after_wrong(count, last, moment, POLICY)
        last = moment
    return count, until


def test_the_fifth_wrong_try_locks_for_a_quarter_of_an_hour():
    assert wrong(4) == (4, None)
    assert wrong(5) == (5, T0 + 4 * MINUTE + 15 * MINUTE)


def test_slow_tries_never_lock():
    assert wrong(50, step=15 * MINUTE) == (1, None)


@given(st.lists(st.integers(0, 3_600), max_size=40))
def test_an_unknown_name_locks_exactly_when_a_known_one_would(seconds):
    """What the account's counter says and what the rows of an unknown name say is the same."""
    count, last, until = 0, None, None
    for moment in sorted(T0 + timedelta(seconds=s) for s in seconds):
        if until and moment < until:
            continue
        count, until = rules.after_wrong(count, last, moment, POLICY)
        last = moment
    assert rules.lock_of([T0 + timedelta(seconds=s) for s in seconds], POLICY) == until


@given(st.lists(st.integers(0, 1_200), max_size=60), st.integers(1, 10))
def test_no_window_ever_holds_more_tries_than_allowed(seconds, most):
    let_in = []
    for second in sorted(seconds):
        moment = T0 + timedelta(seconds=second)
        if rules.limited(let_in, moment, most=most, minutes=10).allowed:
            let_in.append(moment)
    for moment in let_in:
        window = [m for m in let_in if moment - 10 * MINUTE < m <= moment]
        assert len(window) <= most


@given(st.lists(st.integers(0, 600), min_size=1, max_size=40), st.integers(1, 5))
def test_after_the_wait_the_next_try_is_let_in(seconds, most):
    tries = [T0 + timedelta(seconds=s) for s in seconds]
    now = max(tries)
    wait = rules.limited(tries, now, most=most, minutes=10)
    later = now + timedelta(seconds=wait.seconds)
    assert rules.limited(tries, later, most=most, minutes=10).allowed


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("Ab1!", "至少 10 位"),
        ("abcdefghkm", "至少 3 类"),
        ("Password2026!", "过于常见"),
        ("Xaaaaa-7788", "连续或重复"),
        ("Zz-123456-yy", "连续或重复"),
        ("Li.ming-2026x", "包含用户名"),
        ("A1-" + "x y" * 50, "最多"),
    ],
)
def test_why_a_password_is_refused(password, said):
    told = [p.words() for p in rules.password_faults(password, "li.ming", POLICY)]
    assert any(said in words for words in told)


def test_a_good_password_has_no_fault():
    assert rules.password_faults("Nanling-Shan-1478", "li.ming", POLICY) == ()


@pytest.mark.parametrize(
    "username", ["ab", "a b c", "名字", "-abc", "a" * 65, "11010519491231002x"]
)
def test_usernames_that_are_refused(username):
    assert rules.username_faults(rules.normal_username(username))


def test_usernames_are_folded():
    assert rules.normal_username("  ＬiＮ.One ") == "lin.one"
    assert rules.username_faults("lin.one") == ()


def actor(**more):
    scope = Scope(1, ((10, 20),), date(2026, 1, 1), date(2026, 12, 1))
    given_ = {
        "party": 1,
        "account": 2,
        "role": "clerk",
        "permissions": frozenset({"reporting.fill"}),
        "scopes": (scope,),
        "assurance": "password",
    }
    return Actor(**{**given_, **more})


@pytest.mark.parametrize(
    ("who", "permission", "place", "day", "code"),
    [
        (actor(), "reporting.fill", 15, TODAY, "allowed"),
        (actor(), "reporting.fill", None, TODAY, "allowed"),
        (PUBLIC, "reporting.fill", 15, TODAY, "sign_in_needed"),
        (actor(role="", permissions=frozenset()), "reporting.fill", 15, TODAY, "no_hat"),
        (
            actor(role="", permissions=frozenset(), assurance="none"),
            "reporting.fill",
            15,
            TODAY,
            "password_must_change",
        ),
        (actor(), "reporting.review", 15, TODAY, "no_permission"),
        (actor(), "reporting.fill", 21, TODAY, "place_out_of_reach"),
        (actor(), "reporting.fill", 15, date(2026, 12, 1), "scope_ended"),
        (actor(), "reporting.fill", 15, date(2025, 12, 31), "scope_not_begun"),
    ],
)
def test_the_one_decision_says_why_not(who, permission, place, day, code):
    found = rules.decide(who, permission, place, day)
    assert (found.why_code, found.allowed) == (code, code == "allowed")
    assert found.allowed or found.why_words


@given(st.sampled_from(sorted(ADMINISTRATORS)), st.sets(st.sampled_from(sorted(ADMINISTRATORS))))
def test_administrators_never_meet(role, held):
    assert (rules.clashing_role(role, held) is None) == (not held - {role})
    assert (rules.clashing_pair(held) is None) == (len(held) < 2)


def test_other_roles_meet_freely():
    assert rules.clashing_role("clerk", ADMINISTRATORS) is None


LINE = {"username": "v.one", "name": "甲某", "role": "clerk", "place": "440117103201"}


def read(*lines):
    rows, problems = rules.read_import(lines, day=TODAY, roles={"clerk"})
    return rows, [(p.where, p.words()) for p in problems]


def test_a_good_line_is_read():
    rows, problems = read(
        {"用户名": " V.One ", "姓名": "甲某", "岗位": "clerk", "区划代码": "4401"}
    )
    assert problems == []
    assert (rows[0].number, rows[0].username, rows[0].valid_from) == (2, "v.one", TODAY)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"username": ""}, "2.username"),
        ({"username": "x"}, "2.username"),
        ({"name": ""}, "2.name"),
        ({"role": "king"}, "2.role"),
        ({"valid_from": "2026/1/1"}, "2.valid_from"),
        ({"valid_to": "2026-11-22"}, "2.valid_to"),
        ({"department_kind": "guild"}, "2.department_kind"),
        ({"id_scheme": "badge", "id_number": "1"}, "2.id_scheme"),
        ({"lang": "fr"}, "2.lang"),
        ({"colour": "red"}, "2.colour"),
    ],
)
def test_what_is_wrong_names_its_line_and_column(change, where):
    _, problems = read({**LINE, **change})
    assert [p[0] for p in problems] == [where]


def test_a_repeated_duty_and_a_shared_username_are_named_with_the_first_line():
    _, problems = read(LINE, LINE, {**LINE, "name": "乙某", "place": ""})
    assert problems == [
        ("3.role", "与第 2 行重复。"),
        ("4.username", "同一用户名在第 2 行属于另一人，账号不得共用。"),
    ]
