"""How often a form is filled in: by the period its head names, or by 月报 and 季报 in its title."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from lingnan.base.periods import Kind, Period

from .labels import squeeze

Frequencies = tuple[tuple[re.Pattern[str], Kind], ...]


def build_frequencies(found: Mapping[str, Iterable[str]]) -> Frequencies:
    return tuple((re.compile("|".join(some)), Kind[name.upper()]) for name, some in found.items())


def kind_of(period: str, title: str, said: Frequencies) -> Kind | None:
    """A monthly form of 2025 that names no month is monthly all the same; None: nothing is said."""
    try:
        kind = Period.parse(period).kind
    except ValueError:
        return often(title, said)
    return often(title, said) or kind if kind is Kind.YEAR else kind


@lru_cache(maxsize=4096)
def often(title: str, said: Frequencies) -> Kind | None:
    text = squeeze(title)
    return next((kind for pattern, kind in said if pattern.search(text)), None)
