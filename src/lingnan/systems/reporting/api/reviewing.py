"""Findings, reasons, the review grid, what passes by rule and what is released by quorum."""

from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema, Status

from lingnan.base import clock
from lingnan.base.canonical import decimal_text
from lingnan.kernel.places import queries as places
from lingnan.web.access import permission
from lingnan.web.actors import actor_of
from lingnan.web.api import PROBLEMS
from lingnan.web.errors import in_words

from .. import queries, services
from ..queries.reviewing import Coverage, ReviewCell, ReviewGrid
from ..terms.checking import Told
from ..terms.filings import FieldInfo, FormInfo
from .shapes import Code, FilingOut, PeriodText, codes_of, filings_out, period_code

router = Router(tags=["reporting"])


class FindingOut(Schema):
    """`figures` are what was compared, in base units."""

    severity: str
    check: str
    field: str
    cell: str
    words: str
    fix: str
    rule: str
    source: str
    figures: dict[str, str]
    reason: str
    blocks: bool


class ExplainIn(Schema):
    field: str
    reason: str
    rule: str = ""


class PlaceIn(Schema):
    form: str
    place: Code
    period: PeriodText
    estimate_missing: bool = True


class EstimateIn(Schema):
    """`text`: in the form's own unit, as the village would type it."""

    form: str
    place: Code
    period: PeriodText
    field: str
    text: str
    reason: str


class OrderIn(Schema):
    """`levels`: 4 town, 3 county, 2 city, 1 province."""

    levels: list[int]


class CellOut(Schema):
    field: str
    text: str
    mark: str
    before: str | None
    effect: float | None
    finding: FindingOut | None


class RowOut(Schema):
    place: str
    filing: UUID
    state: str
    version: int
    passed_level: int
    passes: bool
    blocking: int
    cells: list[CellOut]


class CoverageOut(Schema):
    expected: int
    approved: int
    estimated: int
    method: str
    words: str


class ReviewGridOut(Schema):
    """One screen: `page` of `pages` of villages, `facts` of `fact_pages` of questions."""

    form: str
    place: str
    period: str
    expected: int
    needed: int
    counts: dict[str, int]
    findings: int
    passing: int
    page: int
    pages: int
    facts: int
    fact_pages: int
    released: CoverageOut | None
    rows: list[RowOut]


class HouseholdRowOut(Schema):
    """Of a village, or in a village of one household (`household`, `filing`)."""

    place: str
    household: str
    filing: UUID | None
    households: int
    counts: dict[str, int]
    filled: float
    blocking: int
    findings: int


class HouseholdGridOut(Schema):
    form: str
    place: str
    period: str
    households: int
    counts: dict[str, int]
    page: int
    pages: int
    rows: list[HouseholdRowOut]


@router.get(
    "/household-grid",
    response={200: HouseholdGridOut, **PROBLEMS},
    summary="Households of a form: reported, filled, at fault",
)
@permission("reporting.approve")
def household_grid(
    request: HttpRequest, form: str, place: Code, period: PeriodText, page: int = 1
) -> HouseholdGridOut:
    """By village; of one village household by household."""
    to, on = actor_of(request), clock.today()
    where, number = places.by_code(place, on=on).id, period_code(period)
    found = queries.household_grid(
        queries.form_asked(form, where, number, to=to, on=on),
        where,
        number,
        page=page,
        to=to,
        on=on,
    )
    codes = codes_of(row.place for row in found.rows)
    return HouseholdGridOut(
        form=found.form.code,
        place=place,
        period=period,
        households=found.households,
        counts={state.value: count for state, count in found.counts.items()},
        page=found.page,
        pages=found.pages,
        rows=[
            HouseholdRowOut(
                place=codes[row.place],
                household=row.number,
                filing=UUID(row.filing) if row.filing else None,
                households=row.households,
                counts={state.value: count for state, count in row.counts.items()},
                filled=row.filled,
                blocking=row.blocking,
                findings=row.findings,
            )
            for row in found.rows
        ],
    )


@router.get(
    "/filings/{uuid}/findings", response={200: list[FindingOut], **PROBLEMS}, summary="Findings"
)
@permission("reporting.read")
def show_findings(request: HttpRequest, uuid: UUID) -> list[FindingOut]:
    found = queries.findings(str(uuid), to=actor_of(request), on=clock.today())
    return [_finding(one) for one in found]


@router.post(
    "/filings/{uuid}/explain", response={200: list[FindingOut], **PROBLEMS}, summary="Explain"
)
@permission("reporting.fill")
def explain(request: HttpRequest, uuid: UUID, body: ExplainIn) -> list[FindingOut]:
    by, at = actor_of(request), clock.now()
    services.explain_finding(str(uuid), body.field, body.reason, rule=body.rule, by=by, at=at)
    return [_finding(one) for one in queries.findings(str(uuid), to=by, on=clock.today())]


@router.get("/review-grid", response={200: ReviewGridOut, **PROBLEMS}, summary="Villages × facts")
@permission("reporting.approve")
def review_grid(
    request: HttpRequest,
    form: str,
    place: Code,
    period: PeriodText,
    page: int = 1,
    facts: int = 1,
) -> ReviewGridOut:
    to, on = actor_of(request), clock.today()
    where, number = places.by_code(place, on=on).id, period_code(period)
    found = queries.review_grid(
        queries.form_asked(form, where, number, to=to, on=on),
        where,
        number,
        page=page,
        fact_page=facts,
        to=to,
        on=on,
    )
    return _grid(found, place, period)


@router.post("/passes", response={200: list[FilingOut], **PROBLEMS}, summary="Pass by rule")
@permission("reporting.approve")
def pass_clean(request: HttpRequest, body: PlaceIn) -> list[FilingOut]:
    form, place, period = _where(request, body)
    by = actor_of(request)
    return filings_out(services.pass_clean(form.id, place, period, by=by, at=clock.now()), by)


@router.post("/quorum-releases", response={200: CoverageOut, **PROBLEMS}, summary="By quorum")
@permission("reporting.approve")
def release(request: HttpRequest, body: PlaceIn) -> CoverageOut:
    form, place, period = _where(request, body)
    given = services.release_place(
        form.id,
        place,
        period,
        estimate_missing=body.estimate_missing,
        by=actor_of(request),
        at=clock.now(),
    )
    return _coverage(given)


@router.post("/estimates", response={204: None, **PROBLEMS}, summary="An estimate beside it")
@permission("reporting.approve")
def estimate(request: HttpRequest, body: EstimateIn) -> Status[None]:
    """Marked as one; nobody's report is changed by it."""
    by, on = actor_of(request), clock.today()
    key = places.by_code(body.place, on=on).id, period_code(body.period)
    form = queries.form_asked(body.form, *key, to=by, on=on)
    services.add_estimate(form.id, key, (body.field, body.text), body.reason, by=by, at=clock.now())
    return Status(204, None)


@router.post("/forms/{code}/review", response={204: None, **PROBLEMS}, summary="Who reviews")
@permission("reporting.register")
def order(request: HttpRequest, code: str, body: OrderIn) -> Status[None]:
    by = actor_of(request)
    form = queries.form(code, to=by, on=clock.today())
    services.order_review(form.id, levels=body.levels, by=by, at=clock.now())
    return Status(204, None)


def _where(request: HttpRequest, body: PlaceIn) -> tuple[FormInfo, int, int]:
    to, on = actor_of(request), clock.today()
    place, period = places.by_code(body.place, on=on).id, period_code(body.period)
    return queries.form_asked(body.form, place, period, to=to, on=on), place, period


def _finding(told: Told) -> FindingOut:
    one = told.finding
    return FindingOut(
        severity=one.severity,
        check=one.check,
        field=one.field,
        cell=one.cell,
        words=in_words(one.words),
        fix=in_words(one.fix),
        rule=one.rule,
        source=one.source,
        figures={name: decimal_text(value) for name, value in one.figures},
        reason=told.reason,
        blocks=told.blocks,
    )


def _grid(found: ReviewGrid, place: str, period: str) -> ReviewGridOut:
    codes = codes_of(row.place for row in found.rows)
    return ReviewGridOut(
        form=found.form.code,
        place=place,
        period=period,
        expected=found.expected,
        needed=found.needed,
        counts={state.value: count for state, count in found.counts.items()},
        findings=found.findings,
        passing=found.passing,
        page=found.page,
        pages=found.pages,
        facts=found.fact_page,
        fact_pages=found.fact_pages,
        released=_coverage(found.released) if found.released else None,
        rows=[
            RowOut(
                place=codes[row.place],
                filing=UUID(row.filing),
                state=row.state,
                version=row.version,
                passed_level=row.passed_level,
                passes=row.passes,
                blocking=row.errors,
                cells=[_cell(f, c) for f, c in zip(found.fields, row.cells, strict=True)],
            )
            for row in found.rows
        ],
    )


def _cell(field: FieldInfo, cell: ReviewCell) -> CellOut:
    return CellOut(
        field=field.code,
        text=cell.answer.text,
        mark=cell.answer.mark,
        before=None if cell.before is None else decimal_text(cell.before),
        effect=cell.effect,
        finding=_finding(cell.told) if cell.told else None,
    )


def _coverage(one: Coverage) -> CoverageOut:
    return CoverageOut(
        expected=one.expected,
        approved=one.approved,
        estimated=one.estimated,
        method=one.method,
        words=one.words,
    )
