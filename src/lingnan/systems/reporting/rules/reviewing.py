"""Decisions of review: what moves the total most, what passes by itself, who comes next, what is
enough to release."""

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal

import numpy as np

from ..terms.checking import Check, Finding, Held, Known, Plan, Quorum, Severity, Sheet
from ..terms.filings import FieldInfo
from .checking.arrays import Floats, Grid, table_of
from .checking.siblings import Usual
from .filing import NUMERIC

ORDER = {Severity.ERROR: 0, Severity.EXPLAIN: 1, Severity.HINT: 2}


def effects(grid: Grid, old: Floats, usual: Mapping[str, Usual]) -> Floats:
    """How much each cell moves its column's total: |value − what was expected| / total.

    Expected is the last period's value; without one, what is usual among siblings. NaN where there is
    nothing to expect. Rows × columns. `old`: last period's numbers in the same shape (`before`).
    """
    expected = old.copy()
    for code, one in usual.items():
        column = expected[:, grid.columns[code]]
        column[np.isnan(column)] = one.middle
    totals = np.nansum(np.abs(grid.values), axis=0)
    with np.errstate(all="ignore"):
        moved: Floats = np.abs(grid.values - expected) / np.where(totals > 0, totals, np.nan)
    return moved


def before(grid: Grid, sheets: Sequence[Sheet], known: Known) -> Floats:
    """Last period's numbers in the shape of the grid."""
    return table_of(grid, sheets, ((key, value) for key, (value, _) in known.last.items()))


def passing(
    plan: Plan,
    grid: Grid,
    sheets: Sequence[Sheet],
    known: Known,
    findings: Sequence[Finding],
    old: Floats,
) -> list[bool]:
    """Which filings need nobody's eye: nothing found but sums that only the shape of the
    form suggests, every answer as it was last period, numbers within the declared change."""
    troubled = {one.place for one in findings if not _is_guess(one)}
    limit = float(plan.thresholds.passing.change)
    with np.errstate(all="ignore"):
        near = np.abs(grid.values - old) <= limit * np.abs(old)
    return [
        sheet.place not in troubled
        and all(
            bool(near[i, j]) if field.type in NUMERIC and grid.held[i, j] == Held.VALUE
            else _as_before(field, sheet, known, Held(int(grid.held[i, j])))
            for j, field in enumerate(plan.fields)
        )
        for i, sheet in enumerate(sheets)
    ]  # fmt: skip


def _is_guess(one: Finding) -> bool:
    return one.check is Check.SUM and one.severity is Severity.HINT


def _as_before(field: FieldInfo, sheet: Sheet, known: Known, now: Held) -> bool:
    key = sheet.place, field.code
    if now is Held.NOTHING:
        return key not in known.last
    was = known.last.get(key, (None, Held.NOTHING))[1]
    if now is not Held.VALUE:
        return now is was
    return known.last_texts.get(key) == sheet.answers[field.code].text


def next_level(levels: Sequence[int], passed: int, above: Sequence[int]) -> int:
    """Whose turn it is: the lowest declared level not yet passed that this village has above it.
    0: nobody's, it may be approved for good. `above`: levels of the places above it."""
    due = [one for one in sorted(levels, reverse=True) if one in above]
    left = [one for one in due if not passed or one < passed]
    return left[0] if left else 0


def needed(expected: int, quorum: Quorum) -> int:
    """How many of so many are enough."""
    wanted = math.ceil(expected * quorum.share)
    spares = 0 < quorum.spare_from <= expected
    return min(wanted, expected - 1) if spares else wanted


def growth(pairs: Sequence[tuple[Decimal, Decimal]]) -> Decimal | None:
    """Median of new / old among siblings; None when nobody has both."""
    ratios = sorted(new / old for old, new in pairs if old > 0)
    if not ratios:
        return None
    half = len(ratios) // 2
    return ratios[half] if len(ratios) % 2 else (ratios[half - 1] + ratios[half]) / 2


def estimate(
    old: Decimal | None, pairs: Sequence[tuple[Decimal, Decimal]], now: Sequence[Decimal]
) -> Decimal | None:
    """By the declared method `siblings_growth`: last period's value times the siblings' median
    growth; without one the siblings' median; None when there is nothing to go by."""
    rate = growth(pairs)
    if old is not None and (rate is not None or old == 0):
        return old * (rate if rate is not None else Decimal(1))
    held = sorted(now)
    if not held:
        return None
    half = len(held) // 2
    return held[half] if len(held) % 2 else (held[half - 1] + held[half]) / 2


def worst(findings: Sequence[Finding]) -> Mapping[tuple[int, str], Finding]:
    """Of each cell the gravest finding."""
    found: dict[tuple[int, str], Finding] = {}
    for one in sorted(findings, key=lambda one: ORDER[one.severity]):
        found.setdefault((one.place, one.field), one)
    return found
