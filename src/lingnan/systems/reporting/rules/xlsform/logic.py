"""Formulas as XPath, and the logic of a foreign XLSForm kept as words until it goes out again."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lingnan.base.canonical import decimal_text

from ...terms.forms import Unit
from ..expressions import BadFormula, Expression, Number, Op, Ref, parse

CONSTRAINT, RELEVANT = "约束：", "仅当："
REFERENCE = re.compile(r"\$\{\s*([^}\s]+)\s*\}")


@dataclass(frozen=True, slots=True)
class Kept:
    """Of a field's notes: the logic that can be used here, and the words that are left."""

    constraint: str = ""
    relevant: str = ""
    words: tuple[str, ...] = ()


def kept_of(notes: Iterable[str], names: set[str]) -> Kept:
    """Logic that speaks of a question this form has not stays a sentence."""
    found, words = {CONSTRAINT: "", RELEVANT: ""}, []
    for note in notes:
        head = next((h for h in found if note.startswith(h)), "")
        rest = note.removeprefix(head)
        if head and not found[head] and set(REFERENCE.findall(rest)) <= names:
            found[head] = rest
        else:
            words.append(note)
    return Kept(found[CONSTRAINT], found[RELEVANT], tuple(words))


def xpath_of(
    formula: str,
    names: Mapping[str, str],
    units: Mapping[str, Unit | None],
    own: Unit | None,
) -> str:
    """`155/153*100` → `${q_155} div ${q_153} * 100`, each item first brought to its base unit.

    BadFormula when it needs more than the form's own items.
    """
    found = _xpath(parse(formula), names, units)
    return f"({found}) div {decimal_text(own.multiplier)}" if own and own.multiplier != 1 else found


def _xpath(part: Expression, names: Mapping[str, str], units: Mapping[str, Unit | None]) -> str:
    match part:
        case Number(value):
            return decimal_text(value)
        case Ref(code) if code in names:
            unit = units.get(code)
            item = f"${{{names[code]}}}"
            scaled = unit is not None and unit.multiplier != 1
            return f"({item} * {decimal_text(unit.multiplier)})" if unit and scaled else item
        case Op(sign, left, right):
            said = " div " if sign == "/" else f" {sign} "
            return f"({_xpath(left, names, units)}{said}{_xpath(right, names, units)})"
    raise BadFormula("not of this form's own items")
