"""Roles come from the systems, at start-up."""

from collections.abc import Mapping

from ..queries import registry


def register_roles(
    roles: Mapping[str, frozenset[str]],
    labels: Mapping[str, frozenset[str]] | None = None,
    titles: Mapping[str, Mapping[str, str]] | None = None,
) -> None:
    """`roles`: code → permissions; `labels`: code → further secrecy labels; `titles`: code → words.

    A code several systems name gets the permissions of all of them; again changes nothing.
    """
    for code, permissions in roles.items():
        known = registry.PERMISSIONS.get(code, frozenset())
        registry.PERMISSIONS[code] = known | frozenset(permissions)
    for code, more in (labels or {}).items():
        registry.LABELS[code] = registry.LABELS.get(code, frozenset()) | frozenset(more)
    for code, words in (titles or {}).items():
        registry.TITLES[code] = {**registry.TITLES.get(code, {}), **words}
