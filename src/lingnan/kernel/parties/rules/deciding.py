"""The one decision: may this actor do it, there, that day; and if not, why not."""

from collections.abc import Callable, Collection
from datetime import date

from lingnan.base.actors import Actor

from ..terms import ADMINISTRATORS, Decision

SIGN_IN = Decision(False, "sign_in_needed", "请先登录。")
NO_HAT = Decision(False, "no_hat", "您现在没有在任的岗位，请联系本单位管理员。")
MUST_CHANGE = Decision(False, "password_must_change", "请先修改口令，再办理业务。")
FACTOR_DUE = Decision(False, "factor_due", "请先登记第二种验证方式，再办理业务。")

Reason = Callable[[Actor, str, int | None, date], Decision | None]


def decide(actor: Actor, permission: str, place: int | None, day: date) -> Decision:
    """`place` None: the permission alone decides. The first reason against it is the answer."""
    for reason in (_unknown_actor, _lacks_permission, _lacks_place):
        against = reason(actor, permission, place, day)
        if against:
            return against
    return Decision(True)


def _unknown_actor(actor: Actor, permission: str, place: int | None, day: date) -> Decision | None:
    if actor.may(permission):
        return None
    if not actor.party and not actor.account:
        return SIGN_IN
    if actor.account and actor.assurance == "none":
        return MUST_CHANGE
    if actor.account and actor.assurance == "partial":
        return FACTOR_DUE
    return NO_HAT if not actor.role else None


def _lacks_permission(
    actor: Actor, permission: str, place: int | None, day: date
) -> Decision | None:
    if actor.may(permission):
        return None
    return Decision(False, "no_permission", "您现在的岗位没有这项权限。")


def _lacks_place(actor: Actor, permission: str, place: int | None, day: date) -> Decision | None:
    if place is None or actor.reaches(place, day):
        return None
    here = [s for s in actor.scopes if any(low <= place <= high for low, high in s.ranges)]
    ended = [s.valid_to for s in here if s.valid_to and s.valid_to <= day]
    if ended:
        return Decision(
            False, "scope_ended", f"您对该地区的管辖权限已于 {max(ended):%Y-%m-%d} 终止。"
        )
    begins = [s.valid_from for s in here if s.valid_from > day]
    if begins:
        return Decision(
            False, "scope_not_begun", f"您对该地区的管辖权限自 {min(begins):%Y-%m-%d} 起生效。"
        )
    return Decision(False, "place_out_of_reach", "该地区不在您的管辖范围内。")


def clashing_role(role: str, held: Collection[str]) -> str | None:
    """The administrator's role among those held that must not meet this one; None when all is well.

    GB/T 22239-2019 8.1.5: system, security and audit administrators are three different persons.
    """
    if role not in ADMINISTRATORS:
        return None
    return next((other for other in sorted(held) if other in ADMINISTRATORS - {role}), None)


def clashing_pair(roles: Collection[str]) -> tuple[str, str] | None:
    """Two administrators' roles among these, when one party would wear both."""
    worn = sorted(ADMINISTRATORS & set(roles))
    return (worn[0], worn[1]) if len(worn) > 1 else None
