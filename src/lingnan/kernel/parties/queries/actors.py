"""From an account and the hat it wears to an Actor; and the one decision."""

from dataclasses import replace
from datetime import date, datetime
from typing import ClassVar

from lingnan.base import clock
from lingnan.base.actors import Actor, Assurance, Channel, Scope
from lingnan.base.errors import Forbidden, Sentence, SignInNeeded
from lingnan.kernel.places import queries as places

from .. import rules
from ..models import Account
from ..terms import Decision
from .hats import Worn, covered_duties, own_duties
from .registry import labels_of, permissions_of, roles_that_may
from .tokens import bearer_of

NOT_BY_ROLE = Sentence("您现在的岗位没有这项权限；有权办理的岗位：{roles}。")
OUT_OF_REACH = Sentence("{place}不在您的管辖范围内。")


class NotYourHat(Forbidden):
    code: ClassVar[str] = "parties.not_your_hat"
    tell: ClassVar[str] = "您现在没有这个岗位，或者已经离任。"


class AccountNotOpen(SignInNeeded):
    code: ClassVar[str] = "parties.account_not_open"
    tell: ClassVar[str] = "账号不存在或已停用，请联系本单位管理员。"


def actor_of(
    account_id: int,
    *,
    duty: int | None = None,
    at: datetime,
    channel: Channel = "web",
    lang: str = "zh-hans",
    assurance: Assurance = "password",
) -> Actor:
    """The actor wearing that duty; without one, its oldest own duty, or no hat at all.

    A duty of an absent colleague is worn only when asked for. While the password must still be
    changed the actor may do nothing, its assurance is "none"; nor when a second factor is overdue
    ("partial"). AccountNotOpen, NotYourHat.
    """
    account = Account.objects.select_related("party").filter(pk=account_id).first()
    if account is None or not account.is_active:
        raise AccountNotOpen
    root = account.party.alias_of_id or account.party_id
    bare = Actor(party=root, account=account.pk, assurance=assurance, channel=channel, lang=lang)
    if account.must_change:
        return replace(bare, assurance="none")
    overdue = account.factor_due_at is not None and account.factor_due_at <= at
    if overdue and assurance == "password":
        return replace(bare, assurance="partial")
    worn = _worn(root, duty, clock.legal_day(at))
    return _wearing(bare, worn) if worn else bare


def actor_of_token(
    text: str, *, duty: int | None = None, at: datetime, lang: str = "zh-hans"
) -> Actor:
    """The actor behind a token, with the hat it is bound to. Raises TokenRefused, NotYourHat."""
    bearer = bearer_of(text, at=at)
    if bearer.duty is not None and duty not in (None, bearer.duty):
        raise NotYourHat("该令牌只能用于指定的岗位。")
    hat = bearer.duty or duty
    return actor_of(bearer.account.pk, duty=hat, at=at, channel="api", lang=lang, assurance="token")


def decide(
    actor: Actor, permission: str, place: int | None = None, day: date | None = None
) -> Decision:
    """May this actor do it there that day. `place` None: the permission alone decides.

    The words say why not: who else may do it, or which place is out of reach.
    """
    if place is not None and day is None:
        raise ValueError("a place is in reach or not on a day: give the day")
    found = rules.decide(actor, permission, place, day or date.max)
    if found.why_code == "no_permission":
        able = roles_that_may(permission, actor.lang)
        if able:
            words = NOT_BY_ROLE.filled(roles="、".join(able))
            return replace(found, why_words=words)
    if found.why_code == "place_out_of_reach" and place is not None and day is not None:
        name = places.names([place], on=day, lang=actor.lang).get(place)
        if name:
            return replace(found, why_words=OUT_OF_REACH.filled(place=name))
    return found


def _worn(root: int, duty: int | None, on: date) -> Worn | None:
    if duty is None:
        return next(iter(own_duties(root, on=on)), None)
    found = own_duties(root, on=on, duty=duty) or covered_duties(root, on=on, duty=duty)
    if not found:
        raise NotYourHat
    return found[0]


def _wearing(bare: Actor, worn: Worn) -> Actor:
    duty = worn.duty
    return replace(
        bare,
        duty=duty.pk,
        role=duty.role,
        on_behalf_of=duty.party_id if worn.cover else None,
        scopes=_scopes(worn),
        permissions=permissions_of(duty.role),
        labels=labels_of(duty.role),
    )


def _scopes(worn: Worn) -> tuple[Scope, ...]:
    """The place's runs of every edition until the duty (or the cover) ends.

    Earlier editions too: an office reads what was reported before its present holder came.
    """
    if worn.duty.place_id is None:
        return ()
    cut = []
    for scope in places.scopes(worn.duty.place_id, tree="governed"):
        high = min((d for d in (scope.valid_to, worn.valid_to) if d), default=None)
        if high is None or scope.valid_from < high:
            cut.append(replace(scope, valid_to=high))
    return tuple(cut)
