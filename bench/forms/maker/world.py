"""What is true in the invented villages: every fact a number that hangs together with the others.

`definitions/world.txt` holds lines `fact = expression`, read left to right: `300..900` draws, `X * .4..0.5`
takes a share, `X + Y - Z` adds. A fact without a line is a share of the fact above it (`低保人数/女`), or
drawn small. Money in 元, area in 亩. Draws come from SHA-256 of village, fact and year.
"""

import csv
import functools
import hashlib
from dataclasses import dataclass

from .form import DEFINITIONS


@dataclass(frozen=True)
class Village:
    code: str
    county: str
    town: str
    village: str

    @property
    def full(self) -> str:
        return f"{self.county[3:]}{self.town}{self.village}民委员会"


@functools.cache
def villages() -> tuple[Village, ...]:
    with (DEFINITIONS / "places.csv").open(encoding="utf-8", newline="") as file:
        return tuple(Village(**row) for row in csv.DictReader(file))


def draw(*key: object) -> float:
    """0 ≤ x < 1, always the same for the same key."""
    text = "\x1f".join(str(k) for k in key)
    return int(hashlib.sha256(text.encode()).hexdigest()[:12], 16) / 16**12


@functools.cache
def _formulas() -> dict[str, list[str]]:
    found = {}
    for line in (DEFINITIONS / "world.txt").read_text(encoding="utf-8").splitlines():
        if " = " in line and not line.startswith("#"):
            name, expression = line.split(" = ", 1)
            found[name.strip()] = expression.split()
    return found


@functools.cache
def value(fact: str, village: str, year: int, row: int = 0) -> float:
    """The fact of this village (and of this row of a list) at the end of, or in, the year."""
    if fact.endswith("@上年"):
        return value(fact.removesuffix("@上年"), village, year - 1, row)
    formula = _formulas().get(fact)
    if formula:
        return _run(formula, fact, village, year, row)
    above = fact.rsplit("/", 1)[0]
    if above == fact:
        return float(int(draw(fact, village, row) * 24) + (year - 2024))
    if fact.endswith("/男"):
        return value(above, village, year, row) - value(above + "/女", village, year, row)
    low, high = (0.44, 0.5) if fact.endswith("/女") else (0.05, 0.3)
    share = low + draw(fact, village, year, row) * (high - low)
    return float(round(value(above, village, year, row) * share))


def _run(formula: list[str], fact: str, village: str, year: int, row: int) -> float:
    total, sign, whole = 0.0, "+", True
    for n, token in enumerate(formula):
        if token in {"+", "-", "*", "/"}:
            sign = token
            continue
        if token == "~":
            whole = False
            continue
        if ".." in token:
            low, high = (float(x) for x in token.split("..", 1))
            part = low + draw(fact, village, n, row) * (high - low)
            if sign == "+" and year != 2024 and not row:
                part *= 0.97 + draw(fact, village, year) * 0.07
        else:
            part = float(token) if token[0].isdigit() else value(token, village, year, row)
        total = {"+": total + part, "-": total - part, "*": total * part}.get(
            sign, total / part if part else 0.0
        )
    return max(0.0, float(round(total)) if whole else round(total, 2))
