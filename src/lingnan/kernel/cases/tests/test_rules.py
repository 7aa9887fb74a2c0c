"""Whatever comes after whatever: a task is in somebody's hands or final, and final is final."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lingnan.base.errors import Refused
from lingnan.kernel.cases import rules
from lingnan.kernel.cases.terms import (
    AlreadyClosed,
    NeedDelegate,
    NotInYourHands,
    Stand,
    State,
    TakenByAnother,
)

DUTY = st.integers(1, 4)
MOVE = st.one_of(
    st.tuples(st.just("claim"), DUTY),
    st.tuples(st.just("release"), DUTY),
    st.tuples(st.just("delegate"), DUTY, DUTY),
    st.tuples(st.just("give_back"), DUTY),
    st.tuples(st.just("finish"), DUTY | st.none()),
    st.tuples(st.just("withdraw")),
)


def moved(stand, move):
    """The next standing, or the same where the rules refuse."""
    try:
        return getattr(rules, move[0])(stand, *move[1:])
    except Refused:
        return stand


def walk(moves):
    stands = [Stand()]
    for move in moves:
        stands.append(moved(stands[-1], move))
    return stands


def is_somewhere(stand):
    """Open, in the hands of exactly one duty that can act on it, or final."""
    match stand.state:
        case State.OPEN:
            return stand.holder is None and stand.delegate is None
        case State.CLAIMED:
            return stand.holder is not None and stand.delegate is None
        case State.DELEGATED:
            return None not in (stand.holder, stand.delegate) and stand.holder != stand.delegate
    return stand.is_final


@given(st.lists(MOVE, max_size=40))
def test_no_interleaving_loses_a_task(moves):
    assert all(is_somewhere(stand) for stand in walk(moves))


@given(st.lists(MOVE, max_size=40), MOVE)
def test_final_is_final(moves, one_more):
    last = walk(moves)[-1]
    if last.is_final:
        assert moved(last, one_more) == last
        with pytest.raises(AlreadyClosed):
            rules.claim(last, 1)


@given(st.lists(MOVE, max_size=40))
def test_what_is_not_final_can_always_be_finished_by_who_has_it(moves):
    last = walk(moves)[-1]
    if not last.is_final:
        hands = {State.OPEN: 9, State.CLAIMED: last.holder, State.DELEGATED: last.delegate}
        assert rules.finish(last, hands[last.state]).state is State.DONE
        assert rules.finish(last, None).state is State.DONE


@given(DUTY, DUTY, st.booleans())
def test_delegation_returns_to_who_delegated(duty, to, fetched):
    if duty == to:
        with pytest.raises(NeedDelegate):
            rules.delegate(Stand(), duty, to)
        return
    away = rules.delegate(Stand(), duty, to)
    assert away == Stand(State.DELEGATED, duty, to)
    assert rules.give_back(away, duty if fetched else to) == Stand(State.CLAIMED, duty)


def test_nobody_takes_what_another_has_unless_the_post_is_vacant():
    held = rules.claim(Stand(), 1)
    with pytest.raises(TakenByAnother):
        rules.claim(held, 2)
    assert rules.claim(held, 1) == held
    assert rules.claim(held, 2, vacant=True) == Stand(State.CLAIMED, 2)
    with pytest.raises(NotInYourHands):
        rules.release(held, 2)
    assert rules.release(held, 1) == Stand()
    with pytest.raises(TakenByAnother):
        rules.finish(held, 2)
