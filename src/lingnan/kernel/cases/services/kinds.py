"""Kinds come from the systems, at start-up."""

from collections.abc import Iterable

from ..queries import registry
from ..terms import Kind


def register_kinds(kinds: Iterable[Kind]) -> None:
    """Again changes nothing; ValueError when two systems use one code."""
    for one in kinds:
        if registry.KINDS.setdefault(one.code, one) != one:
            raise ValueError(f"two kinds of task are called {one.code}")
