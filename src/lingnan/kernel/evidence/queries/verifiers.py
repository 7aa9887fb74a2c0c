"""What other nouns check of their own rows when evidence is verified."""

from collections.abc import Callable, Iterator

from ..terms import Finding

Verifier = Callable[[], Iterator[Finding]]
_verifiers: dict[str, Verifier] = {}


def add_verifier(name: str, fn: Verifier) -> None:
    """Runs after evidence's own checks, in the order of the names."""
    if _verifiers.setdefault(name, fn) is not fn:
        raise ValueError(f"two verifiers are called {name}")


def remove_verifier(name: str) -> None:
    _verifiers.pop(name, None)


def registered() -> list[tuple[str, Verifier]]:
    return sorted(_verifiers.items())
