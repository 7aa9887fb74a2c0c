"""The worth of an accepted derivation over a village's households, or over its own items."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from lingnan.base.numbers import STEP, divided

from ..expressions import Above, Below, Count, Expression, In, Number, Op, Ref, Sum, Where, parse

# One household's answers in base units: a number, a text (an option's code), or None when missing.
Household = Mapping[str, Decimal | str | None]
NONE_SUCH = Decimal(0)  # not applicable adds nothing and meets no condition


class Unknown(Exception):
    """A needed answer is missing, so there is no sum; another word for it would be a guess."""


def worth(
    formula: str,
    households: Sequence[Household] = (),
    items: Mapping[str, Decimal | None] | None = None,
) -> Decimal | None:
    """None when an answer it needs is missing or it divides by zero. BadFormula for no formula."""
    try:
        found = _value(parse(formula), households, items or {})
    except Unknown:
        return None
    return None if found is None else found.quantize(STEP)


def is_rate(formula: str) -> bool:
    """It uses items of its own form only, so it can be made again at every level."""
    return _own(parse(formula))


def _own(part: Expression) -> bool:
    match part:
        case Ref() | Number():
            return True
        case Op(_, left, right):
            return _own(left) and _own(right)
    return False


def _value(
    part: Expression, households: Sequence[Household], items: Mapping[str, Decimal | None]
) -> Decimal | None:
    match part:
        case Number(value):
            return value
        case Ref(code):
            return items.get(code)
        case Count(where):
            return Decimal(sum(_meets(one, where) for one in households))
        case Sum(codes, where):
            return sum((_product(h, codes) for h in households if _meets(h, where)), Decimal(0))
        case Op(sign, left, right):
            return _combined(
                sign, _value(left, households, items), _value(right, households, items)
            )
    raise TypeError(part)


def _combined(sign: str, left: Decimal | None, right: Decimal | None) -> Decimal | None:
    if sign == "/":
        return divided(left, right)
    if left is None or right is None:
        return None
    return {"+": left + right, "-": left - right, "*": left * right}[sign]


def _meets(household: Household, where: Where) -> bool:
    return all(_test(household, test) for test in where)


def _test(household: Household, test: In | Above | Below) -> bool:
    held = household.get(test.code)
    if held is None:
        raise Unknown(test.code)
    if isinstance(test, In):
        return str(held) in test.values
    if not isinstance(held, Decimal):
        return False
    return held > test.limit if isinstance(test, Above) else held < test.limit


def _product(household: Household, codes: Sequence[str]) -> Decimal:
    product = Decimal(1)
    for code in codes:
        held = household.get(code)
        if not isinstance(held, Decimal):
            raise Unknown(code)
        product *= held
    return product
