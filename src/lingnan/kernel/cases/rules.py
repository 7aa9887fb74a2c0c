"""How a task moves. Each function answers the next standing or raises why it does not move.

open ─claim→ claimed ─delegate→ delegated ─give back→ claimed ─release→ open
open, claimed, delegated ─finish→ done, ─withdraw→ withdrawn: final
"""

from dataclasses import replace

from .terms import (
    AlreadyClosed,
    NeedDelegate,
    NotInYourHands,
    Stand,
    State,
    TakenByAnother,
)


def claim(stand: Stand, duty: int, *, vacant: bool = False) -> Stand:
    """`vacant`: its holder has left office; whoever holds the same post may take it over."""
    _still_open(stand)
    if stand.holder == duty and stand.state is State.CLAIMED:
        return stand
    if stand.state is not State.OPEN and not vacant:
        raise TakenByAnother
    return Stand(State.CLAIMED, duty)


def release(stand: Stand, duty: int) -> Stand:
    """Anybody of the post may take it again."""
    _still_open(stand)
    if stand.state is not State.CLAIMED or stand.holder != duty:
        raise NotInYourHands
    return Stand()


def delegate(stand: Stand, duty: int, to: int) -> Stand:
    """What nobody had claimed is claimed by who delegates it: it comes back there."""
    mine = claim(stand, duty)
    if to == duty:
        raise NeedDelegate("不能转交给自己。")
    return replace(mine, state=State.DELEGATED, delegate=to)


def give_back(stand: Stand, duty: int) -> Stand:
    """Handed back by the delegate or fetched back by the holder."""
    _still_open(stand)
    if stand.state is not State.DELEGATED or duty not in (stand.holder, stand.delegate):
        raise NotInYourHands
    return Stand(State.CLAIMED, stand.holder)


def finish(stand: Stand, duty: int | None) -> Stand:
    """None: something happened that settles it, whoever holds it."""
    _still_open(stand)
    hands = {State.OPEN: duty, State.CLAIMED: stand.holder, State.DELEGATED: stand.delegate}
    if duty is not None and hands[stand.state] != duty:
        raise TakenByAnother
    return replace(stand, state=State.DONE)


def withdraw(stand: Stand) -> Stand:
    _still_open(stand)
    return replace(stand, state=State.WITHDRAWN)


def _still_open(stand: Stand) -> None:
    if stand.is_final:
        raise AlreadyClosed
