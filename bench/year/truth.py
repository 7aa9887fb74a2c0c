"""What is true in each village, month by month: the benchmark's invented world, set in slow motion.

At the end of 2025 every number is what `bench/forms/maker/world.py` says. From then on each number that
nothing else gives stands still from month to month but for `MOVES`: one of that many a month moves by
a unit or by a hundredth. What happens during a month is a twelfth of the year's, unevenly; a year is the
sum of its months. What follows from other facts follows here too, so sums hold in every period.
"""

import functools
from dataclasses import dataclass
from decimal import Decimal

from bench.forms.maker import world
from bench.forms.maker.world import draw
from lingnan.base.periods import Kind, Period

MOVES = 0.05
FLOWING = ("/当年", "/本期")
STEPS = {
    "元": Decimal(100),
    "亩": Decimal(3),
    "公顷": Decimal(3),
    "吨": Decimal("0.01"),
    "公里": Decimal("0.01"),
}
BEFORE, FIRST = 2025, 2026


def flows(fact: str) -> bool:
    """It happens during a period; else it stands at its end."""
    return any(word in fact for word in FLOWING)


def is_rate(fact: str) -> bool:
    """Made from other facts of the same period, never added up."""
    return "/" in world._formulas().get(fact, ())


@dataclass(frozen=True)
class Truth:
    """`units`: the base unit of each fact, which says how finely it is counted."""

    units: dict[str, str]

    def number(self, fact: str, village: str, period: int, row: int = 0) -> Decimal:
        """In the base unit of the fact."""
        return _number(self, fact, village, period, row)

    def step(self, fact: str) -> Decimal:
        """Money in hundreds of 元, land in three 亩: forms in 万元 and 公顷 then say the same."""
        return STEPS.get(self.units.get(fact, ""), Decimal(1))


@functools.cache
def _months(period: int) -> tuple[int, ...]:
    """Counted from January 2026 = 1; of a year before, 0."""
    whole = Period.from_code(period)
    if whole.year < FIRST:
        return (0,)
    first, last = whole.start.month, whole.end.month
    return tuple(range(first, last + 1))


def _number(truth: Truth, fact: str, village: str, period: int, row: int) -> Decimal:
    if fact.endswith("@上年"):
        ago = Period.from_code(period).year_ago().code
        return _number(truth, fact.removesuffix("@上年"), village, ago, row)
    months, year = _months(period), Period.from_code(period).year
    if year < FIRST:  # as the filled files of that year say
        whole = Decimal(str(world.value(fact, village, year, row)))
        parts = _share(period) if flows(fact) and not is_rate(fact) else 1
        return whole if parts == 1 else _rounded(whole / parts, truth.step(fact))
    if is_rate(fact):
        return _rate(truth, fact, village, period, row)
    if not flows(fact):
        return _at(truth, fact, village, months[-1], row, _share(period))
    return sum((_at(truth, fact, village, one, row, 12) for one in months), Decimal(0))


def _share(period: int) -> int:
    """A part of a year before 2026 is that part of it."""
    kind = Period.from_code(period).kind
    return {Kind.MONTH: 12, Kind.QUARTER: 4, Kind.HALF: 2}.get(kind, 1)


def _rate(truth: Truth, fact: str, village: str, period: int, row: int) -> Decimal:
    formula = [one for one in world._formulas()[fact] if one != "~"]
    found = _number(truth, formula[0], village, period, row)
    for sign, token in zip(formula[1::2], formula[2::2], strict=True):
        part = Decimal(token) if token[0].isdigit() else _number(truth, token, village, period, row)
        found = found * part if sign == "*" else (found / part if part else Decimal(0))
    step = Decimal("0.01") if "~" in world._formulas()[fact] else Decimal(1)
    return _rounded(found, step)


@functools.cache
def _cached(units: int, fact: str, village: str, month: int, row: int, parts: int) -> Decimal:
    return _worked(_KEPT[units], fact, village, month, row, parts)


_KEPT: dict[int, Truth] = {}


def _at(truth: Truth, fact: str, village: str, month: int, row: int, parts: int) -> Decimal:
    """A stock at the end of the month; a flow in it (a `parts`-th of a year)."""
    _KEPT[id(truth)] = truth
    return _cached(id(truth), fact, village, month, row, parts if flows(fact) else 1)


def _worked(truth: Truth, fact: str, village: str, month: int, row: int, parts: int) -> Decimal:
    step = truth.step(fact)
    formula = world._formulas().get(fact)
    if formula is None:
        return _shared(truth, fact, village, month, row, parts)
    tokens = [one for one in formula if one != "~"]
    found, sign = Decimal(0), "+"
    for n, token in enumerate(tokens):
        if token in {"+", "-", "*"}:
            sign = token
            continue
        if ".." in token:
            part = _drawn(fact, village, month, row, (n, token), parts, is_share=sign == "*")
        else:
            part = _at(truth, token, village, month, row, parts)
            if flows(fact) and not flows(token) and sign == "+" and len(tokens) > n + 1:
                part = part / parts
        found = {"+": found + part, "-": found - part, "*": found * part}[sign]
    if "~" in formula and step == 1:
        step = Decimal("0.01")
    return max(Decimal(0), _rounded(found, step))


def _drawn(
    fact: str,
    village: str,
    month: int,
    row: int,
    token: tuple[int, str],
    parts: int,
    *,
    is_share: bool,
) -> Decimal:
    low, high = (Decimal(one) for one in token[1].split("..", 1))
    base = low + Decimal(draw(fact, village, token[0], row)) * (high - low)
    if is_share:
        return base
    if not row:
        base *= Decimal(0.97 + draw(fact, village, BEFORE) * 0.07)  # as world.py has it
    if flows(fact):
        return _part(base, fact, village, month, row, parts)
    return base + _moved(base, fact, village, month, row)


def _shared(truth: Truth, fact: str, village: str, month: int, row: int, parts: int) -> Decimal:
    above = fact.rsplit("/", 1)[0]
    if above == fact or (flows(fact) and not flows(above)):
        base = Decimal(int(draw(fact, village, row) * 24) + BEFORE - 2024)
        if flows(fact):
            return _rounded(_part(base, fact, village, month, row, parts), truth.step(fact))
        return _rounded(base + _moved(base, fact, village, month, row), truth.step(fact))
    whole = _at(truth, above, village, month, row, parts)
    if fact.endswith("/男"):
        return whole - _at(truth, above + "/女", village, month, row, parts)
    low, high = (0.44, 0.5) if fact.endswith("/女") else (0.05, 0.3)
    share = Decimal(low + draw(fact, village, BEFORE, row) * (high - low))
    return _rounded(whole * share, truth.step(fact))


def _part(base: Decimal, fact: str, village: str, month: int, row: int, parts: int) -> Decimal:
    """Of a year's number a month has its twelfth, more or less; of few, each falls in some month."""
    if month == 0:
        return base / parts
    if base < 40:
        falls = (int(draw(fact, village, row, n, "falls") * 12) + 1 for n in range(int(base)))
        return Decimal(sum(one == month for one in falls))
    return base / 12 * Decimal(0.7 + 0.6 * draw(fact, village, row, month, "month"))


def _moved(base: Decimal, fact: str, village: str, month: int, row: int) -> Decimal:
    """By how much it has moved since the end of 2025."""
    unit = max(Decimal(1), base / 100)
    total = Decimal(0)
    for one in range(1, month + 1):
        chance = draw(fact, village, row, one, "moves")
        if chance < MOVES:
            total += unit if chance < MOVES / 2 else -unit
    return max(total, -base)


def _rounded(value: Decimal, step: Decimal) -> Decimal:
    return (value / step).to_integral_value() * step
