"""What passes by rule, and what is released before every village has reported."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from lingnan.base.actors import Actor
from lingnan.base.clock import legal_day
from lingnan.base.errors import Invalid, Problem
from lingnan.base.ids import subject, uuid7
from lingnan.base.numbers import rounded
from lingnan.base.periods import Period
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.observations import queries as observations
from lingnan.kernel.observations import services as values
from lingnan.kernel.observations.terms import NewValue, OverPlaces, Quality

from .. import content
from ..models import Filing, QuorumRelease
from ..queries.checks import check_plan
from ..queries.figures import villages_of
from ..queries.forms import form_by_id
from ..queries.gate import need
from ..queries.reviewing import Coverage, judged
from ..rules.checking import in_force
from ..rules.estimating import Tie, agreeing
from ..rules.filing import ESTIMATE, NUMERIC
from ..rules.reviewing import estimate, needed
from ..terms.checking import Quorum
from ..terms.filings import FieldInfo, FilingInfo, FormInfo, State
from ..terms.forms import FieldType
from ..terms.happenings import QuorumReleased
from ..terms.refusals import AlreadyReleased, NotEnough
from .review import approve_many

LEFT_MISSING = "left_missing"
CENT = Decimal("0.01")
Known = Mapping[tuple[int, int, int], Decimal]


@dataclass(frozen=True)
class Where:
    form: FormInfo
    place: int
    period: int


def pass_clean(
    form_id: int, place: int, period: int, *, by: Actor, at: datetime
) -> list[FilingInfo]:
    """Approves what the declared rule finds unchanged and clean; evidence names the rule.

    Own reports are left for somebody else. Clash when a filing changed since it was looked at.
    """
    day = legal_day(at)
    need(by, "reporting.approve", [place], on=day)
    form = form_by_id(form_id)
    found = judged(form, place, period, to=by, on=day)
    mine = {by.party, by.on_behalf_of}
    versions = {
        str(row.uuid): row.version
        for row in found.rows
        if found.passes[str(row.uuid)] and not (row.reporter and row.reporter in mine)
    }
    rule = found.plan.thresholds.passing.rule
    return list(approve_many(versions, rule=rule, by=by, at=at).done)


def release_place(
    form_id: int,
    place: int,
    period: int,
    *,
    estimate_missing: bool = True,
    by: Actor,
    at: datetime,
) -> Coverage:
    """Gives a place out although villages are missing: NotEnough below the declared share.

    What is missing is estimated by the declared method and marked so, or left missing. A report that
    comes later stands before its estimate. AlreadyReleased when somebody was faster.
    """
    day = legal_day(at)
    need(by, "reporting.approve", [place], on=day)
    form = form_by_id(form_id)
    if form.subject != "place":
        raise Invalid(problems=[Problem("form", "户表按户审核，不按村放行。")])
    try:
        with transaction.atomic():
            return _release(Where(form, place, period), estimate_missing, by=by, at=at)
    except IntegrityError:
        raise AlreadyReleased from None


def _release(where: Where, estimated: bool, *, by: Actor, at: datetime) -> Coverage:
    quorum = in_force(content.thresholds(), legal_day(at)).quorum
    form, period = where.form, where.period
    held = QuorumRelease.objects.filter(form=form.id, place=where.place, period=period)
    if held.exists():
        raise AlreadyReleased
    expected = villages_of(where.place, period)
    approved = _approved(where, expected)
    _enough(len(expected), len(approved), quorum)
    missing = [one for one in expected if one not in approved]
    rows = _estimates(where, expected, missing, by, at) if estimated and missing else []
    codes = _codes_by_place(form, rows)
    row = QuorumRelease.objects.create(
        uuid=uuid7(int(at.timestamp() * 1000)),
        form_id=form.id,
        place=where.place,
        period=period,
        expected=len(expected),
        approved=len(approved),
        estimated_places=len(codes),
        share=quorum.share,
        method=quorum.method if estimated else LEFT_MISSING,
        estimated={str(one): sorted(names) for one, names in codes.items()},
        released_by=by.party,
        released_at=at,
    )
    _record(where, row, rows, by=by, at=at)
    return Coverage(row.expected, row.approved, row.estimated_places, row.method, at.isoformat())


def _record(
    where: Where, row: QuorumRelease, rows: Sequence[NewValue], *, by: Actor, at: datetime
) -> None:
    event = QuorumReleased(
        subject=subject("reporting", "release", row.uuid),
        place=where.place,
        form=where.form.code,
        period=where.period,
        expected=row.expected,
        approved=row.approved,
        estimated=row.estimated_places,
        method=row.method,
    )
    if rows:
        key = f"reporting:quorum:{row.uuid}"
        values.record_values(key, list(rows), source=ESTIMATE, by=by, at=at, event=event)
    else:
        evidence.record(event, by=by, at=at)


def _approved(where: Where, expected: Sequence[int]) -> set[int]:
    return set(
        Filing.objects.filter(
            form=where.form.id,
            period=where.period,
            subject=0,
            state=State.APPROVED,
            place__gte=min(expected, default=0),
            place__lte=max(expected, default=0),
        ).values_list("place", flat=True)
    ) & set(expected)


def _enough(expected: int, approved: int, quorum: Quorum) -> None:
    wanted = needed(expected, quorum)
    if not expected or approved < wanted:
        raise NotEnough(expected=expected, approved=approved, needed=wanted, left=wanted - approved)


def _estimates(
    where: Where, expected: Sequence[int], missing: Sequence[int], by: Actor, at: datetime
) -> list[NewValue]:
    """For every figure that adds up and that a missing village has not given in any other way; those
    of one village agree with each other."""
    now, last = where.period, Period.from_code(where.period).previous().code
    kinds = observations.element_map([f.element_code for f in where.form.asked])
    fields = [
        f
        for f in where.form.asked
        if f.type in NUMERIC and kinds[f.element_code].over_places is OverPlaces.SUM
    ]
    known = _known(fields, [now, last], expected, by, where)
    steps = {f.element or 0: Decimal(1) if f.type is FieldType.INTEGER else CENT for f in fields}
    siblings = [one for one in expected if one not in missing]
    held = {p: {e: known[p, e, now] for e in steps if (p, e, now) in known} for p in expected}
    ties = _ties(where, steps, [held[p] for p in siblings], at)
    found = []
    for place in missing:
        guesses: dict[int, Decimal] = {}
        for element, step in steps.items():
            present = [held[p][element] for p in siblings if element in held[p]]
            pairs = [
                (known[p, element, last], held[p][element])
                for p in siblings
                if element in held[p] and (p, element, last) in known
            ]
            value = estimate(known.get((place, element, last)), pairs, present)
            if value is not None and element not in held[place]:
                guesses[element] = rounded(value, 0 if step == 1 else 2)
        found += [
            NewValue(place=place, element=one, period=now, value=value, quality=Quality.ESTIMATED)
            for one, value in agreeing(guesses, held[place], ties, steps).items()
        ]
    return found


def _ties(
    where: Where,
    steps: Collection[int],
    siblings: Sequence[Mapping[int, Decimal]],
    at: datetime,
) -> list[Tie]:
    """What the form says adds up. Where only its shape suggests it, the reports at hand must say so too."""
    plan = check_plan(where.form, legal_day(at))
    ids = {f.code: f.element or 0 for f in where.form.asked}
    told = [(Tie(ids[one.total], _ids(ids, one.parts), True), one.said) for one in plan.identities]
    told += [(Tie(ids[one.whole], (ids[one.part],), False), one.said) for one in plan.pairs]
    found = []
    for tie, is_said in told:
        held = {tie.holds(one, plan.thresholds.tolerance) for one in siblings} - {None}
        if {tie.whole, *tie.parts} <= set(steps) and (is_said or held == {True}):
            found.append(tie)
    return found


def _ids(ids: Mapping[str, int], codes: Sequence[str]) -> tuple[int, ...]:
    return tuple(ids[code] for code in codes)


def _known(
    fields: Sequence[FieldInfo],
    periods: Sequence[int],
    ids: Sequence[int],
    by: Actor,
    where: Where,
) -> Known:
    elements = sorted({f.element for f in fields if f.element})
    if not elements:
        return {}
    table = observations.values(
        elements, periods, places=ids, to=by, on=Period.from_code(where.period).end
    )
    columns = ("place", "element", "period", "value", "subject")
    rows = zip(*(table[name].to_pylist() for name in columns), strict=True)
    return {row[:3]: row[3] for row in rows if row[3] is not None and not row[4]}


def _codes_by_place(form: FormInfo, rows: Sequence[NewValue]) -> dict[int, set[str]]:
    codes: dict[int, set[str]] = {}
    for field in form.asked:
        codes.setdefault(field.element or 0, set()).add(field.code)
    found: dict[int, set[str]] = {}
    for row in rows:
        found.setdefault(row.place, set()).update(codes[row.element])
    return found
