"""Whether two labels say the same in another order: 受理投诉举报 and 投诉举报受理件数. Words that are
compared on their own wherever they stand, and the counting word that the unit says again, are taken
out first."""

import re
from functools import lru_cache
from typing import NamedTuple

from ...terms import Dimension, Vocabulary
from .facts import TOTAL, Facts

LEAST = 2
"""Letters a label keeps when its counting word is taken away."""


class Turned(NamedTuple):
    """What is left in its order, and the words that may stand anywhere."""

    rest: str
    words: tuple[str, ...]


def alike(a: Facts, b: Facts, words: Vocabulary) -> bool:
    """One label, with or without what it is a part of, says what the other says."""
    stem, whole = turned(a.stem, a, words), turned(a.whole, a, words)
    other, others = turned(b.stem, b, words), turned(b.whole, b, words)
    return stem in {other, others} or whole in {other, others}


def wholes(a: Facts, b: Facts, words: Vocabulary) -> bool:
    return a.whole == b.whole or turned(a.whole, a, words) == turned(b.whole, b, words)


def turned(text: str, of: Facts, words: Vocabulary) -> Turned:
    unit = of.ref.field.unit
    return _turned(text, unit.base if unit else "", of.dimension, words)


@lru_cache(maxsize=65_536)
def _turned(text: str, unit: str, dimension: Dimension | None, words: Vocabulary) -> Turned:
    text = words.plain.whole.sub("", _measured(text, unit, dimension, words))
    movable = _movable(words)
    if movable is None or text == TOTAL or words.plain.directed.search(text):
        return Turned(text, ())
    return Turned(movable.sub("", text), tuple(sorted(movable.findall(text))))


def _measured(text: str, unit: str, dimension: Dimension | None, words: Vocabulary) -> str:
    """`机电井眼` in 眼, `直接经济损失金额` in 元: the unit says the last word again."""
    end = words.plain.measures.get(dimension) if dimension else None
    short = end.sub("", text) if end else text
    if dimension is Dimension.THINGS and unit:
        short = short.removesuffix(unit)
    return short if len(short) >= LEAST else text


@lru_cache(maxsize=8)
def _movable(words: Vocabulary) -> re.Pattern[str] | None:
    """Members of families, qualifiers and acts, the longest first."""
    some = {
        word for family in words.distinctions for ones in family.members.values() for word in ones
    }
    some |= {*words.qualifiers, *words.plain.acts}
    long = sorted((word for word in some if len(word) > 1), key=lambda word: (-len(word), word))
    return re.compile("|".join(map(re.escape, long))) if long else None
