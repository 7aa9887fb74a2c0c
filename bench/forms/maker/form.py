"""A form as its definition says, drawn for one year."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from . import blocks
from .grid import Sheet
from .items import items
from .parse import pick

DEFINITIONS = Path(__file__).parents[1] / "definitions"
HALVES = ("tune", "test")
YEARS = (2024, 2025)
DRAW = {
    "text": blocks.text,
    "items": items,
    "cross": blocks.cross,
    "columns": blocks.columns,
    "cards": blocks.cards,
}


@dataclass(frozen=True)
class Form:
    code: str
    half: str
    spec: dict[str, Any]

    def of(self, key: str, year: int, default: Any = None) -> Any:
        found = pick(self.spec.get(key), year)
        return default if found is None else found

    def period(self, year: int) -> str:
        return str(self.of("period", year, "{y}")).replace("{y}", str(year))

    def draw(self, year: int) -> list[Sheet]:
        return [_sheet(s, year) for s in self.spec["sheets"] if year in s.get("years", YEARS)]


def _width(spec: dict[str, Any], year: int) -> int:
    """Columns of the widest table on the sheet."""
    trial = Sheet("x")
    row = 1
    for block in spec["blocks"]:
        kind = next(k for k in DRAW if k in block)
        if kind != "text" and year in block.get("years", YEARS):
            row = DRAW[kind](trial, row, block, year, 1) + 1
    return trial.last_column


def _sheet(spec: dict[str, Any], year: int) -> Sheet:
    sheet = Sheet(pick(spec["name"], year))
    width, row = _width(spec, year), 1
    for block in spec["blocks"]:
        if year not in block.get("years", YEARS):
            continue
        kind = next(k for k in DRAW if k in block)
        row = DRAW[kind](sheet, row, block, year, width)
        row += block.get("gap", 0)
    sheet.widths = dict(enumerate(spec.get("widths", []), start=1))
    return sheet


def load(half: str) -> list[Form]:
    found = []
    for path in sorted((DEFINITIONS / half).glob("*.yaml")):
        spec = yaml.safe_load(path.read_text(encoding="utf-8"))
        found.append(Form(spec["code"], half, spec))
    return found
