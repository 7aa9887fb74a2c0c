"""The roles known to this process: fed once at start-up by `services.register_roles`."""

from collections.abc import Mapping

from lingnan.base.words import say

from ..terms import ADMINISTRATOR_PERMISSIONS, ADMINISTRATOR_TITLES

# What any role sees of rows that carry a secrecy label, unless its registration says otherwise.
STAFF_LABELS = frozenset({"public", "internal"})

PERMISSIONS: dict[str, frozenset[str]] = dict(ADMINISTRATOR_PERMISSIONS)
LABELS: dict[str, frozenset[str]] = {}
TITLES: dict[str, Mapping[str, str]] = dict(ADMINISTRATOR_TITLES)


def roles() -> dict[str, frozenset[str]]:
    """Every role and what it may do."""
    return dict(PERMISSIONS)


def permissions_of(role: str) -> frozenset[str]:
    """Nothing for a role that no system declares any more."""
    return PERMISSIONS.get(role, frozenset())


def labels_of(role: str) -> frozenset[str]:
    return STAFF_LABELS | LABELS.get(role, frozenset())


def role_title(role: str, lang: str = "zh-hans") -> str:
    return say(TITLES.get(role, {}), lang) or role


def roles_that_may(permission: str, lang: str = "zh-hans") -> list[str]:
    """Titles of the roles with this permission: whom to ask."""
    return [role_title(r, lang) for r, may in sorted(PERMISSIONS.items()) if permission in may]
