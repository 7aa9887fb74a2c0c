"""Checking a number with the tables of this package."""

import csv
from datetime import date
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from .. import rules
from ..terms import Checked, Scheme

CONTENT = Path(__file__).parents[1] / "content"


def check_identifier(text: str, *, scheme: Scheme | None = None, on: date) -> Checked:
    """By the scheme, or by the one it fits best. `on`: the legal day. Nothing is kept or logged."""
    areas, authorities, demo = _column("areas.csv"), _column("uscc_authorities.csv"), _demo()
    if scheme is None:
        return rules.guess_identifier(text, on=on, areas=areas, authorities=authorities, demo=demo)
    return rules.check_identifier(
        scheme, text, on=on, areas=areas, authorities=authorities, demo=demo
    )


def masked(checked: Checked) -> str:
    return rules.mask_identifier(checked.scheme, checked.value)


def _demo() -> bool:
    return bool(settings.ENV.demo)


@lru_cache(maxsize=4)
def _column(name: str) -> frozenset[str]:
    """The first column of a content file."""
    with (CONTENT / name).open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        return frozenset(row[0] for row in rows)
