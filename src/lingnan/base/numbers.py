"""Decimal everywhere, six places inside; rounding (GB/T 8170) only on the way out."""

from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation

DIGITS, PLACES = 24, 6
STEP = Decimal(1).scaleb(-PLACES)
LIMIT = Decimal(10) ** (DIGITS - PLACES)

# Forms say 万元; the store holds 元. The multiplier belongs to the form's cell, never to the value.
MULTIPLIERS = {"十": 10, "百": 100, "千": 1_000, "万": 10_000, "十万": 100_000, "百万": 1_000_000,
               "千万": 10_000_000, "亿": 100_000_000, "萬": 10_000, "億": 100_000_000}  # fmt: skip


def number(text: object) -> Decimal:
    """A stored number: at most 18 digits before the point and 6 after. ValueError otherwise."""
    try:
        value = (
            text
            if isinstance(text, Decimal)
            else Decimal(str(text).replace(",", "").replace("，", "").strip())
        )
    except InvalidOperation:
        raise ValueError(f"not a number: {text!r}") from None
    if not value.is_finite() or abs(value) >= LIMIT:
        raise ValueError(f"out of range: {text!r}")
    stored = value.quantize(STEP)
    if stored != value:
        raise ValueError(f"more than {PLACES} decimals: {text!r}")
    return stored


def rounded(value: Decimal, places: int = 0) -> Decimal:
    """GB/T 8170-2008 3.1: round half to even."""
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)


def divided(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    """`part / whole`, six places; None when either is missing or the whole is zero."""
    if part is None or whole is None or whole == 0:
        return None
    return (part / whole).quantize(STEP, ROUND_HALF_EVEN)


def unit_and_multiplier(unit: str) -> tuple[str, int]:
    """`万元` → (`元`, 10000); `万元/年` → (`元/年`, 10000); `人` → (`人`, 1)."""
    for prefix in sorted(MULTIPLIERS, key=len, reverse=True):
        rest = unit.removeprefix(prefix)
        if rest != unit and rest and rest[0] in "元人户亩吨头只株千公平立米m斤度":
            return rest, MULTIPLIERS[prefix]
    return unit, 1
