"""The declared words of filled cells, made ready for looking up."""

from collections.abc import Mapping, Sequence
from typing import Any

from ...terms.filled import FilledWords
from ...terms.reading import ReadingWords
from ..labels import plain
from .contents import folded


def build_words(found: Mapping[str, Any], reading: ReadingWords) -> FilledWords:
    """From `filled.yaml`. KeyError when a list is missing."""
    return FilledWords(
        missing=_folded(found["missing"]),
        not_applicable=_folded(found["not_applicable"]),
        zero=_folded(found["zero"]),
        about=tuple(str(word) for word in found["about"]),
        ticks=_folded(found["ticks"]),
        boxes=_folded(found["boxes"]),
        crosses=_folded(found["crosses"]),
        yes=_folded(found["yes"]),
        no=_folded(found["no"]),
        totals=frozenset(plain(str(word)) for word in found["totals"]),
        subject_keys=tuple(str(word) for word in found["subject_keys"]),
        place_heads=tuple(plain(str(word)) for word in found["place_heads"]),
        code_heads=frozenset(plain(str(word)) for word in found["code_heads"]),
        day_heads=tuple(str(word) for word in found["day_heads"]),
        place_ends={rung: tuple(words) for rung, words in found["place_ends"].items()},
        reading=reading,
    )


def _folded(words: Sequence[Any]) -> frozenset[str]:
    return frozenset(folded(str(word)) for word in words)
