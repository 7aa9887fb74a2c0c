"""Of whom a figure is: sex, age, where they live, read from the label and its path."""

import re
from collections.abc import Sequence
from dataclasses import replace

from ...terms import Breakdown, FieldDraft
from ...terms.reading import ReadingWords

_SEX = (
    (re.compile(r"(?:^|[（(：:、])(?:其中)?(男)(?:性|$|[）)])|(男性)"), "1"),
    (re.compile(r"(?:^|[（(：:、])(?:其中)?(女)(?:性|$|[）)])|(女性|妇女)"), "2"),
)
_N = r"(\d{1,3})"
_Y = r"\s*(?:周?岁)?"
_AGES = (
    (re.compile(rf"{_N}{_Y}\s*[-—－–~～至到]\s*{_N}\s*周?岁"), "{}-{}"),
    (re.compile(rf"{_N}\s*周?岁(?:及|或|（含）|\(含\))?\s*以上"), "{}+"),
    (re.compile(rf"{_N}\s*周?岁及(?:其)?以下"), "0-{}"),
    (re.compile(rf"(?:不满|未满)\s*{_N}\s*周?岁|{_N}\s*周?岁以下"), "<{}"),
)
_BARE_AGE = re.compile(rf"^{_N}\s*[-—－–~～]\s*{_N}(?:岁)?$")


def with_breakdown(found: FieldDraft, spoken: ReadingWords) -> FieldDraft:
    """The innermost words win; a rate of growth or a name is of nobody."""
    said = [found.column, found.label, *reversed(found.path)]
    words = tuple(word for word in said if word)
    of = [one for one in (_sex(words), _age(words)) if one]
    period = next((m[0] for word in words if (m := spoken.periods.match(word))), "")
    if not of and not period:
        return found
    return replace(found, breakdown=tuple(of), period=found.period or period)


def _sex(words: Sequence[str]) -> Breakdown | None:
    for word in words:
        values = [(m, value) for pattern, value in _SEX if (m := pattern.search(word))]
        if len(values) == 1:
            found, value = values[0]
            return Breakdown("sex", value, next(g for g in found.groups() if g))
        if values:
            return None  # 男女合计
    return None


def _age(words: Sequence[str]) -> Breakdown | None:
    for word in words:
        if bare := _BARE_AGE.match(word):
            return Breakdown("age", f"{bare[1]}-{bare[2]}", word)
        for pattern, form in _AGES:
            if found := pattern.search(word):
                numbers = [g for g in found.groups() if g]
                return Breakdown("age", form.format(*numbers), found[0])
    return None
