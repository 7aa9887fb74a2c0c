"""How far the households of a form are: by village, or in one village household by household."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Count, Q, QuerySet

from lingnan.base.actors import Actor
from lingnan.base.memory import collector_paused
from lingnan.kernel.places import queries as places

from ..models import Filing, Household
from ..rules.checking import check_sheets
from ..rules.filing import Seen, answers_of
from ..terms.checking import Sheet, Told
from ..terms.filings import FormInfo, State
from .checks import check_plan, told
from .figures import villages_of
from .filings import in_ranges
from .gate import need
from .reviewing import JUDGED, ROWS

VILLAGE = 5


@dataclass(frozen=True, slots=True)
class HouseholdRow:
    """`filled`: the share of all questions to all known households that is answered. `blocking`:
    findings that stop a report; `findings`: all of them. `number` and `filing`: of one household."""

    place: int
    households: int
    counts: Mapping[State, int]
    filled: float
    blocking: int
    findings: int
    number: str = ""
    filing: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True)
class HouseholdGrid:
    """One screen of it; `households` and `counts` are of the whole place."""

    form: FormInfo
    place: int
    period: int
    rows: tuple[HouseholdRow, ...]
    households: int
    counts: Mapping[State, int]
    page: int
    pages: int


def household_grid(
    form: FormInfo, place: int, period: int, *, page: int = 1, to: Actor, on: date
) -> HouseholdGrid:
    """What waits most comes first. Reports are read and checked for the villages on the screen only;
    a fixed number of queries however many. Households are checked within and among each other."""
    need(to, "reporting.read", [place], on=on)
    inside = in_ranges(places.ranges(place, on=on, tree="code")) & in_ranges(to.ranges_on(on))
    rows = Filing.objects.filter(
        inside, form=form.id, period=period, subject__gt=0, state__in=JUDGED
    )
    states = _states(rows)
    known = _households(inside, on)
    order = sorted(
        {*villages_of(place, period), *states},
        key=lambda one: (-states.get(one, Counter())[State.SUBMITTED], one),
    )
    pages = max(1, -(-len(order) // ROWS))
    page = min(max(page, 1), pages)
    chosen = order[(page - 1) * ROWS : page * ROWS]
    with collector_paused():
        shown = list(rows.filter(place__in=chosen).order_by("place", "subject"))
        findings = _findings(form, shown, on)
    single = places.place(place, on=on).level == VILLAGE
    build = _by_household if single else _by_village
    total: Counter[State] = sum(states.values(), Counter())
    return HouseholdGrid(
        form=form,
        place=place,
        period=period,
        rows=tuple(build(form, chosen, shown, known, findings)),
        households=max(sum(known.values()), sum(total.values())),
        counts={state: total[state] for state in State},
        page=page,
        pages=pages,
    )


def _states(rows: QuerySet[Filing]) -> dict[int, Counter[State]]:
    counted = rows.order_by().values_list("place", "state").annotate(count=Count("pk"))
    found: dict[int, Counter[State]] = {}
    for place, state, count in counted:
        found.setdefault(place, Counter())[State(state)] += count
    return found


def _households(inside: Q, on: date) -> dict[int, int]:
    """Village → households that live there that day."""
    living = Q(entry__valid_to__isnull=True) | Q(entry__valid_to__gt=on)
    rows = Household.objects.filter(inside, living).order_by().values_list("place")
    return dict(rows.annotate(count=Count("pk")))


def _findings(form: FormInfo, rows: Sequence[Filing], on: date) -> dict[int, list[Told]]:
    """Filing id → what is wrong in it: each report is a sheet of its own, its household's."""
    seen: Seen = {}
    sheets = [Sheet(row.pk, answers_of(row.answers, seen)) for row in rows]
    held = told(check_sheets(check_plan(form, on), sheets), {r.pk: str(r.uuid) for r in rows})
    found: dict[int, list[Told]] = {}
    for one in held:
        found.setdefault(one.finding.place, []).append(one)
    return found


def _by_village(
    form: FormInfo,
    chosen: Sequence[int],
    rows: Sequence[Filing],
    known: Mapping[int, int],
    findings: Mapping[int, Sequence[Told]],
) -> list[HouseholdRow]:
    mine: dict[int, list[Filing]] = {place: [] for place in chosen}
    for row in rows:
        mine[row.place].append(row)
    return [
        _row(form, place, held, max(known.get(place, 0), len(held)), findings)
        for place, held in mine.items()
    ]


def _by_household(
    form: FormInfo,
    chosen: Sequence[int],
    rows: Sequence[Filing],
    known: Mapping[int, int],
    findings: Mapping[int, Sequence[Told]],
) -> list[HouseholdRow]:
    """By number; a household that has not reported is a row without a filing."""
    by_entry = {row.subject: row for row in rows}
    named = Household.objects.filter(
        Q(entry__in=list(by_entry)) | Q(entry__valid_to__isnull=True), place__in=chosen
    )
    found = []
    for entry, place, number in named.order_by("number").values_list("entry", "place", "number"):
        row = by_entry.get(entry)
        one = _row(form, place, [row] if row else [], 1, findings)
        if row:
            one = replace(one, filing=str(row.uuid), version=row.version)
        found.append(replace(one, number=number))
    return found


def _row(
    form: FormInfo,
    place: int,
    rows: Sequence[Filing],
    households: int,
    findings: Mapping[int, Sequence[Told]],
) -> HouseholdRow:
    codes = {field.code for field in form.asked}
    answered = sum(
        not answer.is_blank
        for row in rows
        for code, answer in answers_of(row.answers).items()
        if code in codes
    )
    mine = [one for row in rows for one in findings.get(row.pk, ())]
    counts = Counter(State(row.state) for row in rows)
    return HouseholdRow(
        place=place,
        households=households,
        counts={state: counts[state] for state in State},
        filled=answered / (len(codes) * households) if codes and households else 0.0,
        blocking=sum(one.blocks for one in mine),
        findings=len(mine),
    )
