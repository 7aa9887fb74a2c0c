"""The security thresholds in force on a day, read from dated content in one query."""

from datetime import date
from typing import ClassVar

from lingnan.base.errors import Refused
from lingnan.kernel.statutes import queries as statutes

from ..terms import SecurityPolicy

PREFIX = "parties."


class SecurityPolicyMissing(Refused):
    code: ClassVar[str] = "parties.security_policy_missing"
    status: ClassVar[int] = 503
    tell: ClassVar[str] = (
        "{on} 没有生效的账号安全参数：{missing}。请先装载内容：lingnan parties load-content"
    )


def security_policy(*, on: date) -> SecurityPolicy:
    """SecurityPolicyMissing names every parameter that is not in force that day."""
    found = {p.key.removeprefix(PREFIX): p.value for p in statutes.parameters(PREFIX, on=on)}
    wanted = tuple(SecurityPolicy.__dataclass_fields__)
    missing = [PREFIX + name for name in wanted if name not in found]
    if missing:
        raise SecurityPolicyMissing(on=on, missing="、".join(missing))
    roles = tuple(str(role) for role in found.pop("factor_roles"))
    numbers = {name: int(found[name]) for name in wanted if name in found}
    return SecurityPolicy(factor_roles=roles, **numbers)
