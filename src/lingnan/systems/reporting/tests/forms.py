"""The five real workbooks as drafts, read once, for the tests of reading and matching."""

import csv
from functools import cache
from pathlib import Path

from lingnan.systems.reporting.content import reading_words
from lingnan.systems.reporting.rules.reading import read_workbook
from lingnan.systems.reporting.terms import FormDraft

HERE = Path(__file__).parent
FORMS = HERE.parent / "content" / "forms"
DATA = HERE / "data"


@cache
def form(stem: str, sheet: int = 0) -> FormDraft:
    path = FORMS / f"{stem}.xls"
    return read_workbook(path.read_bytes(), path.name, reading_words())[sheet]


def village() -> FormDraft:
    return form("survey_1_village_2012")


def household() -> FormDraft:
    return form("survey_2_household_2012")


def truth(name: str) -> list[dict[str, str]]:
    with (DATA / f"truth_{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
