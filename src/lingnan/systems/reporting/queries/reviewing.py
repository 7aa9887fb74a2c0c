"""The grid a reviewer looks at: villages × facts of one form, the biggest effect first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import numpy as np

from lingnan.base.actors import Actor
from lingnan.base.memory import collector_paused
from lingnan.kernel.places import queries as places

from ..models import Filing, QuorumRelease
from ..rules.checking import check_sheets
from ..rules.checking.arrays import Floats, Grid, grid_of
from ..rules.checking.screening import usual_by_code
from ..rules.checking.siblings import Usual
from ..rules.filing import Seen, answers_of
from ..rules.masking import masked, personal_fields
from ..rules.reviewing import before, effects, needed, passing, worst
from ..terms.checking import Known, Plan, Severity, Sheet, Told
from ..terms.filings import Answer, FieldInfo, FormInfo, State
from ..terms.masking import Personal
from .checks import check_plan, known_of_many, told
from .figures import villages_of
from .filings import in_ranges
from .gate import need
from .masking import masking_on

HINT = Severity.HINT
ROWS, FACTS = 30, 8
JUDGED = (State.SUBMITTED, State.APPROVED, State.RETURNED)


@dataclass(frozen=True, slots=True)
class ReviewCell:
    """`effect`: the share of the column's total that the change moves; None without a comparison."""

    answer: Answer
    before: Decimal | None
    effect: float | None
    told: Told | None


@dataclass(frozen=True, slots=True)
class ReviewRow:
    place: int
    filing: str
    state: State
    version: int
    passed_level: int
    passes: bool
    effect: float
    errors: int
    cells: tuple[ReviewCell, ...]


@dataclass(frozen=True, slots=True)
class ReviewGrid:
    """One screen of it. `expected` villages, of which `counts` (by state) have reported."""

    form: FormInfo
    place: int
    period: int
    fields: tuple[FieldInfo, ...]
    rows: tuple[ReviewRow, ...]
    expected: int
    counts: Mapping[State, int]
    findings: int
    passing: int
    needed: int
    page: int
    pages: int
    fact_page: int
    fact_pages: int
    released: "Coverage | None" = None


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a released figure rests on."""

    expected: int
    approved: int
    estimated: int
    method: str
    released_at: str = ""

    @property
    def words(self) -> str:
        text = f"{self.expected} 个村已报 {self.approved} 个"
        return f"{text}，{self.estimated} 个为估计" if self.estimated else text


@dataclass(frozen=True)
class Judged:
    """All filings of a form under a place, checked."""

    plan: Plan
    rows: Sequence[Filing]
    sheets: Sequence[Sheet]
    known: Known
    grid: Grid
    old: Floats
    usual: Mapping[str, Usual]
    told: Sequence[Told]
    passes: Mapping[str, bool]
    personal: Mapping[str, Personal]


def review_grid(
    form: FormInfo,
    place: int,
    period: int,
    *,
    page: int = 1,
    fact_page: int = 1,
    to: Actor,
    on: date,
) -> ReviewGrid:
    """A fixed number of queries however many villages; the arithmetic is over arrays."""
    need(to, "reporting.read", [place], on=on)
    with collector_paused():
        found = judged(form, place, period, to=to, on=on)
    moved = effects(found.grid, found.old, found.usual)
    rows = _rows_in_order(found, moved)
    columns = _columns_in_order(found, moved)
    pages, fact_pages = _pages(len(rows), ROWS), _pages(len(columns), FACTS)
    page, fact_page = min(max(page, 1), pages), min(max(fact_page, 1), fact_pages)
    shown = columns[(fact_page - 1) * FACTS : fact_page * FACTS]
    expected = len(villages_of(place, period))
    counts = {state: sum(row.state == state for row in found.rows) for state in State}
    return ReviewGrid(
        form=form,
        place=place,
        period=period,
        fields=tuple(found.plan.fields[j] for j in shown),
        rows=_rows(found, rows[(page - 1) * ROWS : page * ROWS], shown, moved),
        expected=expected,
        counts=counts,
        findings=len(found.told),
        passing=sum(found.passes.values()),
        needed=needed(expected, found.plan.thresholds.quorum),
        page=page,
        pages=pages,
        fact_page=fact_page,
        fact_pages=fact_pages,
        released=coverage(form.id, place, period),
    )


def judged(form: FormInfo, place: int, period: int, *, to: Actor, on: date) -> Judged:
    """Every submitted, returned or approved filing of the form below a place, within reach."""
    plan = check_plan(form, on)
    inside = in_ranges(places.ranges(place, on=on, tree="code"))
    reach = in_ranges(to.ranges_on(on))
    rows = list(
        Filing.objects.filter(
            inside, reach, form=form.id, period=period, subject=0, state__in=JUDGED
        ).order_by("place")
    )
    seen: Seen = {}
    sheets = [Sheet(row.place, answers_of(row.answers, seen)) for row in rows]
    known = known_of_many(form, plan, period, [row.place for row in rows], to=to, on=on)
    grid = grid_of(plan, sheets)
    old = before(grid, sheets, known)
    usual = usual_by_code(plan, grid)
    findings = check_sheets(plan, sheets, known, grid, old, usual)
    passes = passing(plan, grid, sheets, known, findings, old)
    return Judged(
        plan,
        rows,
        sheets,
        known,
        grid,
        old,
        usual,
        told(findings, {row.place: str(row.uuid) for row in rows}),
        {
            str(row.uuid): ok and row.state == State.SUBMITTED
            for row, ok in zip(rows, passes, strict=True)
        },
        personal_fields(form, masking_on(on)),
    )


def coverage(form: int, place: int, period: int) -> Coverage | None:
    """How a place was released; None when it was not. One query."""
    row = QuorumRelease.objects.filter(form=form, place=place, period=period).first()
    if row is None:
        return None
    return Coverage(
        row.expected,
        row.approved,
        row.estimated_places,
        row.method,
        row.released_at.isoformat(),
    )


def _rows_in_order(found: Judged, moved: np.ndarray) -> list[int]:
    """What waits first, then by what moves a total most."""
    biggest = _biggest(moved, axis=1)
    waiting = [row.state != State.SUBMITTED for row in found.rows]
    blocked = {one.finding.place for one in found.told if one.blocks}
    keys = [
        (waiting[i], -biggest[i], row.place not in blocked, row.place)
        for i, row in enumerate(found.rows)
    ]
    return sorted(range(len(found.rows)), key=keys.__getitem__)


def _columns_in_order(found: Judged, moved: np.ndarray) -> list[int]:
    """Facts with findings first, then by what moves most, then as the form has them."""
    biggest = _biggest(moved, axis=0)
    troubled = {one.finding.field for one in found.told if one.finding.severity is not HINT}
    keys = [
        (field.code not in troubled, -biggest[j], field.position)
        for j, field in enumerate(found.plan.fields)
    ]
    return sorted(range(len(keys)), key=keys.__getitem__)


def _biggest(moved: np.ndarray, axis: int) -> list[float]:
    if not moved.size:
        return [0.0] * moved.shape[1 - axis]
    return [float(one) for one in np.max(np.nan_to_num(moved), axis=axis)]


def _rows(
    found: Judged, chosen: Sequence[int], columns: Sequence[int], moved: np.ndarray
) -> tuple[ReviewRow, ...]:
    by_place: dict[int, list[Told]] = {}
    for one in found.told:
        by_place.setdefault(one.finding.place, []).append(one)
    return tuple(
        _row(found, i, columns, moved, by_place.get(found.rows[i].place, [])) for i in chosen
    )


def _row(
    found: Judged, i: int, columns: Sequence[int], moved: np.ndarray, mine: Sequence[Told]
) -> ReviewRow:
    row, sheet = found.rows[i], found.sheets[i]
    gravest = worst([one.finding for one in mine])
    by_finding = {id(one.finding): one for one in mine}
    cells = []
    for j in columns:
        code = found.plan.fields[j].code
        finding = gravest.get((row.place, code))
        effect = float(moved[i, j])
        cells.append(
            ReviewCell(
                _masked(sheet.answers.get(code, Answer()), found.personal.get(code)),
                found.known.last.get((row.place, code), (None, None))[0],
                None if np.isnan(effect) else effect,
                by_finding[id(finding)] if finding else None,
            )
        )
    return ReviewRow(
        row.place,
        str(row.uuid),
        State(row.state),
        row.version,
        row.passed_level,
        found.passes[str(row.uuid)],
        max((cell.effect or 0.0 for cell in cells), default=0.0),
        sum(one.blocks for one in mine),
        tuple(cells),
    )


def _masked(answer: Answer, kind: Personal | None) -> Answer:
    return replace(answer, text=masked(kind, answer.text)) if kind else answer


def _pages(count: int, size: int) -> int:
    return max(1, -(-count // size))
