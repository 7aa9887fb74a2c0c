"""Which unit of `单位：户、人、万元` fits a label: what the label counts decides."""

import re
from collections.abc import Sequence

from ...terms import Dimension, Unit
from ...terms.reading import ReadingWords
from ..units_words import parse_unit


def fitting(
    words: ReadingWords, units: Sequence[Unit], *labels: str, alone: bool = False
) -> Unit | None:
    """`labels` from the nearest outward: the first that says what it counts decides. A single unit
    fits every label that does not say otherwise; of several the one of the label's dimension."""
    if not units or words.unmeasured.search(labels[0] or labels[-1]):
        return None
    said = next((found for label in labels if (found := _said(label, words))), None)
    if said is not None:
        same = [unit for unit in units if unit.dimension is said]
        if same or len(units) > 1 or units[0].dimension in _APART:
            return same[0] if same else None
    if len(units) > 1:
        counting = [unit for unit in units if unit.dimension in _COUNTING]
        return counting[0] if len(counting) == 1 and labels[0].endswith("数") else None
    return units[0] if alone or said is None else None


def _said(label: str, words: ReadingWords) -> Dimension | None:
    """What is counted stands last: 补贴人数 are persons."""
    found = [(m.end(), d) for p, d in words.measured for m in p.finditer(label)]
    return max(found, key=lambda one: one[0])[1] if found else None


def implied(label: str, words: ReadingWords) -> Unit | None:
    """What a label counts by its own last words, where nothing else is written: 户数, 人数."""
    bare = _BRACKETS.sub("", label)
    found = next((unit for pattern, unit in words.implied if pattern.search(bare)), "")
    return parse_unit(found) if found else None


_BRACKETS = re.compile(r"[（(][^（）()]*[）)]$")
_COUNTING = {Dimension.PERSONS, Dimension.HOUSEHOLDS, Dimension.THINGS, Dimension.TIMES}
_APART = {
    *(Dimension.MONEY, Dimension.PERSONS, Dimension.HOUSEHOLDS),
    *(Dimension.AREA, Dimension.WEIGHT, Dimension.LENGTH),
}
