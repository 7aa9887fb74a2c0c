"""Filings: one, those that wait for review, and how far a round has come."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet

from lingnan.base.actors import Actor
from lingnan.base.errors import NotFound
from lingnan.base.ids import parse_uuid
from lingnan.kernel.places import queries as places

from ..models import Filing, Form, Round
from ..rules.filing import answers_of
from ..terms.filings import (
    FilingInfo,
    RoundInfo,
    RoundState,
    State,
    Step,
)
from .forms import meet
from .gate import need, sees

PAGE = 100


def filing(uuid: str, *, to: Actor, on: date) -> FilingInfo:
    """NotFound also where the actor may not see the place."""
    row = Filing.objects.filter(uuid=parse_uuid(uuid)).first()
    if row is None or not sees(to, row.place, on):
        raise NotFound
    return filing_info(row)


def filing_of(
    form: int, place: int, period: int, *, subject: int = 0, to: Actor, on: date
) -> FilingInfo | None:
    """None before anything was saved."""
    need(to, "reporting.read", [place], on=on)
    row = Filing.objects.filter(form=form, place=place, subject=subject, period=period).first()
    return filing_info(row) if row else None


@dataclass(frozen=True)
class Wanted:
    """Which filings: those after the id `after`, at most `limit`; None does not narrow. `code`: of a
    form in any version."""

    state: State | None = None
    form: int | None = None
    code: str = ""
    period: int | None = None
    under: int | None = None
    after: int = 0
    limit: int = PAGE


def filings(wanted: Wanted, *, to: Actor, on: date) -> list[FilingInfo]:
    """By id; only places within reach. One query, two when `under` is given."""
    return [filing_info(row) for row in _wanted(wanted, to, on).order_by("pk")[: wanted.limit]]


def how_many(wanted: Wanted, *, to: Actor, on: date) -> int:
    """Of `filings`, whatever the limit."""
    return _wanted(wanted, to, on).count()


def _wanted(wanted: Wanted, to: Actor, on: date) -> QuerySet[Filing]:
    need(to, "reporting.read", on=on)
    rows = narrowed(Filing.objects.filter(pk__gt=wanted.after), to, on)
    if wanted.under is not None:
        rows = rows.filter(in_ranges(places.ranges(wanted.under, on=on, tree="code")))
    if wanted.code:
        rows = rows.filter(form__code=wanted.code)
    for name in ("state", "form", "period"):
        if (value := getattr(wanted, name)) is not None:
            rows = rows.filter(**{name: value})
    return rows


def rounds(*, to: Actor, on: date, only_open: bool = False) -> list[RoundInfo]:
    """Rounds over places the actor reaches, or that lie above them. Two queries."""
    need(to, "reporting.read", on=on)
    rows = Round.objects.order_by("-opened_on", "-pk").prefetch_related(asked_forms())
    if only_open:
        rows = rows.filter(state=RoundState.OPEN)
    mine = to.ranges_on(on)
    return [
        round_info(row)
        for row in rows[:PAGE]
        if meet(places.ranges(row.place, on=on, tree="code"), mine)
    ]


def round_of(uuid: str, *, to: Actor, on: date) -> RoundInfo:
    need(to, "reporting.read", on=on)
    row = Round.objects.filter(uuid=parse_uuid(uuid)).prefetch_related(asked_forms()).first()
    if row is None:
        raise NotFound
    return round_info(row)


def progress(found: RoundInfo, place: int, *, to: Actor, on: date) -> tuple[Step, list[Step]]:
    """The place's own step and those of the places directly below it, in a handful of queries.

    Expected are the forms of whole places times the villages below that the round asks. Household
    forms are not counted: nobody knows how many households there are until they are reported.
    """
    need(to, "reporting.read", [place], on=on)
    forms = _place_forms(found.forms)
    children = places.children(place, on=on) or [places.place(place, on=on)]
    held = places.ranges(place, on=on, tree="code")
    top = found.place if any(low <= found.place <= high for low, high in held) else place
    tree = places.hierarchy(on=on, under=top).to_pylist()
    villages = [row for row in tree if row["level"] == 5]
    rung = {2: "city", 3: "county", 4: "town", 5: "village"}
    counts = _counts(forms, found.period, places.ranges(top, on=on, tree="code"))
    steps = []
    for child in children:
        below = [
            row["place"] for row in villages if row[rung.get(child.level, "place")] == child.id
        ]
        if below:
            steps.append(_step(child.id, below, counts, len(forms)))
    return _step(place, [row["place"] for row in villages], counts, len(forms)), steps


def filing_info(row: Filing) -> FilingInfo:
    return FilingInfo(
        uuid=str(row.uuid),
        form=row.form_id,
        place=row.place,
        subject=row.subject,
        period=row.period,
        state=State(row.state),
        version=row.version,
        revision=row.revision,
        answers=answers_of(row.answers),
        reason=row.reason,
        submitted_at=row.submitted_at,
        approved_at=row.approved_at,
        reporter=row.reporter,
        remarks=row.remarks,
    )


def asked_forms() -> Prefetch[Any]:
    """Which forms a round asks; what the reader saw of each is large and not wanted."""
    return Prefetch("forms", Form.objects.only("pk"))


def round_info(row: Round) -> RoundInfo:
    return RoundInfo(
        uuid=str(row.uuid),
        title=row.title,
        place=row.place,
        period=row.period,
        forms=tuple(sorted(form.pk for form in row.forms.all())),
        opened_on=row.opened_on,
        due_on=row.due_on,
        state=RoundState(row.state),
    )


def narrowed(rows: QuerySet[Filing], to: Actor, on: date) -> QuerySet[Filing]:
    return rows.filter(in_ranges(to.ranges_on(on)))


def in_ranges(ranges: Sequence[tuple[int, int]]) -> Q:
    found = Q(pk__in=[])
    for low, high in ranges:
        found |= Q(place__gte=low, place__lte=high)
    return found


def open_rounds(
    form_ids: Iterable[int], period: int, on: date, received: datetime | None = None
) -> dict[int, list[int]]:
    """Places in whose rounds each form may be filled that day; `received` before a round was closed
    is in time."""
    still = Q(state=RoundState.OPEN)
    if received is not None:
        still |= Q(closed_at__gt=received)
    rows = Round.objects.filter(still, forms__in=list(form_ids), period=period, opened_on__lte=on)
    found: dict[int, list[int]] = {}
    for form, place in rows.values_list("forms", "place"):
        found.setdefault(form, []).append(place)
    return found


def _place_forms(ids: Sequence[int]) -> list[int]:
    return list(Form.objects.filter(pk__in=ids, subject="place").values_list("pk", flat=True))


def _counts(
    forms: Sequence[int], period: int, ranges: Sequence[tuple[int, int]]
) -> dict[int, dict[str, int]]:
    rows = (
        Filing.objects.filter(in_ranges(ranges), form__in=forms, period=period)
        .values("place", "state")
        .annotate(count=Count("id"))
        .order_by()
    )
    found: dict[int, dict[str, int]] = {}
    for row in rows:
        found.setdefault(row["place"], {})[row["state"]] = row["count"]
    return found


def _step(place: int, below: Sequence[int], counts: dict[int, dict[str, int]], forms: int) -> Step:
    total = dict.fromkeys(State, 0)
    for village in below:
        for state, count in counts.get(village, {}).items():
            total[State(state)] += count
    return Step(
        place,
        len(below) * forms,
        total[State.DRAFT],
        total[State.SUBMITTED],
        total[State.RETURNED],
        total[State.APPROVED],
    )
