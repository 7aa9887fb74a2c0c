"""A whole county at a glance: arrays point out the cells worth a judgement, and spare the others.

A screen may point at too many cells, never at too few: floats are given slack, and the exact judge
has the last word.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

import numpy as np

from ...terms.checking import Check, Finding, Formula, Held, Identity, Known, Plan, Sheet
from ...terms.filings import FieldInfo
from ..expressions import Expression, Number, Op, Ref, codes_of, parse
from ..filing import NUMERIC
from .arrays import Bools, Floats, Grid, grid_of, table_of
from .judging import CELLS, Case, adds_up, follows, is_part, range_of, slack_of
from .siblings import Usual, usual_of

SLACK = 1e-9
NOTHING = Known()
BIG = 2**33  # from here on six decimals do not fit into a float
Cells = Iterator[tuple[int, str]]


def check_sheets(
    plan: Plan,
    sheets: Sequence[Sheet],
    known: Known = NOTHING,
    grid: Grid | None = None,
    old: Floats | None = None,
    usual: Mapping[str, Usual] | None = None,
) -> list[Finding]:
    """Findings of all filings of one form, in the order of the sheets and of the form. `grid` of
    these sheets, last period's numbers (`before`), what is usual, when they are at hand."""
    grid = grid or grid_of(plan, sheets)
    tables = {} if old is None else {Check.LAST: old}
    usual = usual_by_code(plan, grid) if usual is None else usual
    fields = {f.code: f for f in plan.fields}
    cases = [Case(plan, known, usual, sheet, fields) for sheet in sheets]
    found: list[tuple[int, Finding | None]] = []
    with np.errstate(all="ignore"):
        for check, judge in CELLS.items():
            for i, code in _screens(check, plan, grid, sheets, known, usual, tables):
                found.append((i, judge(cases[i], code)))
        found += _rows(plan, grid, cases)
    return in_order(plan, [(i, one) for i, one in found if one])


def check_sheets_one_by_one(
    plan: Plan, sheets: Sequence[Sheet], known: Known = NOTHING
) -> list[Finding]:
    """The same without arrays: every check on every cell. What `check_sheets` is held against."""
    usual = usual_by_code(plan, grid_of(plan, sheets))
    fields = {f.code: f for f in plan.fields}
    found: list[tuple[int, Finding | None]] = []
    for i, sheet in enumerate(sheets):
        case = Case(plan, known, usual, sheet, fields)
        found += [(i, judge(case, f.code)) for judge in CELLS.values() for f in plan.fields]
        found += [(i, adds_up(case, one)) for one in plan.identities]
        found += [(i, is_part(case, one)) for one in plan.pairs]
        found += [(i, follows(case, f.code, f.text, _uses(f.text))) for f in plan.formulas]
    return in_order(plan, [(i, one) for i, one in found if one])


def usual_by_code(plan: Plan, grid: Grid) -> dict[str, Usual]:
    """What is usual, of every number of whom enough siblings say one."""
    found = {}
    for field in plan.fields:
        values = grid.column(field.code)
        usual = usual_of(values[np.isfinite(values)], plan.thresholds.unusual)
        if usual:
            found[field.code] = usual
    return found


def in_order(plan: Plan, found: Sequence[tuple[int, Finding]]) -> list[Finding]:
    position = {f.code: f.position for f in plan.fields}
    checks = {check: n for n, check in enumerate(Check)}
    ranked = sorted(
        found, key=lambda p: (p[0], position[p[1].field], checks[p[1].check], p[1].rule)
    )
    return [one for _, one in ranked]


def _screens(
    check: Check,
    plan: Plan,
    grid: Grid,
    sheets: Sequence[Sheet],
    known: Known,
    usual: Mapping[str, Usual],
    tables: Mapping[Check, Floats],
) -> Cells:
    if check is Check.TYPE:
        yield from _cells(grid.wrong, plan)
    elif check is Check.RANGE:
        for field in plan.fields:
            yield from _outside(plan, field, grid)
    elif check is Check.SIBLINGS:
        for code, one in usual.items():
            values = grid.column(code)
            bent = np.copysign(np.log1p(np.abs(values)), values)
            limits = plan.thresholds.unusual
            far = np.abs(bent - one.centre) / one.spread > limits.times - SLACK
            much = np.abs(values - one.middle) >= limits.least - _slack(values)
            yield from _of(far & much, code)
    elif check is Check.VANISHED:
        gone = (grid.held == Held.MISSING) | (grid.held == Held.NOT_APPLICABLE)
        yield from _cells(gone, plan)
    else:
        told = {} if check in tables else _told(known, check)
        table = table_of(grid, sheets, told.items()) if told else tables.get(check)
        yield from () if table is None else _compared(check, plan, grid, table)


def _compared(check: Check, plan: Plan, grid: Grid, table: Floats) -> Cells:
    for code, j in grid.columns.items():
        field, other = plan.fields[j], table[:, j]
        if field.type not in NUMERIC or np.isnan(other).all():
            continue
        gap = np.abs(grid.column(code) - other)
        if check in {Check.LAST, Check.YEAR_AGO}:
            limits = plan.thresholds.change_of(field.dimension)
            share = np.abs(other) * float(limits.share)
            least = np.maximum(share, float(limits.least))
            yield from _of(gap >= least - _slack(least + np.abs(other)), code)
        else:
            # Two numbers may look the same as floats and still differ in the last digit.
            big = np.isfinite(gap) & (np.abs(other) >= BIG)
            yield from _of((gap > 0) | big, code)


def _told(known: Known, check: Check) -> Mapping[tuple[int, str], Decimal | None]:
    if check is Check.ELSEWHERE:
        return {key: value for key, (value, _) in known.elsewhere.items()}
    if check in {Check.LAST, Check.YEAR_AGO}:
        before = known.last if check is Check.LAST else known.year_ago
        return {key: value for key, (value, _) in before.items()}
    return known.ledger if check is Check.LEDGER else known.children


def _outside(plan: Plan, field: FieldInfo, grid: Grid) -> Cells:
    found = plan.thresholds.ranges.get(range_of(field))
    if found is None:
        return
    own = grid.column(field.code) / float(field.multiplier)
    low = -np.inf if found.low is None else float(found.low)
    high = np.inf if found.high is None else float(found.high)
    yield from _of((own < low + SLACK) | (own > high - SLACK), field.code)


def _rows(plan: Plan, grid: Grid, cases: Sequence[Case]) -> Iterator[tuple[int, Finding | None]]:
    for one in plan.identities:
        for i in np.flatnonzero(_off(plan, grid, one)).tolist():
            yield i, adds_up(cases[i], one)
    for pair in plan.pairs:
        part, whole = grid.column(pair.part), grid.column(pair.whole)
        big = (np.abs(whole) >= BIG) & (part >= whole - _slack(whole))
        for i in np.flatnonzero((part > whole) | big).tolist():
            yield i, is_part(cases[i], pair)
    for formula in plan.formulas:
        uses = _uses(formula.text)
        for i in np.flatnonzero(_astray(plan, grid, formula, uses)).tolist():
            yield i, follows(cases[i], formula.code, formula.text, uses)


def _off(plan: Plan, grid: Grid, one: Identity) -> Bools:
    total = grid.column(one.total)
    parts, size = np.zeros_like(total), np.abs(total)
    for code in one.parts:
        none = grid.held[:, grid.columns[code]] == Held.NOT_APPLICABLE
        part = np.where(none, 0.0, grid.column(code))
        parts, size = parts + part, size + np.abs(part)
    gap, allowed = np.abs(total - parts), float(slack_of(plan, one))
    if allowed == 0:  # whole numbers: exact as floats, unless they are very big
        exact: Bools = (gap > 0) | (np.isfinite(gap) & (size >= BIG))
        return exact
    off: Bools = gap > allowed - _slack(size)
    return off


def _astray(plan: Plan, grid: Grid, formula: Formula, uses: Sequence[str]) -> Bools:
    value, field = grid.column(formula.code), plan.fields[grid.columns[formula.code]]
    gap = np.abs(value - _worth(parse(formula.text), grid))
    allowed = float(plan.thresholds.tolerance * field.multiplier)
    columns = [grid.column(code) for code in (formula.code, *uses) if code in grid.columns]
    big = np.isfinite(gap) & np.any([np.abs(one) >= BIG for one in columns], axis=0)
    astray: Bools = (gap > allowed - 2e-6 - _slack(value)) | big
    return astray


def _slack(values: Floats) -> Floats:
    found: Floats = SLACK * (1 + np.abs(values))
    return found


def _worth(part: Expression, grid: Grid) -> Floats:
    shape = grid.values.shape[0]
    match part:
        case Number(value):
            return np.full(shape, float(value))
        case Ref(code):
            return grid.column(code) if code in grid.columns else np.full(shape, np.nan)
        case Op(sign, left, right):
            one, other = _worth(left, grid), _worth(right, grid)
            return {
                "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide
            }[sign](one, other)  # fmt: skip
    return np.full(shape, np.nan)


def _uses(formula: str) -> tuple[str, ...]:
    return codes_of(parse(formula))


def _cells(mask: Bools, plan: Plan) -> Cells:
    rows, columns = np.nonzero(mask)
    for i, j in zip(rows.tolist(), columns.tolist(), strict=True):
        yield i, plan.fields[j].code


def _of(mask: Bools, code: str) -> Cells:
    for i in np.flatnonzero(mask).tolist():
        yield i, code
