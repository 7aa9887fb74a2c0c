"""The type of a field from its unit, its options, its label, or its sample values."""

import re
from collections.abc import Sequence

from ...terms import Dimension, FieldType, Option, Unit
from ...terms.reading import ReadingWords

_BY_DIMENSION = {
    Dimension.PERSONS: FieldType.INTEGER,
    Dimension.HOUSEHOLDS: FieldType.INTEGER,
    Dimension.TIMES: FieldType.INTEGER,
    Dimension.PERSON_TIMES: FieldType.INTEGER,
    Dimension.THINGS: FieldType.INTEGER,
    Dimension.AGE: FieldType.INTEGER,
    Dimension.MONEY: FieldType.MONEY,
    Dimension.RATIO: FieldType.PERCENT,
    Dimension.CODE: FieldType.CODE,
    Dimension.AREA: FieldType.NUMBER,
    Dimension.LENGTH: FieldType.NUMBER,
    Dimension.WEIGHT: FieldType.NUMBER,
    Dimension.DURATION: FieldType.NUMBER,
    Dimension.OTHER: FieldType.NUMBER,
}


def type_of(
    label: str, unit: Unit | None, options: Sequence[Option], words: ReadingWords
) -> FieldType:
    if options:
        return FieldType.CODE
    if unit is not None:
        if unit.multiplier > 1 and _BY_DIMENSION[unit.dimension] is FieldType.INTEGER:
            return FieldType.NUMBER
        return _BY_DIMENSION[unit.dimension]
    found = (kind for pattern, kind in words.types if pattern.search(label))
    return next(found, FieldType.TEXT)


def type_of_values(values: Sequence[str]) -> FieldType:
    """From sample values: all must agree, blanks say nothing."""
    said = [value.strip() for value in values if value.strip()]
    if not said:
        return FieldType.TEXT
    for pattern, found in (
        (r"[+-]?(?:0|[1-9]\d{0,15})", FieldType.INTEGER),
        (r"[+-]?\d{1,15}(?:\.\d+)?", FieldType.NUMBER),
        (r"\d+(?:\.\d+)?\s*[%％]", FieldType.PERCENT),
        (r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?", FieldType.DATE),
    ):
        if all(re.fullmatch(pattern, value) for value in said):
            # A leading zero is a code, not a quantity.
            if found is FieldType.NUMBER and any(re.match(r"0\d", v) for v in said):
                return FieldType.TEXT
            return found
    return FieldType.TEXT
